"""POST /v1/claims/{claim_id}/appeal."""

import time_machine

from backend.base.database import Database
from tests.factories.claims import LARGE_YEN, REJECTION, acts_of, appeal, decide, refuse, state
from tests.support.client import ApiClient

APPEAL = {"text": "レジの控えがあります"}


class TestAppealClaim:
    def test_lets_the_city_decide_again(
        self, citizen: ApiClient, clerk: ApiClient, city: ApiClient, poster: str, database: Database
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        refuse(clerk, claim)

        response = citizen.post(f"/v1/claims/{claim['id']}/appeal", APPEAL)

        assert response.status_code == 200
        answer = response.get_json()
        assert (answer["status"], answer["waits_for"], answer["appeal_text"]) == (
            "appealed",
            "city",
            APPEAL["text"],
        )
        assert decide(city, claim).get_json()["status"] == "accepted"
        assert acts_of(database, claim) == ["drafted", "submitted", "rejected", "appealed", "accepted"]

    def test_is_heard_once(self, citizen: ApiClient, clerk: ApiClient, city: ApiClient, poster: str) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        refuse(clerk, claim)
        appeal(citizen, claim)
        decide(city, claim, **REJECTION)

        response = citizen.post(f"/v1/claims/{claim['id']}/appeal", APPEAL)

        assert response.status_code == 409
        assert response.get_json()["code"] == "claim_not_appealable"
        assert citizen.get(f"/v1/claims/{claim['id']}").get_json()["appeal_until"] is None

    def test_is_only_against_a_rejection(self, citizen: ApiClient, poster: str) -> None:
        claim = state(citizen, poster)

        response = citizen.post(f"/v1/claims/{claim['id']}/appeal", APPEAL)

        assert response.get_json()["code"] == "claim_not_appealable"

    def test_comes_too_late_after_two_weeks(
        self, citizen: ApiClient, clerk: ApiClient, poster: str, clock: time_machine.Traveller
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        refuse(clerk, claim)
        clock.shift(14 * 86_400)

        response = citizen.post(f"/v1/claims/{claim['id']}/appeal", APPEAL)

        assert response.status_code == 409
        assert response.get_json()["code"] == "appeal_too_late"

    def test_says_something(self, citizen: ApiClient, clerk: ApiClient, poster: str) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        refuse(clerk, claim)

        response = citizen.post(f"/v1/claims/{claim['id']}/appeal", {"text": ""})

        assert response.status_code == 422

"""POST /v1/claims/{claim_id}/withdrawal."""

from backend.base.database import Database
from tests.factories.claims import LARGE_YEN, acts_of, appeal, post_claim, refuse, state
from tests.support.client import ApiClient


class TestWithdrawClaim:
    def test_ends_the_waiting(
        self, citizen: ApiClient, clerk: ApiClient, poster: str, database: Database
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)

        response = citizen.post(f"/v1/claims/{claim['id']}/withdrawal")

        assert response.status_code == 200
        assert (response.get_json()["status"], response.get_json()["waits_for"]) == ("withdrawn", None)
        assert clerk.get("/v1/shop/claims").get_json()["items"] == []
        assert acts_of(database, claim) == ["drafted", "submitted", "withdrawn"]

    def test_takes_back_an_appeal(self, citizen: ApiClient, clerk: ApiClient, poster: str) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        refuse(clerk, claim)
        appeal(citizen, claim)

        response = citizen.post(f"/v1/claims/{claim['id']}/withdrawal")

        assert response.get_json()["status"] == "withdrawn"

    def test_comes_too_late_once_it_is_decided(self, citizen: ApiClient, poster: str) -> None:
        claim = state(citizen, poster)

        response = citizen.post(f"/v1/claims/{claim['id']}/withdrawal")

        assert response.status_code == 409
        assert response.get_json()["code"] == "claim_not_waiting"

    def test_leaves_what_was_counted(self, citizen: ApiClient, poster: str) -> None:
        for number in range(3):
            claim = state(citizen, poster, LARGE_YEN, key=f"claim-key-{number}")
            citizen.post(f"/v1/claims/{claim['id']}/withdrawal")

        assert post_claim(citizen, poster, 100, key="one-too-many").status_code == 409

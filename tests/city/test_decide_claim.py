"""POST /v1/city/claims/{claim_id}/decisions."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.claims.models import Claim, Flag
from backend.people.models import CitizenLogin, Staff
from tests.conftest import NOW
from tests.factories.claims import (
    ACCEPTANCE,
    LARGE_YEN,
    REJECTION,
    SMALL_YEN,
    acts_of,
    appeal,
    decide,
    refuse,
    state,
)
from tests.factories.purchases import buy, points_of
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
PART = {"verdict": "accept_partly", "code": "goods_excluded", "reason": "たばこを除きました"}


@pytest.fixture
def appealed(citizen: ApiClient, clerk: ApiClient, poster: str) -> dict[str, Any]:
    """4,800 yen that the shop does not know of; the citizen does not agree."""
    claim = state(citizen, poster, LARGE_YEN)
    refuse(clerk, claim)
    appeal(citizen, claim)
    return claim


@pytest.fixture
def large(citizen: ApiClient, clerk: ApiClient, poster: str) -> dict[str, Any]:
    """60,000 yen, likewise."""
    claim = state(citizen, poster, 60_000)
    refuse(clerk, claim)
    appeal(citizen, claim)
    return claim


class TestDecideClaim:
    def test_accepts_it(self, citizen: ApiClient, city: ApiClient, appealed: dict[str, Any]) -> None:
        response = decide(city, appealed)

        assert response.status_code == 200
        answer = response.get_json()
        assert (answer["status"], answer["accepted_yen"], answer["waits_for"]) == (
            "accepted",
            LARGE_YEN,
            None,
        )
        assert points_of(citizen) == 48
        notice = citizen.get("/v1/notices").get_json()["items"][0]
        assert notice["kind"] == "purchase_recorded"

    def test_accepts_a_part(self, citizen: ApiClient, city: ApiClient, appealed: dict[str, Any]) -> None:
        response = decide(city, appealed, **PART, amount_yen=1_500)

        answer = response.get_json()
        assert (answer["status"], answer["amount_yen"], answer["accepted_yen"]) == (
            "partly_accepted",
            LARGE_YEN,
            1_500,
        )
        assert points_of(citizen) == 15
        kinds = [notice["kind"] for notice in citizen.get("/v1/notices").get_json()["items"]]
        assert kinds == ["claim_partly_accepted", "purchase_recorded", "claim_rejected"]

    @pytest.mark.parametrize("amount", [LARGE_YEN, LARGE_YEN + 1])
    def test_takes_no_part_that_is_the_whole(
        self, city: ApiClient, appealed: dict[str, Any], amount: int
    ) -> None:
        response = decide(city, appealed, **PART, amount_yen=amount)

        assert response.status_code == 422
        assert response.get_json()["code"] == "decision_contradictory"

    @pytest.mark.parametrize(
        ("decision", "code"),
        [
            (PART, "decision_contradictory"),
            ({**PART, "amount_yen": 100, "lines": [1]}, "decision_contradictory"),
            ({**PART, "lines": [1]}, "decision_contradictory"),
            ({**ACCEPTANCE, "amount_yen": 100}, "decision_contradictory"),
            ({**REJECTION, "reason": None}, "decision_reason_required"),
            ({**REJECTION, "code": "evidence_fits"}, "decision_contradictory"),
            ({**ACCEPTANCE, "code": "within_limits"}, "fields_invalid"),
            ({**ACCEPTANCE, "verdict": "perhaps"}, "fields_invalid"),
            ({**ACCEPTANCE, "status": "accepted"}, "fields_invalid"),
        ],
    )
    def test_refuses_what_contradicts_itself(
        self, city: ApiClient, appealed: dict[str, Any], decision: dict[str, Any], code: str
    ) -> None:
        response = decide(city, appealed, **{k: v for k, v in decision.items() if v is not None})

        assert response.status_code == 422
        assert response.get_json()["code"] == code

    def test_rejects_an_appeal_for_good(
        self, citizen: ApiClient, city: ApiClient, appealed: dict[str, Any], database: Database
    ) -> None:
        response = decide(city, appealed, **REJECTION)

        assert response.get_json()["status"] == "rejected"
        assert points_of(citizen) == 0
        assert acts_of(database, appealed)[-2:] == ["appealed", "rejected"]
        assert citizen.get("/v1/notices").get_json()["items"][0]["kind"] == "claim_rejected_finally"

    def test_is_not_the_citys_while_the_shop_is_asked(
        self, citizen: ApiClient, city: ApiClient, poster: str
    ) -> None:
        waiting = state(citizen, poster, LARGE_YEN)

        response = decide(city, waiting)

        assert response.status_code == 409
        assert response.get_json()["code"] == "claim_not_waiting"

    def test_is_the_citys_when_the_shops_time_is_over(
        self, citizen: ApiClient, city: ApiClient, poster: str, database: Database, world: World
    ) -> None:
        waiting = state(citizen, poster, LARGE_YEN)
        lapse(database, waiting)

        assert decide(city, waiting).get_json()["status"] == "accepted"

    def test_is_done_once(self, city: ApiClient, approver: ApiClient, appealed: dict[str, Any]) -> None:
        decide(city, appealed)

        response = decide(approver, appealed, **REJECTION)

        assert response.status_code == 409
        assert response.get_json()["code"] == "claim_not_waiting"

    def test_decides_its_flags(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        city: ApiClient,
        poster: str,
        database: Database,
        world: World,
    ) -> None:
        buy(citizen, clerk, SMALL_YEN)
        odd = state(citizen, poster, SMALL_YEN)

        decide(city, odd, verdict="reject", code="already_recorded", reason="レジで記録済みです")

        flag = database.run(lambda session: session.scalars(select(Flag)).one())
        assert (flag.status, flag.decided_by_staff_id, flag.decision_reason) == (
            "confirmed",
            world.city.id,
            "レジで記録済みです",
        )


def lapse(database: Database, claim: dict[str, Any]) -> None:
    """As if the shop's time were over."""

    def work(session: Any) -> None:
        session.get_one(Claim, uuid.UUID(claim["id"])).expires_at = NOW

    database.run(work)


class TestSecondPerson:
    def test_is_needed_for_a_large_amount(
        self,
        citizen: ApiClient,
        city: ApiClient,
        approver: ApiClient,
        large: dict[str, Any],
        database: Database,
        world: World,
    ) -> None:
        first = decide(city, large).get_json()

        assert (first["status"], first["waits_for"]) == ("appealed", "city")
        assert (first["seconded_by_staff_id"], first["seconded_yen"]) == (str(world.city.id), 60_000)
        assert points_of(citizen) == 0
        second = decide(approver, large).get_json()
        assert (second["status"], points_of(citizen)) == ("accepted", 600)
        assert acts_of(database, large)[-2:] == ["seconded", "accepted"]

    def test_is_not_the_first(self, city: ApiClient, large: dict[str, Any]) -> None:
        decide(city, large)

        response = decide(city, large)

        assert response.status_code == 403
        assert response.get_json()["code"] == "second_person_required"

    def test_accepts_just_the_same(
        self, city: ApiClient, approver: ApiClient, large: dict[str, Any], world: World
    ) -> None:
        decide(city, large, **PART, amount_yen=40_000)

        other = decide(approver, large).get_json()

        assert other["status"] == "appealed"
        assert (other["seconded_by_staff_id"], other["seconded_yen"]) == (str(world.approver.id), 60_000)
        assert decide(city, large).get_json()["accepted_yen"] == 60_000

    def test_is_not_needed_for_a_small_part(self, city: ApiClient, large: dict[str, Any]) -> None:
        assert decide(city, large, **PART, amount_yen=29_999).get_json()["status"] == "partly_accepted"

    def test_is_not_needed_for_a_rejection(self, city: ApiClient, large: dict[str, Any]) -> None:
        assert decide(city, large, **REJECTION).get_json()["status"] == "rejected"

    def test_decides_the_appeal_against_the_first(
        self, citizen: ApiClient, clerk: ApiClient, city: ApiClient, approver: ApiClient, poster: str
    ) -> None:
        buy(citizen, clerk, SMALL_YEN)
        odd = state(citizen, poster, SMALL_YEN)
        decide(city, odd, **REJECTION)
        appeal(citizen, odd)

        response = decide(city, odd)

        assert response.status_code == 403
        assert response.get_json()["code"] == "second_person_required"
        assert decide(approver, odd).get_json()["status"] == "accepted"


class TestOwnClaim:
    def test_is_decided_by_somebody_else(
        self,
        city: ApiClient,
        approver: ApiClient,
        appealed: dict[str, Any],
        database: Database,
        world: World,
    ) -> None:
        def work(session: Any) -> None:
            email = session.get_one(Staff, world.city.id).email
            login = {"citizen_id": world.citizen.id, "kind": "email", "subject": email}
            session.add(CitizenLogin(id=uuid.uuid4(), created_at=NOW, **login))

        database.run(work)

        response = decide(city, appealed)

        assert response.status_code == 403
        assert response.get_json()["code"] == "own_claim_refused"
        assert decide(approver, appealed).status_code == 200

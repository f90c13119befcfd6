"""POST /v1/shop/claims/{claim_id}/confirmation."""

import uuid
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from backend.base.database import Database
from backend.claims.models import ClaimEvent
from backend.people.models import CitizenLogin, Staff
from tests.conftest import NOW
from tests.factories.claims import LARGE_YEN, acts_of, state
from tests.factories.purchases import points_of
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")


def confirm(till: ApiClient, claim: dict[str, Any]) -> Any:
    return till.post(f"/v1/shop/claims/{claim['id']}/confirmation")


class TestConfirmClaim:
    def test_makes_it_a_purchase(
        self, citizen: ApiClient, clerk: ApiClient, poster: str, database: Database, world: World
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)

        response = confirm(clerk, claim)

        assert response.status_code == 200
        assert response.get_json()["status"] == "accepted"
        assert points_of(citizen) == 48
        [sale] = clerk.get("/v1/shop/purchases").get_json()["items"]
        assert (sale["id"], sale["amount_yen"]) == (response.get_json()["purchase_id"], LARGE_YEN)
        query = select(ClaimEvent).where(ClaimEvent.act == "accepted")
        event = database.run(lambda session: session.scalars(query).one())
        assert (event.actor_kind, event.actor_id, event.code) == (
            "clerk",
            world.clerk.id,
            "confirmed_by_shop",
        )

    def test_counts_by_the_moment_of_the_purchase(
        self, citizen: ApiClient, register: ApiClient, poster: str, clock: time_machine.Traveller
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        clock.shift(48 * 3600)

        confirm(register, claim)

        [purchase] = citizen.get("/v1/purchases").get_json()["items"]
        assert purchase["done_at"].startswith("2026-06-15T03:00:00")
        assert purchase["recorded_at"].startswith("2026-06-17T03:00:00")

    def test_is_for_registers_too(
        self, citizen: ApiClient, register: ApiClient, poster: str, database: Database
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)

        assert confirm(register, claim).status_code == 200
        assert acts_of(database, claim)[-1] == "accepted"

    def test_is_done_once(self, citizen: ApiClient, clerk: ApiClient, poster: str) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        confirm(clerk, claim)

        response = confirm(clerk, claim)

        assert response.status_code == 409
        assert response.get_json()["code"] == "claim_not_waiting"
        assert points_of(citizen) == 48

    def test_comes_too_late_once_it_is_the_citys(
        self, citizen: ApiClient, register: ApiClient, poster: str, clock: time_machine.Traveller
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        clock.shift(72 * 3600)

        response = confirm(register, claim)

        assert response.status_code == 409
        assert response.get_json()["code"] == "claim_not_waiting"

    def test_is_not_for_ones_own(
        self, citizen: ApiClient, clerk: ApiClient, poster: str, database: Database, world: World
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)

        def work(session: Any) -> None:
            email = session.get_one(Staff, world.clerk.id).email
            login = {"citizen_id": world.citizen.id, "kind": "email", "subject": email}
            session.add(CitizenLogin(id=uuid.uuid4(), created_at=NOW, **login))

        database.run(work)

        response = confirm(clerk, claim)

        assert response.status_code == 403
        assert response.get_json()["code"] == "own_claim_refused"

    def test_is_not_the_citizens(self, citizen: ApiClient, poster: str) -> None:
        claim = state(citizen, poster, LARGE_YEN)

        assert confirm(citizen, claim).status_code == 403

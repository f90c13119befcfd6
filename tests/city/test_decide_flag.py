"""POST /v1/city/flags/{flag_id}/decisions."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.claims.models import Flag, FlagKind
from backend.claims.rules.flags import Threshold
from backend.claims.service.sweeping import sweep_purchases
from backend.claims.terms import load_terms
from backend.people.models import CitizenLogin, Staff
from backend.points.queries import get_points_summary
from backend.points.service.movements import close_account
from tests.conftest import NOW
from tests.factories.claims import SMALL_YEN, state
from tests.factories.purchases import buy, issue, record, refund
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
# Everything is odd: two flags a purchase.
ODD = {FlagKind.PERSON_VELOCITY: Threshold(1, 1), FlagKind.YOUNG_ACCOUNTS: Threshold(1, 24)}
CLEAR = {"verdict": "clear", "reason": "店に確かめました"}
CONFIRM = {"verdict": "confirm", "reason": "店の記録にありません"}


@pytest.fixture
def purchase(citizen: ApiClient, clerk: ApiClient, run_campaign: Callable[..., uuid.UUID]) -> dict[str, Any]:
    """1,280 yen: 12 points at once, 64 that are pending for thirty days."""
    run_campaign(slug="later", pending={"days": 30})
    return buy(citizen, clerk)


@pytest.fixture
def flags(purchase: dict[str, Any], database: Database, clock: time_machine.Traveller) -> list[str]:
    clock.shift(61)
    terms = replace(load_terms(), flags=ODD)
    database.run(lambda session: sweep_purchases(session, terms=terms, at=utc_now()))
    return [str(flag_id) for flag_id in database.run(lambda session: session.scalars(select(Flag.id)).all())]


def judge(office: ApiClient, flag_id: str, decision: dict[str, str]) -> Any:
    return office.post(f"/v1/city/flags/{flag_id}/decisions", decision)


def points(database: Database, world: World, *, days: int = 0) -> tuple[int, int, int]:
    """Spendable, pending, held; now, or so many days on."""
    account_id, at = world.citizen.account_id, utc_now() + timedelta(days=days)
    found = database.run(lambda session: get_points_summary(session, account_id=account_id, at=at))
    return found.balance_points, found.pending_points, found.held_points


class TestFlaggedPurchase:
    def test_keeps_its_pending_points_pending(
        self, flags: list[str], database: Database, world: World
    ) -> None:
        assert len(flags) == 2

        assert points(database, world) == (12, 64, 0)
        assert points(database, world, days=31) == (12, 64, 0)


class TestDecideFlag:
    def test_frees_the_points_with_the_last_one_cleared(
        self, city: ApiClient, flags: list[str], database: Database, world: World
    ) -> None:
        first = judge(city, flags[0], CLEAR)

        assert first.status_code == 200
        assert (first.get_json()["status"], first.get_json()["decision_reason"]) == (
            "cleared",
            CLEAR["reason"],
        )
        assert points(database, world, days=31) == (12, 64, 0)
        judge(city, flags[1], CLEAR)
        assert points(database, world) == (12, 64, 0)
        assert points(database, world, days=31) == (76, 0, 0)

    def test_takes_the_purchase_back_when_confirmed(
        self, citizen: ApiClient, city: ApiClient, flags: list[str], database: Database, world: World
    ) -> None:
        response = judge(city, flags[0], CONFIRM)

        assert response.get_json()["status"] == "confirmed"
        assert points(database, world) == (0, 0, 0)
        [purchase] = citizen.get("/v1/purchases").get_json()["items"]
        assert purchase["refunded_yen"] == 1280
        notice = citizen.get("/v1/notices").get_json()["items"][0]
        assert notice["kind"] == "purchase_reversed"
        assert CONFIRM["reason"] in notice["body"]
        open_flags = city.get("/v1/city/flags?status=open").get_json()["items"]
        assert open_flags == []

    def test_leaves_a_debt_where_the_points_are_spent(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        city: ApiClient,
        flags: list[str],
        database: Database,
        world: World,
    ) -> None:
        record(citizen, issue(clerk, 90)["url"], "another-key", points_to_spend=12)

        judge(city, flags[0], CONFIRM)

        assert points(database, world)[0] == 0

    def test_asks_nothing_back_of_what_the_shop_took_back(
        self,
        clerk: ApiClient,
        city: ApiClient,
        purchase: dict[str, Any],
        flags: list[str],
        database: Database,
        world: World,
    ) -> None:
        assert refund(clerk, purchase["id"]).status_code == 201

        response = judge(city, flags[0], CONFIRM)

        assert response.status_code == 200
        assert points(database, world) == (0, 0, 0)

    def test_keeps_the_rest_pending_when_the_shop_takes_back_a_part(
        self,
        clerk: ApiClient,
        city: ApiClient,
        purchase: dict[str, Any],
        flags: list[str],
        database: Database,
        world: World,
    ) -> None:
        refund(clerk, purchase["id"], amount_yen=640)

        assert points(database, world, days=31) == (6, 32, 0)
        for flag_id in flags:
            judge(city, flag_id, CLEAR)
        assert points(database, world) == (6, 32, 0)

    def test_is_done_once(self, city: ApiClient, approver: ApiClient, flags: list[str]) -> None:
        judge(city, flags[0], CLEAR)

        response = judge(approver, flags[0], CONFIRM)

        assert response.status_code == 409
        assert response.get_json()["code"] == "flag_decided"

    def test_wants_a_reason(self, city: ApiClient, flags: list[str]) -> None:
        assert judge(city, flags[0], {"verdict": "clear"}).status_code == 422

    def test_of_a_waiting_claim_is_left_to_the_claim(
        self, citizen: ApiClient, clerk: ApiClient, city: ApiClient, poster: str
    ) -> None:
        buy(citizen, clerk, SMALL_YEN)
        state(citizen, poster, SMALL_YEN)
        [flag] = city.get("/v1/city/flags").get_json()["items"]

        response = judge(city, flag["id"], CLEAR)

        assert response.status_code == 409
        assert response.get_json()["code"] == "flag_decided_with_claim"

    def test_of_a_withdrawn_claim_is_decided_by_itself(
        self, citizen: ApiClient, clerk: ApiClient, city: ApiClient, poster: str
    ) -> None:
        buy(citizen, clerk, SMALL_YEN)
        claim = state(citizen, poster, SMALL_YEN)
        citizen.post(f"/v1/claims/{claim['id']}/withdrawal")
        [flag] = city.get("/v1/city/flags").get_json()["items"]

        response = judge(city, flag["id"], CONFIRM)

        assert response.get_json()["status"] == "confirmed"

    def test_is_not_about_ones_own(
        self, city: ApiClient, approver: ApiClient, flags: list[str], database: Database, world: World
    ) -> None:
        def work(session: Any) -> None:
            email = session.get_one(Staff, world.city.id).email
            login = {"citizen_id": world.citizen.id, "kind": "email", "subject": email}
            session.add(CitizenLogin(id=uuid.uuid4(), created_at=NOW, **login))

        database.run(work)

        response = judge(city, flags[0], CLEAR)

        assert response.status_code == 403
        assert judge(approver, flags[0], CLEAR).status_code == 200

    def test_is_not_stopped_by_whoever_left(
        self, city: ApiClient, flags: list[str], database: Database, world: World
    ) -> None:
        account_id = world.citizen.account_id
        database.run(lambda session: close_account(session, account_id=account_id, at=utc_now()))

        assert judge(city, flags[0], CONFIRM).get_json()["status"] == "confirmed"

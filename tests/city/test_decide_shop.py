"""POST /v1/city/shops/{shop_id}/decisions: the city's word."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.base.database import Database
from backend.notices.letters import TakenLetter, make_letter
from backend.people.models import Letter
from backend.points.models import PointsAccount
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

Decide = Callable[..., TestResponse]


@pytest.fixture
def applied_id(database: Database, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_shop(session, at=at, status="applied").id)


@pytest.fixture
def decide(city: ApiClient) -> Decide:
    def post(shop_id: uuid.UUID, action: str, **body: str) -> TestResponse:
        return city.post(f"/v1/city/shops/{shop_id}/decisions", {"action": action, **body})

    return post


class TestDecideShop:
    def test_opens_a_shop_to_citizens(self, decide: Decide, nobody: ApiClient, applied_id: uuid.UUID) -> None:
        response = decide(applied_id, "approve")

        assert (response.status_code, response.get_json()["status"]) == (200, "active")
        assert nobody.get(f"/v1/shops/{applied_id}").status_code == 200

    def test_opens_an_account_for_the_points_that_are_spent_there(
        self, decide: Decide, applied_id: uuid.UUID, database: Database
    ) -> None:
        decide(applied_id, "approve")

        account = database.run(lambda session: session.get_one(PointsAccount, applied_id))
        assert account.kind == "shop"

    def test_hides_a_suspended_shop_from_citizens(
        self, decide: Decide, nobody: ApiClient, world: World
    ) -> None:
        decide(world.shop_id, "suspend", reason="確認中")

        assert nobody.get(f"/v1/shops/{world.shop_id}").status_code == 404

    def test_stops_the_till_of_a_suspended_shop(self, decide: Decide, clerk: ApiClient, world: World) -> None:
        decide(world.shop_id, "suspend", reason="確認中")

        response = clerk.post("/v1/shop/codes", {"amount_yen": 100})

        assert response.get_json()["code"] == "shop_not_active"

    def test_shuts_the_registers_of_a_closed_shop_out(
        self, decide: Decide, register: ApiClient, world: World
    ) -> None:
        decide(world.shop_id, "close", reason="廃業")

        assert register.get("/v1/shop/shop").status_code == 401

    @pytest.mark.parametrize("decision", [{"action": "approve"}, {"action": "reject", "reason": "書類不足"}])
    def test_writes_letters_that_can_be_sent(
        self, decide: Decide, database: Database, applied_id: uuid.UUID, decision: dict[str, str]
    ) -> None:
        decide(applied_id, **decision)

        letters = database.run(
            lambda session: session.scalars(select(Letter).where(Letter.kind.startswith("shop_"))).all()
        )
        message = make_letter(
            TakenLetter(
                id=letters[0].id,
                attempts=1,
                channel=letters[0].channel,
                recipient=letters[0].recipient,
                kind=letters[0].kind,
                language=letters[0].language,
                params=letters[0].params,
            )
        )
        assert message.recipient == "shop@example.jp"

    def test_asks_for_a_reason_to_reject(self, decide: Decide, applied_id: uuid.UUID) -> None:
        response = decide(applied_id, "reject")

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "reason_required")
        assert problem["errors"][0]["field"] == "reason"

    def test_refuses_to_approve_twice(self, decide: Decide, applied_id: uuid.UUID) -> None:
        decide(applied_id, "approve")

        response = decide(applied_id, "approve")

        assert (response.status_code, response.get_json()["code"]) == (409, "shop_transition_refused")

    @pytest.mark.parametrize("action", ["apply", "", "delete"])
    def test_refuses_an_action_that_is_not_there(
        self, decide: Decide, applied_id: uuid.UUID, action: str
    ) -> None:
        assert decide(applied_id, action).status_code == 422

    def test_knows_no_shop_that_is_not_there(self, decide: Decide) -> None:
        assert decide(uuid.uuid4(), "approve").status_code == 404

    def test_is_for_officers(self, approver: ApiClient, manager: ApiClient, applied_id: uuid.UUID) -> None:
        path = f"/v1/city/shops/{applied_id}/decisions"

        assert approver.post(path, {"action": "approve"}).status_code == 403
        assert manager.post(path, {"action": "approve"}).status_code == 403

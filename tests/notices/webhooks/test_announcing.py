"""What happens at a shop waits for its system in the very transaction, and says nothing of the citizen."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.people import make_staff
from tests.factories.purchases import (
    KEY,
    OTHER_KEY,
    buy,
    complete,
    issue,
    open_checkout,
    record,
    refund,
    sell,
    show_code,
    take_coupon,
)
from tests.factories.webhooks import PATH, list_rows, register_webhook, told
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

LINES = [
    {"name": "あんパン", "quantity": 2, "amount_yen": 400, "gtin": "4901085089897"},
    {"name": "食パン", "quantity": 1, "amount_yen": 880, "in_store_code": "SHOKU-1"},
]


class TestPurchase:
    def test_is_told_with_amounts_points_and_codes(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database, world: World
    ) -> None:
        register_webhook(manager)

        purchase = record(citizen, issue(clerk, 1280, lines=LINES)["url"]).get_json()

        [event] = database.run(told)
        assert (event["type"], event["shop_id"]) == ("purchase.recorded", str(world.shop_id))
        assert event["data"] == {
            "purchase_id": purchase["id"],
            "amount_yen": 1280,
            "discount_yen": 0,
            "spent_points": 0,
            "to_pay_yen": 1280,
            "earned_points": 12,
            "done_at": "2026-06-15T03:00:00Z",
            "recorded_at": "2026-06-15T03:00:00Z",
            "lines": [
                {
                    "position": 1,
                    "quantity": 2,
                    "amount_yen": 400,
                    "gtin": "4901085089897",
                    "in_store_code": None,
                },
                {
                    "position": 2,
                    "quantity": 1,
                    "amount_yen": 880,
                    "gtin": None,
                    "in_store_code": "SHOKU-1",
                },
            ],
        }

    def test_is_told_without_its_buyer(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database, world: World
    ) -> None:
        register_webhook(manager)

        buy(citizen, clerk)

        said = json.dumps(database.run(told))
        assert str(world.citizen.id) not in said
        assert str(world.citizen.account_id) not in said
        assert "balance" not in said

    def test_is_told_however_it_is_sold(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        register_webhook(manager)

        sell(clerk, show_code(citizen))
        complete(clerk, open_checkout(clerk, show_code(citizen), key=OTHER_KEY))

        assert [event["type"] for event in database.run(told)] == ["purchase.recorded"] * 2

    def test_is_told_to_each_webhook_with_one_id(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        webhooks = {register_webhook(manager)["id"] for _ in range(2)}

        buy(citizen, clerk)

        rows = database.run(list_rows)
        assert {str(row.webhook_id) for row in rows} == webhooks
        assert len({row.event_id for row in rows}) == 1

    def test_is_told_once_when_the_request_comes_twice(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        register_webhook(manager)
        url = issue(clerk)["url"]

        record(citizen, url)
        record(citizen, url)

        assert len(database.run(told)) == 1

    def test_that_is_refused_is_told_to_nobody(
        self,
        manager: ApiClient,
        citizen: ApiClient,
        neighbour: ApiClient,
        clerk: ApiClient,
        database: Database,
    ) -> None:
        register_webhook(manager)
        url = issue(clerk)["url"]
        record(citizen, url)

        assert record(neighbour, url, OTHER_KEY).status_code == 409

        assert len(database.run(told)) == 1

    def test_is_not_told_to_who_wants_something_else(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        register_webhook(manager, event_types=["purchase.refunded"])

        buy(citizen, clerk)

        assert database.run(told) == []

    def test_is_not_told_to_another_shop(
        self, app: Any, citizen: ApiClient, clerk: ApiClient, database: Database, at: datetime
    ) -> None:
        shop_id = database.run(lambda session: make_shop(session, at=at).id)
        stranger = database.run(
            lambda session: make_staff(session, at=at, face="shop", roles=("manager",), shop_id=shop_id)
        )
        register_webhook(ApiClient(app, stranger.token))

        buy(citizen, clerk)

        assert database.run(told) == []

    @pytest.mark.parametrize("act", ["pause", "remove"])
    def test_is_not_told_where_nobody_listens_any_more(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database, act: str
    ) -> None:
        path = f"{PATH}/{register_webhook(manager)['id']}"
        manager.delete(path) if act == "remove" else manager.post(f"{path}/pause")

        buy(citizen, clerk)

        assert database.run(told) == []


class TestCoupon:
    def test_is_told_beside_its_purchase(
        self,
        manager: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        database: Database,
        make_town_offer: Callable[..., uuid.UUID],
    ) -> None:
        register_webhook(manager)
        offer_id = make_town_offer()
        coupon_id = take_coupon(citizen, offer_id)

        purchase = record(citizen, issue(clerk)["url"], coupon_ids=[coupon_id]).get_json()

        recorded, redeemed = database.run(told)
        assert (recorded["type"], recorded["data"]["discount_yen"]) == ("purchase.recorded", 50)
        assert redeemed["type"] == "coupon.redeemed"
        assert redeemed["data"] == {
            "offer_id": str(offer_id),
            "purchase_id": purchase["id"],
            "discount_yen": 50,
            "redeemed_at": "2026-06-15T03:00:00Z",
        }


class TestRefund:
    def test_is_told_with_what_goes_back(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        register_webhook(manager, event_types=["purchase.refunded"])
        purchase = record(citizen, issue(clerk, 1280, lines=LINES)["url"]).get_json()

        made = refund(clerk, purchase["id"], lines=[{"position": 1, "quantity": 1}]).get_json()

        [event] = database.run(told)
        assert event["type"] == "purchase.refunded"
        assert event["data"] == {
            "refund_id": made["id"],
            "purchase_id": purchase["id"],
            "amount_yen": 200,
            "cash_yen": 200,
            "returned_points": 0,
            "discount_yen": 0,
            "reclaimed_points": made["reclaimed_points"],
            "refunded_at": "2026-06-15T03:00:00Z",
            "lines": [
                {
                    "position": 1,
                    "quantity": 1,
                    "amount_yen": 200,
                    "gtin": "4901085089897",
                    "in_store_code": None,
                }
            ],
        }


class TestStatements:
    @on_postgresql
    @pytest.mark.parametrize("is_listening", [False, True])
    def test_stay_three_on_postgresql_whoever_listens(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database, is_listening: bool
    ) -> None:
        if is_listening:
            register_webhook(manager)
        buy(citizen, clerk)
        url = issue(clerk)["url"]

        with asked_statements(database, frames=True) as statements:
            record(citizen, url, OTHER_KEY)

        assert len(statements) == 3
        assert len(database.run(told)) == (2 if is_listening else 0)

    @on_sqlite
    def test_are_one_more_on_sqlite_only_where_somebody_listens(
        self, manager: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        buy(citizen, clerk)
        urls = [issue(clerk)["url"] for _ in range(2)]

        with asked_statements(database) as without:
            record(citizen, urls[0], OTHER_KEY)
        register_webhook(manager)
        with asked_statements(database) as listened_to:
            record(citizen, urls[1], KEY + "-3")

        assert len(listened_to) == len(without) + 1
        assert not any("INSERT INTO webhook_deliveries" in statement for statement in without)

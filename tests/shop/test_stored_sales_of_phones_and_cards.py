"""POST /v1/shop/purchases/batch with codes that the server did not open: phones without a network, paper cards."""

from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.people.code_models import CardUse, OfflineCodeUse
from tests.factories.cards import held_card, points_on
from tests.factories.offline import enrol
from tests.factories.purchases import points_of, sell, send_stored, show_code, stored
from tests.factories.webhooks import register_webhook
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")


def codes_of(outcomes: list[Any]) -> list[str]:
    return [outcome["problem"]["code"] if outcome["problem"] else "recorded" for outcome in outcomes]


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


class TestStoredSalesByOfflineCode:
    def test_earn_for_whoever_held_the_telephone_then(
        self, citizen: ApiClient, register: ApiClient, clock: Any
    ) -> None:
        code = enrol(citizen).show()
        clock.shift(20 * 3600)

        [outcome] = send_stored(register, stored("a-1", code))

        assert outcome["purchase"]["done_at"] == "2026-06-15T03:00:00+00:00"
        assert points_of(citizen) == 12

    def test_stand_beside_sales_by_codes_of_the_server(
        self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient
    ) -> None:
        codes = [enrol(citizen).show(), show_code(neighbour)]

        outcomes = send_stored(register, stored("a-1", codes[0]), stored("a-2", codes[1]))

        assert codes_of(outcomes) == ["recorded", "recorded"]
        assert (points_of(citizen), points_of(neighbour)) == (12, 12)

    def test_use_a_code_up_once(self, citizen: ApiClient, register: ApiClient, database: Database) -> None:
        code = enrol(citizen).show()

        outcomes = send_stored(register, stored("a-1", code), stored("a-2", code))

        assert codes_of(outcomes) == ["recorded", "citizen_code_used"]
        assert codes_of(send_stored(register, stored("a-3", code))) == ["citizen_code_used"]
        assert sell(register, code).get_json()["code"] == "citizen_code_used"
        assert count(database, OfflineCodeUse) == 1

    def test_are_refused_for_a_code_of_another_hour(
        self, citizen: ApiClient, register: ApiClient, clock: Any
    ) -> None:
        code = enrol(citizen).show()
        clock.shift(3600)

        outcomes = send_stored(register, stored("a-1", code, done_at="2026-06-15T12:05:00+09:00"))

        assert codes_of(outcomes) == ["offline_code_outdated"]


class TestStoredSalesToCards:
    def test_earn_for_the_card_as_often_as_it_buys(
        self, city: ApiClient, clerk: ApiClient, register: ApiClient, database: Database, clock: Any
    ) -> None:
        card = held_card(city)
        clock.shift(3600)

        outcomes = send_stored(register, stored("a-1", card.number), stored("a-2", card.number))

        assert codes_of(outcomes) == ["recorded", "recorded"]
        assert points_on(clerk, card) == 24
        assert count(database, CardUse) == 2

    def test_sent_again_are_replays(self, city: ApiClient, clerk: ApiClient, register: ApiClient) -> None:
        card = held_card(city)
        send_stored(register, stored("a-1", card.number))

        [again] = send_stored(register, stored("a-1", card.number))

        assert again["is_replay"] is True
        assert points_on(clerk, card) == 12


class TestStoredSalesAndOtherSystems:
    def test_are_told_to_the_shops_own(
        self, manager: ApiClient, citizen: ApiClient, register: ApiClient
    ) -> None:
        webhook = register_webhook(manager)

        [outcome] = send_stored(register, stored("a-1", show_code(citizen)))

        [told] = manager.get(f"/v1/shop/webhooks/{webhook['id']}/deliveries").get_json()["items"]
        assert told["event_type"] == "purchase.recorded"
        assert outcome["status"] == 201

    def test_belong_to_the_register_that_sent_them(self, citizen: ApiClient, register: ApiClient) -> None:
        [outcome] = send_stored(register, stored("a-1", show_code(citizen), 1280))

        day = {"sold_on": "2026-06-15", "count": 1, "amount_yen": 1280}
        compared = register.post("/v1/shop/reconciliations", day).get_json()

        assert outcome["status"] == 201
        assert compared["differences"] == []

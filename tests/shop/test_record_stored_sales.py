"""POST /v1/shop/purchases/batch"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from backend.base.database import Database
from backend.notices.models import Notice
from backend.organisations.models import Shop
from backend.purchases.models import Purchase, PurchaseLine
from tests.factories.organisations import make_product, make_register_key, make_shop
from tests.factories.purchases import points_of, sell, send_stored, show_code, stored
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/purchases/batch"
Run = Callable[..., Any]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

pytestmark = pytest.mark.usefixtures("proven_ledger")


def codes_of(outcomes: list[Any]) -> list[str]:
    return [outcome["problem"]["code"] if outcome["problem"] else "recorded" for outcome in outcomes]


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


class TestRecordStoredSales:
    def test_records_sales_to_several_citizens(
        self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient
    ) -> None:
        first, second = send_stored(
            register, stored("a-1", show_code(citizen), 1280), stored("a-2", show_code(neighbour), 600)
        )

        assert (first["id"], first["status"], first["is_replay"], first["problem"]) == (
            "a-1",
            201,
            False,
            None,
        )
        assert (first["purchase"]["amount_yen"], first["purchase"]["earned_points"]) == (1280, 12)
        assert (second["purchase"]["amount_yen"], second["purchase"]["earned_points"]) == (600, 6)
        assert (points_of(citizen), points_of(neighbour)) == (12, 6)

    def test_tells_each_citizen(self, citizen: ApiClient, register: ApiClient) -> None:
        send_stored(register, stored("a-1", show_code(citizen)))

        [notice] = citizen.get("/v1/notices").get_json()["items"]
        assert notice["kind"] == "purchase_recorded"

    def test_records_a_sale_by_a_code_that_was_good_when_it_was_sold(
        self, citizen: ApiClient, register: ApiClient, clock: Any
    ) -> None:
        code = show_code(citizen)
        clock.shift(6 * 86_400)

        [outcome] = send_stored(register, stored("a-1", code))

        assert outcome["purchase"]["done_at"] == "2026-06-15T03:00:00+00:00"
        assert outcome["purchase"]["recorded_at"] == "2026-06-21T03:00:00+00:00"

    def test_lets_earlier_sales_of_the_batch_count_for_later_ones(
        self, citizen: ApiClient, register: ApiClient, clock: Any, run_campaign: Run
    ) -> None:
        run_campaign(fixed_points=30, day_cap_points=50)
        first = show_code(citizen)
        clock.shift(1)
        second = show_code(citizen)
        clock.shift(3600)

        outcomes = send_stored(
            register,
            stored("a-1", first, 100),
            stored("a-2", second, 100, done_at="2026-06-15T12:00:01+09:00"),
        )

        assert [outcome["purchase"]["earned_points"] for outcome in outcomes] == [31, 21]
        balances = [each["balance_points"] for each in citizen.get("/v1/purchases").get_json()["items"]]
        assert balances == [52, 31]

    def test_decides_campaigns_by_the_day_of_the_sale(
        self, citizen: ApiClient, register: ApiClient, clock: Any, run_campaign: Run
    ) -> None:
        run_campaign(fixed_points=30, when={"weekdays": [0]})
        code = show_code(citizen)
        clock.shift(2 * 86_400)

        [outcome] = send_stored(register, stored("a-1", code, 100))

        assert outcome["purchase"]["earned_points"] == 31

    def test_keeps_the_lines_with_their_products(
        self, citizen: ApiClient, register: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        product_id = database.run(
            lambda session: make_product(session, shop_id=world.shop_id, at=at, gtin="4901234567894").id
        )
        lines = [{"amount_yen": 900, "gtin": "4901234567894"}, {"amount_yen": 100, "name": "パン"}]

        send_stored(register, stored("a-1", show_code(citizen), 1000, lines=lines))

        kept = database.run(
            lambda session: session.scalars(select(PurchaseLine).order_by(PurchaseLine.position)).all()
        )
        assert [(line.amount_yen, line.product_id) for line in kept] == [(900, product_id), (100, None)]

    def test_spends_no_points_although_the_code_would_let_it(
        self, citizen: ApiClient, register: ApiClient, give_points: Run
    ) -> None:
        give_points(500)

        [outcome] = send_stored(register, stored("a-1", show_code(citizen, points_to_spend="all")))

        assert (outcome["purchase"]["spent_points"], points_of(citizen)) == (0, 512)

    def test_earns_nothing_by_a_code_that_was_opened_for_spending_only(
        self, citizen: ApiClient, register: ApiClient
    ) -> None:
        [outcome] = send_stored(register, stored("a-1", show_code(citizen, scopes=("spend",))))

        assert outcome["purchase"]["earned_points"] == 0

    def test_stamps_cards(self, citizen: ApiClient, register: ApiClient, run_campaign: Run) -> None:
        run_campaign(stamp_card={"distinct": "shops", "target": 1, "reward": {"points": 40}})

        [outcome] = send_stored(register, stored("a-1", show_code(citizen), 100))

        assert outcome["purchase"]["earned_points"] == 41

    def test_shares_out_the_last_points_of_a_budget_in_order(
        self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient, run_campaign: Run
    ) -> None:
        run_campaign(fixed_points=30, budget_points=40)

        outcomes = send_stored(
            register, stored("a-1", show_code(citizen), 99), stored("a-2", show_code(neighbour), 99)
        )

        assert [outcome["purchase"]["earned_points"] for outcome in outcomes] == [30, 10]


class TestRecordStoredSalesAgain:
    def test_replays_each_sale(self, citizen: ApiClient, register: ApiClient, database: Database) -> None:
        item = stored("a-1", show_code(citizen))
        [first] = send_stored(register, item)

        [again] = send_stored(register, item)

        assert again == {**first, "is_replay": True}
        assert (count(database, Purchase), count(database, Notice), points_of(citizen)) == (1, 1, 12)

    def test_records_what_is_missing(
        self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient
    ) -> None:
        first, second = stored("a-1", show_code(citizen)), stored("a-2", show_code(neighbour))
        send_stored(register, first)

        outcomes = send_stored(register, first, second)

        assert [outcome["is_replay"] for outcome in outcomes] == [True, False]

    def test_replays_a_sale_whose_time_is_over_by_now(
        self, citizen: ApiClient, register: ApiClient, clock: Any
    ) -> None:
        item = stored("a-1", show_code(citizen))
        send_stored(register, item)
        clock.shift(40 * 86_400)

        [again] = send_stored(register, item)

        assert (again["status"], again["is_replay"]) == (201, True)

    def test_refuses_another_sale_under_the_same_key(self, citizen: ApiClient, register: ApiClient) -> None:
        item = stored("a-1", show_code(citizen))
        send_stored(register, item)

        [outcome] = send_stored(register, {**item, "amount_yen": 1281})

        assert (outcome["status"], codes_of([outcome])) == (422, ["idempotency_key_reused"])
        assert outcome["problem"]["errors"][0]["pointer"] == "/items/0/id"

    def test_counts_one_key_once_that_comes_twice_in_a_batch(
        self, citizen: ApiClient, register: ApiClient
    ) -> None:
        item = stored("a-1", show_code(citizen))

        outcomes = send_stored(register, item, item, {**item, "amount_yen": 5})

        assert [outcome["is_replay"] for outcome in outcomes] == [False, True, False]
        assert codes_of(outcomes) == ["recorded", "recorded", "idempotency_key_reused"]
        assert points_of(citizen) == 12

    def test_leaves_another_shops_keys_alone(
        self, app: Any, citizen: ApiClient, register: ApiClient, database: Database, at: datetime, clock: Any
    ) -> None:
        def other(session: Any) -> str:
            shop = make_shop(session, at=at, name_ja="よその店")
            return make_register_key(session, shop_id=shop.id, at=at)

        elsewhere = ApiClient(app, database.run(other))
        send_stored(register, stored("a-1", show_code(citizen)))
        clock.shift(1)

        [outcome] = send_stored(elsewhere, stored("a-1", show_code(citizen)))

        assert (outcome["status"], outcome["is_replay"]) == (201, False)


class TestRecordStoredSalesOneByOne:
    def test_refuses_an_item_without_refusing_the_others(
        self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient
    ) -> None:
        outcomes = send_stored(
            register,
            stored("a-1", show_code(citizen)),
            stored("a-2", "0000 0000 00000"),
            stored("a-3", show_code(neighbour), amount_yen=0),
            {"id": "a-4"},
            None,
            stored("a-6", show_code(neighbour), lines=[{"amount_yen": 7}]),
            stored("a-7", show_code(neighbour)),
        )

        assert [outcome["status"] for outcome in outcomes] == [201, 404, 422, 422, 422, 422, 201]
        assert [outcome["id"] for outcome in outcomes] == ["a-1", "a-2", "a-3", "a-4", None, "a-6", "a-7"]
        assert codes_of(outcomes)[4:6] == ["fields_invalid", "lines_not_summing_to_amount"]
        assert (points_of(citizen), points_of(neighbour)) == (12, 12)

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"amount_yen": 10**30}, "amount_yen"),
            ({"amount_yen": "5"}, "amount_yen"),
            ({"citizen_code": "\x00"}, "citizen_code"),
            ({"done_at": "yesterday"}, "done_at"),
            ({"done_at": "2026-06-15T12:00:00"}, "done_at"),
            ({"done_at": "0001-01-01T00:00:00+09:00"}, "done_at"),
            ({"lines": [{"amount_yen": 1, "quantity": 0}]}, "lines/0/quantity"),
            ({"lines": []}, "lines"),
            ({"coupon_tokens": []}, "coupon_tokens"),
            ({"id": "a b"}, "id"),
            ({"id": "x" * 65}, "id"),
            ({"id": 7}, "id"),
        ],
    )
    @on_sqlite
    def test_points_at_the_field_at_fault(
        self, register: ApiClient, change: dict[str, Any], pointer: str
    ) -> None:
        [outcome] = send_stored(register, {**stored("a-1", "0000 0000 00000"), **change})

        assert (outcome["status"], codes_of([outcome])) == (422, ["fields_invalid"])
        assert [fault["pointer"] for fault in outcome["problem"]["errors"]] == [f"/items/0/{pointer}"]

    def test_refuses_a_code_the_second_time(
        self, citizen: ApiClient, register: ApiClient, clock: Any
    ) -> None:
        sold, code = show_code(citizen), show_code(citizen)
        sell(register, code)

        outcomes = send_stored(register, stored("a-1", sold), stored("a-2", code), stored("a-3", sold))

        assert codes_of(outcomes)[1:] == ["citizen_code_used", "citizen_code_used"]

    @pytest.mark.parametrize(
        ("seconds", "code"),
        [
            (-121, "citizen_code_not_open_then"),
            (-120, "recorded"),
            (59, "recorded"),
            (179, "recorded"),
            (180, "citizen_code_not_open_then"),
        ],
    )
    def test_lets_clocks_differ_by_two_minutes(
        self, citizen: ApiClient, register: ApiClient, clock: Any, at: datetime, seconds: int, code: str
    ) -> None:
        shown = show_code(citizen)
        clock.shift(3600)
        done_at = (at + timedelta(seconds=seconds)).isoformat()

        assert codes_of(send_stored(register, stored("a-1", shown, done_at=done_at))) == [code]

    @pytest.mark.parametrize("shift", [timedelta(days=7, seconds=1), timedelta(seconds=-121)])
    def test_refuses_a_time_outside_the_window(
        self, citizen: ApiClient, register: ApiClient, at: datetime, shift: timedelta
    ) -> None:
        [outcome] = send_stored(register, stored("a-1", show_code(citizen), done_at=(at - shift).isoformat()))

        assert codes_of([outcome]) == ["done_at_outside_window"]
        assert outcome["problem"]["errors"][0]["pointer"] == "/items/0/done_at"

    def test_refuses_a_shop_that_does_not_take_part(
        self, citizen: ApiClient, register: ApiClient, database: Database
    ) -> None:
        item = stored("a-1", show_code(citizen))
        database.run(lambda session: session.execute(update(Shop).values(status="suspended")))

        assert codes_of(send_stored(register, item)) == ["shop_not_active"]

    def test_stops_looking_after_ten_codes_that_nobody_opened(
        self, citizen: ApiClient, register: ApiClient
    ) -> None:
        guesses = [stored(f"guess-{number}", "0000 0000 00000") for number in range(10)]

        outcomes = send_stored(register, *guesses, stored("a-1", show_code(citizen)))

        assert codes_of(outcomes) == ["citizen_code_unknown"] * 10 + ["too_many_codes_unknown"]
        assert outcomes[-1]["status"] == 429

    @on_sqlite
    def test_counts_unknown_codes_as_refusals_are_counted(self, register: ApiClient) -> None:
        guesses = [stored(f"guess-{number}", "0000 0000 00000") for number in range(10)]
        for _ in range(3):
            send_stored(register, *guesses)

        response = register.post(PATH, {"items": guesses[:1]})

        assert (response.status_code, response.get_json()["code"]) == (429, "rate_limit_exceeded")


class TestRecordStoredSalesEnvelope:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "items"),
            ({"items": []}, "items"),
            ({"items": {}}, "items"),
            ({"items": [{}] * 501}, "items"),
            ({"items": [{}], "shop_id": "x"}, "shop_id"),
            ({"items": [{}], "more": 1}, "more"),
        ],
    )
    @on_sqlite
    def test_is_refused_as_a_whole(self, register: ApiClient, body: dict[str, Any], field: str) -> None:
        response = register.post(PATH, body)

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")
        assert [fault["field"] for fault in response.get_json()["errors"]] == [field]

    @on_sqlite
    def test_holds_a_megabyte_and_no_more(self, register: ApiClient) -> None:
        filler = {"id": "a-1", "citizen_code": "x" * 200_000}

        sent = [register.post(PATH, {"items": [filler] * times}).status_code for times in (4, 6)]

        assert sent == [200, 413]

    @on_sqlite
    def test_is_for_tills(self, nobody: ApiClient, citizen: ApiClient, city: ApiClient) -> None:
        body = {"items": [stored("a-1", "0000 0000 00000")]}

        assert [caller.post(PATH, body).status_code for caller in (nobody, citizen, city)] == [401, 403, 403]

    @on_sqlite
    def test_is_of_one_of_the_callers_shops(self, clerk: ApiClient, database: Database, at: datetime) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at, name_ja="よその店").id)

        response = clerk.post(PATH, {"items": [stored("a-1", "0000 0000 00000")], "shop_id": str(other_id)})

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_not_found")

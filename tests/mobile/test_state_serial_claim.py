"""POST /v1/claims/serial: a number on a package proves that a local product was bought, once."""

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.organisations.models import Product, Shop
from backend.purchases.models import Purchase, PurchaseLine
from tests.factories.organisations import make_product, make_shop
from tests.factories.purchases import KEY, OTHER_KEY
from tests.factories.serials import CLAIM_PATH, claim_serial, digits_of, make_batch
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def issue(database: Database, world: World, at: datetime) -> Any:
    """A batch of the bakery's, its digits. Takes what `make_batch` takes."""

    def issue(**batch: Any) -> Sequence[str]:
        def work(session: Session) -> Sequence[str]:
            return digits_of(session, make_batch(session, shop_id=world.shop_id, at=at, **batch))

        return database.run(work)

    return issue


@pytest.fixture
def other_shop_id(database: Database, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_shop(session, at=at, name_ja="駅前の売店").id)


class TestStateSerialClaim:
    def test_becomes_a_purchase_at_the_registered_price(
        self, citizen: ApiClient, issue: Any, world: World
    ) -> None:
        digits = issue(price_yen=580)

        response = claim_serial(citizen, f"http://127.0.0.1:8000/t/{digits[0]}")

        assert response.status_code == 201
        claim = response.get_json()
        assert (claim["kind"], claim["status"], claim["accepted_yen"]) == ("serial", "accepted", 580)
        assert claim["shop"]["id"] == str(world.shop_id)
        purchase = citizen.get(f"/v1/purchases/{claim['purchase_id']}").get_json()
        assert (purchase["amount_yen"], purchase["earned_points"]) == (580, 5)

    def test_records_the_product_as_a_line(self, citizen: ApiClient, issue: Any, database: Database) -> None:
        claim_serial(citizen, issue(category="fish")[0])

        line = database.run(lambda session: session.scalars(select(PurchaseLine)).one())
        product_id = database.run(lambda session: session.scalars(select(Product.id)).one())
        assert (line.product_id, line.amount_yen, line.quantity) == (product_id, 580, 1)

    def test_earns_what_campaigns_give_for_the_product(
        self, citizen: ApiClient, issue: Any, run_campaign: Any
    ) -> None:
        run_campaign(what={"products": [{"categories": ["fish"]}]}, rate_permille=100)

        claim = claim_serial(citizen, issue(category="fish")[0]).get_json()

        purchase = citizen.get(f"/v1/purchases/{claim['purchase_id']}").get_json()
        assert purchase["earned_points"] == 5 + 58

    def test_is_worth_the_price_of_when_it_was_issued(
        self, citizen: ApiClient, issue: Any, database: Database
    ) -> None:
        digits = issue(price_yen=580)
        database.run(lambda session: session.execute(update(Product).values(price_yen=4_900)))

        claim = claim_serial(citizen, digits[0], amount_yen=4_900).get_json()

        assert claim["amount_yen"] == 580

    def test_takes_what_was_paid_where_no_price_is_registered(self, citizen: ApiClient, issue: Any) -> None:
        digits = issue(price_yen=None)

        refused = claim_serial(citizen, digits[0])
        claim = claim_serial(citizen, digits[0], OTHER_KEY, amount_yen=700).get_json()

        assert (refused.status_code, refused.get_json()["code"]) == (422, "serial_amount_required")
        assert (claim["status"], claim["amount_yen"]) == ("accepted", 700)

    def test_waits_for_the_city_above_what_passes(self, citizen: ApiClient, issue: Any) -> None:
        claim = claim_serial(citizen, issue(price_yen=5_001)[0]).get_json()

        assert (claim["status"], claim["waits_for"], claim["purchase_id"]) == ("submitted", "city", None)

    def test_tells_what_is_left_today(self, citizen: ApiClient, issue: Any) -> None:
        claim = claim_serial(citizen, issue(price_yen=580)[0]).get_json()

        left = {each["code"]: each["left"] for each in claim["left"]}
        assert left["person_yen"] == 10_000 - 580


class TestStateSerialClaimOnce:
    def test_a_serial_is_good_for_one_claim(
        self, citizen: ApiClient, neighbour: ApiClient, issue: Any, database: Database
    ) -> None:
        digits = issue()
        claim_serial(citizen, digits[0])

        refused = [claim_serial(caller, digits[0], OTHER_KEY) for caller in (citizen, neighbour)]

        assert [(each.status_code, each.get_json()["code"]) for each in refused] == [(409, "serial_used")] * 2
        assert database.run(lambda session: session.scalar(select(func.count(Purchase.id)))) == 1

    def test_a_retry_is_answered_and_counted_once(self, citizen: ApiClient, issue: Any) -> None:
        digits = issue()
        first = claim_serial(citizen, digits[0])

        again = claim_serial(citizen, digits[0])

        assert again.status_code == 201
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.get_json()["id"] == first.get_json()["id"]

    def test_a_key_with_another_serial_is_refused(self, citizen: ApiClient, issue: Any) -> None:
        digits = issue()
        claim_serial(citizen, digits[0])

        assert claim_serial(citizen, digits[1]).get_json()["code"] == "idempotency_key_reused"

    def test_of_many_at_once_one_gets_it(
        self, citizen: ApiClient, neighbour: ApiClient, issue: Any, database: Database
    ) -> None:
        digits = issue()

        def attempt(number: int) -> int:
            caller = (citizen, neighbour)[number % 2]
            return claim_serial(caller, digits[0], f"attempt-number-{number}").status_code

        with ThreadPoolExecutor(8) as pool:
            statuses = sorted(pool.map(attempt, range(8)))

        assert statuses == [201] + [409] * 7
        assert database.run(lambda session: session.scalar(select(func.count(Purchase.id)))) == 1

    def test_what_a_limit_refuses_stays_good(self, citizen: ApiClient, issue: Any) -> None:
        digits = issue(price_yen=None)

        refused = claim_serial(citizen, digits[0], amount_yen=30_001)
        claim = claim_serial(citizen, digits[0], OTHER_KEY, amount_yen=500)

        assert (refused.status_code, refused.get_json()["code"]) == (409, "claim_limit_reached")
        assert claim.status_code == 201


class TestStateSerialClaimAtAShop:
    def test_that_sells_it_too_passes(
        self, citizen: ApiClient, issue: Any, database: Database, at: datetime, other_shop_id: uuid.UUID
    ) -> None:
        gtin = "4901234567894"
        digits = issue(gtin=gtin)
        database.run(lambda session: make_product(session, shop_id=other_shop_id, at=at, gtin=gtin).id)

        claim = claim_serial(citizen, digits[0], shop_id=str(other_shop_id)).get_json()

        assert (claim["status"], claim["shop"]["name"]) == ("accepted", "駅前の売店")

    def test_must_be_told_where_several_sell_it(
        self, citizen: ApiClient, issue: Any, database: Database, at: datetime, other_shop_id: uuid.UUID
    ) -> None:
        gtin = "4901234567894"
        digits = issue(gtin=gtin)
        database.run(lambda session: make_product(session, shop_id=other_shop_id, at=at, gtin=gtin).id)

        response = claim_serial(citizen, digits[0])

        assert (response.status_code, response.get_json()["code"]) == (422, "serial_shop_required")

    def test_that_does_not_sell_it_is_taken_and_looked_at(
        self, citizen: ApiClient, city: ApiClient, issue: Any, other_shop_id: uuid.UUID, world: World
    ) -> None:
        digits = issue()

        response = claim_serial(citizen, digits[0], shop_id=str(other_shop_id))

        assert response.status_code == 201
        claim = response.get_json()
        assert (claim["status"], claim["waits_for"]) == ("submitted", "city")
        (flag,) = city.get("/v1/city/flags").get_json()["items"]
        assert (flag["kind"], flag["evidence"]) == ("reported", {"sold_at": [str(world.shop_id)]})

    def test_that_nobody_knows_is_refused(self, citizen: ApiClient, issue: Any) -> None:
        response = claim_serial(citizen, issue()[0], shop_id=str(uuid.uuid4()))

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_not_found")

    def test_must_take_part(self, citizen: ApiClient, issue: Any, database: Database) -> None:
        digits = issue()
        database.run(lambda session: session.execute(update(Shop).values(status="suspended")))

        assert claim_serial(citizen, digits[0]).get_json()["code"] == "serial_shop_required"


class TestStateSerialClaimRefuses:
    def test_a_serial_past_its_date(
        self, citizen: ApiClient, issue: Any, database: Database, world: World, clock: Any
    ) -> None:
        digits = issue(days=1)
        clock.shift(86_400)

        response = claim_serial(citizen, digits[0])

        assert (response.status_code, response.get_json()["code"]) == (409, "serial_expired")

    @on_sqlite
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"scanned": "4829153076123"}, 404, "serial_unknown"),
            ({"scanned": "4829153076124"}, 422, "serial_mistyped"),
            ({"scanned": "https://evil.example/t/4829153076123"}, 422, "serial_foreign"),
            ({"scanned": "x" * 513}, 422, "fields_invalid"),
            ({"scanned": "4829153076123", "amount_yen": 10**30}, 422, "fields_invalid"),
            ({}, 422, "fields_invalid"),
        ],
    )
    def test_what_is_no_serial(
        self, citizen: ApiClient, body: dict[str, Any], status: int, code: str
    ) -> None:
        response = citizen.post(CLAIM_PATH, body, headers={"Idempotency-Key": KEY})

        assert (response.status_code, response.get_json()["code"]) == (status, code)

    @on_sqlite
    def test_a_purchase_of_long_ago_or_to_come(self, citizen: ApiClient, issue: Any) -> None:
        digits = issue()

        codes = [
            claim_serial(citizen, digits[0], done_at=done_at).get_json()["code"]
            for done_at in ("2026-05-01T03:00:00Z", "2026-06-16T03:00:00Z")
        ]

        assert codes == ["done_at_outside_window"] * 2

    @on_sqlite
    def test_guessing_after_a_while(self, make_app: Any, settings: Any, world: World) -> None:
        caller = ApiClient(make_app(replace(settings, scan_refusals=2)), world.citizen.token)

        statuses = [claim_serial(caller, "4829153076123").status_code for _ in range(3)]

        assert statuses == [404, 404, 429]

    @on_sqlite
    def test_whoever_is_no_citizen(self, nobody: ApiClient, clerk: ApiClient, city: ApiClient) -> None:
        statuses = [claim_serial(caller, "4829153076123").status_code for caller in (nobody, clerk, city)]

        assert statuses == [401, 403, 403]

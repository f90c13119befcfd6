"""POST /v1/purchases and /v1/scans with a code that a till made without a network."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from time_machine import Traveller

from backend.base.database import Database
from backend.purchases.models import OfflineAllowance, Purchase
from tests.factories.purchases import KEY, OTHER_KEY, record
from tests.factories.tills import NOON, get_allowance, sign
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

pytestmark = pytest.mark.usefixtures("proven_ledger")


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


class TestHonourOfflineCode:
    def test_records_the_purchase_with_its_points(self, citizen: ApiClient, register: ApiClient) -> None:
        response = record(citizen, sign(get_allowance(register), 1280))

        purchase = response.get_json()
        assert response.status_code == 201
        assert (purchase["amount_yen"], purchase["to_pay_yen"], purchase["earned_points"]) == (1280, 1280, 12)

    def test_happened_when_the_code_was_made(
        self, citizen: ApiClient, register: ApiClient, clock: Traveller
    ) -> None:
        scanned = sign(get_allowance(register), made_at=NOON + timedelta(hours=2))
        clock.shift(30 * 3600)

        purchase = record(citizen, scanned, done_at="2026-06-16T09:00:00+00:00").get_json()

        assert purchase["done_at"] == "2026-06-15T05:00:00+00:00"
        assert purchase["recorded_at"] == "2026-06-16T09:00:00+00:00"

    def test_earns_what_a_campaign_gave_at_that_moment(
        self,
        citizen: ApiClient,
        register: ApiClient,
        run_campaign: Callable[..., Any],
        clock: Traveller,
    ) -> None:
        run_campaign(rate_permille=100, from_minute=720, until_minute=780)
        scanned = sign(get_allowance(register), 1000)
        clock.shift(10 * 3600)

        assert record(citizen, scanned).get_json()["earned_points"] == 110

    def test_is_told_beforehand_without_using_it_up(self, citizen: ApiClient, register: ApiClient) -> None:
        scanned = sign(get_allowance(register), 1280)

        resolved = citizen.post("/v1/scans", {"scanned": scanned}).get_json()

        assert (resolved["amount_yen"], resolved["earned_points"]) == (1280, 12)
        assert resolved["expires_at"] == "2026-06-18T03:00:00+00:00"
        assert record(citizen, scanned).status_code == 201

    def test_is_recorded_once_however_often_it_is_sent(
        self, citizen: ApiClient, register: ApiClient, manager: ApiClient
    ) -> None:
        issued = get_allowance(register)
        first = record(citizen, sign(issued))
        manager.delete(f"/v1/shop/offline-allowances/{issued['allowance']['id']}")

        again = record(citizen, sign(issued))

        assert again.get_json() == first.get_json()
        assert again.headers["Idempotent-Replayed"] == "true"

    def test_counts_towards_its_allowance(
        self, citizen: ApiClient, register: ApiClient, database: Database
    ) -> None:
        record(citizen, sign(get_allowance(register), 980))

        used = database.run(
            lambda session: session.execute(
                select(OfflineAllowance.used_count, OfflineAllowance.used_yen)
            ).one()
        )

        assert used == (1, 980)

    def test_takes_one_statement_more_than_a_code_that_was_asked_for(
        self, citizen: ApiClient, register: ApiClient, database: Database
    ) -> None:
        issued = get_allowance(register)
        record(citizen, sign(issued, 980), KEY)
        scanned = sign(issued, 980, serial_number=2)

        with asked_statements(database) as statements:
            record(citizen, scanned, OTHER_KEY)

        reads = [statement for statement in statements if statement.lstrip().startswith("SELECT")]
        assert len(reads) == 3  # who asks, the allowance, what the purchase is decided from


class TestHonourOfflineCodeRefuses:
    def test_a_number_that_was_used(
        self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient, database: Database
    ) -> None:
        scanned = sign(get_allowance(register))
        record(citizen, scanned)

        response = record(neighbour, scanned, OTHER_KEY)

        assert refusal(response) == (409, "offline_code_used")
        assert len(database.run(lambda session: session.scalars(select(Purchase.id)).all())) == 1

    def test_a_number_that_was_used_with_another_amount(
        self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient
    ) -> None:
        issued = get_allowance(register)
        record(citizen, sign(issued, 500))

        response = record(neighbour, sign(issued, 900), OTHER_KEY)

        assert refusal(response) == (409, "offline_code_used")

    def test_more_than_the_allowance_has_left(self, citizen: ApiClient, register: ApiClient) -> None:
        issued = get_allowance(register, total_max_yen=1500)
        record(citizen, sign(issued, 1000), KEY)

        response = record(citizen, sign(issued, 501, serial_number=2), OTHER_KEY)

        assert refusal(response) == (409, "offline_allowance_exhausted")
        assert record(citizen, sign(issued, 500, serial_number=3), OTHER_KEY).status_code == 201

    @pytest.mark.parametrize(("serial_number", "amount_yen"), [(4, 100), (1, 1001)])
    def test_a_number_or_amount_above_what_was_allowed(
        self, citizen: ApiClient, register: ApiClient, serial_number: int, amount_yen: int
    ) -> None:
        issued = get_allowance(register, count_max=3, code_max_yen=1000)

        response = record(citizen, sign(issued, amount_yen, serial_number=serial_number))

        assert refusal(response) == (422, "offline_code_limit_exceeded")

    @pytest.mark.parametrize("hours", [-1, 25])
    def test_one_made_outside_of_the_allowances_hours(
        self, citizen: ApiClient, register: ApiClient, clock: Traveller, hours: int
    ) -> None:
        issued = get_allowance(register)
        clock.shift(26 * 3600)

        response = record(citizen, sign(issued, made_at=NOON + timedelta(hours=hours)))

        assert refusal(response) == (422, "offline_code_time_refused")

    def test_one_from_the_future(self, citizen: ApiClient, register: ApiClient) -> None:
        response = record(citizen, sign(get_allowance(register), made_at=NOON + timedelta(hours=1)))

        assert refusal(response) == (422, "offline_code_time_refused")

    def test_one_made_too_long_ago(self, citizen: ApiClient, register: ApiClient, clock: Traveller) -> None:
        scanned = sign(get_allowance(register))
        clock.shift(72 * 3600)

        assert refusal(record(citizen, scanned)) == (409, "offline_code_expired")

    def test_one_signed_by_somebody_else(self, citizen: ApiClient, register: ApiClient) -> None:
        issued, other = get_allowance(register), get_allowance(register)

        response = record(citizen, sign(issued | {"secret": other["secret"]}))

        assert refusal(response) == (422, "code_unreadable")

    def test_one_of_a_register_whose_key_was_revoked(
        self, citizen: ApiClient, manager: ApiClient, register: ApiClient
    ) -> None:
        scanned = sign(get_allowance(register))
        [key] = manager.get("/v1/shop/registers").get_json()["items"]
        manager.delete(f"/v1/shop/registers/{key['id']}")

        assert refusal(record(citizen, scanned)) == (409, "offline_allowance_revoked")

    @pytest.mark.parametrize(
        ("wish", "field"),
        [
            ({"points_to_spend": 5}, "points_to_spend"),
            ({"points_to_spend": "all"}, "points_to_spend"),
            ({"coupon_ids": ["11111111-1111-4111-8111-111111111111"]}, "coupon_ids"),
        ],
    )
    def test_points_and_coupons(
        self, citizen: ApiClient, register: ApiClient, wish: dict[str, Any], field: str
    ) -> None:
        response = record(citizen, sign(get_allowance(register)), **wish)

        assert refusal(response) == (422, "offline_code_earns_only")
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

"""POST /v1/claims/receipt: what stands on a receipt, typed."""

from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.purchases import OTHER_KEY
from tests.factories.receipts import BAKERY, draft, send_draft
from tests.factories.world import World
from tests.support.client import ApiClient

NUMBER = "8700110005901"


class TestDraftReceipt:
    def test_says_which_shop_it_is_of(self, citizen: ApiClient, world: World) -> None:
        drafted = draft(citizen)

        assert drafted["status"] == "draft"
        assert drafted["shop"] == {"id": str(world.shop_id), "name": "麦と汽笛", "district": "北大通"}
        assert drafted["shop_candidates"] == []

    def test_keeps_what_was_typed(self, citizen: ApiClient) -> None:
        receipt = draft(citizen, registration_number="Ｔ8700-1100-05901", phone="0154-22-1234")["receipt"]

        assert receipt == {
            "registration_number": NUMBER,
            "phone": "+81154221234",
            "shop_name": "麦と汽笛",
            "receipt_number": "No.004217",
            "done_at": "2026-06-15T02:48:00+00:00",
            "total_yen": 650,
            "rates": BAKERY["rates"],
            "lines": [
                {
                    "name": "バターロール",
                    "quantity": 2,
                    "amount_yen": 540,
                    "tax_permille": 80,
                    "gtin": None,
                },
                {"name": "紙袋", "quantity": 1, "amount_yen": 110, "tax_permille": 100, "gtin": None},
            ],
            "lines_exclude_tax": False,
        }

    def test_may_begin_empty(self, citizen: ApiClient) -> None:
        response = citizen.post("/v1/claims/receipt", {}, headers={"Idempotency-Key": OTHER_KEY})

        assert (response.status_code, response.get_json()["shop"]) == (201, None)

    def test_names_the_shops_it_may_be_of(
        self, citizen: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        twin_id = database.run(lambda session: make_shop(session, at=at, district="鳥取").id)

        drafted = draft(citizen)

        assert drafted["shop"] is None
        assert [(shop["id"], shop["district"]) for shop in drafted["shop_candidates"]] == [
            (str(world.shop_id), "北大通"),
            (str(twin_id), "鳥取"),
        ]

    def test_lets_the_citizen_pick(
        self, citizen: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        twin_id = database.run(lambda session: make_shop(session, at=at, district="鳥取").id)

        drafted = draft(citizen, shop_id=str(twin_id))

        assert (drafted["shop"]["id"], drafted["shop_candidates"]) == (str(twin_id), [])

    def test_is_done_once(self, citizen: ApiClient) -> None:
        first = draft(citizen)

        again = send_draft(citizen)

        assert (again.status_code, again.get_json()["id"]) == (201, first["id"])
        assert again.headers["Idempotent-Replayed"] == "true"

    def test_refuses_the_same_key_for_another_receipt(self, citizen: ApiClient) -> None:
        draft(citizen)

        response = send_draft(citizen, receipt_number="18")

        assert (response.status_code, response.get_json()["code"]) == (422, "idempotency_key_reused")

    def test_leaves_ten_open(self, citizen: ApiClient) -> None:
        claim_ids = [draft(citizen, f"key-number-{number}")["id"] for number in range(10)]

        response = send_draft(citizen)

        assert (response.status_code, response.get_json()["code"]) == (409, "receipt_drafts_exceeded")
        assert send_draft(citizen, "key-number-9").get_json()["id"] == claim_ids[-1]
        citizen.post(f"/v1/claims/{claim_ids[0]}/withdrawal")
        assert send_draft(citizen).status_code == 201

    def test_warns_of_a_number_that_nobody_can_check(self, citizen: ApiClient) -> None:
        warnings = draft(citizen, registration_number="T1234567890123")["warnings"]

        assert [warning["code"] for warning in warnings] == ["registration_number_unverified"]

    def test_warns_of_a_number_that_is_not_the_shops(
        self, citizen: ApiClient, city: ApiClient, world: World
    ) -> None:
        known = {"registration_number": "T1234567890123", "phone": None}
        city.put(f"/v1/city/shops/{world.shop_id}/identifiers", known)

        warnings = draft(citizen, registration_number=NUMBER)["warnings"]

        assert [warning["code"] for warning in warnings] == ["registration_number_differs"]

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"registration_number": "T123"}, "registration_number_invalid", "registration_number"),
            ({"phone": "12"}, "shop_phone_malformed", "phone"),
            ({"total_yen": 651}, "receipt_totals_mismatched", "rates"),
            (
                {"rates": [{"tax_permille": 100, "amount_yen": 650, "tax_yen": 65}], "lines": []},
                "receipt_tax_mismatched",
                "rates.0.tax_yen",
            ),
            ({"lines": [{"name": "パン", "amount_yen": 1}]}, "receipt_lines_mismatched", "lines"),
            (
                {"rates": [], "lines": [{"name": "茶", "amount_yen": 650, "gtin": "4901234567890"}]},
                "gtin_invalid",
                "lines.0.gtin",
            ),
            ({"rates": [], "lines": [], "lines_exclude_tax": "yes"}, "fields_invalid", "lines_exclude_tax"),
            ({"total_yen": 10**30}, "fields_invalid", "total_yen"),
            ({"lines": [{"name": "パン", "amount_yen": -1}]}, "fields_invalid", "lines.0.amount_yen"),
        ],
    )
    def test_refuses_what_cannot_be(
        self, citizen: ApiClient, changes: dict[str, Any], code: str, field: str
    ) -> None:
        response = send_draft(citizen, **changes)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, code)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_knows_no_shop_that_does_not_take_part(
        self, citizen: ApiClient, database: Database, at: datetime
    ) -> None:
        shop_id = database.run(lambda session: make_shop(session, at=at, status="suspended").id)

        response = send_draft(citizen, shop_id=str(shop_id))

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_not_found")

    def test_is_for_citizens(self, clerk: ApiClient, nobody: ApiClient) -> None:
        assert [send_draft(caller).status_code for caller in (clerk, nobody)] == [403, 401]

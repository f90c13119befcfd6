"""A receipt that is believed becomes a purchase like any other: whole, in part, or after an appeal."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.purchases.models import PurchaseLine
from tests.factories.organisations import make_product
from tests.factories.receipts import hand_in, submit
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")

ACCEPT = {"verdict": "accept", "code": "evidence_fits"}
REJECT = {"verdict": "reject", "code": "evidence_insufficient", "reason": "合計が読めません"}


def decide(office: ApiClient, claim_id: str, decision: dict[str, Any]) -> dict[str, Any]:
    response = office.post(f"/v1/city/claims/{claim_id}/decisions", decision)
    assert response.status_code == 200, response.get_json()
    decided: dict[str, Any] = response.get_json()
    return decided


def lines_of(database: Database, purchase_id: str) -> Sequence[PurchaseLine]:
    query = select(PurchaseLine).where(PurchaseLine.purchase_id == uuid.UUID(purchase_id))
    return database.run(lambda session: session.scalars(query.order_by(PurchaseLine.position)).all())


class TestAcceptedReceipt:
    def test_earns_like_any_purchase(self, citizen: ApiClient, city: ApiClient) -> None:
        claim_id = hand_in(citizen)

        decided = decide(city, claim_id, ACCEPT)

        purchase = citizen.get(f"/v1/purchases/{decided['purchase_id']}").get_json()
        assert (purchase["amount_yen"], purchase["earned_points"]) == (650, 6)
        assert purchase["done_at"] == "2026-06-15T02:48:00+00:00"

    def test_has_its_lines(self, citizen: ApiClient, city: ApiClient, database: Database) -> None:
        decided = decide(city, hand_in(citizen), ACCEPT)

        lines = lines_of(database, decided["purchase_id"])
        assert [(line.name, line.quantity, line.amount_yen, line.tax_permille) for line in lines] == [
            ("バターロール", 2, 540, 80),
            ("紙袋", 1, 110, 100),
        ]

    def test_knows_a_product_by_its_gtin(
        self, citizen: ApiClient, city: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        gtin = "4901234567894"
        product_id = database.run(
            lambda session: make_product(session, shop_id=world.shop_id, at=at, gtin=gtin).id
        )
        line = {"name": "牛乳", "amount_yen": 650, "tax_permille": 80, "gtin": gtin}

        decided = decide(city, hand_in(citizen, rates=[], lines=[line]), ACCEPT)

        assert [found.product_id for found in lines_of(database, decided["purchase_id"])] == [product_id]

    def test_may_be_one_without_lines(self, citizen: ApiClient, city: ApiClient, database: Database) -> None:
        decided = decide(city, hand_in(citizen, lines=[]), ACCEPT)

        assert lines_of(database, decided["purchase_id"]) == []

    def test_may_be_typed_without_a_photo(self, citizen: ApiClient, city: ApiClient) -> None:
        claim_id = submit(citizen).get_json()["id"]

        assert decide(city, claim_id, ACCEPT)["status"] == "accepted"


class TestPartlyAcceptedReceipt:
    def test_is_some_of_its_lines(self, citizen: ApiClient, city: ApiClient, database: Database) -> None:
        decision = {
            "verdict": "accept_partly",
            "code": "goods_excluded",
            "reason": "袋は対象外です",
            "lines": [1],
        }

        decided = decide(city, hand_in(citizen), decision)

        assert (decided["status"], decided["accepted_yen"]) == ("partly_accepted", 540)
        assert [line.name for line in lines_of(database, decided["purchase_id"])] == ["バターロール"]

    def test_carries_the_tax_of_its_lines(self, citizen: ApiClient, city: ApiClient) -> None:
        lines = [
            {"name": "バターロール", "amount_yen": 500, "tax_permille": 80},
            {"name": "紙袋", "amount_yen": 100},
        ]
        decision = {"verdict": "accept_partly", "code": "goods_excluded", "reason": "袋", "lines": [1]}

        decided = decide(city, hand_in(citizen, lines=lines, lines_exclude_tax=True), decision)

        assert decided["accepted_yen"] == 540


class TestRejectedReceipt:
    def test_is_told_with_the_reason(self, citizen: ApiClient, city: ApiClient) -> None:
        claim_id = hand_in(citizen)

        decide(city, claim_id, REJECT)

        claim = citizen.get(f"/v1/claims/{claim_id}").get_json()
        assert (claim["status"], claim["decision"]["reason"]) == ("rejected", "合計が読めません")

    def test_stays_taken_while_it_may_be_appealed(
        self, citizen: ApiClient, neighbour: ApiClient, city: ApiClient
    ) -> None:
        decide(city, hand_in(citizen), REJECT)

        assert submit(neighbour).get_json()["code"] == "receipt_claimed"

    def test_is_accepted_after_all_by_somebody_else(
        self, citizen: ApiClient, city: ApiClient, approver: ApiClient
    ) -> None:
        claim_id = hand_in(citizen)
        decide(city, claim_id, REJECT)
        citizen.post(f"/v1/claims/{claim_id}/appeal", {"text": "ここに合計があります"})

        photo = approver.get(f"/v1/city/claims/{claim_id}/photos/1")

        assert photo.status_code == 200
        assert decide(approver, claim_id, ACCEPT)["status"] == "accepted"

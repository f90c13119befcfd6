"""POST /v1/shop/offers."""

import uuid
from typing import Any

import pytest

from tests.factories.world import World
from tests.support.client import ApiClient

DRAFT: dict[str, Any] = {
    "names": {"ja": "秋鮭 50円引き", "ja@easy": "さけ 50円(えん)", "en": "Salmon, 50 yen off"},
    "descriptions": {"ja": "脂がのっています"},
    "benefit": {"kind": "discount", "discount_yen": 50, "minimum_yen": 500},
    "displayed_from": "2026-07-01T00:00:00+09:00",
    "displayed_until": "2026-07-15T00:00:00+09:00",
    "usable_from": "2026-07-01T00:00:00+09:00",
    "usable_until": "2026-08-01T00:00:00+09:00",
    "stock": 100,
    "tags": ["鮭"],
}


class TestDraftOffer:
    def test_keeps_what_it_is_told(self, manager: ApiClient, world: World) -> None:
        response = manager.post("/v1/shop/offers", DRAFT)

        offer = response.get_json()
        assert (response.status_code, offer["status"], offer["state"]) == (201, "draft", "draft")
        assert (offer["names"], offer["tags"]) == (DRAFT["names"], ["鮭"])
        assert (offer["stock"], offer["stock_left"], offer["per_person_limit"]) == (100, 100, 1)
        assert offer["benefit"]["discount_yen"] == 50
        assert offer["shop_ids"] == [str(world.shop_id)]
        assert offer["usable_until"] == "2026-07-31T15:00:00+00:00"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"names": {"en": "Salmon"}}, "names.ja"),
            ({"names": {"ja": " "}}, "names.ja"),
            ({"names": {"ja": "鮭", "fr": "saumon"}}, "names.fr"),
            ({"benefit": {"kind": "gift"}}, "benefit.kind"),
            ({"benefit": {"kind": "price"}}, "benefit.price_yen"),
            ({"benefit": {"kind": "discount", "discount_yen": 10**30}}, "benefit.discount_yen"),
            ({"benefit": {"kind": "discount", "discount_yen": 0.5}}, "benefit.discount_yen"),
            ({"benefit": {"kind": "points", "discount_yen": 5}}, "benefit.discount_yen"),
            ({"displayed_until": "2026-07-01T00:00:00+09:00"}, "displayed_until"),
            ({"usable_until": "2026-07-14T00:00:00+09:00"}, "usable_until"),
            ({"displayed_from": "2026-07-01T00:00:00"}, "displayed_from"),
            ({"stock": 0}, "stock"),
            ({"stock": True}, "stock"),
            ({"per_person_limit": 101}, "per_person_limit"),
            ({"tags": ["a b"]}, "tags.0"),
            ({"shop_ids": []}, "shop_ids"),
            ({"shop_ids": [str(uuid.UUID(int=7))]}, "shop_ids"),
            ({"status": "published"}, "status"),
        ],
    )
    def test_refuses_and_names_the_field(
        self, manager: ApiClient, changes: dict[str, Any], field: str
    ) -> None:
        response = manager.post("/v1/shop/offers", DRAFT | changes)

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_knows_no_product_of_another_shop(self, manager: ApiClient) -> None:
        response = manager.post("/v1/shop/offers", DRAFT | {"product_id": str(uuid.UUID(int=7))})

        assert (response.status_code, response.get_json()["code"]) == (404, "product_not_found")

    def test_is_for_managers(self, clerk: ApiClient, register: ApiClient) -> None:
        answered = [caller.post("/v1/shop/offers", DRAFT).status_code for caller in (clerk, register)]

        assert answered == [403, 403]

"""GET /v1/offers/{offer_id}."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.offers import make_draft, make_offer
from tests.factories.organisations import make_product
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetOffer:
    def test_tells_where_it_is_good_and_what_it_is_about(
        self, nobody: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> tuple[uuid.UUID, uuid.UUID]:
            product = make_product(session, shop_id=world.shop_id, at=at, name_ja="秋鮭", price_yen=580)
            offer = make_offer(
                session,
                shop_id=world.shop_id,
                at=at,
                descriptions={"ja": "脂がのっています"},
                product_id=product.id,
                per_person_limit=2,
            )
            return offer.id, product.id

        offer_id, product_id = database.run(work)

        offer = nobody.get(f"/v1/offers/{offer_id}").get_json()

        assert (offer["description"], offer["per_person_limit"]) == ("脂がのっています", 2)
        assert [shop["id"] for shop in offer["shops"]] == [str(world.shop_id)]
        assert offer["product"] == {
            "id": str(product_id),
            "name": "秋鮭",
            "origin_ring": "city",
            "price_yen": 580,
        }

    def test_knows_no_draft(self, nobody: ApiClient, database: Database, world: World, at: datetime) -> None:
        offer_id = database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=at).id)

        response = nobody.get(f"/v1/offers/{offer_id}")

        assert (response.status_code, response.get_json()["code"]) == (404, "offer_not_found")

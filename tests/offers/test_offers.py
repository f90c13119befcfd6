"""offers.service.offers: what a shop may change, and when."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.errors import MeguriError
from backend.offers.models import Offer
from backend.offers.queries import list_shop_ids
from backend.offers.rules import OfferPeriodInvalid, OfferTransitionRefused
from backend.offers.service.offers import (
    OfferClosed,
    OfferConditionsFrozen,
    OfferLimitInvalid,
    OfferShopNotActive,
    OfferShopsForeign,
    edit_offer,
    end_offer,
    hold_offer,
    publish_offer,
)
from backend.organisations.models import Shop
from backend.organisations.queries import ProductNotFound
from backend.organisations.texts import NameBlank, TagInvalid
from tests.factories.offers import DAY, make_draft, make_offer, terms
from tests.factories.organisations import make_product, make_shop

Edit = Callable[..., Offer]


@pytest.fixture
def shop_id(session: Session, at: datetime) -> uuid.UUID:
    return make_shop(session, at=at).id


@pytest.fixture
def edit(session: Session, at: datetime) -> Edit:
    def make(offer: Offer, **changes: Any) -> Offer:
        return edit_offer(session, offer_id=offer.id, shop_ids=[offer.shop_id], changes=changes, at=at)

    return make


def sister(session: Session, shop_id: uuid.UUID, at: datetime) -> uuid.UUID:
    """Another shop of the same organisation."""
    other = make_shop(session, at=at, name_ja="二号店")
    other.organisation_id = session.get_one(Shop, shop_id).organisation_id
    session.flush()
    return other.id


class TestDraftOffer:
    def test_makes_texts_searchable(self, session: Session, shop_id: uuid.UUID, at: datetime) -> None:
        offer = make_draft(session, shop_id=shop_id, at=at, name_ja="サケ", descriptions={"en": "Salmon"})

        assert offer.search_text == "さけ\nsalmon"

    def test_is_good_at_shops_of_the_same_organisation(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        wished = sorted([shop_id, sister(session, shop_id, at)])

        offer = make_draft(session, shop_id=shop_id, at=at, shop_ids=wished)

        assert list_shop_ids(session, offer_ids=[offer.id])[offer.id] == wished

    @pytest.mark.parametrize(
        ("draft", "error", "field"),
        [
            ({"names": {"ja": " \u200b"}}, NameBlank, "names.ja"),
            ({"tags": ["a b"]}, TagInvalid, "tags.0"),
            ({"stock": 0}, OfferLimitInvalid, "stock"),
            ({"per_person_limit": 101}, OfferLimitInvalid, "per_person_limit"),
            ({"shop_ids": [uuid.UUID(int=7)]}, OfferShopsForeign, "shop_ids"),
            ({"product_id": uuid.UUID(int=7)}, ProductNotFound, "product_id"),
        ],
    )
    def test_refuses_and_names_the_field(
        self,
        session: Session,
        shop_id: uuid.UUID,
        at: datetime,
        draft: dict[str, Any],
        error: type[MeguriError],
        field: str,
    ) -> None:
        with pytest.raises(error) as caught:
            make_draft(session, shop_id=shop_id, at=at, **draft)

        assert caught.value.field == field

    def test_refuses_another_organisations_shop(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        stranger = make_shop(session, at=at, name_ja="よその店")

        with pytest.raises(OfferShopsForeign):
            make_draft(session, shop_id=shop_id, at=at, shop_ids=[shop_id, stranger.id])

    def test_refuses_another_shops_product(self, session: Session, shop_id: uuid.UUID, at: datetime) -> None:
        stranger = make_shop(session, at=at, name_ja="よその店")
        product = make_product(session, shop_id=stranger.id, at=at)

        with pytest.raises(ProductNotFound):
            make_draft(session, shop_id=shop_id, at=at, product_id=product.id)


class TestEditOffer:
    def test_changes_all_of_a_draft(
        self, session: Session, shop_id: uuid.UUID, edit: Edit, at: datetime
    ) -> None:
        offer = make_draft(session, shop_id=shop_id, at=at, stock=9)

        edited = edit(offer, terms=terms(discount_permille=100), stock=3, per_person_limit=2)

        assert (edited.discount_yen, edited.discount_permille) == (None, 100)
        assert (edited.stock, edited.stock_left, edited.per_person_limit) == (3, 3, 2)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("terms", terms(discount_yen=51)),
            ("stock", 1),
            ("per_person_limit", 2),
            ("shop_ids", []),
            ("usable_from", None),
        ],
    )
    def test_leaves_the_conditions_of_a_published_one(
        self, session: Session, shop_id: uuid.UUID, edit: Edit, at: datetime, field: str, value: Any
    ) -> None:
        offer = make_offer(session, shop_id=shop_id, at=at, stock=9)
        replacement = {
            "shop_ids": [shop_id, sister(session, shop_id, at)],
            "usable_from": at - 2 * DAY,
        }

        with pytest.raises(OfferConditionsFrozen) as caught:
            edit(offer, **{field: value or replacement[field]})

        assert caught.value.field == {"terms": "benefit"}.get(field, field)

    @pytest.mark.parametrize("field", ["displayed_until", "usable_until"])
    def test_puts_off_the_end_of_a_published_one_but_never_forward(
        self, session: Session, shop_id: uuid.UUID, edit: Edit, at: datetime, field: str
    ) -> None:
        offer = make_offer(
            session, shop_id=shop_id, at=at, displayed_until=at + 9 * DAY, usable_until=at + 9 * DAY
        )

        edit(offer, usable_until=at + 11 * DAY, displayed_until=at + 11 * DAY)

        with pytest.raises(OfferConditionsFrozen):
            edit(offer, displayed_until=at + 8 * DAY)
        assert getattr(offer, field) == at + 11 * DAY

    def test_adds_to_the_stock_of_a_published_one(
        self, session: Session, shop_id: uuid.UUID, edit: Edit, at: datetime
    ) -> None:
        offer = make_offer(session, shop_id=shop_id, at=at, stock=9)
        session.execute(update(Offer).values(stock_left=2))

        edited = edit(offer, stock=12, names={"ja": "新しい名前"})

        assert (edited.stock, edited.stock_left, edited.names) == (12, 5, {"ja": "新しい名前"})

    def test_takes_the_bounds_off_the_stock(
        self, session: Session, shop_id: uuid.UUID, edit: Edit, at: datetime
    ) -> None:
        edited = edit(make_offer(session, shop_id=shop_id, at=at, stock=9), stock=None)

        assert (edited.stock, edited.stock_left) == (None, None)

    def test_corrects_a_text_that_the_city_holds_the_offer_for(
        self, session: Session, shop_id: uuid.UUID, edit: Edit, at: datetime
    ) -> None:
        offer = make_offer(session, shop_id=shop_id, at=at)
        hold_offer(session, offer_id=offer.id, reason="名前", at=at)

        assert edit(offer, names={"ja": "正しい名前"}).names == {"ja": "正しい名前"}

    def test_leaves_what_has_ended(
        self, session: Session, shop_id: uuid.UUID, edit: Edit, at: datetime
    ) -> None:
        offer = make_offer(session, shop_id=shop_id, at=at)
        end_offer(session, offer_id=offer.id, shop_ids=[shop_id], at=at)

        with pytest.raises(OfferClosed):
            edit(offer, names={"ja": "新しい名前"})


class TestPublishOffer:
    def test_refuses_what_is_over(self, session: Session, shop_id: uuid.UUID, at: datetime) -> None:
        offer = make_draft(session, shop_id=shop_id, at=at)

        with pytest.raises(OfferPeriodInvalid):
            publish_offer(session, offer_id=offer.id, shop_ids=[shop_id], at=at + 7 * DAY)

    def test_refuses_for_a_suspended_shop(self, session: Session, shop_id: uuid.UUID, at: datetime) -> None:
        offer = make_draft(session, shop_id=shop_id, at=at)
        session.execute(update(Shop).values(status="suspended"))

        with pytest.raises(OfferShopNotActive):
            publish_offer(session, offer_id=offer.id, shop_ids=[shop_id], at=at)


class TestEndOffer:
    def test_cannot_free_what_the_city_holds(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        offer = make_offer(session, shop_id=shop_id, at=at)
        hold_offer(session, offer_id=offer.id, reason="確認中", at=at)

        with pytest.raises(OfferTransitionRefused):
            end_offer(session, offer_id=offer.id, shop_ids=[shop_id], at=at)

"""Offers, coupons, member lists and what citizens like, in the loaded demo city."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.secrets import Vault
from backend.config import Settings
from backend.demo.city.accounts import DEMO_SHOP_KEY
from backend.demo.city.offers import OFFERS
from backend.demo.city.offers_food import PLAYED_OFFER_KEY
from backend.demo.identifiers import fixed_id
from backend.offers.models import Coupon, Offer, OfferPhoto, OfferStatus
from backend.offers.rules import OfferState, discount_of, state_of, terms_of
from backend.organisations.models import FavouriteShop
from backend.people.models import MemberListEntry
from backend.people.service.member_lists import join_member_list
from backend.purchases.models import Purchase
from tests.conftest import NOW


def states(session: Session) -> list[OfferState]:
    return [
        state_of(
            status=offer.status,
            displayed_from=offer.displayed_from,
            usable_until=offer.usable_until,
            at=NOW,
        )
        for offer in session.scalars(select(Offer))
    ]


class TestDemoOffers:
    def test_are_in_all_states_of_a_living_one(self, session: Session) -> None:
        assert set(states(session)) == {
            OfferState.DRAFT,
            OfferState.SCHEDULED,
            OfferState.RUNNING,
            OfferState.HELD,
        }

    def test_one_is_held_for_a_reason(self, session: Session) -> None:
        held = session.scalars(select(Offer).where(Offer.status == OfferStatus.HELD.value)).one()

        assert "架空" in (held.status_reason or "")

    def test_some_are_sold_out_and_one_has_few_left(self, session: Session) -> None:
        left = session.scalars(select(Offer.stock_left).where(Offer.stock_left.is_not(None))).all()

        assert left.count(0) == 2
        assert any(0 < count <= 3 for count in left)

    def test_have_given_as_many_coupons_as_their_stock_lacks(self, session: Session) -> None:
        taken = (
            select(func.count(Coupon.id))
            .where(Coupon.offer_id == Offer.id, Coupon.granted_by_campaign_id.is_(None))
            .scalar_subquery()
        )

        unlike = session.scalars(
            select(Offer.id).where(Offer.stock.is_not(None), Offer.stock - Offer.stock_left != taken)
        ).all()

        assert unlike == []

    def test_gave_nobody_more_than_one_may_take(self, session: Session) -> None:
        beyond = session.execute(
            select(Coupon.offer_id, Coupon.account_id)
            .join(Offer, Offer.id == Coupon.offer_id)
            .where(Coupon.granted_by_campaign_id.is_(None))
            .group_by(Coupon.offer_id, Coupon.account_id, Offer.per_person_limit)
            .having(func.count() > Offer.per_person_limit)
        ).all()

        assert beyond == []

    def test_have_pictures_but_for_the_draft(self, session: Session) -> None:
        without = session.scalars(
            select(Offer.status)
            .outerjoin(OfferPhoto, OfferPhoto.offer_id == Offer.id)
            .where(OfferPhoto.offer_id.is_(None))
        ).all()

        assert without == ["draft"]


class TestDemoCoupons:
    def test_were_used_with_purchases_that_cost_so_much_less(self, session: Session) -> None:
        rows = session.execute(
            select(Offer, Coupon, Purchase)
            .join(Coupon, Coupon.offer_id == Offer.id)
            .join(Purchase, Purchase.id == Coupon.purchase_id)
        ).all()

        assert len(rows) > 80
        assert [
            purchase.id
            for offer, coupon, purchase in rows
            if purchase.account_id != coupon.account_id
            or purchase.discount_yen != discount_of(terms_of(offer), purchase.amount_yen)
            or not coupon.taken_at <= coupon.redeemed_at == purchase.done_at < coupon.usable_until
        ] == []

    def test_were_taken_while_their_offer_was_shown(self, session: Session) -> None:
        outside = session.scalars(
            select(Coupon.id)
            .join(Offer, Offer.id == Coupon.offer_id)
            .where((Coupon.taken_at < Offer.displayed_from) | (Coupon.taken_at >= Offer.displayed_until))
        ).all()

        assert outside == []

    def test_discounts_come_from_coupons_only(self, session: Session) -> None:
        with_coupon = select(Coupon.purchase_id).where(Coupon.purchase_id.is_not(None))

        without = session.scalars(
            select(Purchase.id).where(Purchase.discount_yen > 0, Purchase.id.not_in(with_coupon))
        ).all()

        assert without == []


class TestDemoMemberLists:
    def test_have_members(self, session: Session) -> None:
        counts = session.scalars(
            select(func.count(MemberListEntry.citizen_id)).group_by(MemberListEntry.list_id)
        ).all()

        assert len(counts) == 2
        assert min(counts) > 5

    def test_can_be_joined_with_the_code_on_the_poster(self, session: Session) -> None:
        citizen_id = session.scalars(select(MemberListEntry.citizen_id)).first()
        assert citizen_id

        joined = join_member_list(
            session,
            citizen_id=citizen_id,
            join_code="k7tk-r9ma",
            vault=Vault(Settings().secret_key),
            at=NOW,
        )

        assert joined.shop_id == fixed_id(f"shop:{DEMO_SHOP_KEY}")


class TestDemoLikings:
    def test_fill_the_lists_of_many(self, session: Session) -> None:
        citizens = session.scalars(select(func.count(FavouriteShop.citizen_id.distinct()))).one()

        assert citizens > 100

    def test_the_offer_of_the_story_can_be_taken_often(self) -> None:
        offer = next(offer for offer in OFFERS if offer.key == PLAYED_OFFER_KEY)

        assert offer.per_person_limit == 100
        assert offer.terms.discount_yen

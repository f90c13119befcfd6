"""Coupons and saved offers that end soon, and what favourite shops newly offer."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.membership.service import decide_shop
from backend.notices.models import ChoiceKind, Notice
from backend.notices.preferences import add_choice
from backend.offers.models import Coupon, Offer, SavedOffer
from backend.offers.service.offers import end_offer, hold_offer, remove_offer
from backend.organisations.models import FavouriteShop, Shop
from backend.organisations.rules import ShopAction
from backend.people.models import Consent
from tests.factories.notices import list_deliveries
from tests.factories.offers import list_for_members, make_coupon, make_offer
from tests.factories.people import SignedInCitizen, make_citizen
from tests.messages.triggers.conftest import DAY, Pull, told

LONG_AGO = {"taken_at": datetime.fromisoformat("2026-06-01T00:00:00+00:00")}


@pytest.fixture
def ending(session: Session, shop_id: uuid.UUID, at: datetime) -> Offer:
    """Good for two days more."""
    return make_offer(
        session,
        shop_id=shop_id,
        at=at,
        displayed_until=at + 2 * DAY,
        usable_until=at + 2 * DAY,
        per_person_limit=3,
    )


def take(session: Session, offer: Offer, citizen: SignedInCitizen, at: datetime) -> None:
    make_coupon(session, offer_id=offer.id, citizen=citizen, at=at)
    session.execute(update(Coupon).values(LONG_AGO))


def save(session: Session, offer: Offer, citizen: SignedInCitizen, saved_at: datetime) -> None:
    session.add(SavedOffer(citizen_id=citizen.id, offer_id=offer.id, saved_at=saved_at))
    session.flush()


def mute(session: Session, citizen: SignedInCitizen, kind: str, subject: str, at: datetime) -> None:
    add_choice(session, citizen_id=citizen.id, kind=ChoiceKind(kind), subject=subject, at=at)


class TestCouponEnding:
    def test_tells_which_whose_and_until_when(
        self,
        session: Session,
        reader: SignedInCitizen,
        shop_id: uuid.UUID,
        ending: Offer,
        pull: Pull,
        at: datetime,
    ) -> None:
        take(session, ending, reader, at)
        take(session, ending, reader, at)

        assert pull("coupon_ending", at) == 1

        [notice] = told(session, reader)
        assert notice.params == {
            "offer": {"ja": "秋鮭 50円引き"},
            "shop": {"ja": "麦と汽笛", "en": "Wheat & Whistle"},
            "ends_on": "2026-06-17",
            "coupons": 2,
            "offer_id": str(ending.id),
            "shop_id": str(shop_id),
        }
        assert notice.expires_at == at + 2 * DAY

    def test_looked_at_again_is_told_once(
        self, session: Session, reader: SignedInCitizen, ending: Offer, pull: Pull, at: datetime
    ) -> None:
        take(session, ending, reader, at)

        assert [pull("coupon_ending", at + timedelta(hours=hours)) for hours in (0, 0, 6)] == [1, 0, 0]

    @pytest.mark.parametrize(
        ("change", "count"),
        [
            (update(Coupon).values(usable_until=datetime.fromisoformat("2026-06-19T00:00:00+00:00")), 0),
            (update(Offer).values(status="held"), 0),
            (update(Offer).values(status="removed"), 0),
            (update(Offer).values(status="ended"), 1),
        ],
    )
    def test_tells_only_what_can_be_used_and_ends_soon(
        self,
        session: Session,
        reader: SignedInCitizen,
        ending: Offer,
        pull: Pull,
        at: datetime,
        change: Any,
        count: int,
    ) -> None:
        take(session, ending, reader, at)
        session.execute(change)

        assert pull("coupon_ending", at) == count

    def test_tells_nothing_while_no_shop_would_take_it(
        self, session: Session, reader: SignedInCitizen, ending: Offer, pull: Pull, at: datetime
    ) -> None:
        take(session, ending, reader, at)
        session.execute(update(Shop).values(status="suspended"))

        assert pull("coupon_ending", at) == 0

    def test_tells_nothing_to_whoever_took_it_just_now(
        self, session: Session, reader: SignedInCitizen, ending: Offer, pull: Pull, at: datetime
    ) -> None:
        make_coupon(session, offer_id=ending.id, citizen=reader, at=at)

        assert pull("coupon_ending", at) == 0

    def test_tells_nothing_to_whoever_muted_it(
        self, session: Session, reader: SignedInCitizen, ending: Offer, pull: Pull, at: datetime
    ) -> None:
        take(session, ending, reader, at)
        mute(session, reader, "muted_trigger", "coupon_ending", at)

        assert pull("coupon_ending", at) == 0


class TestSavedOfferEnding:
    def test_tells_whoever_saved_it(
        self, session: Session, reader: SignedInCitizen, ending: Offer, pull: Pull, at: datetime
    ) -> None:
        save(session, ending, reader, at - 5 * DAY)

        assert [pull("saved_offer_ending", at) for _ in range(2)] == [1, 0]

        [notice] = told(session, reader)
        assert (notice.kind, notice.params["ends_on"]) == ("saved_offer_ending", "2026-06-17")

    def test_tells_nothing_to_whoever_took_it(
        self, session: Session, reader: SignedInCitizen, ending: Offer, pull: Pull, at: datetime
    ) -> None:
        save(session, ending, reader, at - 5 * DAY)
        take(session, ending, reader, at)

        assert pull("saved_offer_ending", at) == 0

    def test_tells_nothing_when_none_are_left(
        self, session: Session, reader: SignedInCitizen, ending: Offer, pull: Pull, at: datetime
    ) -> None:
        save(session, ending, reader, at - 5 * DAY)
        session.execute(update(Offer).values(stock=5, stock_left=0))

        assert pull("saved_offer_ending", at) == 0


class TestFavouriteOffer:
    @pytest.fixture(autouse=True)
    def favourite(self, session: Session, reader: SignedInCitizen, shop_id: uuid.UUID, at: datetime) -> None:
        session.add(FavouriteShop(citizen_id=reader.id, shop_id=shop_id, added_at=at - 30 * DAY))
        session.flush()

    @pytest.fixture
    def offer(self, session: Session, shop_id: uuid.UUID, at: datetime) -> Offer:
        return make_offer(session, shop_id=shop_id, at=at)

    def test_tells_what_is_new_and_pushes_it(
        self, session: Session, reader: SignedInCitizen, offer: Offer, pull: Pull, at: datetime
    ) -> None:
        assert [pull("favourite_offer", at) for _ in range(2)] == [1, 0]

        [notice] = told(session, reader)
        assert (notice.kind, notice.params["offer_id"]) == ("favourite_offer", str(offer.id))
        assert notice.expires_at == offer.displayed_until
        assert len(list_deliveries(session)) == 1

    def test_tells_one_thing_a_shop_and_day(
        self, session: Session, reader: SignedInCitizen, shop_id: uuid.UUID, pull: Pull, at: datetime
    ) -> None:
        make_offer(session, shop_id=shop_id, at=at)
        make_offer(session, shop_id=shop_id, at=at, name_ja="昆布 50円引き")
        same_day = [pull("favourite_offer", at + timedelta(hours=hours)) for hours in (0, 1, 20)]
        make_offer(session, shop_id=shop_id, at=at + DAY, name_ja="ししゃも 50円引き")

        assert same_day == [1, 0, 0]
        assert pull("favourite_offer", at + DAY) == 1

    def test_waits_until_it_is_shown(
        self, session: Session, reader: SignedInCitizen, shop_id: uuid.UUID, pull: Pull, at: datetime
    ) -> None:
        make_offer(session, shop_id=shop_id, at=at, displayed_from=at + 5 * DAY)

        assert [pull("favourite_offer", at + days * DAY) for days in (0, 4, 5)] == [0, 0, 1]

    def test_is_advertising_and_wants_consent(
        self, session: Session, reader: SignedInCitizen, offer: Offer, pull: Pull, at: datetime
    ) -> None:
        session.execute(update(Consent).where(Consent.purpose == "push_shops").values(withdrawn_at=at))

        assert pull("favourite_offer", at) == 0
        assert told(session, reader) == []

    @pytest.mark.parametrize("kind", ["muted_trigger", "muted_shop"])
    def test_tells_nothing_to_whoever_muted_it(
        self,
        session: Session,
        reader: SignedInCitizen,
        shop_id: uuid.UUID,
        offer: Offer,
        pull: Pull,
        at: datetime,
        kind: str,
    ) -> None:
        subject = {"muted_trigger": "favourite_offer", "muted_shop": str(shop_id)}[kind]
        mute(session, reader, kind, subject, at)

        assert pull("favourite_offer", at) == 0

    def test_tells_nothing_of_what_was_there_before_the_shop_was_a_favourite(
        self, session: Session, offer: Offer, pull: Pull, at: datetime
    ) -> None:
        session.execute(update(FavouriteShop).values(added_at=at + timedelta(seconds=1)))

        assert pull("favourite_offer", at + timedelta(hours=1)) == 0

    def test_tells_nothing_old(self, session: Session, offer: Offer, pull: Pull, at: datetime) -> None:
        assert pull("favourite_offer", at + 3 * DAY) == 0

    def test_tells_nothing_that_is_for_other_members(
        self, session: Session, offer: Offer, pull: Pull, at: datetime
    ) -> None:
        list_for_members(session, offer_id=offer.id)

        assert pull("favourite_offer", at) == 0

    def test_tells_nothing_of_a_shop_that_takes_no_part(
        self, session: Session, offer: Offer, pull: Pull, at: datetime
    ) -> None:
        session.execute(update(Shop).values(status="suspended"))

        assert pull("favourite_offer", at) == 0

    def test_tells_nobody_else(self, session: Session, offer: Offer, pull: Pull, at: datetime) -> None:
        other = make_citizen(session, at=at, nickname="となり")

        pull("favourite_offer", at)

        assert told(session, other) == []


class TestPushesOfWhatEndsMeanwhile:
    """Told in the evening, kept for the morning."""

    @pytest.fixture(autouse=True)
    def told_of_both(
        self,
        session: Session,
        reader: SignedInCitizen,
        shop_id: uuid.UUID,
        ending: Offer,
        pull: Pull,
        at: datetime,
    ) -> None:
        session.add(FavouriteShop(citizen_id=reader.id, shop_id=shop_id, added_at=at - 30 * DAY))
        take(session, ending, reader, at)
        for name in ("favourite_offer", "coupon_ending"):
            assert pull(name, at) == 1

    @staticmethod
    def waiting(session: Session) -> list[str]:
        """Kinds of what would still be pushed."""
        kinds = {row.id: row.kind for row in session.execute(select(Notice.id, Notice.kind))}
        return [kinds[one.notice_id] for one in list_deliveries(session) if one.status == "waiting"]

    @pytest.mark.parametrize("decide", [hold_offer, remove_offer])
    def test_are_taken_back_when_the_city_stops_it(
        self, session: Session, ending: Offer, at: datetime, decide: Callable[..., Offer]
    ) -> None:
        decide(session, offer_id=ending.id, reason="表示に誤りがあるため", at=at)

        assert self.waiting(session) == []

    def test_are_taken_back_when_the_shop_ends_it_but_not_of_coupons_which_stay_good(
        self, session: Session, ending: Offer, shop_id: uuid.UUID, at: datetime
    ) -> None:
        end_offer(session, offer_id=ending.id, shop_ids=[shop_id], at=at)

        assert self.waiting(session) == ["coupon_ending"]

    def test_are_taken_back_when_the_shop_takes_no_part_any_more(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        decide_shop(
            session,
            shop_id=shop_id,
            action=ShopAction.SUSPEND,
            reason="確認のため",
            public_url="https://example.test",
            at=at,
        )

        assert self.waiting(session) == ["coupon_ending"]

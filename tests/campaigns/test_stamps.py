"""Stamps are kept on cards, counted, and taken back by a refund."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.base.writes import WriteList
from backend.campaigns.models import Campaign
from backend.campaigns.queries import CardProgress, list_completed_cards, list_stamp_cards, list_stamps
from backend.campaigns.service.stamps import ReopenedCard, remove_stamps
from backend.campaigns.writes import CARDS, STAMPS
from tests.factories.campaigns import make_draft, run_draft
from tests.factories.people import make_citizen

WRITES = WriteList([STAMPS, CARDS])
FIRST, SECOND, THIRD = (uuid.UUID(int=number) for number in (1, 2, 3))


def card_rule(**changes: Any) -> dict[str, Any]:
    return {"stamp_card": {"distinct": "shops", "target": 3, "reward": {"points": 100}} | changes}


@pytest.fixture
def account_id(session: Session, at: datetime) -> uuid.UUID:
    return make_citizen(session, at=at).account_id


@pytest.fixture
def run(session: Session, approver: uuid.UUID, at: datetime) -> Callable[..., Campaign]:
    def run(slug: str = "rally", **changes: Any) -> Campaign:
        draft = make_draft(at, slug=slug, rule=card_rule(**changes))
        return run_draft(session, draft=draft, approved_by=approver, at=at)

    return run


Stamp = Callable[..., None]


@pytest.fixture
def stamp(session: Session, account_id: uuid.UUID, at: datetime) -> Stamp:
    """`completes`: with it the card is full."""

    def stamp(
        campaign: Campaign, position: int, purchase_id: uuid.UUID, *, card: int = 1, completes: bool = False
    ) -> None:
        key = {"campaign_id": campaign.id, "account_id": account_id, "card_number": card}
        given = {
            "position": position,
            "distinct_key": f"shop-{purchase_id.int}",
            "purchase_id": purchase_id,
            "stamped_at": at + timedelta(minutes=position),
        }
        done = {"completed_at": at, "purchase_id": purchase_id}
        WRITES.run(session, {STAMPS.name: [key | given], CARDS.name: [key | done] if completes else []})

    return stamp


@pytest.fixture
def progress(session: Session, account_id: uuid.UUID, at: datetime) -> Callable[[], CardProgress]:
    def progress() -> CardProgress:
        [card] = list_stamp_cards(session, account_id=account_id, at=at)
        return card

    return progress


class TestStamps:
    def test_are_listed_by_card_and_position(
        self, session: Session, run: Callable[..., Campaign], stamp: Stamp, account_id: uuid.UUID
    ) -> None:
        rally = run()
        stamp(rally, 2, SECOND)
        stamp(rally, 1, FIRST)

        found = list_stamps(session, account_id=account_id, campaign_ids=[rally.id])

        assert [(one.card_number, one.position, one.distinct_key) for one in found] == [
            (1, 1, "shop-1"),
            (1, 2, "shop-2"),
        ]

    def test_are_nobody_elses(
        self, session: Session, run: Callable[..., Campaign], stamp: Stamp, at: datetime
    ) -> None:
        rally = run()
        stamp(rally, 1, FIRST)
        stranger = make_citizen(session, at=at).account_id

        assert list_stamps(session, account_id=stranger, campaign_ids=[rally.id]) == []

    @pytest.mark.parametrize(("position", "purchase_id"), [(1, SECOND), (2, FIRST)])
    def test_are_given_once_for_each_place_and_each_thing(
        self, run: Callable[..., Campaign], stamp: Stamp, position: int, purchase_id: uuid.UUID
    ) -> None:
        rally = run()
        stamp(rally, 1, FIRST)

        with pytest.raises(IntegrityError):
            stamp(rally, position, purchase_id)


class TestListStampCards:
    def test_begins_with_an_empty_card(
        self, run: Callable[..., Campaign], progress: Callable[[], CardProgress]
    ) -> None:
        run()

        card = progress()

        assert (card.card_number, card.given, card.is_completed, card.last_stamped_at) == (1, 0, False, None)

    def test_tells_how_many_were_given_and_when_last(
        self,
        run: Callable[..., Campaign],
        stamp: Stamp,
        progress: Callable[[], CardProgress],
        at: datetime,
    ) -> None:
        rally = run()
        stamp(rally, 1, FIRST)
        stamp(rally, 2, SECOND)

        card = progress()

        assert (card.given, card.last_stamped_at) == (2, at + timedelta(minutes=2))

    def test_stays_with_the_full_card_where_no_other_follows(
        self, run: Callable[..., Campaign], stamp: Stamp, progress: Callable[[], CardProgress]
    ) -> None:
        rally = run(target=1)
        stamp(rally, 1, FIRST, completes=True)

        card = progress()

        assert (card.card_number, card.given, card.is_completed, card.completed_cards) == (1, 1, True, 1)

    def test_goes_on_with_the_next_card_where_they_repeat(
        self, run: Callable[..., Campaign], stamp: Stamp, progress: Callable[[], CardProgress]
    ) -> None:
        rally = run(target=1, repeats=True)
        stamp(rally, 1, FIRST, completes=True)

        card = progress()

        assert (card.card_number, card.given, card.is_completed, card.completed_cards) == (2, 0, False, 1)

    def test_shows_campaigns_with_stamps_only(
        self, session: Session, running: Campaign, account_id: uuid.UUID, at: datetime
    ) -> None:
        assert list_stamp_cards(session, account_id=account_id, at=at) == []

    def test_shows_none_that_is_over(
        self, session: Session, run: Callable[..., Campaign], account_id: uuid.UUID
    ) -> None:
        rally = run()

        assert list_stamp_cards(session, account_id=account_id, at=rally.ends_at) == []


class TestRemoveStamps:
    def test_takes_back_what_the_purchase_stamped_on_every_card(
        self, session: Session, run: Callable[..., Campaign], stamp: Stamp, account_id: uuid.UUID
    ) -> None:
        one, other = run("one"), run("other")
        stamp(one, 1, FIRST)
        stamp(other, 1, FIRST)
        stamp(other, 2, SECOND)

        reopened = remove_stamps(session, purchase_id=FIRST, campaign_ids=[one.id, other.id])

        left = list_stamps(session, account_id=account_id, campaign_ids=[one.id, other.id])
        assert ([stamp.position for stamp in left], reopened) == ([2], [])

    def test_leaves_a_gap_that_the_next_stamp_fills(
        self,
        session: Session,
        run: Callable[..., Campaign],
        stamp: Stamp,
        progress: Callable[[], CardProgress],
    ) -> None:
        rally = run()
        stamp(rally, 1, FIRST)
        stamp(rally, 2, SECOND)
        remove_stamps(session, purchase_id=FIRST, campaign_ids=[rally.id])

        stamp(rally, 1, THIRD)

        assert progress().given == 2

    def test_opens_a_completed_card_again_and_says_which_reward_is_owed(
        self, session: Session, run: Callable[..., Campaign], stamp: Stamp, account_id: uuid.UUID
    ) -> None:
        rally = run(target=2)
        stamp(rally, 1, FIRST)
        stamp(rally, 2, SECOND, completes=True)

        reopened = remove_stamps(session, purchase_id=FIRST, campaign_ids=[rally.id])

        assert reopened == [ReopenedCard(rally.id, account_id, 1, SECOND)]
        completed = list_completed_cards(session, account_id=account_id, campaign_ids=[rally.id])
        assert completed == {rally.id: frozenset()}

    def test_tells_of_no_card_twice(
        self, session: Session, run: Callable[..., Campaign], stamp: Stamp
    ) -> None:
        rally = run(target=2)
        stamp(rally, 1, FIRST)
        stamp(rally, 2, SECOND, completes=True)
        remove_stamps(session, purchase_id=FIRST, campaign_ids=[rally.id])

        assert remove_stamps(session, purchase_id=SECOND, campaign_ids=[rally.id]) == []

    def test_goes_back_to_the_first_card_that_is_open(
        self,
        session: Session,
        run: Callable[..., Campaign],
        stamp: Stamp,
        progress: Callable[[], CardProgress],
    ) -> None:
        rally = run(target=1, repeats=True)
        stamp(rally, 1, FIRST, completes=True)
        stamp(rally, 1, SECOND, card=2, completes=True)

        remove_stamps(session, purchase_id=FIRST, campaign_ids=[rally.id])

        assert (progress().card_number, progress().given) == (1, 0)

    def test_leaves_cards_of_other_campaigns_alone(
        self, session: Session, run: Callable[..., Campaign], stamp: Stamp, account_id: uuid.UUID
    ) -> None:
        one, other = run("one", target=1), run("other", target=1)
        stamp(one, 1, FIRST, completes=True)
        stamp(other, 1, FIRST, completes=True)

        reopened = remove_stamps(session, purchase_id=FIRST, campaign_ids=[one.id])

        left = list_stamps(session, account_id=account_id, campaign_ids=[one.id, other.id])
        assert [card.campaign_id for card in reopened] == [one.id]
        assert [stamp.campaign_id for stamp in left] == [other.id]

    def test_does_nothing_for_a_purchase_without_any(
        self, session: Session, run: Callable[..., Campaign]
    ) -> None:
        assert remove_stamps(session, purchase_id=THIRD, campaign_ids=[run().id]) == []

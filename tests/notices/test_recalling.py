"""What was told at night and is no longer so in the morning."""

import uuid
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.notices.queries import list_notices_among
from backend.notices.recalling import recall_pushes
from backend.notices.service import take_deliveries
from backend.notices.terms import load_terms
from tests.factories.notices import list_deliveries, make_device, make_notice
from tests.factories.people import SignedInCitizen, make_citizen

CAMPAIGN, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture
def owner(session: Session, at: datetime) -> SignedInCitizen:
    owner = make_citizen(session, at=at)
    make_device(session, citizen_id=owner.id, at=at)
    return owner


def tell(session: Session, owner: SignedInCitizen, at: datetime, **params: Any) -> uuid.UUID:
    """By a kind that is pushed without a consent of its own."""
    return make_notice(session, citizen_id=owner.id, at=at, kind="points_corrected", reason="", **params)


def recall(session: Session, at: datetime, *, kind: str = "points_corrected") -> int:
    return recall_pushes(session, kinds=[kind], subject="campaign_id", subject_id=CAMPAIGN, at=at)


class TestRecallPushes:
    def test_takes_what_waits_out_of_the_outbox_and_leaves_the_inbox(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        notice_id = tell(session, owner, at, campaign_id=str(CAMPAIGN))

        assert recall(session, at) == 1

        [delivery] = list_deliveries(session)
        assert (delivery.status, delivery.failure, delivery.settled_at) == ("failed", "recalled", at)
        assert list_notices_among(session, citizen_id=owner.id, notice_ids=[notice_id], language="ja")

    def test_leaves_what_is_about_something_else(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        tell(session, owner, at, campaign_id=str(OTHER))
        tell(session, owner, at)

        assert recall(session, at) == 0

    def test_leaves_other_kinds(self, session: Session, owner: SignedInCitizen, at: datetime) -> None:
        tell(session, owner, at, campaign_id=str(CAMPAIGN))

        assert recall(session, at, kind="campaign_changed") == 0

    def test_leaves_what_is_being_sent(self, session: Session, owner: SignedInCitizen, at: datetime) -> None:
        tell(session, owner, at, campaign_id=str(CAMPAIGN))
        take_deliveries(session, at=at, limit=1, lease_seconds=60, terms=load_terms())

        assert recall(session, at) == 0

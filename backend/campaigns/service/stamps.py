"""Stamps that a refund takes back.

A stamp keeps the position it was given, and the others keep theirs: where one is taken away, a gap remains, and
the next stamp comes after the last. A position is an order and a guard; what counts is how many a card has.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, tuple_
from sqlalchemy.orm import Session

from backend.campaigns.models import CampaignCard, CampaignStamp


@dataclass(frozen=True, slots=True)
class ReopenedCard:
    """A card that had been completed, by the purchase `purchase_id`, and is not any more."""

    campaign_id: uuid.UUID
    account_id: uuid.UUID
    card_number: int
    purchase_id: uuid.UUID


def remove_stamps(
    session: Session, *, purchase_id: uuid.UUID, campaign_ids: Collection[uuid.UUID]
) -> list[ReopenedCard]:
    """Take back what a refunded purchase stamped on cards of these campaigns.

    A completed card that loses a stamp is open again, and may be completed and rewarded again. So that it is never
    rewarded twice, whoever refunds takes back the reward of each card returned here, in the same transaction: it
    was granted with the purchase `ReopenedCard.purchase_id`, which need not be the one refunded. Where that cannot be
    done any more, `keep_completed`.
    """
    stamps = session.execute(
        delete(CampaignStamp)
        .where(CampaignStamp.purchase_id == purchase_id, CampaignStamp.campaign_id.in_(campaign_ids))
        .returning(CampaignStamp.campaign_id, CampaignStamp.account_id, CampaignStamp.card_number)
        .execution_options(synchronize_session=False)
    ).all()
    key = tuple_(CampaignCard.campaign_id, CampaignCard.account_id, CampaignCard.card_number)
    reopened = session.execute(
        delete(CampaignCard)
        .where(
            CampaignCard.campaign_id.in_(campaign_ids),
            or_(CampaignCard.purchase_id == purchase_id, key.in_([tuple(stamp) for stamp in stamps])),
        )
        .returning(
            CampaignCard.campaign_id,
            CampaignCard.account_id,
            CampaignCard.card_number,
            CampaignCard.purchase_id,
        )
        .execution_options(synchronize_session=False)
    ).all()
    return [ReopenedCard(*row) for row in reopened]


def keep_completed(session: Session, *, card: ReopenedCard, completed_at: datetime) -> None:
    """Whose reward was used already keeps the card as it was: full, though a stamp is missing."""
    session.add(
        CampaignCard(
            campaign_id=card.campaign_id,
            account_id=card.account_id,
            card_number=card.card_number,
            completed_at=completed_at,
            purchase_id=card.purchase_id,
        )
    )
    session.flush()

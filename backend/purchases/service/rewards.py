"""What completed stamp cards were rewarded with, taken back when a refund opens the cards again."""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from backend.campaigns.queries import get_funding_accounts
from backend.campaigns.service.stamps import ReopenedCard, keep_completed
from backend.offers.service.coupons import withdraw_granted
from backend.points.sources import SourceLot, list_lots_of_source
from backend.purchases.models import Purchase


def take_back_rewards(
    session: Session, *, cards: Sequence[ReopenedCard], account_id: uuid.UUID
) -> list[SourceLot]:
    """Coupons are withdrawn at once; the lots returned here, of that account, are still to be reclaimed.

    A card whose coupon has been used is left as full as it was, so that it is not rewarded twice.
    """
    budgets = get_funding_accounts(session, campaign_ids=[card.campaign_id for card in cards])
    return [
        lot
        for card in cards
        if _withdraw_coupon(session, card)
        for lot in _lots(session, card, account_id, budgets[card.campaign_id])
    ]


def _withdraw_coupon(session: Session, card: ReopenedCard) -> bool:
    """False: it has been used. Whether there was one at all, the coupons themselves tell."""
    completing = session.get_one(Purchase, card.purchase_id)
    is_unused = withdraw_granted(
        session,
        account_id=card.account_id,
        campaign_id=card.campaign_id,
        granted_at=completing.recorded_at,
    )
    if not is_unused:
        keep_completed(session, card=card, completed_at=completing.done_at)
    return is_unused


def _lots(
    session: Session, card: ReopenedCard, account_id: uuid.UUID, budget_id: uuid.UUID
) -> list[SourceLot]:
    """A campaign that stamps gives nothing but the reward of the card."""
    lots = list_lots_of_source(session, account_id=account_id, source_id=card.purchase_id)
    return [lot for lot in lots if lot.funding_account_id == budget_id]

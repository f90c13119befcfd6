"""What purchases say of a campaign that is over."""

import uuid
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign
from backend.campaigns.queries import get_campaign
from backend.campaigns.service import closing
from backend.people.code_models import JoinedAccount
from backend.points.models import PointsLot, PointsTransaction
from backend.purchases.models import Purchase


def report_campaign(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    reported_by: uuid.UUID,
    at: datetime,
    reason: str | None = None,
) -> Campaign:
    """Close its books with whom it reached. Raises CampaignNotFound, CampaignNotEnded."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    return closing.report_campaign(
        session,
        campaign_id=campaign_id,
        reach=_reach(session, campaign.funding_account_id),
        reported_by=reported_by,
        at=at,
        reason=reason,
    )


def _reach(session: Session, funding_account_id: uuid.UUID | None) -> closing.Reach:
    """From the lots of its budget; each grant names the purchase that caused it."""
    row = session.execute(
        select(
            func.count(PointsLot.account_id.distinct()),
            func.count(Purchase.shop_id.distinct()),
            func.count(Purchase.id.distinct()),
            func.coalesce(func.sum(PointsLot.granted_points), 0),
        )
        .join(PointsTransaction, PointsTransaction.id == PointsLot.transaction_id)
        .outerjoin(Purchase, Purchase.id == PointsTransaction.source_id)
        # What came back with a refund was granted before.
        .where(PointsLot.funding_account_id == funding_account_id, PointsLot.returned_from_lot_id.is_(None))
        # Nor is what was carried from a card's account to its holder's app granted again.
        .where(~exists().where(JoinedAccount.id == PointsTransaction.source_id))
    ).one()
    citizens, shops, purchases, granted_points = (int(value) for value in row)
    return closing.Reach(citizens=citizens, shops=shops, purchases=purchases, granted_points=granted_points)

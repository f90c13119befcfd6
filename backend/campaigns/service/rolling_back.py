"""What a refund takes back of campaigns: what counted against caps, stamps, and completed cards."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.campaigns.models import EVERY_SHOP, EVERYBODY, Campaign, CampaignCounter, CampaignStamp
from backend.campaigns.rules.calendar import Within, period_start
from backend.campaigns.rules.rule import Rule
from backend.campaigns.service.stamps import ReopenedCard, remove_stamps


@dataclass(frozen=True, slots=True)
class ReclaimedAward:
    """Points of one award that a refund took back; `is_whole`: nothing of the purchase is left."""

    funding_account_id: uuid.UUID
    points: int
    is_whole: bool


def roll_back_counts(
    session: Session,
    *,
    account_id: uuid.UUID,
    shop_id: uuid.UUID,
    done_at: datetime,
    awards: Sequence[ReclaimedAward],
) -> None:
    """What was taken back counts against no cap any more, in any period that the purchase lay in."""
    on = city_day(done_at)
    counters = CampaignCounter
    periods = [
        (counters.within == within.value) & (counters.period_on == period_start(within, on))
        for within in Within
    ]
    for award in awards:
        given_by = select(Campaign.id).where(Campaign.funding_account_id == award.funding_account_id)
        session.execute(
            update(CampaignCounter)
            .where(
                counters.campaign_id.in_(given_by),
                or_(
                    (counters.account_id == account_id) & counters.shop_id.in_([EVERY_SHOP, shop_id]),
                    (counters.account_id == EVERYBODY) & (counters.shop_id == shop_id),
                ),
                or_(*periods),
            )
            .values(
                awarded_points=_less(counters.awarded_points, award.points),
                award_count=_less(counters.award_count, int(award.is_whole)),
                # Whoever decided upon the old counts decides again.
                change_count=counters.change_count + 1,
            )
            .execution_options(synchronize_session=False)
        )


def roll_back_stamps(
    session: Session, *, purchase_id: uuid.UUID, left_yen: int, left_products: Collection[str] | None
) -> list[ReopenedCard]:
    """Stamps go where too little is left of the purchase to be stamped for, or the product is gone that was.

    `left_yen`: what is still paid, as stamps count it. `left_products`: keys of stamps for what was not taken
    back; None where nobody knows what was bought. Returns the cards that are not complete any more, whose reward
    is to be taken back.
    """
    query = (
        select(CampaignStamp.campaign_id, CampaignStamp.distinct_key, Campaign.rule)
        .join(Campaign, Campaign.id == CampaignStamp.campaign_id)
        .where(CampaignStamp.purchase_id == purchase_id)
    )
    lost = [
        stamp.campaign_id
        for stamp in session.execute(query)
        if not _is_still_earned(Rule.from_json(stamp.rule), stamp.distinct_key, left_yen, left_products)
    ]
    return remove_stamps(session, purchase_id=purchase_id, campaign_ids=lost) if lost else []


def _is_still_earned(
    rule: Rule, distinct_key: str, left_yen: int, left_products: Collection[str] | None
) -> bool:
    if left_yen < (rule.what.minimum_yen or 1):
        return False
    is_for_product = rule.stamp_card is not None and rule.stamp_card.distinct == "products"
    return not is_for_product or left_products is None or distinct_key in left_products


def _less(counted: Any, points: int) -> Any:
    """Never below zero."""
    return case((counted > points, counted - points), else_=0)

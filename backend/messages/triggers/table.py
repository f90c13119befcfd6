"""The table of triggers: a new one joins by a line here, a kind with its toggle, and the select of who is due.

That a campaign's budget is nearly gone stands in `campaigns.service.watching`, which ends campaigns too.
"""

from collections.abc import Sequence

from backend.messages.triggers.campaigns import campaigns_changed
from backend.messages.triggers.offers import coupons_ending, favourite_offers, saved_offers_ending
from backend.messages.triggers.points import points_expiring
from backend.messages.triggers.rules import TriggerRule
from backend.notices.kinds import NoticeKind
from backend.notices.terms import NoticeTerms

MINUTES, HOURS = 60, 3_600


def list_triggers(terms: NoticeTerms) -> Sequence[TriggerRule]:
    early, late, ending = terms.points_early_days, terms.points_late_days, terms.coupon_ending_days
    return (
        TriggerRule(
            "points_expiring_late",
            NoticeKind.POINTS_EXPIRING,
            6 * HOURS,
            points_expiring(late, sooner_days=0),
        ),
        TriggerRule(
            "points_expiring_early",
            NoticeKind.POINTS_EXPIRING,
            6 * HOURS,
            points_expiring(early, sooner_days=late),
        ),
        TriggerRule("coupon_ending", NoticeKind.COUPON_ENDING, 6 * HOURS, coupons_ending(ending)),
        TriggerRule(
            "saved_offer_ending", NoticeKind.SAVED_OFFER_ENDING, 6 * HOURS, saved_offers_ending(ending)
        ),
        TriggerRule("favourite_offer", NoticeKind.FAVOURITE_OFFER, 10 * MINUTES, favourite_offers),
        TriggerRule("campaign_changed", NoticeKind.CAMPAIGN_CHANGED, 10 * MINUTES, campaigns_changed),
    )

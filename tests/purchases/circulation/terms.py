"""The town's campaigns and offers, once as the services take them and once as figures to reckon with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.base.clock import city_day, end_of_city_day, start_of_city_day
from tests.conftest import NOW

DAY = timedelta(days=1)
PEOPLE, SHOPS = 3, 2


@dataclass(frozen=True)
class CampaignTerms:
    """`rule`: what `rule_document` takes, but for the lifetime; `target`: of its stamp cards, if it has any."""

    budget_points: int
    lifetime_days: int
    rule: dict[str, Any]
    pending_days: int = 0
    runs_days: int = 30
    # Given back to the issuance before the first purchase: a small budget in many slices.
    released_points: int = 0
    target: int = 0

    @property
    def left_points(self) -> int:
        return self.budget_points - self.released_points

    @property
    def ends_at(self) -> datetime:
        return NOW + self.runs_days * DAY

    def spendable_at(self, at: datetime) -> datetime | None:
        if not self.pending_days:
            return None
        return start_of_city_day(city_day(at) + self.pending_days * DAY)

    def expires_at(self, at: datetime) -> datetime:
        return end_of_city_day(city_day(self.spendable_at(at) or at) + self.lifetime_days * DAY)


@dataclass(frozen=True)
class OfferTerms:
    shop: int
    discount_yen: int
    minimum_yen: int
    stock: int
    per_person: int
    displayed_until: datetime
    usable_until: datetime


BASE, CAPPED, LATER, ALONE, RALLY, REGULAR = "base", "capped", "later", "alone", "rally", "regular"
PERSON_DAY_POINTS, SHOP_DAY_POINTS, PERSON_WEEK_AWARDS = 60, 90, 3
ALONE_POINTS, ALONE_FROM_YEN, ALONE_SHOP = 25, 600, 1
SIZES = ["small", "large"]
RALLY_POINTS = 15
RATES = {BASE: 50, CAPPED: 100, LATER: 80}
COLLECTED, GIFT = "collected", "gift"

# In the order in which they are made, so that each comes after its elders wherever ids decide.
CAMPAIGNS = {
    BASE: CampaignTerms(100_000, 3, {"rate_permille": RATES[BASE]}),
    CAPPED: CampaignTerms(
        10_000,
        2,
        {
            "rate_permille": RATES[CAPPED],
            "caps": [
                {"per": "person", "within": "day", "points": PERSON_DAY_POINTS},
                {"per": "shop", "within": "day", "points": SHOP_DAY_POINTS},
                {"per": "person", "within": "week", "awards": PERSON_WEEK_AWARDS},
            ],
        },
        released_points=9_850,
    ),
    LATER: CampaignTerms(150, 1, {"rate_permille": RATES[LATER]}, pending_days=1, runs_days=4),
    ALONE: CampaignTerms(
        90,
        4,
        {
            "fixed_points": ALONE_POINTS,
            "size_classes": [SIZES[ALONE_SHOP]],
            "what": {"minimum_yen": ALONE_FROM_YEN},
            "together": {"mode": "exclusive", "priority": 1},
        },
    ),
    RALLY: CampaignTerms(
        1_000,
        5,
        {
            "stamp_card": {
                "distinct": "shops",
                "target": 2,
                "repeats": True,
                "reward": {"points": RALLY_POINTS},
            }
        },
        target=2,
    ),
    REGULAR: CampaignTerms(1, 5, {}, target=2),
}
OFFERS = {
    COLLECTED: OfferTerms(0, 120, 200, 3, 2, NOW + 3 * DAY, NOW + 4 * DAY),
    GIFT: OfferTerms(1, 400, 1, 3, 1, NOW + 6 * DAY, NOW + 9 * DAY),
}
CARD_CAMPAIGNS = [slug for slug, terms in CAMPAIGNS.items() if terms.target]


def regular_rule(gift_id: str) -> dict[str, Any]:
    """The card whose reward is an offer: its id is known only once there is one."""
    card = {"distinct": "days", "target": 2, "repeats": True, "reward": {"offer_id": gift_id}}
    return {"stamp_card": card}

"""A preview over the past says what would have happened: held against campaigns that did run over the same past."""

import uuid
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import Base
from backend.campaigns.models import Campaign, CampaignStamp
from backend.offers.models import Coupon
from backend.points.models import PointsLot, PointsTransaction
from backend.purchases.models import Purchase
from backend.purchases.service.previews import Preview, PreviewDay, preview_version
from tests.conftest import NOW
from tests.factories.campaigns import make_draft, run_draft
from tests.purchases.circulation.terms import COLLECTED, PEOPLE, SHOPS
from tests.purchases.circulation.town import Town, funding_account_of
from tests.purchases.conftest import MakeTown

HOUR = timedelta(hours=1)
CARD = {"target": 2, "repeats": True, "reward": {"points": 15}}
RULES: dict[str, dict[str, Any]] = {
    "rate": {"reward": {"rate_permille": 37}},
    "steps": {"reward": {"step_yen": 300, "step_points": 7}},
    "tiers": {
        "reward": {"tiers": [{"from_yen": 500, "fixed_points": 9}, {"from_yen": 1500, "rate_permille": 20}]}
    },
    "multiplier": {"reward": {"multiplier_permille": 2500}},
    "gross": {"reward": {"rate_permille": 50, "amount": "gross"}},
    "bounds": {"reward": {"fixed_points": 30}, "what": {"minimum_yen": 400, "below_yen": 2000}},
    "hours": {
        "reward": {"fixed_points": 12},
        "when": {"weekdays": [0, 1], "from_minute": 700, "until_minute": 1000},
    },
    "shops": {"reward": {"fixed_points": 12}, "where": {"size_classes": ["large"]}},
    "newcomers": {"reward": {"fixed_points": 12}, "who": {"is_first_purchase": True}},
    "visitors": {"reward": {"fixed_points": 12}, "who": {"is_first_visit": True}},
    "returning": {"reward": {"fixed_points": 12}, "who": {"days_since_last_purchase": 1}},
    "offer": {"reward": {"fixed_points": 40}, "what": {"offer_ids": [COLLECTED]}},
    "caps": {
        "reward": {"rate_permille": 100},
        "caps": [
            {"per": "purchase", "points": 120},
            {"per": "person", "within": "day", "points": 150},
            {"per": "person_at_shop", "within": "campaign", "points": 200},
            {"per": "shop", "within": "week", "awards": 4},
        ],
    },
    "rally": {"stamp_card": CARD | {"distinct": "shops"}},
    "regulars": {"stamp_card": CARD | {"distinct": "days", "cool_down_hours": 20}},
}
purchases = st.fixed_dictionaries(
    {
        "person": st.integers(0, PEOPLE - 1),
        "shop": st.integers(0, SHOPS - 1),
        "amount": st.integers(1, 3000),
        "wish": st.sampled_from(["none", "all"]),
        "coupon": st.booleans(),
        "hours": st.sampled_from([0, 1, 7, 23]),
    }
)
Past = list[dict[str, Any]]
VISIT = {"person": 0, "amount": 1200, "wish": "none", "coupon": True}
ROUND_TRIP = [VISIT | {"shop": 0, "hours": 1}, VISIT | {"shop": 1, "hours": 23}]


def run_campaign(session: Session, town: Town, name: str, budget_points: int) -> Campaign:
    rule = {**RULES[name], "lifetime": {"days": 30}}
    if name == "offer":
        rule["what"] = {"offer_ids": [str(town.places.offers[COLLECTED])]}
    draft = make_draft(NOW, slug="then", rule=rule, budget_points=budget_points)
    return run_draft(session, draft=draft, approved_by=town.places.approver, at=NOW)


def live_through(town: Town, past: Past) -> datetime:
    """Returns the moment after it."""
    at = NOW
    for step in past:
        at += step["hours"] * HOUR + timedelta(seconds=1)
        sale = {name: step[name] for name in ("person", "shop", "amount", "wish")}
        assert town.buy(at=at, done_at=at, coupon=take(town, step, at), **sale) == "done"
    return at


def take(town: Town, step: dict[str, Any], at: datetime) -> int | None:
    """A coupon to be used with a purchase, if one is wanted, fits, and there is one."""
    fits = step["coupon"] and step["shop"] == 0 and step["amount"] >= 200
    if not fits or town.take_coupon(at=at, person=step["person"], offer=COLLECTED) != "done":
        return None
    coupons = select(Coupon.id).order_by(Coupon.id)
    town.coupons = list(town.database.run(lambda session: session.scalars(coupons).all(), writes=False))
    return len(town.coupons) - 1


def preview(town: Town, campaign_id: uuid.UUID, at: datetime) -> Preview:
    return town.database.run(
        partial(
            preview_version,
            campaign_id=campaign_id,
            since_on=city_day(NOW),
            until_on=city_day(at),
            region=town.ground.region,
            at=at,
        ),
        writes=False,
    )


def what_happened(session: Session, campaign: Campaign) -> Preview:
    """In the words of a preview."""
    awards = session.execute(
        select(Purchase.account_id, Purchase.shop_id, Purchase.done_at, PointsLot.granted_points)
        .join(PointsTransaction, PointsTransaction.source_id == Purchase.id)
        .join(PointsLot, PointsLot.transaction_id == PointsTransaction.id)
        .where(PointsLot.funding_account_id == funding_account_of(campaign))
        .order_by(Purchase.id)
    ).all()
    points: Counter[date] = Counter()
    counts: defaultdict[date, int] = defaultdict(int)
    left, ends_on = campaign.budget_points, None
    for award in awards:
        on = city_day(award.done_at)
        points[on] += award.granted_points
        counts[on] += 1
        left -= award.granted_points
        ends_on = ends_on or (on if left == 0 else None)
    return Preview(
        seen_purchases=session.scalars(select(func.count()).select_from(Purchase)).one(),
        purchases=len(awards),
        citizens=len({award.account_id for award in awards}),
        shops=len({award.shop_id for award in awards}),
        points=points.total(),
        stamps=session.scalars(select(func.count()).select_from(CampaignStamp)).one(),
        budget_points=campaign.budget_points,
        budget_ends_on=ends_on,
        days=[PreviewDay(on, counts[on], points[on]) for on in sorted(points)],
    )


def everything(session: Session) -> dict[str, list[Any]]:
    """All rows of all tables."""
    return {
        table.name: sorted(map(repr, session.execute(select(*table.c))))
        for table in Base.metadata.sorted_tables
    }


@pytest.mark.slow
class TestPreviewOfACampaignThatRan:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        name=st.sampled_from(list(RULES)),
        budget_points=st.sampled_from([40, 100_000]),
        past=st.lists(purchases, min_size=1, max_size=9),
    )
    @example(name="rally", budget_points=100_000, past=ROUND_TRIP)
    @example(name="regulars", budget_points=100_000, past=ROUND_TRIP)
    @example(name="offer", budget_points=100_000, past=ROUND_TRIP)
    @example(name="returning", budget_points=100_000, past=ROUND_TRIP)
    def test_says_what_it_gave(
        self, new_quiet_town: MakeTown, name: str, budget_points: int, past: Past
    ) -> None:
        with new_quiet_town() as town:
            campaign = town.database.run(lambda session: run_campaign(session, town, name, budget_points))
            at = live_through(town, past)

            found = preview(town, campaign.id, at)

            assert found == town.database.run(lambda session: what_happened(session, campaign), writes=False)

    def test_writes_nothing(self, new_quiet_town: MakeTown) -> None:
        with new_quiet_town() as town:
            campaign = town.database.run(lambda session: run_campaign(session, town, "caps", 100_000))
            at = live_through(town, ROUND_TRIP)
            before = town.database.run(everything, writes=False)

            preview(town, campaign.id, at)

            assert town.database.run(everything, writes=False) == before

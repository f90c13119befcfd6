"""The campaigns of the loaded demo city: each at another stage, with the record of how it came there."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.campaigns.models import (
    Campaign,
    CampaignCard,
    CampaignCounter,
    CampaignEvent,
    CampaignStamp,
    CampaignVersion,
)
from backend.campaigns.rules.caps import Cap
from backend.campaigns.rules.rule import Rule
from backend.campaigns.service.checks import check_conditions
from backend.campaigns.states import CampaignState, state_of
from backend.demo.city.campaigns import (
    MISSION_KEY,
    NEARLY_USED_KEY,
    OFFER_BONUS_KEY,
    PENDING_KEY,
    REVIEWED_KEY,
)
from backend.demo.city.campaigns_of_seasons import EXHAUSTED_KEY, RALLY_KEY, SCHEDULED_KEY, WALK_KEY
from backend.offers.models import Coupon
from backend.points.models import BudgetLine, PointsAccount, PointsLot
from backend.points.queries import get_balance
from backend.points.service.budgets import report_budget_lines
from backend.purchases.reports import report_campaign
from tests.conftest import NOW

CHECKED = ("premium", "rule", "starts_at", "ends_at", "budget_line_id")


def campaign_of(session: Session, slug: str) -> Campaign:
    return session.scalars(select(Campaign).where(Campaign.slug == slug)).one()


def left_of(session: Session, slug: str) -> int:
    account_id = campaign_of(session, slug).funding_account_id
    assert account_id
    return get_balance(session, account_id=account_id)


def acts_of(session: Session, slug: str) -> list[tuple[str, str | None, str, str | None]]:
    events = session.scalars(
        select(CampaignEvent)
        .where(CampaignEvent.campaign_id == campaign_of(session, slug).id)
        .order_by(CampaignEvent.id)
    )
    return [(event.act, event.from_state, event.to_state, event.reason) for event in events]


class TestDemoCampaign:
    @pytest.mark.parametrize(
        ("slug", "state"),
        [
            ("kushiro-base", CampaignState.RUNNING),
            (NEARLY_USED_KEY, CampaignState.RUNNING),
            (PENDING_KEY, CampaignState.RUNNING),
            (MISSION_KEY, CampaignState.RUNNING),
            (OFFER_BONUS_KEY, CampaignState.RUNNING),
            (WALK_KEY, CampaignState.RUNNING),
            (SCHEDULED_KEY, CampaignState.SCHEDULED),
            (REVIEWED_KEY, CampaignState.REVIEW),
            (EXHAUSTED_KEY, CampaignState.ENDED),
            (RALLY_KEY, CampaignState.REPORTED),
        ],
    )
    def test_is_at_its_stage(self, session: Session, slug: str, state: CampaignState) -> None:
        assert state_of(campaign_of(session, slug), NOW) is state

    def test_could_have_been_saved_as_it_is(self, session: Session) -> None:
        rows = session.execute(
            select(Campaign, CampaignVersion).join(
                CampaignVersion, CampaignVersion.campaign_id == Campaign.id
            )
        ).all()

        assert len(rows) == 12
        for campaign, version in rows:
            columns = {name: getattr(version, name) for name in CHECKED}
            check_conditions(session, campaign=campaign, columns=columns, at=version.drafted_at)
            Rule.from_json(version.rule).check_period(version.ends_at)

    def test_was_approved_by_another_than_its_author(self, session: Session) -> None:
        versions = session.scalars(select(CampaignVersion).where(CampaignVersion.status == "approved")).all()

        assert len(versions) == 11
        assert all(version.approved_by_staff_id for version in versions)

    def test_is_funded_when_it_is_scheduled(self, session: Session) -> None:
        assert acts_of(session, SCHEDULED_KEY) == [
            ("drafted", None, "draft", None),
            ("submitted", "draft", "review", None),
            ("approved", "review", "approved", None),
            ("scheduled", "approved", "scheduled", None),
        ]
        assert left_of(session, SCHEDULED_KEY) == campaign_of(session, SCHEDULED_KEY).budget_points

    def test_has_no_budget_while_it_is_reviewed(self, session: Session) -> None:
        assert campaign_of(session, REVIEWED_KEY).funding_account_id is None

    def test_is_borne_by_a_line_of_the_year_in_which_it_began(self, session: Session) -> None:
        rows = session.execute(
            select(Campaign.starts_at, BudgetLine.fiscal_year, PointsAccount.budget_line_id == BudgetLine.id)
            .join(BudgetLine, BudgetLine.id == Campaign.budget_line_id)
            .join(PointsAccount, PointsAccount.id == Campaign.funding_account_id)
        ).all()

        assert len(rows) == 11
        assert all(is_same for _, _, is_same in rows)
        assert all(
            year == city_day(starts_at).year - (city_day(starts_at).month < 4) for starts_at, year, _ in rows
        )


class TestDemoYearEndCampaign:
    def test_ended_early_with_its_budget(self, session: Session) -> None:
        campaign = campaign_of(session, EXHAUSTED_KEY)
        version = session.get_one(CampaignVersion, (campaign.id, 1))

        assert left_of(session, EXHAUSTED_KEY) == 0
        assert campaign.budget_exhausted_at
        assert campaign.budget_exhausted_at <= campaign.ends_at < NOW < version.ends_at
        assert acts_of(session, EXHAUSTED_KEY)[-1] == ("ended", "running", "ended", "budget_exhausted")

    def test_warned_citizens_before(self, session: Session) -> None:
        assert campaign_of(session, EXHAUSTED_KEY).budget_warned_percent == 95


class TestDemoRally:
    def test_was_completed_by_some_and_reported(self, session: Session) -> None:
        campaign = campaign_of(session, RALLY_KEY)
        completed = session.scalars(
            select(func.count(CampaignCard.account_id)).where(CampaignCard.campaign_id == campaign.id)
        ).one()

        assert campaign.figures
        assert campaign.figures["citizens"] == completed > 30
        assert campaign.figures["granted_points"] == 300 * completed
        assert [act for act, *_ in acts_of(session, RALLY_KEY)][-2:] == ["ended", "reported"]

    def test_has_the_figures_that_the_service_would_report(self, session: Session) -> None:
        campaign = campaign_of(session, RALLY_KEY)
        told = dict(campaign.figures or {})
        campaign.status = "ended"

        reported = report_campaign(
            session, campaign_id=campaign.id, reported_by=campaign.created_by_staff_id, at=NOW
        )

        names = ("citizens", "shops", "purchases", "left_points", "planned_ends_at", "actual_ends_at")
        assert reported.figures
        assert [reported.figures[name] for name in names] == [told[name] for name in names]

    def test_gave_points_for_full_cards_only(self, session: Session) -> None:
        campaign = campaign_of(session, RALLY_KEY)
        stamps = (
            select(func.count())
            .where(
                CampaignStamp.campaign_id == CampaignCard.campaign_id,
                CampaignStamp.account_id == CampaignCard.account_id,
                CampaignStamp.card_number == CampaignCard.card_number,
            )
            .scalar_subquery()
        )

        counts = session.scalars(select(stamps).where(CampaignCard.campaign_id == campaign.id)).all()

        assert set(counts) == {5}


class TestDemoWalk:
    def test_gave_a_coupon_for_each_full_card(self, session: Session) -> None:
        campaign = campaign_of(session, WALK_KEY)

        cards = session.execute(
            select(CampaignCard.account_id, CampaignCard.completed_at).where(
                CampaignCard.campaign_id == campaign.id
            )
        ).all()
        coupons = session.execute(
            select(Coupon.account_id, Coupon.taken_at).where(Coupon.granted_by_campaign_id == campaign.id)
        ).all()

        assert len(cards) > 5
        assert sorted(coupons) == sorted(cards)


class TestDemoBudgets:
    def test_one_is_nearly_used_up_and_citizens_know(self, session: Session) -> None:
        campaign = campaign_of(session, NEARLY_USED_KEY)

        assert 0 < left_of(session, NEARLY_USED_KEY) < campaign.budget_points // 20
        assert campaign.budget_warned_percent == 95

    def test_have_shares_and_figures(self, session: Session) -> None:
        lines = session.scalars(select(BudgetLine)).all()

        reports = report_budget_lines(session, lines=lines, at=NOW)

        granted = sum(report.total.granted_points for report in reports)
        assert (
            granted
            == session.scalars(
                select(func.sum(PointsLot.granted_points)).where(PointsLot.returned_from_lot_id.is_(None))
            ).one()
        )
        assert any(report.total.lapsed_points for report in reports)
        assert any(report.shares.chamber.granted_points for report in reports)

    def test_no_cap_of_a_counter_was_passed(self, session: Session) -> None:
        caps = {
            (campaign.id, str(cap.within)): cap
            for campaign in session.scalars(select(Campaign))
            for cap in Rule.from_json(campaign.rule).caps
            if cap.within
        }
        counters = session.scalars(select(CampaignCounter)).all()

        assert len(counters) > 1000
        assert [one for one in counters if not keeps(one, caps[one.campaign_id, one.within])] == []


def keeps(counter: CampaignCounter, cap: Cap) -> bool:
    counted = counter.award_count if cap.awards else counter.awarded_points
    return counted <= cap.limit


class TestDemoPendingPoints:
    def test_wait_for_thirty_days_and_end_with_a_fiscal_year(self, session: Session) -> None:
        account_id = campaign_of(session, PENDING_KEY).funding_account_id
        lots = session.scalars(select(PointsLot).where(PointsLot.funding_account_id == account_id)).all()

        assert any(lot.spendable_at and lot.spendable_at > NOW for lot in lots)
        assert any(lot.spendable_at and lot.spendable_at <= NOW for lot in lots)
        assert {(city_day(lot.expires_at).month, city_day(lot.expires_at).day) for lot in lots} == {(4, 1)}

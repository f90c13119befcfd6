"""What the clock and the budgets do to campaigns."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.pages import PageRequest
from backend.campaigns.models import Campaign
from backend.campaigns.queries import list_events
from backend.campaigns.service.running import pause_campaign
from backend.campaigns.service.watching import Step, Watched, list_due_campaigns, next_step, watch_campaign
from backend.campaigns.states import CampaignState, used_percent
from backend.notices.kinds import NoticeKind
from backend.notices.models import ChoiceKind, Notice
from backend.notices.preferences import add_choice
from backend.notices.rules import render
from backend.people.models import Consent
from backend.points.service.movements import grant
from tests.campaigns.conftest import running_ids
from tests.factories.campaigns import make_campaign
from tests.factories.notices import list_deliveries, make_device
from tests.factories.people import SignedInCitizen, make_citizen

DAY = timedelta(days=1)


def watched(**changes: Any) -> Watched:
    usual: dict[str, Any] = {
        "state": CampaignState.RUNNING,
        "is_over": False,
        "is_base_programme": False,
        "budget_points": 100,
        "left_points": 100,
        "warned_percent": 0,
    }
    return Watched(**(usual | changes))


class TestNextStep:
    @pytest.mark.parametrize(
        ("changes", "step"),
        [
            ({}, None),
            ({"left_points": 21}, None),
            ({"left_points": 20}, Step.WARN),
            ({"left_points": 20, "warned_percent": 80}, None),
            ({"left_points": 6, "warned_percent": 80}, None),
            ({"left_points": 5, "warned_percent": 80}, Step.WARN),
            ({"left_points": 5, "warned_percent": 95}, None),
            ({"left_points": 0, "warned_percent": 80}, Step.END_OF_BUDGET),
            ({"left_points": 0, "is_base_programme": True}, None),
            ({"left_points": 0, "state": CampaignState.PAUSED}, None),
            ({"left_points": 10, "state": CampaignState.PAUSED}, None),
            ({"is_over": True, "state": CampaignState.ENDED}, Step.END_OF_PERIOD),
            ({"is_over": True, "state": CampaignState.ENDED, "left_points": 0}, Step.END_OF_PERIOD),
            ({"left_points": 130}, None),
        ],
    )
    def test_follows_from_budget_and_period(self, changes: dict[str, Any], step: Step | None) -> None:
        assert next_step(watched(**changes)) is step


class TestWarning:
    @pytest.mark.parametrize(("language", "end"), [("ja", "終わ"), ("ja@easy", "おわ"), ("en", "end")])
    def test_foretells_no_end_which_the_base_programme_never_has(self, language: str, end: str) -> None:
        warning = {"campaign": {"ja": "基本"}, "percent": 80}

        said = render(NoticeKind.CAMPAIGN_BUDGET_NEARLY_GONE, warning, language)

        assert end not in said.title + said.body


class TestUsedPercent:
    @pytest.mark.parametrize(
        ("budget_points", "left_points", "percent"),
        [(100, 100, 0), (1000, 1, 99), (1000, 0, 100), (1, 1, 0), (100, 120, 0), (3, 1, 66)],
    )
    def test_is_whole_and_full_only_when_nothing_is_left(
        self, budget_points: int, left_points: int, percent: int
    ) -> None:
        assert used_percent(budget_points, left_points) == percent


@pytest.fixture
def campaign(session: Session, approver: uuid.UUID, at: datetime) -> Campaign:
    return make_campaign(session, at=at, approved_by=approver, budget_points=1_000)


Spend = Callable[..., SignedInCitizen]


@pytest.fixture
def award(session: Session, campaign: Campaign, at: datetime) -> Spend:
    """Points of the campaign's budget to a new citizen, or to one who is there."""

    def award(points: int, to: SignedInCitizen | None = None) -> SignedInCitizen:
        citizen = to or make_citizen(session, at=at)
        assert campaign.funding_account_id is not None
        grant(
            session,
            account_id=citizen.account_id,
            funding_account_id=campaign.funding_account_id,
            points=points,
            expires_at=at + 30 * DAY,
            at=at,
        )
        return citizen

    return award


@pytest.fixture
def watch(session: Session, campaign: Campaign, at: datetime) -> Callable[..., Step | None]:
    """One round of the job."""

    def watch(at: datetime = at) -> Step | None:
        steps = [
            watch_campaign(session, campaign_id=due, at=at) for due in list_due_campaigns(session, at=at)
        ]
        return steps[0] if steps else None

    return watch


def told(session: Session) -> list[tuple[uuid.UUID, int]]:
    """Who was told of which share."""
    return [(notice.citizen_id, notice.params["percent"]) for notice in session.scalars(select(Notice))]


class TestWatchCampaign:
    def test_does_nothing_while_there_is_enough(
        self, session: Session, award: Spend, watch: Callable[..., Step | None]
    ) -> None:
        award(799)

        assert watch() is None
        assert told(session) == []

    def test_tells_those_who_earned_from_it(
        self, session: Session, award: Spend, watch: Callable[..., Step | None], at: datetime
    ) -> None:
        make_citizen(session, at=at, nickname="よそのひと")
        earner = award(800)

        assert watch() is Step.WARN
        assert told(session) == [(earner.id, 80)]

    def test_tells_of_each_share_once(
        self, session: Session, award: Spend, watch: Callable[..., Step | None]
    ) -> None:
        earner = award(800)
        watch()
        award(100, to=earner)
        watch()
        award(50, to=earner)
        watch()
        watch()

        assert sorted(told(session)) == [(earner.id, 80), (earner.id, 95)]

    def test_tells_of_the_higher_share_only_where_both_are_passed(
        self, session: Session, award: Spend, watch: Callable[..., Step | None]
    ) -> None:
        earner = award(999)
        watch()
        watch()

        assert told(session) == [(earner.id, 95)]

    def test_says_nothing_to_whoever_muted_it(
        self, session: Session, award: Spend, watch: Callable[..., Step | None], at: datetime
    ) -> None:
        earner = award(800)
        kind = ChoiceKind.MUTED_TRIGGER
        add_choice(session, citizen_id=earner.id, kind=kind, subject="campaign_budget", at=at)

        assert watch() is Step.WARN
        assert told(session) == []

    def test_tells_it_until_the_campaign_is_over(
        self, session: Session, campaign: Campaign, award: Spend, watch: Callable[..., Step | None]
    ) -> None:
        award(800)

        watch()

        assert session.scalars(select(Notice.expires_at)).all() == [campaign.ends_at]

    def test_takes_a_warning_back_that_rang_nowhere_before_the_end(
        self, session: Session, award: Spend, watch: Callable[..., Step | None], at: datetime
    ) -> None:
        earner = award(800)
        consent = {"citizen_id": earner.id, "purpose": "push_city", "version": "2026-11", "given_at": at}
        session.add(Consent(id=new_id(), **consent))
        make_device(session, citizen_id=earner.id, at=at)
        watch()
        award(200, to=earner)

        assert watch() is Step.END_OF_BUDGET
        assert [(one.status, one.failure) for one in list_deliveries(session)] == [("failed", "recalled")]

    def test_ends_a_campaign_whose_budget_is_gone(
        self,
        session: Session,
        campaign: Campaign,
        award: Spend,
        watch: Callable[..., Step | None],
        at: datetime,
    ) -> None:
        award(1_000)

        assert watch() is Step.END_OF_BUDGET

        newest = list_events(session, campaign_id=campaign.id, page=PageRequest()).items[0]
        assert (campaign.status, campaign.ends_at, running_ids(session)) == ("ended", at, [])
        assert (newest.act, newest.by_staff_id, newest.reason) == ("ended", None, "budget_exhausted")

    def test_writes_down_that_a_period_is_over(
        self, session: Session, campaign: Campaign, watch: Callable[..., Step | None]
    ) -> None:
        planned = campaign.ends_at

        assert watch(planned) is Step.END_OF_PERIOD

        newest = list_events(session, campaign_id=campaign.id, page=PageRequest()).items[0]
        assert (campaign.status, campaign.ends_at) == ("ended", planned)
        assert (newest.from_state, newest.to_state, newest.reason) == ("scheduled", "ended", "period_over")

    def test_writes_it_down_of_a_paused_one_too(
        self,
        session: Session,
        campaign: Campaign,
        author: uuid.UUID,
        watch: Callable[..., Step | None],
        at: datetime,
    ) -> None:
        pause_campaign(session, campaign_id=campaign.id, paused_by=author, reason="確認", at=at)

        watch(campaign.ends_at)

        newest = list_events(session, campaign_id=campaign.id, page=PageRequest()).items[0]
        assert (campaign.status, newest.from_state) == ("ended", "paused")

    def test_does_nothing_a_second_time(self, campaign: Campaign, watch: Callable[..., Step | None]) -> None:
        watch(campaign.ends_at)

        assert watch(campaign.ends_at) is None

    def test_does_nothing_for_what_somebody_ended_in_between(
        self, session: Session, campaign: Campaign, at: datetime
    ) -> None:
        late = campaign.ends_at
        watch_campaign(session, campaign_id=campaign.id, at=late)

        assert watch_campaign(session, campaign_id=campaign.id, at=late) is None

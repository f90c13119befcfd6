"""An approved campaign is scheduled, runs by the clock, is paused, resumed, ended."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.base.pages import PageRequest
from backend.campaigns.models import Campaign
from backend.campaigns.queries import get_revision, list_events, list_running_campaigns
from backend.campaigns.service.budgets import clear_budget_exhausted, mark_budget_exhausted
from backend.campaigns.service.drafting import draft_campaign, draft_version
from backend.campaigns.service.running import end_campaign, pause_campaign, resume_campaign, schedule_campaign
from backend.campaigns.states import (
    CampaignNotApproved,
    CampaignNotPaused,
    CampaignNotRunning,
    CampaignOver,
    state_of,
)
from backend.points.queries import get_balance, list_slices
from tests.campaigns.conftest import acts_of, change, running_ids, versions_of
from tests.factories.campaigns import approve_draft, make_draft

DAY = timedelta(days=1)


def pause(session: Session, campaign: Campaign, by: uuid.UUID, at: datetime) -> Campaign:
    return pause_campaign(session, campaign_id=campaign.id, paused_by=by, reason="店舗の確認", at=at)


class TestScheduleCampaign:
    def test_opens_and_funds_its_budget(self, session: Session, running: Campaign) -> None:
        assert running.funding_account_id is not None
        assert get_balance(session, account_id=running.funding_account_id) == 500
        assert (running.status, running_ids(session)) == ("scheduled", [running.id])

    def test_is_written_down_with_what_the_clock_makes_of_it(
        self, session: Session, running: Campaign
    ) -> None:
        assert acts_of(session, running)[-1] == ("scheduled", "approved", "running")

    @pytest.mark.parametrize(("budget_points", "slices"), [(9_999, 1), (10_000, 16)])
    def test_cuts_only_a_large_budget_into_slices(
        self, session: Session, approver: uuid.UUID, at: datetime, budget_points: int, slices: int
    ) -> None:
        draft = make_draft(at, budget_points=budget_points)
        campaign = draft_campaign(session, draft=draft, created_by=None, at=at)
        approve_draft(session, campaign_id=campaign.id, approved_by=approver, at=at)

        schedule_campaign(session, campaign_id=campaign.id, scheduled_by=None, at=at)

        account_id = campaign.funding_account_id
        assert account_id is not None
        found = list_slices(session, account_ids=[account_id])[account_id]
        assert (len(found), sum(found.values())) == (slices, budget_points)

    @pytest.mark.parametrize("fixture", ["drafted", "in_review", "running"])
    def test_is_for_what_is_approved(
        self, session: Session, request: pytest.FixtureRequest, at: datetime, fixture: str
    ) -> None:
        campaign = request.getfixturevalue(fixture)

        with pytest.raises(CampaignNotApproved):
            schedule_campaign(session, campaign_id=campaign.id, scheduled_by=None, at=at)

    def test_comes_too_late_when_the_period_is_over(self, session: Session, approved: Campaign) -> None:
        with pytest.raises(CampaignOver):
            schedule_campaign(session, campaign_id=approved.id, scheduled_by=None, at=approved.ends_at)


class TestPauseCampaign:
    def test_lets_it_award_nothing(
        self, session: Session, running: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        pause(session, running, author, at)

        assert (running.status, running_ids(session)) == ("paused", [])
        assert acts_of(session, running)[-1] == ("paused", "running", "paused")

    def test_is_for_what_runs(
        self, session: Session, approved: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotRunning):
            pause(session, approved, author, at)

    def test_happens_once(self, session: Session, running: Campaign, author: uuid.UUID, at: datetime) -> None:
        pause(session, running, author, at)

        with pytest.raises(CampaignNotRunning):
            pause(session, running, author, at)


class TestResumeCampaign:
    def test_lets_it_run_again(
        self, session: Session, running: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        pause(session, running, author, at)

        resume_campaign(session, campaign_id=running.id, resumed_by=author, at=at)

        assert (running.status, running_ids(session)) == ("scheduled", [running.id])
        assert acts_of(session, running)[-1] == ("resumed", "paused", "running")

    def test_is_for_what_is_paused(
        self, session: Session, running: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotPaused):
            resume_campaign(session, campaign_id=running.id, resumed_by=author, at=at)

    def test_comes_too_late_when_the_period_is_over(
        self, session: Session, running: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        pause(session, running, author, at)

        with pytest.raises(CampaignNotPaused):
            resume_campaign(session, campaign_id=running.id, resumed_by=author, at=running.ends_at)


class TestEndCampaign:
    def test_stops_it_and_leaves_what_its_budget_has(
        self, session: Session, running: Campaign, approver: uuid.UUID, at: datetime
    ) -> None:
        end_campaign(session, campaign_id=running.id, ended_by=approver, reason="災害", at=at)

        newest = list_events(session, campaign_id=running.id, page=PageRequest()).items[0]
        assert (running.status, running.ends_at, running_ids(session)) == ("ended", at, [])
        assert (newest.from_state, newest.to_state, newest.reason) == ("running", "ended", "災害")
        assert running.funding_account_id is not None
        assert get_balance(session, account_id=running.funding_account_id) == 500

    def test_keeps_the_planned_end_with_the_version(
        self, session: Session, running: Campaign, at: datetime
    ) -> None:
        end_campaign(session, campaign_id=running.id, at=at)

        assert versions_of(session, running)[0].ends_at == at + 30 * DAY

    def test_is_not_for_a_draft(self, session: Session, drafted: Campaign, at: datetime) -> None:
        with pytest.raises(CampaignNotApproved):
            end_campaign(session, campaign_id=drafted.id, at=at)

    def test_is_not_for_what_is_over(self, session: Session, running: Campaign) -> None:
        with pytest.raises(CampaignNotApproved):
            end_campaign(session, campaign_id=running.id, at=running.ends_at)

    def test_before_it_began_keeps_its_period(
        self, session: Session, approver: uuid.UUID, at: datetime
    ) -> None:
        draft = make_draft(at, starts_at=at + DAY, ends_at=at + 2 * DAY)
        campaign = draft_campaign(session, draft=draft, created_by=None, at=at)
        approve_draft(session, campaign_id=campaign.id, approved_by=approver, at=at)

        end_campaign(session, campaign_id=campaign.id, at=at)

        assert (campaign.status, campaign.ends_at) == ("ended", at + 2 * DAY)

    def test_withdraws_what_was_drafted_of_it(
        self, session: Session, running: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        draft_version(session, campaign_id=running.id, conditions=change(at), drafted_by=author, at=at)

        end_campaign(session, campaign_id=running.id, at=at)

        assert [version.status for version in versions_of(session, running)] == ["approved", "withdrawn"]


class TestStateOf:
    @pytest.mark.parametrize(
        ("status", "days", "state"),
        [
            ("draft", 99, "draft"),
            ("review", 0, "review"),
            ("approved", 0, "approved"),
            ("scheduled", -31, "scheduled"),
            ("scheduled", -30, "running"),
            ("scheduled", 29, "running"),
            ("scheduled", 30, "ended"),
            ("paused", -31, "paused"),
            ("paused", 29, "paused"),
            ("paused", 30, "ended"),
            ("ended", 0, "ended"),
            ("reported", 0, "reported"),
        ],
    )
    def test_follows_from_what_is_stored_and_the_time(
        self, at: datetime, status: str, days: int, state: str
    ) -> None:
        campaign = Campaign(status=status, starts_at=at - 30 * DAY, ends_at=at + 30 * DAY)

        assert state_of(campaign, at + days * DAY) == state


class TestRevision:
    """The copy of the rules that a process keeps is good as long as the revision stands."""

    def test_counts_up_with_everything_that_changes_what_runs(
        self, session: Session, running: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        assert running.funding_account_id is not None
        revisions = [get_revision(session)]
        pause(session, running, author, at)
        revisions.append(get_revision(session))
        resume_campaign(session, campaign_id=running.id, resumed_by=author, at=at)
        revisions.append(get_revision(session))
        mark_budget_exhausted(session, funding_account_id=running.funding_account_id, at=at)
        revisions.append(get_revision(session))
        clear_budget_exhausted(session, funding_account_ids=[running.funding_account_id])
        revisions.append(get_revision(session))
        end_campaign(session, campaign_id=running.id, at=at)
        revisions.append(get_revision(session))

        assert revisions == list(range(revisions[0], revisions[0] + 6))

    def test_stands_when_there_was_no_mark_to_clear(self, session: Session, running: Campaign) -> None:
        assert running.funding_account_id is not None
        before = get_revision(session)

        clear_budget_exhausted(session, funding_account_ids=[running.funding_account_id])

        assert get_revision(session) == before

    def test_lets_a_kept_copy_stand_as_long_as_it_does(self, session: Session, running: Campaign) -> None:
        revision = get_revision(session)

        first = list_running_campaigns(session, revision=revision)

        assert list_running_campaigns(session, revision=revision) is first
        assert list_running_campaigns(session, revision=revision + 1) is not first

    def test_shows_the_mark_of_an_empty_budget(
        self, session: Session, running: Campaign, at: datetime
    ) -> None:
        running_ids(session)
        assert running.funding_account_id is not None
        mark_budget_exhausted(session, funding_account_id=running.funding_account_id, at=at)

        [found] = list_running_campaigns(session, revision=get_revision(session))

        assert found.is_budget_exhausted

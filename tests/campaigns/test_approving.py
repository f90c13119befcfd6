"""A second person approves; a later version takes its place, and brings the budget it grew by."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import SecondPersonRequired
from backend.campaigns.models import Campaign, CampaignEvent
from backend.campaigns.queries import CampaignNotFound, get_revision, list_running_campaigns
from backend.campaigns.rules.rule import Rule
from backend.campaigns.service.approving import CampaignBudgetLowered, approve_campaign
from backend.campaigns.service.budgets import mark_budget_exhausted
from backend.campaigns.service.checks import CampaignPeriodInvalid
from backend.campaigns.service.drafting import draft_version, edit_draft, submit_for_review
from backend.campaigns.service.running import end_campaign, pause_campaign
from backend.campaigns.states import CampaignNotInReview
from backend.points.queries import get_balance
from tests.campaigns.conftest import acts_of, change, running_ids, versions_of
from tests.factories.campaigns import approve_draft, rule_document
from tests.factories.people import make_staff

DAY = timedelta(days=1)


class TestApproveCampaign:
    def test_freezes_its_conditions_and_opens_no_budget_yet(
        self, session: Session, approved: Campaign, approver: uuid.UUID, at: datetime
    ) -> None:
        [version] = versions_of(session, approved)

        assert (approved.status, approved.funding_account_id) == ("approved", None)
        assert (version.status, version.approved_by_staff_id, version.approved_at) == (
            "approved",
            approver,
            at,
        )
        assert acts_of(session, approved)[2:] == [("approved", "review", "approved")]
        assert running_ids(session) == []

    def test_takes_a_second_person(
        self, session: Session, in_review: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(SecondPersonRequired):
            approve_campaign(session, campaign_id=in_review.id, approved_by=author, at=at)

    def test_takes_somebody_who_has_not_edited_it_either(
        self, session: Session, drafted: Campaign, at: datetime
    ) -> None:
        editor = make_staff(session, at=at, face="city", roles=("officer", "approver")).id
        edit_draft(session, campaign_id=drafted.id, conditions=change(at), edited_by=editor, at=at)

        with pytest.raises(SecondPersonRequired):
            approve_draft(session, campaign_id=drafted.id, approved_by=editor, at=at)

    def test_takes_a_second_person_whatever_the_service_says(
        self, session: Session, drafted: Campaign
    ) -> None:
        [version] = versions_of(session, drafted)
        version.approved_by_staff_id = version.drafted_by_staff_id

        with pytest.raises(IntegrityError):
            session.flush()

    def test_is_not_for_a_draft(
        self, session: Session, drafted: Campaign, approver: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotInReview):
            approve_campaign(session, campaign_id=drafted.id, approved_by=approver, at=at)

    def test_happens_once(
        self, session: Session, approved: Campaign, approver: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotInReview):
            approve_campaign(session, campaign_id=approved.id, approved_by=approver, at=at)

    def test_comes_too_late_when_the_period_is_over(
        self, session: Session, in_review: Campaign, approver: uuid.UUID
    ) -> None:
        with pytest.raises(CampaignPeriodInvalid):
            approve_campaign(session, campaign_id=in_review.id, approved_by=approver, at=in_review.ends_at)

    def test_does_not_know_a_campaign_that_is_not_there(
        self, session: Session, approver: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotFound):
            approve_campaign(session, campaign_id=new_id(), approved_by=approver, at=at)


class TestApproveVersion:
    """Of a campaign that runs."""

    @pytest.fixture
    def submit(self, session: Session, author: uuid.UUID, at: datetime) -> Any:
        def submit(campaign: Campaign, **changes: Any) -> None:
            draft_version(
                session,
                campaign_id=campaign.id,
                conditions=change(at, **changes),
                drafted_by=author,
                at=at,
            )
            submit_for_review(session, campaign_id=campaign.id, submitted_by=author, at=at)

        return submit

    @pytest.fixture
    def approve(self, session: Session, approver: uuid.UUID, at: datetime) -> Any:
        def approve(campaign: Campaign) -> Campaign:
            return approve_campaign(session, campaign_id=campaign.id, approved_by=approver, at=at)

        return approve

    def test_takes_the_place_of_what_was_in_force(
        self, session: Session, running: Campaign, submit: Any, approve: Any
    ) -> None:
        submit(running, rule={"fixed_points": 7})

        approve(running)

        [now] = list_running_campaigns(session, revision=get_revision(session))
        assert [version.status for version in versions_of(session, running)] == ["superseded", "approved"]
        assert (now.version, now.rule) == (2, Rule.from_json(rule_document(fixed_points=7)))
        assert running.status == "scheduled"

    def test_is_seen_by_the_next_purchase(
        self, session: Session, running: Campaign, submit: Any, approve: Any
    ) -> None:
        submit(running)
        before = get_revision(session)

        approve(running)

        assert get_revision(session) == before + 1

    def test_funds_what_the_budget_grew_by(
        self, session: Session, running: Campaign, submit: Any, approve: Any
    ) -> None:
        submit(running, budget_points=800)

        approve(running)

        assert running.funding_account_id is not None
        assert get_balance(session, account_id=running.funding_account_id) == 800
        assert running.budget_points == 800

    def test_with_more_budget_takes_the_mark_of_the_empty_one_away(
        self, session: Session, running: Campaign, submit: Any, approve: Any, at: datetime
    ) -> None:
        assert running.funding_account_id is not None
        mark_budget_exhausted(session, funding_account_id=running.funding_account_id, at=at)
        running.budget_warned_percent = 95
        submit(running, budget_points=800)

        approve(running)

        assert (running.budget_exhausted_at, running.budget_warned_percent) == (None, 0)

    def test_lowers_no_budget_that_is_funded(
        self, session: Session, running: Campaign, submit: Any, approve: Any
    ) -> None:
        submit(running, budget_points=499)

        with pytest.raises(CampaignBudgetLowered) as caught:
            approve(running)

        assert caught.value.field == "budget_points"

    def test_may_lower_one_that_is_not(
        self, session: Session, approved: Campaign, submit: Any, approve: Any
    ) -> None:
        submit(approved, budget_points=499)

        approve(approved)

        assert (approved.status, approved.version, approved.budget_points) == ("approved", 2, 499)

    def test_leaves_a_paused_campaign_paused(
        self,
        session: Session,
        running: Campaign,
        submit: Any,
        approve: Any,
        author: uuid.UUID,
        at: datetime,
    ) -> None:
        pause_campaign(session, campaign_id=running.id, paused_by=author, reason="確認", at=at)
        submit(running)

        approve(running)

        assert (running.status, running.version) == ("paused", 2)

    def test_takes_a_second_person_each_time(
        self, session: Session, running: Campaign, submit: Any, author: uuid.UUID, at: datetime
    ) -> None:
        submit(running)

        with pytest.raises(SecondPersonRequired):
            approve_campaign(session, campaign_id=running.id, approved_by=author, at=at)

    def test_comes_to_nothing_when_the_campaign_has_ended(
        self, session: Session, running: Campaign, submit: Any, approve: Any, at: datetime
    ) -> None:
        submit(running)
        end_campaign(session, campaign_id=running.id, at=at)

        with pytest.raises(CampaignNotInReview):
            approve(running)

        assert [version.status for version in versions_of(session, running)] == ["approved", "withdrawn"]


class TestRecordOfDecisions:
    def test_cannot_be_written_anew(self, session: Session, drafted: Campaign) -> None:
        event = session.query(CampaignEvent).one()
        event.act = "approved"

        with pytest.raises(IntegrityError, match="append-only"):
            session.flush()

    def test_cannot_be_shortened(self, session: Session, drafted: Campaign) -> None:
        session.delete(session.query(CampaignEvent).one())

        with pytest.raises(IntegrityError, match="append-only"):
            session.flush()

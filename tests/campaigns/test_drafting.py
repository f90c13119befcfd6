"""A campaign is drafted, edited, submitted, sent back, withdrawn; so are its later versions."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.base.pages import PageRequest
from backend.campaigns.models import Campaign
from backend.campaigns.queries import get_revision, list_events
from backend.campaigns.service.approving import approve_campaign
from backend.campaigns.service.checks import CampaignPeriodInvalid, CampaignPriorityTied
from backend.campaigns.service.drafting import (
    CampaignNoteMissing,
    CampaignSlugTaken,
    CampaignVersionOpen,
    draft_campaign,
    draft_version,
    edit_draft,
    return_to_draft,
    submit_for_review,
    withdraw_draft,
)
from backend.campaigns.service.running import end_campaign
from backend.campaigns.states import CampaignNotApproved, CampaignNotDraft, CampaignNotInReview
from backend.points.service.budgets import BudgetLineNotFound
from tests.campaigns.conftest import acts_of, change, running_ids, versions_of
from tests.factories.budgets import make_budget_line
from tests.factories.campaigns import make_draft, rule_document, run_draft

DAY = timedelta(days=1)


def together(mode: str, priority: int) -> dict[str, Any]:
    return {"together": {"mode": mode, "priority": priority}}


class TestDraftCampaign:
    def test_keeps_the_rule_and_runs_nothing_yet(self, session: Session, drafted: Campaign) -> None:
        assert (drafted.status, drafted.version, drafted.rule, drafted.funding_account_id) == (
            "draft",
            1,
            rule_document(),
            None,
        )
        assert running_ids(session) == []

    def test_is_the_first_version_and_the_first_line_of_the_record(
        self, session: Session, drafted: Campaign, author: uuid.UUID
    ) -> None:
        [version] = versions_of(session, drafted)

        assert (version.version, version.status, version.drafted_by_staff_id) == (1, "draft", author)
        assert acts_of(session, drafted) == [("drafted", None, "draft")]

    def test_keeps_what_the_law_and_the_budget_want_to_know(
        self, session: Session, author: uuid.UUID, at: datetime
    ) -> None:
        line = make_budget_line(session, at=at).id
        premium = {
            "mechanism": "discount",
            "transaction_yen": 1000,
            "planned_sales_yen": 0,
            "largest_prize_yen": 0,
            "total_prizes_yen": 0,
        }
        draft = make_draft(at, budget_line_id=line, premium=premium)

        campaign = draft_campaign(session, draft=draft, created_by=author, at=at)

        [version] = versions_of(session, campaign)
        assert (version.budget_line_id, campaign.budget_line_id, version.premium) == (line, line, premium)

    def test_refuses_a_budget_line_that_is_not_there(self, session: Session, at: datetime) -> None:
        with pytest.raises(BudgetLineNotFound):
            draft_campaign(
                session, draft=make_draft(at, budget_line_id=uuid.UUID(int=7)), created_by=None, at=at
            )

    @pytest.mark.parametrize(("starts", "ends"), [(1, 1), (2, 1), (-3, -2), (-1, 0)])
    def test_refuses_a_period_that_never_comes(
        self, session: Session, at: datetime, starts: int, ends: int
    ) -> None:
        draft = make_draft(at, starts_at=at + starts * DAY, ends_at=at + ends * DAY)

        with pytest.raises(CampaignPeriodInvalid) as caught:
            draft_campaign(session, draft=draft, created_by=None, at=at)

        assert caught.value.field == "ends_at"

    def test_refuses_a_slug_that_is_taken(self, session: Session, drafted: Campaign, at: datetime) -> None:
        with pytest.raises(CampaignSlugTaken):
            draft_campaign(session, draft=make_draft(at), created_by=None, at=at)

    @pytest.mark.parametrize("budget_points", [0, 10**10])
    def test_cannot_keep_what_has_no_budget(self, session: Session, at: datetime, budget_points: int) -> None:
        with pytest.raises(IntegrityError):
            draft_campaign(session, draft=make_draft(at, budget_points=budget_points), created_by=None, at=at)

    def test_leaves_the_revision_as_it_is(self, session: Session, drafted: Campaign) -> None:
        assert get_revision(session) == 1


class TestPriority:
    """Who edited last never matters: of two campaigns that could not be told apart, one is refused."""

    @pytest.fixture
    def best(self, session: Session, approver: uuid.UUID, at: datetime) -> Campaign:
        draft = make_draft(at, slug="best", rule=together("best", 5))
        return run_draft(session, draft=draft, approved_by=approver, at=at)

    @pytest.fixture
    def draft(self, session: Session, at: datetime) -> Callable[..., Campaign]:
        def draft(mode: str, priority: int, **changes: Any) -> Campaign:
            made = make_draft(at, slug="second", rule=together(mode, priority), **changes)
            return draft_campaign(session, draft=made, created_by=None, at=at)

        return draft

    def test_tied_with_a_campaign_of_the_same_time_is_refused(
        self, best: Campaign, draft: Callable[..., Campaign]
    ) -> None:
        with pytest.raises(CampaignPriorityTied) as caught:
            draft("best", 5)

        assert (caught.value.field, caught.value.params) == ("rule.together.priority", {"slug": "best"})

    @pytest.mark.parametrize(("mode", "priority"), [("best", 4), ("exclusive", 5), ("stackable", 5)])
    def test_of_another_height_or_kind_is_no_tie(
        self, best: Campaign, draft: Callable[..., Campaign], mode: str, priority: int
    ) -> None:
        assert draft(mode, priority).status == "draft"

    def test_at_another_time_is_no_tie(self, best: Campaign, draft: Callable[..., Campaign]) -> None:
        later = {"starts_at": best.ends_at, "ends_at": best.ends_at + DAY}

        assert draft("best", 5, **later).status == "draft"

    def test_of_the_base_programme_ties_with_none(
        self, best: Campaign, draft: Callable[..., Campaign]
    ) -> None:
        assert draft("best", 5, is_base_programme=True).status == "draft"

    def test_is_free_when_the_other_has_ended(
        self, session: Session, best: Campaign, draft: Callable[..., Campaign], at: datetime
    ) -> None:
        end_campaign(session, campaign_id=best.id, at=at)

        assert draft("best", 5).status == "draft"

    def test_tied_by_an_edit_is_refused(
        self, session: Session, best: Campaign, drafted: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignPriorityTied):
            edit_draft(
                session,
                campaign_id=drafted.id,
                conditions=change(at, rule=together("best", 5)),
                edited_by=author,
                at=at,
            )

    def test_counts_the_drafts_of_others_too(
        self, session: Session, draft: Callable[..., Campaign], at: datetime
    ) -> None:
        draft("exclusive", 0)

        with pytest.raises(CampaignPriorityTied):
            draft_campaign(
                session,
                draft=make_draft(at, slug="third", rule={"together": {"mode": "exclusive"}}),
                created_by=None,
                at=at,
            )

    def test_is_looked_at_again_when_submitted(
        self, session: Session, best: Campaign, draft: Callable[..., Campaign], at: datetime
    ) -> None:
        """Both were saved in the same moment, when neither could see the other."""
        campaign = draft("best", 4)
        versions_of(session, campaign)[0].rule = rule_document(**together("best", 5))
        session.flush()

        with pytest.raises(CampaignPriorityTied):
            submit_for_review(session, campaign_id=campaign.id, submitted_by=None, at=at)

    def test_is_looked_at_again_when_approved(
        self,
        session: Session,
        best: Campaign,
        draft: Callable[..., Campaign],
        approver: uuid.UUID,
        at: datetime,
    ) -> None:
        campaign = draft("best", 4)
        submit_for_review(session, campaign_id=campaign.id, submitted_by=None, at=at)
        versions_of(session, campaign)[0].rule = rule_document(**together("best", 5))
        session.flush()

        with pytest.raises(CampaignPriorityTied):
            approve_campaign(session, campaign_id=campaign.id, approved_by=approver, at=at)


class TestEditDraft:
    def test_writes_all_conditions_anew(
        self, session: Session, drafted: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        edited = edit_draft(
            session,
            campaign_id=drafted.id,
            conditions=change(at, budget_points=900, rule={"fixed_points": 7}),
            edited_by=author,
            at=at,
        )

        [version] = versions_of(session, drafted)
        assert (edited.budget_points, version.budget_points) == (900, 900)
        assert edited.rule == version.rule == rule_document(fixed_points=7)
        assert acts_of(session, drafted)[1:] == [("edited", "draft", "draft")]

    def test_is_over_once_it_is_submitted(
        self, session: Session, in_review: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotDraft):
            edit_draft(session, campaign_id=in_review.id, conditions=change(at), edited_by=author, at=at)

    def test_is_over_once_it_is_approved(
        self, session: Session, approved: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotDraft):
            edit_draft(session, campaign_id=approved.id, conditions=change(at), edited_by=author, at=at)


class TestReview:
    def test_takes_the_draft_away_from_its_editors(self, session: Session, in_review: Campaign) -> None:
        assert in_review.status == "review"
        assert acts_of(session, in_review)[1:] == [("submitted", "draft", "review")]

    def test_happens_once(
        self, session: Session, in_review: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotDraft):
            submit_for_review(session, campaign_id=in_review.id, submitted_by=author, at=at)

    def test_can_end_in_the_draft_again(
        self, session: Session, in_review: Campaign, approver: uuid.UUID, at: datetime
    ) -> None:
        returned = return_to_draft(
            session, campaign_id=in_review.id, returned_by=approver, reason="予算が多すぎる", at=at
        )

        newest = list_events(session, campaign_id=in_review.id, page=PageRequest()).items[0]
        assert returned.status == "draft"
        assert (newest.act, newest.by_staff_id, newest.reason) == ("returned", approver, "予算が多すぎる")

    def test_sends_back_only_what_is_in_it(
        self, session: Session, drafted: Campaign, approver: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotInReview):
            return_to_draft(session, campaign_id=drafted.id, returned_by=approver, reason="x", at=at)


class TestWithdrawDraft:
    def test_ends_a_campaign_that_was_only_drafted(
        self, session: Session, drafted: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        withdraw_draft(session, campaign_id=drafted.id, withdrawn_by=author, reason="中止", at=at)

        assert (drafted.status, versions_of(session, drafted)[0].status) == ("ended", "withdrawn")

    def test_of_a_later_version_leaves_what_runs(
        self, session: Session, running: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        draft_version(session, campaign_id=running.id, conditions=change(at), drafted_by=author, at=at)

        withdraw_draft(session, campaign_id=running.id, withdrawn_by=author, reason="中止", at=at)

        statuses = [version.status for version in versions_of(session, running)]
        assert (running.status, statuses) == ("scheduled", ["approved", "withdrawn"])

    def test_needs_something_that_is_drafted(
        self, session: Session, running: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotDraft):
            withdraw_draft(session, campaign_id=running.id, withdrawn_by=author, reason="x", at=at)


class TestDraftVersion:
    @pytest.fixture
    def draft(self, session: Session, author: uuid.UUID, at: datetime) -> Callable[..., Campaign]:
        def draft(campaign: Campaign, **changes: Any) -> Campaign:
            return draft_version(
                session,
                campaign_id=campaign.id,
                conditions=change(at, **changes),
                drafted_by=author,
                at=at,
            )

        return draft

    def test_leaves_in_force_what_was_approved(
        self, session: Session, running: Campaign, draft: Callable[..., Campaign]
    ) -> None:
        before = get_revision(session)

        draft(running, rule={"fixed_points": 7})

        assert (running.version, running.rule) == (1, rule_document())
        assert [version.status for version in versions_of(session, running)] == ["approved", "draft"]
        assert get_revision(session) == before

    @pytest.mark.parametrize("note", [None, ""])
    def test_says_what_changes_and_why(
        self, running: Campaign, draft: Callable[..., Campaign], note: str | None
    ) -> None:
        with pytest.raises(CampaignNoteMissing):
            draft(running, note=note)

    def test_is_one_at_a_time(self, running: Campaign, draft: Callable[..., Campaign]) -> None:
        draft(running)

        with pytest.raises(CampaignVersionOpen):
            draft(running)

    def test_may_follow_one_that_was_withdrawn(
        self,
        session: Session,
        running: Campaign,
        draft: Callable[..., Campaign],
        author: uuid.UUID,
        at: datetime,
    ) -> None:
        draft(running)
        withdraw_draft(session, campaign_id=running.id, withdrawn_by=author, reason="x", at=at)

        draft(running)

        assert [version.version for version in versions_of(session, running)] == [1, 2, 3]

    @pytest.mark.parametrize("fixture", ["drafted", "in_review"])
    def test_is_not_for_what_was_never_approved(
        self, request: pytest.FixtureRequest, draft: Callable[..., Campaign], fixture: str
    ) -> None:
        with pytest.raises(CampaignNotApproved):
            draft(request.getfixturevalue(fixture))

    def test_is_not_for_what_is_over(
        self, session: Session, running: Campaign, draft: Callable[..., Campaign], at: datetime
    ) -> None:
        end_campaign(session, campaign_id=running.id, at=at)

        with pytest.raises(CampaignNotApproved):
            draft(running)

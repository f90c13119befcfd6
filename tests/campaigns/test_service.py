"""A campaign is drafted by one, approved by another, ended."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.campaigns.models import Campaign
from backend.campaigns.queries import CampaignNotFound, get_revision, list_running_campaigns
from backend.campaigns.rules import Rule
from backend.campaigns.service import (
    CampaignDraft,
    CampaignNotApproved,
    CampaignNotDraft,
    CampaignPeriodInvalid,
    CampaignSlugTaken,
    SecondPersonRequired,
    approve_campaign,
    draft_campaign,
    end_campaign,
    mark_budget_exhausted,
)
from backend.points.queries import get_balance, list_slices
from tests.factories.people import make_staff

DAY = timedelta(days=1)


@pytest.fixture
def author(session: Session, at: datetime) -> uuid.UUID:
    return make_staff(session, at=at, face="city", roles=("officer",)).id


@pytest.fixture
def approver(session: Session, at: datetime) -> uuid.UUID:
    return make_staff(session, at=at, face="city", roles=("approver",)).id


def make_draft(at: datetime, **changes: Any) -> CampaignDraft:
    usual: dict[str, Any] = {
        "slug": "summer",
        "names": {"ja": "夏まつり"},
        "descriptions": {"ja": "説明"},
        "rule": Rule(rate_permille=50),
        "starts_at": at - DAY,
        "ends_at": at + DAY,
        "lifetime_days": 365,
        "budget_points": 500,
    }
    return CampaignDraft(**(usual | changes))


@pytest.fixture
def drafted(session: Session, author: uuid.UUID, at: datetime) -> Campaign:
    return draft_campaign(session, draft=make_draft(at), created_by=author, at=at)


@pytest.fixture
def approved(session: Session, drafted: Campaign, approver: uuid.UUID, at: datetime) -> Campaign:
    return approve_campaign(session, campaign_id=drafted.id, approved_by=approver, at=at)


def running_ids(session: Session) -> list[uuid.UUID]:
    return [campaign.id for campaign in list_running_campaigns(session, revision=get_revision(session))]


class TestDraftCampaign:
    def test_keeps_the_rule_and_runs_nothing_yet(self, session: Session, drafted: Campaign) -> None:
        assert (drafted.status, drafted.rule, drafted.funding_account_id) == (
            "draft",
            {"rate_permille": 50},
            None,
        )
        assert running_ids(session) == []

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

    @pytest.mark.parametrize(
        "change", [{"budget_points": 0}, {"budget_points": 10**10}, {"lifetime_days": 0}]
    )
    def test_cannot_keep_what_has_no_budget_or_no_life(
        self, session: Session, at: datetime, change: dict[str, int]
    ) -> None:
        with pytest.raises(IntegrityError):
            draft_campaign(session, draft=make_draft(at, **change), created_by=None, at=at)


class TestApproveCampaign:
    def test_opens_and_funds_its_budget(self, session: Session, approved: Campaign) -> None:
        assert approved.funding_account_id is not None
        assert get_balance(session, account_id=approved.funding_account_id) == 500
        assert (approved.status, running_ids(session)) == ("approved", [approved.id])

    @pytest.mark.parametrize(("budget_points", "slices"), [(9_999, 1), (10_000, 16)])
    def test_cuts_only_a_large_budget_into_slices(
        self, session: Session, approver: uuid.UUID, at: datetime, budget_points: int, slices: int
    ) -> None:
        draft = make_draft(at, budget_points=budget_points)
        campaign = draft_campaign(session, draft=draft, created_by=None, at=at)

        approved = approve_campaign(session, campaign_id=campaign.id, approved_by=approver, at=at)

        account_id = approved.funding_account_id
        assert account_id is not None
        found = list_slices(session, account_ids=[account_id])[account_id]
        assert (len(found), sum(found.values())) == (slices, budget_points)

    def test_takes_a_second_person(
        self, session: Session, drafted: Campaign, author: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(SecondPersonRequired):
            approve_campaign(session, campaign_id=drafted.id, approved_by=author, at=at)

    def test_takes_a_second_person_whatever_the_service_says(
        self, session: Session, drafted: Campaign
    ) -> None:
        drafted.approved_by_staff_id = drafted.created_by_staff_id

        with pytest.raises(IntegrityError):
            session.flush()

    def test_happens_once(
        self, session: Session, approved: Campaign, approver: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotDraft):
            approve_campaign(session, campaign_id=approved.id, approved_by=approver, at=at)

    def test_does_not_know_a_campaign_that_is_not_there(
        self, session: Session, approver: uuid.UUID, at: datetime
    ) -> None:
        with pytest.raises(CampaignNotFound):
            approve_campaign(session, campaign_id=new_id(), approved_by=approver, at=at)


class TestEndCampaign:
    def test_stops_it_and_leaves_what_its_budget_has(
        self, session: Session, approved: Campaign, at: datetime
    ) -> None:
        end_campaign(session, campaign_id=approved.id, at=at)

        assert (approved.status, approved.ends_at, running_ids(session)) == ("ended", at, [])
        assert approved.funding_account_id is not None
        assert get_balance(session, account_id=approved.funding_account_id) == 500

    def test_is_not_for_a_draft(self, session: Session, drafted: Campaign, at: datetime) -> None:
        with pytest.raises(CampaignNotApproved):
            end_campaign(session, campaign_id=drafted.id, at=at)

    def test_before_it_began_keeps_its_period(
        self, session: Session, approver: uuid.UUID, at: datetime
    ) -> None:
        draft = make_draft(at, starts_at=at + DAY, ends_at=at + 2 * DAY)
        campaign = draft_campaign(session, draft=draft, created_by=None, at=at)
        approve_campaign(session, campaign_id=campaign.id, approved_by=approver, at=at)

        end_campaign(session, campaign_id=campaign.id, at=at)

        assert (campaign.status, campaign.ends_at) == ("ended", at + 2 * DAY)


class TestRevision:
    """The copy of the rules that a process keeps is good as long as the revision stands."""

    def test_counts_up_with_everything_that_changes_what_runs(
        self, session: Session, drafted: Campaign, approver: uuid.UUID, at: datetime
    ) -> None:
        revisions = [get_revision(session)]
        campaign = approve_campaign(session, campaign_id=drafted.id, approved_by=approver, at=at)
        revisions.append(get_revision(session))
        assert campaign.funding_account_id is not None
        mark_budget_exhausted(session, funding_account_id=campaign.funding_account_id, at=at)
        revisions.append(get_revision(session))
        end_campaign(session, campaign_id=campaign.id, at=at)
        revisions.append(get_revision(session))

        assert revisions == [1, 2, 3, 4]

    def test_stands_while_drafts_are_written(self, session: Session, drafted: Campaign) -> None:
        assert get_revision(session) == 1

    def test_lets_a_kept_copy_stand_as_long_as_it_does(self, session: Session, approved: Campaign) -> None:
        revision = get_revision(session)

        first = list_running_campaigns(session, revision=revision)

        assert list_running_campaigns(session, revision=revision) is first
        assert list_running_campaigns(session, revision=revision + 1) is not first

    def test_shows_the_mark_of_an_empty_budget(
        self, session: Session, approved: Campaign, at: datetime
    ) -> None:
        running_ids(session)
        assert approved.funding_account_id is not None
        mark_budget_exhausted(session, funding_account_id=approved.funding_account_id, at=at)

        [running] = list_running_campaigns(session, revision=get_revision(session))

        assert running.is_budget_exhausted

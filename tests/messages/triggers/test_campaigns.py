"""Campaigns that become others."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign, CampaignStamp
from backend.campaigns.service.approving import approve_campaign
from backend.campaigns.service.drafting import draft_version, submit_for_review
from backend.notices.models import ChoiceKind
from backend.notices.preferences import add_choice
from backend.points.models import PointsLot
from backend.points.service.movements import grant
from tests.campaigns.conftest import change
from tests.factories.campaigns import make_campaign
from tests.factories.people import SignedInCitizen, make_citizen, make_staff
from tests.messages.triggers.conftest import DAY, Pull, told


@pytest.fixture
def approver(session: Session, at: datetime) -> uuid.UUID:
    return make_staff(session, at=at, face="city", roles=("approver",)).id


@pytest.fixture
def campaign(session: Session, approver: uuid.UUID, at: datetime) -> Campaign:
    return make_campaign(session, at=at, approved_by=approver, budget_points=500)


@pytest.fixture
def participant(
    session: Session, reader: SignedInCitizen, campaign: Campaign, at: datetime
) -> SignedInCitizen:
    """With points of the campaign."""
    assert campaign.funding_account_id is not None
    grant(
        session,
        account_id=reader.account_id,
        funding_account_id=campaign.funding_account_id,
        points=30,
        expires_at=at + 90 * DAY,
        at=at,
    )
    return reader


def revise(session: Session, campaign: Campaign, approver: uuid.UUID, at: datetime) -> None:
    """A new version is drafted by one and approved by another."""
    author = make_staff(session, at=at, face="city", roles=("officer",)).id
    draft_version(
        session, campaign_id=campaign.id, conditions=change(at, budget_points=600), drafted_by=author, at=at
    )
    submit_for_review(session, campaign_id=campaign.id, submitted_by=author, at=at)
    approve_campaign(session, campaign_id=campaign.id, approved_by=approver, at=at)


class TestCampaignChanged:
    def test_tells_whoever_has_points_of_it(
        self,
        session: Session,
        participant: SignedInCitizen,
        campaign: Campaign,
        approver: uuid.UUID,
        pull: Pull,
        at: datetime,
    ) -> None:
        before = pull("campaign_changed", at)
        revise(session, campaign, approver, at)

        pulled = [pull("campaign_changed", at) for _ in range(2)]

        assert (before, pulled) == (0, [1, 0])
        [notice] = told(session, participant)
        assert notice.params == {"campaign": campaign.names, "campaign_id": str(campaign.id)}
        assert notice.expires_at == campaign.ends_at

    def test_tells_whoever_has_a_stamp_of_it(
        self,
        session: Session,
        reader: SignedInCitizen,
        campaign: Campaign,
        approver: uuid.UUID,
        pull: Pull,
        at: datetime,
    ) -> None:
        session.add(
            CampaignStamp(
                campaign_id=campaign.id,
                account_id=reader.account_id,
                card_number=1,
                position=1,
                distinct_key="one",
                purchase_id=uuid.uuid4(),
                stamped_at=at,
            )
        )
        revise(session, campaign, approver, at)

        assert pull("campaign_changed", at) == 1

    def test_tells_each_version_once(
        self,
        session: Session,
        participant: SignedInCitizen,
        campaign: Campaign,
        approver: uuid.UUID,
        pull: Pull,
        at: datetime,
    ) -> None:
        revise(session, campaign, approver, at)
        pull("campaign_changed", at)
        revise(session, campaign, approver, at + DAY)

        assert pull("campaign_changed", at + DAY) == 1

    def test_tells_nobody_who_takes_no_part(
        self, session: Session, campaign: Campaign, approver: uuid.UUID, pull: Pull, at: datetime
    ) -> None:
        make_citizen(session, at=at, nickname="となり")
        revise(session, campaign, approver, at)

        assert pull("campaign_changed", at) == 0

    @pytest.mark.parametrize("status", ["ended", "reported"])
    def test_tells_nothing_of_what_is_over(
        self,
        session: Session,
        participant: SignedInCitizen,
        campaign: Campaign,
        approver: uuid.UUID,
        pull: Pull,
        at: datetime,
        status: str,
    ) -> None:
        revise(session, campaign, approver, at)
        session.execute(update(Campaign).values(status=status))

        assert pull("campaign_changed", at) == 0

    def test_tells_nothing_old(
        self,
        session: Session,
        participant: SignedInCitizen,
        campaign: Campaign,
        approver: uuid.UUID,
        pull: Pull,
        at: datetime,
    ) -> None:
        revise(session, campaign, approver, at)

        assert pull("campaign_changed", at + 3 * DAY) == 0

    def test_says_nothing_to_whoever_muted_it(
        self,
        session: Session,
        participant: SignedInCitizen,
        campaign: Campaign,
        approver: uuid.UUID,
        pull: Pull,
        at: datetime,
    ) -> None:
        revise(session, campaign, approver, at)
        kind = ChoiceKind.MUTED_TRIGGER
        add_choice(session, citizen_id=participant.id, kind=kind, subject="campaign_changed", at=at)

        assert pull("campaign_changed", at) == 0

    def test_forgets_whoever_spent_every_point_of_it(
        self,
        session: Session,
        participant: SignedInCitizen,
        campaign: Campaign,
        approver: uuid.UUID,
        pull: Pull,
        at: datetime,
    ) -> None:
        session.execute(update(PointsLot).values(remaining_points=0))
        revise(session, campaign, approver, at)

        assert pull("campaign_changed", at) == 0

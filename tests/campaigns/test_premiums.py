"""The law on premiums is asked whenever conditions are saved, submitted or approved."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign
from backend.campaigns.rules import premiums as law
from backend.campaigns.rules.premiums import PremiumCapExceeded
from backend.campaigns.service.approving import approve_campaign
from backend.campaigns.service.drafting import draft_campaign, draft_version, edit_draft, submit_for_review
from tests.campaigns.conftest import change
from tests.factories.campaigns import make_draft

PREMIUM = {
    "mechanism": "premium_to_all",
    "transaction_yen": 500,
    "planned_sales_yen": 0,
    "largest_prize_yen": 200,
    "total_prizes_yen": 0,
}


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The law becomes strict."""
    monkeypatch.setattr(law, "SMALL_PREMIUM_YEN", 199)


@pytest.fixture
def declared(session: Session, author: uuid.UUID, at: datetime) -> Campaign:
    """Before the computation refused it."""
    return draft_campaign(session, draft=make_draft(at, premium=PREMIUM), created_by=author, at=at)


class TestPremium:
    def test_is_looked_at_when_a_campaign_is_drafted(
        self, session: Session, refusing: None, at: datetime
    ) -> None:
        with pytest.raises(PremiumCapExceeded):
            draft_campaign(session, draft=make_draft(at, premium=PREMIUM), created_by=None, at=at)

    def test_is_looked_at_when_the_draft_is_edited(
        self, session: Session, drafted: Campaign, author: uuid.UUID, refusing: None, at: datetime
    ) -> None:
        with pytest.raises(PremiumCapExceeded):
            edit_draft(
                session,
                campaign_id=drafted.id,
                conditions=change(at, premium=PREMIUM),
                edited_by=author,
                at=at,
            )

    def test_is_looked_at_when_a_later_version_is_drafted(
        self, session: Session, running: Campaign, author: uuid.UUID, refusing: None, at: datetime
    ) -> None:
        with pytest.raises(PremiumCapExceeded):
            draft_version(
                session,
                campaign_id=running.id,
                conditions=change(at, premium=PREMIUM),
                drafted_by=author,
                at=at,
            )

    def test_is_looked_at_when_it_is_submitted(
        self, session: Session, declared: Campaign, refusing: None, at: datetime
    ) -> None:
        with pytest.raises(PremiumCapExceeded):
            submit_for_review(session, campaign_id=declared.id, submitted_by=None, at=at)

    def test_is_looked_at_when_it_is_approved(
        self,
        session: Session,
        declared: Campaign,
        approver: uuid.UUID,
        request: pytest.FixtureRequest,
        at: datetime,
    ) -> None:
        submit_for_review(session, campaign_id=declared.id, submitted_by=None, at=at)
        request.getfixturevalue("refusing")

        with pytest.raises(PremiumCapExceeded):
            approve_campaign(session, campaign_id=declared.id, approved_by=approver, at=at)

    def test_that_is_none_is_nobodys_business(self, session: Session, refusing: None, at: datetime) -> None:
        campaign = draft_campaign(session, draft=make_draft(at), created_by=None, at=at)

        assert campaign.status == "draft"

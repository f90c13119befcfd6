"""Campaigns on their way, and those who take them along it."""

import uuid
from dataclasses import fields
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.base.pages import PageRequest
from backend.campaigns.models import Campaign, CampaignVersion
from backend.campaigns.queries import get_revision, list_events, list_running_campaigns, list_versions
from backend.campaigns.service.drafting import draft_campaign, submit_for_review
from backend.campaigns.service.recording import Conditions
from backend.campaigns.service.running import schedule_campaign
from tests.factories.campaigns import approve_draft, make_draft
from tests.factories.people import make_staff


@pytest.fixture
def author(session: Session, at: datetime) -> uuid.UUID:
    return make_staff(session, at=at, face="city", roles=("officer",)).id


@pytest.fixture
def approver(session: Session, at: datetime) -> uuid.UUID:
    return make_staff(session, at=at, face="city", roles=("approver",)).id


@pytest.fixture
def drafted(session: Session, author: uuid.UUID, at: datetime) -> Campaign:
    return draft_campaign(session, draft=make_draft(at, budget_points=500), created_by=author, at=at)


@pytest.fixture
def in_review(session: Session, drafted: Campaign, author: uuid.UUID, at: datetime) -> Campaign:
    return submit_for_review(session, campaign_id=drafted.id, submitted_by=author, at=at)


@pytest.fixture
def approved(session: Session, drafted: Campaign, approver: uuid.UUID, at: datetime) -> Campaign:
    return approve_draft(session, campaign_id=drafted.id, approved_by=approver, at=at)


@pytest.fixture
def running(session: Session, approved: Campaign, author: uuid.UUID, at: datetime) -> Campaign:
    return schedule_campaign(session, campaign_id=approved.id, scheduled_by=author, at=at)


def change(at: datetime, **changes: Any) -> Conditions:
    """Conditions of a later version: the same, with a note, but for what is named."""
    draft = make_draft(at, **({"budget_points": 500, "note": "追加のため"} | changes))
    return Conditions(**{field.name: getattr(draft, field.name) for field in fields(Conditions)})


def running_ids(session: Session) -> list[uuid.UUID]:
    return [campaign.id for campaign in list_running_campaigns(session, revision=get_revision(session))]


def versions_of(session: Session, campaign: Campaign) -> list[CampaignVersion]:
    """The first one first."""
    found = list_versions(session, campaign_id=campaign.id, page=PageRequest()).items
    return sorted(found, key=lambda version: version.version)


def acts_of(session: Session, campaign: Campaign) -> list[tuple[str, str | None, str]]:
    """What was done, from and to which state, in order."""
    found = list_events(session, campaign_id=campaign.id, page=PageRequest(limit=100)).items
    return [(event.act, event.from_state, event.to_state) for event in reversed(found)]

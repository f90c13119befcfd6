"""What every verb of a campaign shares: its event, its revision, the version that is open."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import MeguriError
from backend.campaigns.models import (
    Campaign,
    CampaignAct,
    CampaignEvent,
    CampaignRevision,
    CampaignVersion,
    VersionStatus,
)
from backend.campaigns.rules.rule import Rule

OPEN = (VersionStatus.DRAFT.value, VersionStatus.REVIEW.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a version says: everything that freezes with approval. Points are whole.

    `premium`: what the law on premiums is computed from, in the shape of `service.premiums`. `note`: what changes
    against the version before, and why.
    """

    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    rule: Rule
    starts_at: datetime
    ends_at: datetime
    budget_points: int
    budget_line_id: uuid.UUID | None = None
    premium: Mapping[str, Any] | None = None
    note: str | None = None


def columns_of(conditions: Conditions) -> dict[str, Any]:
    """As a version keeps them."""
    return {
        "names": dict(conditions.names),
        "descriptions": dict(conditions.descriptions),
        "rule": conditions.rule.to_json(),
        "starts_at": conditions.starts_at,
        "ends_at": conditions.ends_at,
        "budget_points": conditions.budget_points,
        "budget_line_id": conditions.budget_line_id,
        "premium": dict(conditions.premium) if conditions.premium is not None else None,
        "note": conditions.note,
    }


def put_in_force(campaign: Campaign, version: CampaignVersion) -> None:
    """The campaign's row says what the version says."""
    campaign.version = version.version
    campaign.names = version.names
    campaign.descriptions = version.descriptions
    campaign.rule = version.rule
    campaign.starts_at, campaign.ends_at = version.starts_at, version.ends_at
    campaign.budget_points = version.budget_points
    campaign.budget_line_id = version.budget_line_id


def find_open_version(session: Session, campaign_id: uuid.UUID) -> CampaignVersion | None:
    """The one that is drafted or reviewed."""
    return session.scalar(
        select(CampaignVersion).where(
            CampaignVersion.campaign_id == campaign_id, CampaignVersion.status.in_(OPEN)
        )
    )


def get_open_version(
    session: Session, campaign_id: uuid.UUID, status: VersionStatus, otherwise: type[MeguriError]
) -> CampaignVersion:
    """Raises `otherwise` when no version has that status."""
    version = find_open_version(session, campaign_id)
    if version is None or version.status != status:
        raise otherwise
    return version


def record_event(
    session: Session,
    *,
    campaign: Campaign,
    act: CampaignAct,
    before: str | None,
    after: str,
    by: uuid.UUID | None,
    at: datetime,
    reason: str | None = None,
    version: int | None = None,
) -> None:
    """One line of the record of decisions; `version` where it is not the one in force."""
    session.flush()  # the campaign may be as new as its event
    session.add(
        CampaignEvent(
            id=new_id(),
            campaign_id=campaign.id,
            version=version or campaign.version,
            act=act.value,
            from_state=before,
            to_state=after,
            by_staff_id=by,
            at=at,
            reason=reason,
        )
    )
    session.flush()


def count_up_revision(session: Session) -> None:
    session.execute(update(CampaignRevision).values(revision=CampaignRevision.revision + 1))

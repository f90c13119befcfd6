"""Campaigns whose conditions became others."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, Text, cast, literal, or_, select

from backend.campaigns.models import (
    Campaign,
    CampaignCounter,
    CampaignStamp,
    CampaignStatus,
    CampaignVersion,
    VersionStatus,
)
from backend.messages.triggers.points import OPEN_LOT
from backend.messages.triggers.rules import due_columns, untold
from backend.messages.triggers.sql import id_text, json_of
from backend.people.models import Citizen
from backend.points.models import PointsLot

# What changed longer ago is no news; a worker that stood still for a day or two loses nothing.
NEWS = timedelta(days=3)


def campaigns_changed(at: datetime, dialect: str) -> Select[Any]:
    """A new version is in force: for whoever takes part: has points of it, a stamp, or a share of a cap."""
    campaign_id = id_text(Campaign.__table__.c.id, dialect)
    version = cast(CampaignVersion.version, Text())
    key = literal("campaign_changed:", String()).concat(campaign_id).concat(":").concat(version)
    params = {"campaign": Campaign.__table__.c.names, "campaign_id": campaign_id}
    takes_part = or_(
        select(PointsLot.id)
        .where(
            PointsLot.account_id == Citizen.account_id,
            OPEN_LOT,
            PointsLot.funding_account_id == Campaign.funding_account_id,
        )
        .exists(),
        select(CampaignStamp.position)
        .where(CampaignStamp.campaign_id == Campaign.id, CampaignStamp.account_id == Citizen.account_id)
        .exists(),
        select(CampaignCounter.award_count)
        .where(
            CampaignCounter.account_id == Citizen.account_id,
            CampaignCounter.campaign_id == Campaign.id,
            CampaignCounter.award_count > 0,
        )
        .exists(),
    )
    return (
        select(*due_columns(key=key, params=json_of(params, dialect), expires_at=Campaign.ends_at))
        .select_from(CampaignVersion)
        .join(Campaign, Campaign.id == CampaignVersion.campaign_id)
        .join(Citizen, takes_part)
        .where(
            CampaignVersion.status == VersionStatus.APPROVED.value,
            CampaignVersion.version > 1,
            CampaignVersion.approved_at > at - NEWS,
            Campaign.status.in_((CampaignStatus.SCHEDULED.value, CampaignStatus.PAUSED.value)),
            Campaign.ends_at > at,
            untold(key),
        )
    )

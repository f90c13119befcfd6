"""What conditions must keep to before they are saved, and again before they are approved."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.errors import Refused
from backend.campaigns.models import Campaign, CampaignStatus, CampaignVersion, VersionStatus
from backend.campaigns.rules.rule import Rule
from backend.campaigns.service.premiums import check_premium
from backend.points.service.budgets import BudgetLineNotFound, get_budget_line

PRIORITY = 0
STACKABLE = "stackable"
# Those that may still run one day.
LIVING_VERSIONS = (VersionStatus.DRAFT.value, VersionStatus.REVIEW.value, VersionStatus.APPROVED.value)
OVER = (CampaignStatus.ENDED.value, CampaignStatus.REPORTED.value)


class CampaignPeriodInvalid(Refused):
    pass


class CampaignPriorityTied(Refused):
    """Another campaign of the same mode and priority runs at the same time: nothing would say which one counts."""


def check_conditions(
    session: Session, *, campaign: Campaign, columns: Mapping[str, Any], at: datetime
) -> None:
    """Raises CampaignPeriodInvalid, RuleContradictory (points that could never be spent), PremiumCapExceeded,
    BudgetLineNotFound, CampaignPriorityTied.
    """
    if columns["ends_at"] <= columns["starts_at"] or columns["ends_at"] <= at:
        raise CampaignPeriodInvalid(field="ends_at")
    Rule.from_json(columns["rule"]).check_period(columns["ends_at"])
    check_premium(columns["premium"])
    check_budget_line(session, columns["budget_line_id"])
    # The base programme stands beside all others.
    if not campaign.is_base_programme:
        tied = find_tied(
            session,
            campaign_id=campaign.id,
            rule=columns["rule"],
            starts_at=columns["starts_at"],
            ends_at=columns["ends_at"],
        )
        if tied is not None:
            raise CampaignPriorityTied(field="rule.together.priority", slug=tied)


def check_budget_line(session: Session, budget_line_id: uuid.UUID | None) -> None:
    if budget_line_id is not None:
        try:
            get_budget_line(session, budget_line_id=budget_line_id)
        except BudgetLineNotFound:
            raise BudgetLineNotFound(field="budget_line_id") from None


def find_tied(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    rule: Mapping[str, Any],
    starts_at: datetime,
    ends_at: datetime,
) -> str | None:
    """The slug of a campaign that could not be told from this one where both match.

    Drafts count too: of two that tie, neither comes further than its draft, whichever is submitted first.
    """
    place = place_of(rule)
    if place is None:
        return None
    query = (
        select(Campaign.slug, CampaignVersion.rule)
        .join(CampaignVersion, CampaignVersion.campaign_id == Campaign.id)
        .where(
            Campaign.id != campaign_id,
            Campaign.is_base_programme.is_(False),
            Campaign.status.not_in(OVER),
            CampaignVersion.status.in_(LIVING_VERSIONS),
            CampaignVersion.starts_at < ends_at,
            CampaignVersion.ends_at > starts_at,
        )
        .order_by(Campaign.slug)
    )
    return next((slug for slug, other in session.execute(query) if place_of(other) == place), None)


def place_of(rule: Mapping[str, Any]) -> tuple[str, int] | None:
    """Mode and priority among the campaigns of one mode; None for one that adds up with everything."""
    together = rule.get("together", {})
    mode = together.get("mode", STACKABLE)
    return None if mode == STACKABLE else (mode, together.get("priority", PRIORITY))

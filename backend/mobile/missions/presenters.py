"""Missions and claims in the caller's language."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from backend.base.text import pick_language, text
from backend.campaigns.missions import ClaimRecord, MissionProgress


def present_mission(progress: MissionProgress, language: str) -> dict[str, Any]:
    campaign, mission = progress.campaign, progress.mission
    return {
        "campaign_id": campaign.id,
        "name": pick_language(campaign.names, language),
        "description": pick_language(progress.descriptions, language),
        "activity": mission.activity,
        "evidence": mission.evidence,
        "unit": mission.unit,
        "tiers": sorted(mission.tiers, key=attrgetter("from_quantity")),
        "earned_points": progress.earned_points,
        "left": _lefts(((left.code, left.left) for left in progress.left), language),
        "is_budget_exhausted": campaign.is_budget_exhausted,
        "starts_at": campaign.starts_at,
        "ends_at": campaign.ends_at,
    }


def present_claim(claim: ClaimRecord, language: str) -> dict[str, Any]:
    verdict = claim.verdict
    said = text(f"verdict.{verdict['code']}", language, points=verdict["points"], **verdict["params"])
    return {
        "id": claim.id,
        "campaign_id": claim.campaign_id,
        "campaign": pick_language(claim.names, language),
        "quantity": claim.quantity,
        "unit": claim.unit,
        "done_on": claim.done_on,
        "claimed_at": claim.claimed_at,
        "points": claim.points,
        "verdict": {
            "code": verdict["code"],
            "text": said,
            "left": _lefts(verdict.get("left", {}).items(), language),
        },
    }


def _lefts(lefts: Iterable[tuple[str, int]], language: str) -> list[dict[str, Any]]:
    return [
        {"code": code, "left": left, "text": text(f"left.{code}", language, left=left)}
        for code, left in lefts
    ]

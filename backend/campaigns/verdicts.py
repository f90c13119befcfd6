"""A verdict as it is kept."""

from typing import Any

from backend.campaigns.rules.deciding import Verdict


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """`left`, only where something is known of it: code of the cap → what is left."""
    document: dict[str, Any] = {
        "campaign_id": verdict.campaign.id_text,
        "version": verdict.campaign.version,
        "code": verdict.code,
        "points": verdict.points,
        "params": dict(verdict.params),
    }
    if verdict.left:
        document["left"] = {left.code: left.left for left in verdict.left}
    return document

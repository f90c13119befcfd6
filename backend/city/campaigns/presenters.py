"""From what officers send to what campaigns take, and back."""

from typing import Any

from backend.campaigns.models import Campaign
from backend.campaigns.rules.parts import RuleContradictory
from backend.campaigns.rules.rule import Rule
from backend.campaigns.service import drafting, recording
from backend.campaigns.states import state_of
from backend.city.campaigns.rule_schemas import rings_of
from backend.points.queries import list_slices
from backend.web.calls import Call

SENT_AS_KEPT = ("starts_at", "ends_at", "budget_points", "budget_line_id", "premium", "note")
COLUMNS = (
    "id",
    "slug",
    "version",
    "is_base_programme",
    "names",
    "descriptions",
    "rule",
    "starts_at",
    "ends_at",
    "budget_points",
    "budget_line_id",
    "figures",
    "created_at",
    "approved_at",
)


def conditions_of(call: Call, body: dict[str, Any]) -> recording.Conditions:
    """Raises RuleContradictory, also for rings that the region does not have."""
    return recording.Conditions(**_conditions(call, body))


def draft_of(call: Call, body: dict[str, Any]) -> drafting.CampaignDraft:
    """Raises as `conditions_of`."""
    return drafting.CampaignDraft(slug=body["slug"], **_conditions(call, body))


def _conditions(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    for field, ring in rings_of(body["rule"]):
        if ring not in call.ground.region.ring_keys:
            raise RuleContradictory(field=field)
    return {
        "names": _texts(body["names"]),
        "descriptions": _texts(body["descriptions"]),
        "rule": Rule.from_json(body["rule"]),
        **{name: body[name] for name in SENT_AS_KEPT},
    }


def _texts(body: dict[str, str | None]) -> dict[str, str]:
    """Language → text, only what was given."""
    named = {"ja": body["ja"], "ja@easy": body["ja_easy"], "en": body["en"]}
    return {language: text for language, text in named.items() if text}


def present(call: Call, campaign: Campaign) -> dict[str, Any]:
    return present_all(call, [campaign])[0]


def present_all(call: Call, campaigns: list[Campaign]) -> list[dict[str, Any]]:
    accounts = [campaign.funding_account_id for campaign in campaigns if campaign.funding_account_id]
    slices = list_slices(call.session, account_ids=accounts)
    return [
        {
            **{name: getattr(campaign, name) for name in COLUMNS},
            "state": state_of(campaign, call.at).value,
            "budget_left_points": (
                sum(slices[campaign.funding_account_id].values()) if campaign.funding_account_id else None
            ),
        }
        for campaign in campaigns
    ]

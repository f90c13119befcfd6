"""Why a purchase earned what it earned: for the counter, where a citizen asks and tells the purchase's number."""

import uuid
from collections.abc import Mapping
from typing import Any

from backend.base.text import LANGUAGES, text
from backend.campaigns.queries import get_campaign_names
from backend.city.purchases.schemas import ExplainedPurchaseOut
from backend.people.permissions import Permission
from backend.purchases import queries
from backend.purchases.queries import PurchaseNotFound
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face("purchases", __name__, url_prefix="/v1/city", description="Why a purchase earned what it did.")


@face.operation(
    "GET",
    "/purchases/<uuid:purchase_id>/explanation",
    permission=Permission.EXPLAIN_PURCHASES,
    answer=ExplainedPurchaseOut,
    errors=[PurchaseNotFound],
)
def explain_purchase(call: Call, purchase_id: uuid.UUID) -> dict[str, Any]:
    """Each campaign's verdict in every language, and what was left under its caps. Nothing of who bought."""
    record = queries.get_any_purchase(call.session, purchase_id=purchase_id)
    ids = [uuid.UUID(verdict["campaign_id"]) for verdict in record.verdicts]
    names = get_campaign_names(call.session, campaign_ids=ids)
    return {
        "id": record.id,
        "shop": record.shop.name_ja,
        "amount_yen": record.amount_yen,
        "to_pay_yen": record.to_pay_yen,
        "refunded_yen": record.refunded_yen,
        "done_at": record.done_at,
        "earned_points": record.earned_points,
        "verdicts": [_explain(verdict, names) for verdict in record.verdicts],
    }


def _explain(verdict: Mapping[str, Any], names: Mapping[uuid.UUID, Mapping[str, str]]) -> dict[str, Any]:
    params = {"points": verdict["points"], **verdict["params"]}
    return {
        "campaign_id": verdict["campaign_id"],
        "campaigns": names.get(uuid.UUID(verdict["campaign_id"]), {}),
        "version": verdict.get("version"),
        "code": verdict["code"],
        "points": verdict["points"],
        "texts": _in_all(f"verdict.{verdict['code']}", params),
        "left": [
            {"code": code, "left": left, "texts": _in_all(f"left.{code}", {"left": left})}
            for code, left in verdict.get("left", {}).items()
        ],
    }


def _in_all(key: str, params: Mapping[str, Any]) -> dict[str, str]:
    return {language: text(key, language, **params) for language in LANGUAGES}

"""Purchases and scans in the caller's language."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from backend.base.pages import Page
from backend.base.text import pick_language, text
from backend.campaigns.queries import get_campaign_names
from backend.campaigns.verdicts import verdict_document
from backend.purchases.queries import PurchaseRecord, ShopCard
from backend.purchases.service.recording import ResolvedScan

# By campaign, its id spelled as verdicts keep it.
Names = Mapping[str, Mapping[str, str]]


def present_scan(resolved: ResolvedScan, language: str) -> dict[str, Any]:
    names = {str(verdict.campaign_id): verdict.campaign.names for verdict in resolved.verdicts}
    documents = [verdict_document(verdict) for verdict in resolved.verdicts]
    return {
        "shop": _shop(resolved.shop, language),
        "amount_yen": resolved.amount_yen,
        "discount_yen": resolved.discount_yen,
        "spent_points": resolved.spent_points,
        "to_pay_yen": resolved.to_pay_yen,
        "spendable_points": resolved.spendable_points,
        "expires_at": resolved.expires_at,
        "earned_points": resolved.earned_points,
        "verdicts": _verdicts(documents, names, language),
    }


def present_purchase(
    session: Session, record: PurchaseRecord, language: str, names: Names | None = None
) -> dict[str, Any]:
    """`names` of its campaigns, where the caller has them already."""
    if names is None:
        names = _names_of(session, [record])
    return _purchase(record, names, language)


def present_purchases(session: Session, page: Page[PurchaseRecord], language: str) -> dict[str, Any]:
    return {
        "items": present_records(session, page.items, language),
        "next_cursor": page.next_cursor,
    }


def present_records(
    session: Session, records: Sequence[PurchaseRecord], language: str
) -> list[dict[str, Any]]:
    names = _names_of(session, records)
    return [_purchase(record, names, language) for record in records]


def _purchase(record: PurchaseRecord, names: Names, language: str) -> dict[str, Any]:
    return {
        "id": record.id,
        "shop": _shop(record.shop, language),
        "amount_yen": record.amount_yen,
        "discount_yen": record.discount_yen,
        "spent_points": record.spent_points,
        "to_pay_yen": record.to_pay_yen,
        "refunded_yen": record.refunded_yen,
        "done_at": record.done_at,
        "recorded_at": record.recorded_at,
        "earned_points": record.earned_points,
        "balance_points": record.balance_points,
        "verdicts": _verdicts(record.verdicts, names, language),
    }


def _shop(shop: ShopCard, language: str) -> dict[str, Any]:
    name = pick_language({"ja": shop.name_ja, "en": shop.name_en}, language)
    return {"id": shop.id, "name": name, "district": shop.district}


def _verdicts(documents: Sequence[Mapping[str, Any]], names: Names, language: str) -> list[dict[str, Any]]:
    return [
        {
            "campaign_id": document["campaign_id"],
            "campaign": pick_language(names.get(document["campaign_id"], {}), language),
            "code": document["code"],
            "points": document["points"],
            "text": text(
                f"verdict.{document['code']}", language, points=document["points"], **document["params"]
            ),
            "left": [
                {"code": code, "left": left, "text": text(f"left.{code}", language, left=left)}
                for code, left in document.get("left", {}).items()
            ],
        }
        for document in documents
    ]


def _names_of(session: Session, records: Sequence[PurchaseRecord]) -> Names:
    ids = {uuid.UUID(verdict["campaign_id"]) for record in records for verdict in record.verdicts}
    found = get_campaign_names(session, campaign_ids=list(ids))
    return {str(campaign_id): names for campaign_id, names in found.items()}

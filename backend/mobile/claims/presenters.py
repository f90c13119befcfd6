"""Claims in the caller's language."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from backend.base.pages import Page
from backend.base.text import pick_language, text
from backend.claims.models import Claim, ClaimStatus
from backend.claims.queries import ClaimRecord
from backend.claims.rules.limits import Left
from backend.claims.terms import ClaimTerms


def present_claim(record: ClaimRecord, terms: ClaimTerms, language: str) -> dict[str, Any]:
    claim, shop = record.claim, record.shop
    card = None
    if shop is not None:
        name = pick_language({"ja": shop.name_ja, "en": shop.name_en}, language)
        card = {"id": shop.id, "name": name, "district": shop.district}
    return {
        "id": claim.id,
        "kind": claim.kind,
        "shop": card,
        "amount_yen": claim.amount_yen,
        "done_at": claim.done_at,
        "status": claim.status,
        "waits_for": claim.waits_for,
        "expected_points": claim.expected_points,
        "accepted_yen": claim.accepted_yen,
        "purchase_id": claim.purchase_id,
        "decision": _decision(claim, language),
        "appeal_text": claim.appeal_text,
        "appeal_until": _appeal_until(claim, terms),
        "created_at": claim.created_at,
    }


def present_claims(page: Page[ClaimRecord], terms: ClaimTerms, language: str) -> dict[str, Any]:
    return {
        "items": [present_claim(record, terms, language) for record in page.items],
        "next_cursor": page.next_cursor,
    }


def present_lefts(lefts: Sequence[Left], language: str) -> list[dict[str, Any]]:
    return [
        {
            "code": left.code,
            "left": left.left,
            "text": text(f"claim_left.{left.code}", language, left=left.left),
        }
        for left in lefts
    ]


def _decision(claim: Claim, language: str) -> dict[str, Any] | None:
    if claim.decision_code is None:
        return None
    return {
        "code": claim.decision_code,
        "text": text(f"claim_decision.{claim.decision_code}", language),
        "reason": claim.decision_reason,
        "decided_at": claim.decided_at,
    }


def _appeal_until(claim: Claim, terms: ClaimTerms) -> datetime | None:
    if claim.status != ClaimStatus.REJECTED or claim.appealed_at is not None or claim.decided_at is None:
        return None
    return claim.decided_at + timedelta(days=terms.appeal_days)

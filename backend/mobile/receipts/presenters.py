"""Receipts in the caller's language."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from backend.base.text import pick_language, text
from backend.claims.models import Claim, ClaimStatus
from backend.claims.receipt_queries import get_own_receipt, list_photos, receipt_of
from backend.claims.rules.receipt_texts import understand
from backend.claims.rules.receipts import Receipt
from backend.claims.service.receipts import find_shop_of
from backend.organisations.printed_shops import ShopCandidate
from backend.purchases.queries import ShopCard


def present_receipt(
    session: Session, *, claim_id: uuid.UUID, account_id: uuid.UUID, language: str
) -> dict[str, Any]:
    """Raises ClaimNotFound."""
    found = get_own_receipt(session, claim_id=claim_id, account_id=account_id)
    claim = found.claim
    return {
        "id": claim.id,
        "status": claim.status,
        "receipt": receipt_of(claim),
        "shop": _shop(found.shop, language) if found.shop else None,
        "shop_candidates": [_shop(shop, language) for shop in _candidates(session, claim)],
        "photos": [
            {
                "number": photo.number,
                "path": f"/v1/claims/{claim_id}/photos/{photo.number}" if photo.is_kept else None,
            }
            for photo in list_photos(session, claim_id=claim_id)
        ],
        "warnings": [
            {"code": code, "text": text(f"receipt_warning.{code}", language)}
            for code in claim.evidence.get("warnings", ())
        ],
        "expected_points": claim.expected_points,
    }


def present_reading(found: str | None) -> dict[str, Any]:
    """What a machine saw on the photos, if anything."""
    suggested = understand(found) if found else Receipt()
    return {"was_read": found is not None, "text": found, "receipt": suggested}


def _candidates(session: Session, claim: Claim) -> Sequence[ShopCandidate]:
    if claim.shop_id is not None or claim.status != ClaimStatus.DRAFT:
        return ()
    return find_shop_of(session, receipt_of(claim), None).candidates


def _shop(shop: ShopCard | ShopCandidate, language: str) -> dict[str, Any]:
    name = pick_language({"ja": shop.name_ja, "en": shop.name_en}, language)
    return {"id": shop.id, "name": name, "district": shop.district}

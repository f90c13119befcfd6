"""A citizen states a receipt: drafted, corrected, looked at once more, submitted."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.base.database import json_text
from backend.base.errors import Conflict
from backend.claims.models import Claim, ClaimKind, ClaimStatus, WaitsFor
from backend.claims.queries import ClaimNotFound
from backend.claims.receipt_models import ReceiptSignature
from backend.claims.receipt_queries import (
    count_drafts,
    find_taken_signature,
    list_claims_with_photos_of,
    list_likely_claims,
    list_likely_purchases,
    list_photos,
    receipt_of,
)
from backend.claims.rules.receipts import Receipt, check_complete, check_sums, sale_lines, signatures_of
from backend.claims.service.appealing import lock_own_claim
from backend.claims.service.recording import ClaimContext
from backend.claims.service.stating import (
    ClaimNotDraft,
    ClaimRequest,
    Statement,
    Way,
    draft_claim,
    submit_claim,
)
from backend.organisations.printed_shops import (
    PrintedClues,
    PrintedShop,
    find_printed_shop,
    list_registration_numbers,
)
from backend.organisations.queries import ShopNotFound, get_active_shop
from backend.organisations.rules import is_corporate_number
from backend.purchases.basis import Buyer
from backend.purchases.rules.sales import SaleLine
from backend.purchases.service.lines import ring_up

# Each may hold five photos.
DRAFTS_MAX = 10


class ReceiptDraftsExceeded(Conflict):
    """`maximum` drafts are open: hand some in, or withdraw them."""


class ReceiptClaimed(Conflict):
    """Somebody has claimed this very receipt already."""


class ReceiptShopUnknown(Conflict):
    """Nothing on it names one shop beyond doubt: the citizen picks one."""


@dataclass(frozen=True, slots=True)
class StatedReceipt:
    """`found`: which shop it is of, or among which the citizen has to pick."""

    claim: Claim
    found: PrintedShop
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class _Understood:
    """The shop of a receipt, its lines as a purchase's, and what the claim keeps of it."""

    found: PrintedShop
    lines: tuple[SaleLine, ...]
    evidence: dict[str, Any]


def draft_receipt(
    session: Session,
    *,
    receipt: Receipt,
    shop_id: uuid.UUID | None,
    request_key: str,
    buyer: Buyer,
    at: datetime,
) -> StatedReceipt:
    """`shop_id`: the citizen's pick; None: what is printed decides. Once for each request key.

    Raises IdempotencyKeyReused, ReceiptDraftsExceeded, ShopNotFound, GtinInvalid and what `check_sums` raises.
    """
    understood = _understand(session, receipt, shop_id)
    stated = draft_claim(
        session,
        statement=Statement(
            kind=ClaimKind.RECEIPT,
            shop_id=understood.found.shop_id,
            amount_yen=receipt.total_yen,
            done_at=receipt.done_at,
            lines=understood.lines,
            evidence=understood.evidence,
        ),
        buyer=buyer,
        request=ClaimRequest(request_key, _hash(receipt, shop_id)),
        at=at,
    )
    if not stated.is_replay and count_drafts(session, account_id=buyer.account_id) > DRAFTS_MAX:
        raise ReceiptDraftsExceeded(maximum=DRAFTS_MAX)
    return StatedReceipt(stated.claim, understood.found, stated.is_replay)


def correct_receipt(
    session: Session,
    *,
    claim_id: uuid.UUID,
    account_id: uuid.UUID,
    receipt: Receipt,
    shop_id: uuid.UUID | None,
) -> StatedReceipt:
    """The whole of a draft anew. Raises ClaimNotFound, ClaimNotDraft and what `draft_receipt` raises."""
    claim = lock_draft(session, claim_id=claim_id, account_id=account_id)
    understood = _understand(session, receipt, shop_id)
    claim.shop_id, claim.amount_yen = understood.found.shop_id, receipt.total_yen
    claim.done_at = receipt.done_at
    claim.lines = [line.to_json() for line in understood.lines] or None
    claim.evidence = understood.evidence
    session.flush()
    return StatedReceipt(claim, understood.found)


def submit_receipt(
    session: Session, *, claim_id: uuid.UUID, account_id: uuid.UUID, context: ClaimContext, at: datetime
) -> Claim:
    """The citizen has looked at it and stands by it: from now on nobody else can claim the same receipt.

    Raises ClaimNotFound, ClaimNotDraft, ReceiptFieldMissing, ReceiptShopUnknown, ReceiptClaimed and what
    `submit_claim` raises.
    """
    claim = lock_draft(session, claim_id=claim_id, account_id=account_id)
    receipt = receipt_of(claim)
    check_complete(receipt)
    if claim.shop_id is None:
        raise ReceiptShopUnknown(field="shop_id")
    _take_signatures(session, claim, claim.shop_id, receipt, at)
    photo_numbers = [photo.number for photo in list_photos(session, claim_id=claim_id) if photo.is_kept]
    warnings = [*claim.evidence["warnings"], *([] if photo_numbers else ["photo_missing"])]
    claim.evidence = claim.evidence | {"warnings": warnings, "photo_numbers": photo_numbers}
    doubles = _find_doubles(session, claim, receipt)
    way = Way(may_pass=not warnings, waits_for=WaitsFor.CITY, reports=doubles)
    return submit_claim(session, claim=claim, way=way, context=context, at=at)


def lock_draft(session: Session, *, claim_id: uuid.UUID, account_id: uuid.UUID) -> Claim:
    """Of a receipt. Raises ClaimNotFound, ClaimNotDraft."""
    claim = lock_own_claim(session, claim_id=claim_id, account_id=account_id)
    if claim.kind != ClaimKind.RECEIPT:
        raise ClaimNotFound
    if claim.status != ClaimStatus.DRAFT:
        raise ClaimNotDraft
    return claim


def find_shop_of(session: Session, receipt: Receipt, shop_id: uuid.UUID | None) -> PrintedShop:
    """By the pick, or by what is printed. Raises ShopNotFound, naming the field."""
    if shop_id is None:
        clues = PrintedClues(
            registration_number=receipt.registration_number, phone=receipt.phone, name=receipt.shop_name
        )
        return find_printed_shop(session, clues=clues)
    try:
        get_active_shop(session, shop_id=shop_id)
    except ShopNotFound as error:
        raise ShopNotFound(field="shop_id") from error
    return PrintedShop(shop_id)


def _understand(session: Session, receipt: Receipt, shop_id: uuid.UUID | None) -> _Understood:
    check_sums(receipt)
    found = find_shop_of(session, receipt, shop_id)
    lines = sale_lines(receipt)
    if found.shop_id is not None and lines:
        summed_yen = sum(line.amount_yen for line in lines)
        lines = ring_up(session, shop_id=found.shop_id, amount_yen=summed_yen, lines=lines).lines
    warnings = _warnings(session, receipt, found.shop_id)
    return _Understood(found, lines, {"receipt": receipt.to_json(), "warnings": warnings})


def _warnings(session: Session, receipt: Receipt, shop_id: uuid.UUID | None) -> list[str]:
    """Codes of texts `receipt_warning.<code>`: nothing is refused for them, but people look twice."""
    warnings = []
    number = receipt.registration_number
    if number and not is_corporate_number(number):
        warnings.append("registration_number_unverified")
    if number and shop_id is not None:
        known = list_registration_numbers(session, shop_id=shop_id)
        if known and number not in known:
            warnings.append("registration_number_differs")
    return warnings


def _take_signatures(
    session: Session, claim: Claim, shop_id: uuid.UUID, receipt: Receipt, at: datetime
) -> None:
    """Whoever takes one at the same moment meets the primary key, and is told at the second try."""
    issuers = {str(shop_id), *list_registration_numbers(session, shop_id=shop_id)}
    if receipt.registration_number:
        issuers.add(receipt.registration_number)
    signatures = signatures_of(receipt, issuers=issuers)
    if find_taken_signature(session, signatures=signatures, claim_id=claim.id) is not None:
        raise ReceiptClaimed(field="receipt_number")
    session.add_all(
        ReceiptSignature(signature=signature, claim_id=claim.id, taken_at=at)
        for signature in sorted(signatures)
    )
    session.flush()


def _find_doubles(session: Session, claim: Claim, receipt: Receipt) -> dict[str, Sequence[str]]:
    """What else may be the same purchase, for whoever reviews it."""
    found = {
        "likely_claims": list_likely_claims(session, claim=claim, receipt=receipt),
        "likely_purchases": list_likely_purchases(session, claim=claim),
        "same_photo_claims": list_claims_with_photos_of(session, claim_id=claim.id),
    }
    return {name: [str(each) for each in ids] for name, ids in found.items() if ids}


def _hash(receipt: Receipt, shop_id: uuid.UUID | None) -> bytes:
    stated = json_text(receipt.to_json() | {"shop_id": str(shop_id)})
    return hashlib.sha256(stated.encode()).digest()

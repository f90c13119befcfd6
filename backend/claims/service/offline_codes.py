"""Two citizens hold the same code of a till without a network: who came second states it, and the city looks."""

import hashlib
import uuid
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.errors import Conflict
from backend.base.secrets import Vault
from backend.claims.models import Claim, ClaimKind, WaitsFor
from backend.claims.service.recording import ClaimContext
from backend.claims.service.stating import (
    ClaimRequest,
    StatedClaim,
    Statement,
    Way,
    find_replay,
    state_claim,
)
from backend.purchases.basis import Buyer
from backend.purchases.models import OfflineAllowance, Purchase
from backend.purchases.rules.offline_codes import OfflineCodeText, check_honourable, sale_name
from backend.purchases.rules.till_codes import CodeUnreadable, read_scanned
from backend.purchases.service.honouring import FoundOfflineCode, OfflineCodeUsed, find_offline_code


class OfflineCodeUnused(Conflict):
    """Nobody has bought with it: it is recorded as a purchase, and needs no claim."""


class OfflineCodeClaimed(Conflict):
    """By this very citizen, before."""


def state_offline_code_claim(
    session: Session,
    *,
    scanned: str,
    request_key: str,
    public_url: str,
    vault: Vault,
    window: timedelta,
    buyer: Buyer,
    context: ClaimContext,
    at: datetime,
) -> StatedClaim:
    """A code that somebody else bought with first. It waits for the city, which is told whose register made it.

    Raises CodeForeign, CodeUnreadable, OfflineCodeUnused, OfflineCodeUsed (by the citizen's own purchase),
    OfflineCodeClaimed and what `find_offline_code`, `check_honourable` and `state_claim` raise.
    """
    request = ClaimRequest(request_key, hashlib.sha256(orjson.dumps([scanned.strip()])).digest())
    if replayed := find_replay(session, buyer=buyer, request=request):
        return replayed
    found = _find_locked(session, scanned, public_url, vault)
    first = _first_purchase(session, found, buyer)
    check_honourable(found.code, found.limits, used_yen=0, window=window, at=at)
    name = sale_name(found.code.allowance_id, found.code.serial_number)
    if _has_claimed(session, buyer.account_id, name):
        raise OfflineCodeClaimed(field="scanned")
    statement = Statement(
        kind=ClaimKind.OFFLINE_CODE,
        shop_id=found.shop_id,
        amount_yen=found.code.amount_yen,
        done_at=min(found.code.made_at, at),
        evidence={"code": name},
    )
    reports = {
        "code": name,
        "register_id": str(found.register_id),
        "first_purchase_id": str(first.id),
        "first_amount_yen": first.amount_yen,
    }
    return state_claim(
        session,
        statement=statement,
        way=Way(may_pass=False, waits_for=WaitsFor.CITY, reports=reports),
        buyer=buyer,
        request=request,
        context=context,
        at=at,
    )


def _find_locked(session: Session, scanned: str, public_url: str, vault: Vault) -> FoundOfflineCode:
    """Codes of one allowance wait for each other here: nobody states the same one twice at once."""
    code = read_scanned(scanned, public_url)
    if not isinstance(code, OfflineCodeText):
        raise CodeUnreadable(field="scanned")
    session.execute(
        select(OfflineAllowance.id).where(OfflineAllowance.id == code.allowance_id).with_for_update()
    )
    return find_offline_code(session, code=code, vault=vault)


def _first_purchase(session: Session, found: FoundOfflineCode, buyer: Buyer) -> Any:
    """Raises OfflineCodeUnused, OfflineCodeUsed."""
    if found.purchase_id is None:
        raise OfflineCodeUnused(field="scanned")
    query = select(Purchase.id, Purchase.account_id, Purchase.amount_yen)
    first = session.execute(query.where(Purchase.id == found.purchase_id)).one()
    if first.account_id == buyer.account_id:
        raise OfflineCodeUsed(field="scanned")
    return first


def _has_claimed(session: Session, account_id: uuid.UUID, name: str) -> bool:
    query = select(Claim.evidence).where(
        Claim.account_id == account_id, Claim.kind == ClaimKind.OFFLINE_CODE.value
    )
    return any(evidence.get("code") == name for evidence in session.scalars(query))

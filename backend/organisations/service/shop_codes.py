"""Codes of a shop's posters: given out, replaced, revoked; and which shop somebody has scanned."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.digits import new_checked_digits
from backend.base.errors import Conflict, NotFound
from backend.organisations import code_queries
from backend.organisations.jpqr import JPQR_ERRORS
from backend.organisations.models import ShopCode, ShopStatus
from backend.organisations.queries import ShopNotActive
from backend.organisations.service.shops import lock_living_shop
from backend.organisations.shop_codes import PosterScan, ShopCodeForeign, ShopCodeUnreadable, read_shop_scan
from backend.organisations.texts import one_line, reason_line

CODES_MAX = 50


class ShopCodeUnknown(NotFound):
    """Well written, but no poster has it."""


class ShopCodeRevoked(Conflict):
    """The poster was replaced or taken down; what hangs there still is out of date, or was stolen."""


class ShopCodesExhausted(Conflict):
    """So many posters are in use at one shop."""


class StickerUnknown(NotFound):
    """A sound payment sticker, but no shop has registered it here."""


SHOP_SCAN_ERRORS = (
    *JPQR_ERRORS,
    ShopCodeForeign,
    ShopCodeRevoked,
    ShopCodeUnknown,
    ShopCodeUnreadable,
    ShopNotActive,
    StickerUnknown,
)


def find_shop_by_scan(session: Session, *, scanned: str, public_url: str) -> uuid.UUID:
    """The shop that a citizen stands in front of: by its poster's address, the digits beneath, or its JPQR sticker.

    Raises SHOP_SCAN_ERRORS.
    """
    scan = read_shop_scan(scanned, public_url)
    if isinstance(scan, PosterScan):
        found = code_queries.find_code_by_digits(session, digits=scan.digits)
        if found is None:
            raise ShopCodeUnknown(field="scanned")
        if found.revoked_at is not None:
            raise ShopCodeRevoked(field="scanned")
    else:
        found = code_queries.find_sticker_by_store(session, store_id=scan.store_id)
        if found is None:
            raise StickerUnknown(field="scanned")
    if found.status != ShopStatus.ACTIVE:
        raise ShopNotActive
    shop_id: uuid.UUID = found.shop_id
    return shop_id


def issue_shop_code(
    session: Session, *, shop_id: uuid.UUID, label: str, issued_by: uuid.UUID | None, at: datetime
) -> ShopCode:
    """A code for one more poster. Raises ShopNotFound, ShopEnded, NameBlank, ShopCodesExhausted."""
    shop = lock_living_shop(session, shop_id)
    in_use = select(func.count()).where(ShopCode.shop_id == shop.id, ShopCode.revoked_at.is_(None))
    if (session.scalar(in_use) or 0) >= CODES_MAX:
        raise ShopCodesExhausted(maximum=CODES_MAX)
    return _add(session, shop_id=shop.id, label=one_line(label, field="label"), issued_by=issued_by, at=at)


def replace_shop_code(
    session: Session,
    *,
    shop_code_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    reason: str,
    replaced_by: uuid.UUID | None,
    at: datetime,
) -> ShopCode:
    """A new code for the same place; the old one ends now. Raises what `revoke_shop_code` raises, and ShopEnded."""
    old = code_queries.get_shop_code(session, shop_code_id=shop_code_id, shop_ids=shop_ids)
    lock_living_shop(session, old.shop_id)
    revoke_shop_code(
        session, shop_code_id=old.id, shop_ids=shop_ids, reason=reason, revoked_by=replaced_by, at=at
    )
    return _add(
        session, shop_id=old.shop_id, label=old.label, issued_by=replaced_by, at=at, replaces_id=old.id
    )


def revoke_shop_code(
    session: Session,
    *,
    shop_code_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    reason: str,
    revoked_by: uuid.UUID | None,
    at: datetime,
) -> ShopCode:
    """It names no shop from now on. Raises ShopCodeNotFound, ShopCodeRevoked, ReasonBlank."""
    revoked = session.scalar(
        update(ShopCode)
        .where(ShopCode.id == shop_code_id, ShopCode.shop_id.in_(shop_ids), ShopCode.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by_staff_id=revoked_by, revoked_reason=reason_line(reason))
        .returning(ShopCode)
        .execution_options(populate_existing=True)
    )
    if revoked is None:
        code_queries.get_shop_code(session, shop_code_id=shop_code_id, shop_ids=shop_ids)
        raise ShopCodeRevoked
    return revoked


def _add(
    session: Session,
    *,
    shop_id: uuid.UUID,
    label: str,
    issued_by: uuid.UUID | None,
    at: datetime,
    replaces_id: uuid.UUID | None = None,
) -> ShopCode:
    digits = new_checked_digits()
    while code_queries.find_code_by_digits(session, digits=digits) is not None:
        digits = new_checked_digits()
    code = ShopCode(
        id=new_id(),
        shop_id=shop_id,
        digits=digits,
        label=label,
        replaces_id=replaces_id,
        issued_by_staff_id=issued_by,
        issued_at=at,
    )
    session.add(code)
    session.flush()
    return code

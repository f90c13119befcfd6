"""A till code that was made without a network is scanned: read, bounded, and honoured once."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Uuid, and_, bindparam, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import is_locking
from backend.base.errors import Conflict, Refused
from backend.base.secrets import Vault
from backend.base.statements import Prepared
from backend.organisations.models import ApiKey, Shop, ShopStatus
from backend.organisations.regions import Region
from backend.purchases.basis import Basis, Buyer, complete_basis, lock_basis, read_basis
from backend.purchases.keys import derive_offline_secret
from backend.purchases.models import OfflineAllowance, OfflineCode
from backend.purchases.rules.offline_codes import (
    Limits,
    OfflineAllowanceRevoked,
    OfflineCodeText,
    check_honourable,
    check_limits,
)
from backend.purchases.rules.sales import Sale
from backend.purchases.rules.till_codes import CodeUnreadable
from backend.purchases.service.codes import ShopNotActive

ALLOWANCE = Prepared(
    lambda _dialect: (
        select(
            OfflineAllowance.shop_id,
            OfflineAllowance.register_id,
            OfflineAllowance.starts_at,
            OfflineAllowance.ends_at,
            OfflineAllowance.count_max,
            OfflineAllowance.code_max_yen,
            OfflineAllowance.total_max_yen,
            OfflineAllowance.used_yen,
            OfflineAllowance.revoked_at,
            ApiKey.revoked_at.label("key_revoked_at"),
            Shop.status.label("shop_status"),
            OfflineCode.purchase_id,
        )
        .join(ApiKey, ApiKey.id == OfflineAllowance.api_key_id)
        .join(Shop, Shop.id == OfflineAllowance.shop_id)
        .outerjoin(
            OfflineCode,
            and_(
                OfflineCode.allowance_id == OfflineAllowance.id,
                OfflineCode.serial_number == bindparam("serial_number", type_=BigInteger()),
            ),
        )
        .where(OfflineAllowance.id == bindparam("allowance_id", type_=Uuid()))
    )
)


class OfflineCodeUsed(Conflict):
    """A citizen bought with this code before."""


class OfflineCodeEarnsOnly(Refused):
    """The till has taken the whole amount already: no points are spent with it, no coupon redeemed."""


@dataclass(frozen=True, slots=True)
class FoundOfflineCode:
    """A code that its register signed, within what it was allowed. `purchase_id`: of whoever bought with it."""

    code: OfflineCodeText
    shop_id: uuid.UUID
    register_id: uuid.UUID
    limits: Limits
    used_yen: int
    purchase_id: uuid.UUID | None
    is_shop_active: bool


def find_offline_code(session: Session, *, code: OfflineCodeText, vault: Vault) -> FoundOfflineCode:
    """One statement. Raises CodeUnreadable, OfflineAllowanceRevoked, and what `check_limits` raises."""
    return _believe(code, _read_allowance(session, code), vault)


def read_offline_basis(
    session: Session,
    *,
    code: OfflineCodeText,
    buyer: Buyer,
    request_key: str | None,
    region: Region,
    vault: Vault,
    window: timedelta,
    at: datetime,
) -> Basis | uuid.UUID:
    """What the purchase is decided from; or the id of the one that this request made before.

    It happened when the code was made. Raises what `find_offline_code` raises, OfflineCodeUsed, ShopNotActive and
    what `check_honourable` raises.
    """
    row = _read_allowance(session, code)
    done_at = min(code.made_at, at)
    if is_locking(session):
        lock_basis(session, account_id=buyer.account_id, at=at)
    rows = read_basis(
        session, buyer=buyer, shop_id=row.shop_id, request_key=request_key, on=city_day(done_at), at=at
    )
    if rows[0].replayed_id:
        replayed: uuid.UUID = rows[0].replayed_id
        return replayed
    found = _believe(code, row, vault)
    if found.purchase_id is not None:
        raise OfflineCodeUsed(field="scanned")
    check_honourable(code, found.limits, used_yen=found.used_yen, window=window, at=at)
    if rows[0].shop_status != ShopStatus.ACTIVE:
        raise ShopNotActive(field="scanned")
    return complete_basis(
        session, rows=rows, buyer=buyer, sale=Sale(code.amount_yen), done_at=done_at, region=region
    )


def lock_allowances(session: Session, codes: Iterable[OfflineCodeText]) -> None:
    """In the order of their ids (PostgreSQL; SQLite holds all anyway)."""
    ids = {code.allowance_id for code in codes}
    query = select(OfflineAllowance.id).where(OfflineAllowance.id.in_(ids)).order_by(OfflineAllowance.id)
    session.execute(query.with_for_update())


def _read_allowance(session: Session, code: OfflineCodeText) -> Any:
    """Raises CodeUnreadable."""
    if is_locking(session):
        lock_allowances(session, [code])
    row = ALLOWANCE.first(session, allowance_id=code.allowance_id, serial_number=code.serial_number)
    if row is None:
        raise CodeUnreadable(field="scanned")
    return row


def _believe(code: OfflineCodeText, row: Any, vault: Vault) -> FoundOfflineCode:
    """Signature first: a forged code learns nothing."""
    if not code.is_signed_with(derive_offline_secret(vault, code.allowance_id)):
        raise CodeUnreadable(field="scanned")
    if row.revoked_at or row.key_revoked_at:
        raise OfflineAllowanceRevoked(field="scanned")
    limits = Limits(
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        count_max=row.count_max,
        code_max_yen=row.code_max_yen,
        total_max_yen=row.total_max_yen,
    )
    check_limits(code, limits)
    return FoundOfflineCode(
        code=code,
        shop_id=row.shop_id,
        register_id=row.register_id,
        limits=limits,
        used_yen=row.used_yen,
        purchase_id=row.purchase_id,
        is_shop_active=row.shop_status == ShopStatus.ACTIVE,
    )

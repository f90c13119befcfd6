"""Allowances to sign till codes without a network: issued to registers, looked at, revoked."""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import new_id
from backend.base.errors import Conflict, NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.base.secrets import Vault
from backend.organisations.models import Shop, ShopStatus
from backend.people.principals import RegisterPrincipal
from backend.purchases.keys import derive_offline_secret
from backend.purchases.models import OfflineAllowance, OfflineCode
from backend.purchases.service.codes import ShopNotActive

ALLOWANCES_A_DAY = 4


class OfflineAllowanceNotFound(NotFound):
    """Not there, revoked already, or another's."""


class OfflineAllowancesAllIssued(Conflict):
    """The register got as many today as one gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceLimits:
    """What an allowance is good for."""

    hours: int
    count: int
    code_yen: int
    total_yen: int

    def within(self, limits: "AllowanceLimits") -> "AllowanceLimits":
        return AllowanceLimits(
            hours=min(self.hours, limits.hours),
            count=min(self.count, limits.count),
            code_yen=min(self.code_yen, limits.code_yen),
            total_yen=min(self.total_yen, limits.total_yen),
        )


@dataclass(frozen=True, slots=True)
class IssuedAllowance:
    """`secret`, 32 bytes in base64url, is told this once; codes are shown behind `code_prefix`."""

    allowance: OfflineAllowance
    secret: str = field(repr=False)
    code_prefix: str


@dataclass(frozen=True, slots=True)
class AllowanceRecord:
    """An allowance with the codes of it that were honoured, by their numbers."""

    allowance: OfflineAllowance
    codes: Sequence[OfflineCode]


def issue_offline_allowance(
    session: Session,
    *,
    register: RegisterPrincipal,
    wished: AllowanceLimits,
    limits: AllowanceLimits,
    code_prefix: str,
    vault: Vault,
    at: datetime,
) -> IssuedAllowance:
    """As much as is wished, within `limits`. Raises ShopNotActive, OfflineAllowancesAllIssued."""
    if session.scalar(select(Shop.status).where(Shop.id == register.shop_id)) != ShopStatus.ACTIVE:
        raise ShopNotActive
    number = _count_issued(session, register.register_id, at) + 1
    if number > ALLOWANCES_A_DAY:
        raise OfflineAllowancesAllIssued(count=ALLOWANCES_A_DAY)
    granted = wished.within(limits)
    starts_at = at.replace(microsecond=0)  # a code tells whole seconds
    allowance = OfflineAllowance(
        id=new_id(),
        shop_id=register.shop_id,
        register_id=register.register_id,
        api_key_id=register.api_key_id,
        issued_on=city_day(at),
        number=number,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=granted.hours),
        count_max=granted.count,
        code_max_yen=granted.code_yen,
        total_max_yen=granted.total_yen,
        used_count=0,
        used_yen=0,
    )
    session.add(allowance)
    session.flush()
    secret = base64.urlsafe_b64encode(derive_offline_secret(vault, allowance.id)).rstrip(b"=").decode()
    return IssuedAllowance(allowance, secret, code_prefix)


def list_offline_allowances(
    session: Session, *, shop_id: uuid.UUID, page: PageRequest
) -> Page[OfflineAllowance]:
    """Of all registers of a shop, newest first."""
    query = (
        select(OfflineAllowance)
        .where(OfflineAllowance.shop_id == shop_id)
        .order_by(OfflineAllowance.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(OfflineAllowance.id < after[0])
    return make_page(session.scalars(query).all(), page, lambda allowance: allowance.id)


def get_offline_allowance(
    session: Session, *, allowance_id: uuid.UUID, register_id: uuid.UUID
) -> AllowanceRecord:
    """The register's own. Raises OfflineAllowanceNotFound."""
    found = session.get(OfflineAllowance, allowance_id)
    if found is None or found.register_id != register_id:
        raise OfflineAllowanceNotFound
    query = (
        select(OfflineCode)
        .where(OfflineCode.allowance_id == allowance_id)
        .order_by(OfflineCode.serial_number)
    )
    return AllowanceRecord(found, session.scalars(query).all())


def revoke_offline_allowance(
    session: Session, *, allowance_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> None:
    """No code of it is honoured any more, whenever it was made. Raises OfflineAllowanceNotFound."""
    revoked = session.scalar(
        update(OfflineAllowance)
        .where(
            OfflineAllowance.id == allowance_id,
            OfflineAllowance.shop_id.in_(shop_ids),
            OfflineAllowance.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .returning(OfflineAllowance.id)
    )
    if revoked is None:
        raise OfflineAllowanceNotFound


def _count_issued(session: Session, register_id: uuid.UUID, at: datetime) -> int:
    """Today in the city. Of two who ask at once the second fails on its number and counts anew."""
    query = (
        select(func.count())
        .select_from(OfflineAllowance)
        .where(OfflineAllowance.register_id == register_id, OfflineAllowance.issued_on == city_day(at))
    )
    return session.scalar(query) or 0

"""Reads of claims, their events and flags."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.claims.models import (
    Claim,
    ClaimEvent,
    ClaimKind,
    ClaimStatus,
    Flag,
    FlagKind,
    FlagStatus,
    WaitsFor,
)
from backend.organisations.models import Shop
from backend.people.models import Citizen, CitizenLogin, Staff
from backend.purchases.queries import ShopCard


class ClaimNotFound(NotFound):
    """Not there, or not the caller's."""


class FlagNotFound(NotFound):
    pass


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """A claim with its shop's card; `flags` only where they were asked for."""

    claim: Claim
    shop: ShopCard | None
    flags: Sequence[Flag] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFilters:
    """All that are given must hold. `older_than`: submitted before so long."""

    status: ClaimStatus | None = None
    kind: ClaimKind | None = None
    waits_for: WaitsFor | None = None
    is_flagged: bool | None = None
    older_than: timedelta | None = None


_CLAIM: Any = select(Claim, Shop.id.label("card_id"), Shop.name_ja, Shop.name_en, Shop.district).outerjoin(
    Shop, Shop.id == Claim.shop_id
)


def get_own_claim(session: Session, *, account_id: uuid.UUID, claim_id: uuid.UUID) -> ClaimRecord:
    """Only the account's own. Raises ClaimNotFound."""
    return _one(session, _CLAIM.where(Claim.id == claim_id, Claim.account_id == account_id))


def get_claim(session: Session, *, claim_id: uuid.UUID) -> ClaimRecord:
    """Anybody's, with its flags. Raises ClaimNotFound."""
    found = _one(session, _CLAIM.where(Claim.id == claim_id))
    return ClaimRecord(found.claim, found.shop, _flags_of(session, [claim_id]).get(claim_id, ()))


def find_claim_by_request(session: Session, *, account_id: uuid.UUID, request_key: str) -> Claim | None:
    return session.scalar(
        select(Claim).where(Claim.account_id == account_id, Claim.request_key == request_key)
    )


def lock_claim(session: Session, *, claim_id: uuid.UUID) -> Claim:
    """As it is now; nobody else decides it until this transaction ends. Raises ClaimNotFound."""
    claim = session.get(Claim, claim_id, with_for_update=True, populate_existing=True)
    if claim is None:
        raise ClaimNotFound
    return claim


def list_own_claims(session: Session, *, account_id: uuid.UUID, page: PageRequest) -> Page[ClaimRecord]:
    """Newest first."""
    query = _CLAIM.where(Claim.account_id == account_id).order_by(Claim.id.desc()).limit(page.limit + 1)
    if after := page.after(uuid.UUID):
        query = query.where(Claim.id < after[0])
    return _page(session, query, page)


def list_claims_of_shop(
    session: Session, *, shop_id: uuid.UUID, at: datetime, page: PageRequest
) -> Page[ClaimRecord]:
    """What the shop may still decide, oldest first."""
    query = (
        _CLAIM.where(Claim.shop_id == shop_id, Claim.waits_for == WaitsFor.SHOP.value, Claim.expires_at > at)
        .order_by(Claim.id)
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(Claim.id > after[0])
    return _page(session, query, page)


def list_claims(
    session: Session, *, filters: ClaimFilters, at: datetime, page: PageRequest
) -> Page[ClaimRecord]:
    """Everybody's but drafts, with their flags, oldest first."""
    query = _CLAIM.where(*_meant_by(filters, at)).order_by(Claim.id).limit(page.limit + 1)
    if after := page.after(uuid.UUID):
        query = query.where(Claim.id > after[0])
    found = _page(session, query, page)
    flags = _flags_of(session, [record.claim.id for record in found.items])
    items = [ClaimRecord(record.claim, record.shop, flags.get(record.claim.id, ())) for record in found.items]
    return Page(items, found.next_cursor)


def _meant_by(filters: ClaimFilters, at: datetime) -> list[Any]:
    conditions: list[Any] = [Claim.submitted_at.is_not(None)]
    if filters.status is not None:
        conditions.append(Claim.status == filters.status.value)
    if filters.kind is not None:
        conditions.append(Claim.kind == filters.kind.value)
    if filters.waits_for is not None:
        conditions.append(Claim.waits_for == filters.waits_for.value)
    if filters.is_flagged is not None:
        flagged = exists().where(Flag.claim_id == Claim.id)
        conditions.append(flagged if filters.is_flagged else ~flagged)
    if filters.older_than is not None:
        conditions.append(Claim.submitted_at < at - filters.older_than)
    return conditions


def list_claim_events(session: Session, *, claim_id: uuid.UUID) -> Sequence[ClaimEvent]:
    """Oldest first."""
    query = select(ClaimEvent).where(ClaimEvent.claim_id == claim_id).order_by(ClaimEvent.id)
    return session.scalars(query).all()


def has_unconfirmed_claim(session: Session, *, at: datetime) -> bool:
    """Whether the shop's time is over for one."""
    due = select(Claim.id).where(Claim.waits_for == WaitsFor.SHOP.value, Claim.expires_at <= at).limit(1)
    return session.scalar(due) is not None


def is_own_account(session: Session, *, staff_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Whether the account's citizen signs in with the address of the staff member: all that the two have in common."""
    query = (
        select(Staff.id)
        .join(CitizenLogin, CitizenLogin.subject == Staff.email)
        .join(Citizen, Citizen.id == CitizenLogin.citizen_id)
        .where(Staff.id == staff_id, CitizenLogin.kind == "email", Citizen.account_id == account_id)
    )
    return session.scalar(query.limit(1)) is not None


def get_flag(session: Session, *, flag_id: uuid.UUID) -> Flag:
    """Raises FlagNotFound."""
    flag = session.get(Flag, flag_id)
    if flag is None:
        raise FlagNotFound
    return flag


def list_flags(
    session: Session,
    *,
    status: FlagStatus | None = None,
    kind: FlagKind | None = None,
    shop_id: uuid.UUID | None = None,
    page: PageRequest,
) -> Page[Flag]:
    """Oldest first."""
    query = select(Flag).order_by(Flag.id).limit(page.limit + 1)
    if status is not None:
        query = query.where(Flag.status == status.value)
    if kind is not None:
        query = query.where(Flag.kind == kind.value)
    if shop_id is not None:
        query = query.where(Flag.shop_id == shop_id)
    if after := page.after(uuid.UUID):
        query = query.where(Flag.id > after[0])
    return make_page(session.scalars(query).all(), page, lambda flag: str(flag.id))


def list_flags_of_purchase(session: Session, *, purchase_id: uuid.UUID, lock: bool = False) -> Sequence[Flag]:
    query = select(Flag).where(Flag.purchase_id == purchase_id).order_by(Flag.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).all()


def list_open_flags_of_claim(session: Session, *, claim_id: uuid.UUID) -> Sequence[Flag]:
    query = select(Flag).where(Flag.claim_id == claim_id, Flag.status == FlagStatus.OPEN.value)
    return session.scalars(query.order_by(Flag.id)).all()


def _flags_of(session: Session, claim_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[Flag]]:
    found: dict[uuid.UUID, list[Flag]] = {}
    for flag in session.scalars(select(Flag).where(Flag.claim_id.in_(claim_ids)).order_by(Flag.id)):
        if flag.claim_id is not None:
            found.setdefault(flag.claim_id, []).append(flag)
    return found


def _one(session: Session, query: Any) -> ClaimRecord:
    row = session.execute(query).first()
    if row is None:
        raise ClaimNotFound
    return _record(row)


def _page(session: Session, query: Any, page: PageRequest) -> Page[ClaimRecord]:
    records = [_record(row) for row in session.execute(query)]
    return make_page(records, page, lambda record: str(record.claim.id))


def _record(row: Any) -> ClaimRecord:
    shop = ShopCard(row.card_id, row.name_ja, row.name_en, row.district) if row.card_id else None
    return ClaimRecord(row.Claim, shop)

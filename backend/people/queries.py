"""Reads of citizens, staff, consents."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.base.records import made_often
from backend.base.secrets import hash_token
from backend.base.statements import Prepared, among
from backend.people.code_models import JoinedAccount
from backend.people.models import (
    Citizen,
    CitizenCode,
    CitizenLogin,
    CitizenSession,
    Consent,
    Staff,
    StaffRole,
    StaffSession,
)
from backend.people.principals import CitizenPrincipal, RoleAssignment, StaffPrincipal

TOKEN_HASH = bindparam("token_hash", type_=LargeBinary())
AT = bindparam("at", type_=UtcDateTime())

CITIZEN_BY_TOKEN = Prepared(
    lambda _dialect: (
        select(Citizen.id, Citizen.account_id, CitizenSession.id.label("session_id"), Citizen.language)
        .join(CitizenSession, CitizenSession.citizen_id == Citizen.id)
        .where(
            CitizenSession.token_hash == TOKEN_HASH,
            CitizenSession.expires_at > AT,
            CitizenSession.revoked_at.is_(None),
        )
    )
)

STAFF_BY_TOKEN = Prepared(
    lambda _dialect: (
        select(
            Staff.id,
            StaffSession.id.label("session_id"),
            StaffSession.face,
            Staff.language,
            StaffSession.last_seen_at,
            StaffRole.role,
            StaffRole.shop_id,
        )
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .outerjoin(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            StaffSession.token_hash == TOKEN_HASH,
            StaffSession.expires_at > AT,
            StaffSession.revoked_at.is_(None),
            Staff.disabled_at.is_(None),
        )
    )
)


def find_citizen_by_token(session: Session, *, token: str, at: datetime) -> CitizenPrincipal | None:
    row = CITIZEN_BY_TOKEN.first(session, token_hash=hash_token(token), at=at)
    return CitizenPrincipal(row.id, row.account_id, row.session_id, row.language) if row else None


def find_citizen_by_firebase(session: Session, *, subject: str) -> CitizenPrincipal | None:
    row = session.execute(
        select(Citizen.id, Citizen.account_id, Citizen.language)
        .join(CitizenLogin, CitizenLogin.citizen_id == Citizen.id)
        .where(CitizenLogin.kind == "firebase", CitizenLogin.subject == subject)
    ).first()
    return CitizenPrincipal(row.id, row.account_id, None, row.language) if row else None


def find_staff_by_token(
    session: Session, *, token: str, at: datetime, idle_minutes: int
) -> StaffPrincipal | None:
    """None also when the session has been idle for too long."""
    rows = STAFF_BY_TOKEN.rows(session, token_hash=hash_token(token), at=at)
    if not rows or rows[0].last_seen_at < at - timedelta(minutes=idle_minutes):
        return None
    roles = tuple(RoleAssignment(row.role, row.shop_id) for row in rows if row.role)
    first = rows[0]
    return StaffPrincipal(first.id, first.session_id, first.face, roles, first.language, first.last_seen_at)


_CITIZEN_CODE = select(
    CitizenCode.id,
    CitizenCode.citizen_id,
    CitizenCode.account_id,
    CitizenCode.scopes,
    CitizenCode.spend_mode,
    CitizenCode.spend_points,
    CitizenCode.coupon_ids,
    CitizenCode.created_at,
    CitizenCode.expires_at,
    CitizenCode.used_at,
)
CITIZEN_CODE_BY_HASH = Prepared(
    lambda _dialect: _CITIZEN_CODE.where(CitizenCode.code_hash == bindparam("code_hash", type_=LargeBinary()))
)
CITIZEN_CODES_BY_HASH = Prepared(
    lambda dialect: _CITIZEN_CODE.add_columns(CitizenCode.code_hash).where(
        among(CitizenCode.code_hash, "code_hashes", dialect)
    )
)


@dataclass(frozen=True, slots=True)
class OfflineUse:
    """Which code of which key."""

    key_id: uuid.UUID
    step: int


@dataclass(frozen=True, slots=True)
class CardUsed:
    """Which paper card; each reading of it is a code of its own."""

    card_id: uuid.UUID


@made_often
@dataclass(frozen=True, slots=True)
class CitizenCodeRow:
    """A code as a till's purchase needs it. `spend_mode`: none, all or up_to (then with `spend_points`).

    `origin`: of a code that the server did not open, what using it up writes; see `people.writes`.
    """

    id: uuid.UUID
    citizen_id: uuid.UUID
    account_id: uuid.UUID
    scopes: frozenset[str]
    spend_mode: str
    spend_points: int | None
    coupon_ids: Sequence[uuid.UUID]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    origin: OfflineUse | CardUsed | None = None


def find_citizen_code_by_hash(session: Session, *, code_hash: bytes) -> CitizenCodeRow | None:
    row = CITIZEN_CODE_BY_HASH.first(session, code_hash=code_hash)
    return None if row is None else _citizen_code(row)


def find_citizen_codes_by_hash(
    session: Session, *, code_hashes: Sequence[bytes]
) -> Mapping[bytes, CitizenCodeRow]:
    """By hash, those that are there."""
    if not code_hashes:
        return {}
    rows = CITIZEN_CODES_BY_HASH.rows(session, code_hashes=code_hashes)
    return {bytes(row.code_hash): _citizen_code(row) for row in rows}


def _citizen_code(row: Any) -> CitizenCodeRow:
    return CitizenCodeRow(
        row.id,
        row.citizen_id,
        row.account_id,
        frozenset(row.scopes),
        row.spend_mode,
        row.spend_points,
        tuple(uuid.UUID(coupon_id) for coupon_id in row.coupon_ids),
        row.created_at,
        row.expires_at,
        row.used_at,
    )


def find_citizen_id(session: Session, *, account_id: uuid.UUID) -> uuid.UUID | None:
    """Whose points account it is; None for one whose citizen left."""
    return session.scalar(select(Citizen.id).where(Citizen.account_id == account_id))


def lock_citizen_code(session: Session, *, code_hash: bytes) -> None:
    """Hold a code until the transaction ends (PostgreSQL; SQLite holds all anyway)."""
    lock_citizen_codes(session, code_hashes=[code_hash])


def lock_citizen_codes(session: Session, *, code_hashes: Sequence[bytes]) -> None:
    """The same for several, in the order of their ids."""
    query = select(CitizenCode.id).where(CitizenCode.code_hash.in_(code_hashes)).order_by(CitizenCode.id)
    session.execute(query.with_for_update())


class CitizenNotFound(NotFound):
    """They have left."""


@dataclass(frozen=True, slots=True)
class CitizenDescription:
    """What a citizen is shown of themselves; consents are those that stand."""

    citizen: Citizen
    logins: Sequence[CitizenLogin]
    consents: Sequence[Consent]


def get_citizen(session: Session, *, citizen_id: uuid.UUID) -> Citizen:
    """As the database has it now. Raises CitizenNotFound."""
    citizen = session.get(Citizen, citizen_id, populate_existing=True)
    if citizen is None:
        raise CitizenNotFound
    return citizen


def describe_citizen(session: Session, *, citizen_id: uuid.UUID) -> CitizenDescription:
    """Raises CitizenNotFound."""
    citizen = get_citizen(session, citizen_id=citizen_id)
    consents = session.scalars(
        select(Consent)
        .where(Consent.citizen_id == citizen_id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.id)
    ).all()
    return CitizenDescription(citizen, list_logins(session, citizen_id=citizen_id), consents)


def lock_citizen(session: Session, *, citizen_id: uuid.UUID) -> Citizen:
    """Raises CitizenNotFound."""
    citizen = session.get(Citizen, citizen_id, with_for_update=True, populate_existing=True)
    if citizen is None:
        raise CitizenNotFound
    return citizen


def lock_citizen_for_children(session: Session, *, citizen_id: uuid.UUID) -> None:
    """One at a time among what the citizen opens; purchases, whose rows only refer to them, do not wait.

    Raises CitizenNotFound.
    """
    held = select(Citizen.id).where(Citizen.id == citizen_id).with_for_update(key_share=True)
    if session.scalar(held) is None:
        raise CitizenNotFound


def find_login(session: Session, *, kind: str, subject: str) -> CitizenLogin | None:
    return session.scalar(
        select(CitizenLogin).where(CitizenLogin.kind == kind, CitizenLogin.subject == subject)
    )


def list_logins(session: Session, *, citizen_id: uuid.UUID) -> Sequence[CitizenLogin]:
    return session.scalars(
        select(CitizenLogin).where(CitizenLogin.citizen_id == citizen_id).order_by(CitizenLogin.id)
    ).all()


def list_joined_accounts(session: Session, *, account_id: uuid.UUID) -> Sequence[JoinedAccount]:
    """Of cards that were joined to this account after both had been used."""
    query = (
        select(JoinedAccount).where(JoinedAccount.into_account_id == account_id).order_by(JoinedAccount.id)
    )
    return session.scalars(query).all()


def has_signed_in(session: Session, *, citizen_id: uuid.UUID) -> bool:
    """Whether somebody uses the app; who only holds a paper card does not."""
    session_there = exists().where(CitizenSession.citizen_id == citizen_id)
    login_there = exists().where(CitizenLogin.citizen_id == citizen_id)
    return bool(session.scalar(select(or_(session_there, login_there))))


def find_standing_consent(session: Session, *, citizen_id: uuid.UUID, purpose: str) -> Consent | None:
    return session.scalar(
        select(Consent).where(
            Consent.citizen_id == citizen_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
        )
    )


def list_citizen_sessions(
    session: Session, *, citizen_id: uuid.UUID, at: datetime, page: PageRequest
) -> Page[CitizenSession]:
    """Those that still open something, newest first."""
    query = (
        select(CitizenSession)
        .where(
            CitizenSession.citizen_id == citizen_id,
            CitizenSession.revoked_at.is_(None),
            CitizenSession.expires_at > at,
        )
        .order_by(CitizenSession.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(CitizenSession.id < after[0])
    return make_page(session.scalars(query).all(), page, lambda row: row.id)


def list_staff_sessions(
    session: Session, *, staff_id: uuid.UUID, at: datetime, idle_minutes: int, page: PageRequest
) -> Page[StaffSession]:
    """Those that still open something, newest first, of both faces."""
    query = (
        select(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > at,
            StaffSession.last_seen_at >= at - timedelta(minutes=idle_minutes),
        )
        .order_by(StaffSession.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(StaffSession.id < after[0])
    return make_page(session.scalars(query).all(), page, lambda row: row.id)


def list_roles(session: Session, *, staff_id: uuid.UUID) -> Sequence[RoleAssignment]:
    rows = session.execute(select(StaffRole.role, StaffRole.shop_id).where(StaffRole.staff_id == staff_id))
    return [RoleAssignment(row.role, row.shop_id) for row in rows]


def works_at(session: Session, *, staff_id: uuid.UUID, face: str) -> bool:
    """Whether the person holds a role of the face: `shop` or `city`."""
    in_city = StaffRole.shop_id.is_(None) if face == "city" else StaffRole.shop_id.is_not(None)
    held = select(StaffRole.id).where(StaffRole.staff_id == staff_id, in_city).limit(1)
    return session.scalar(held) is not None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """`is_invited`: has not accepted yet. `roles` are those the reader may see."""

    id: uuid.UUID
    email: str
    display_name: str
    language: str
    is_invited: bool
    has_second_factor: bool
    created_at: datetime
    roles: Sequence[RoleAssignment]


def list_staff(
    session: Session, *, shop_ids: Sequence[uuid.UUID] | None, page: PageRequest
) -> Page[StaffMember]:
    """Who works at the shops, with the roles held there; None: everybody with all their roles."""
    visible = StaffRole.shop_id.in_(shop_ids) if shop_ids is not None else StaffRole.id.is_not(None)
    query = select(Staff).where(Staff.disabled_at.is_(None)).order_by(Staff.id).limit(page.limit + 1)
    if shop_ids is not None:
        query = query.where(Staff.id.in_(select(StaffRole.staff_id).where(visible)))
    if after := page.after(uuid.UUID):
        query = query.where(Staff.id > after[0])
    found = make_page(session.scalars(query).all(), page, lambda row: row.id)
    roles: defaultdict[uuid.UUID, list[RoleAssignment]] = defaultdict(list)
    held = select(StaffRole).where(visible, StaffRole.staff_id.in_([staff.id for staff in found.items]))
    for role in session.scalars(held.order_by(StaffRole.id)):
        roles[role.staff_id].append(RoleAssignment(role.role, role.shop_id))
    return Page([_member(staff, roles[staff.id]) for staff in found.items], found.next_cursor)


def _member(staff: Staff, roles: Sequence[RoleAssignment]) -> StaffMember:
    return StaffMember(
        id=staff.id,
        email=staff.email,
        display_name=staff.display_name,
        language=staff.language,
        is_invited=staff.password_hash is None,
        has_second_factor=staff.totp_confirmed_at is not None,
        created_at=staff.created_at,
        roles=roles,
    )

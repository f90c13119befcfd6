"""Staff sign in, are seen, sign out. Sessions live in our table: they end idle, old or revoked."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import NotFound, Unauthenticated
from backend.base.passwords import verify_password
from backend.base.secrets import Vault, hash_token, new_token
from backend.people import queries, rules
from backend.people.models import Staff, StaffSession

SEEN_EVERY_MINUTES = 5


class StaffCredentialsInvalid(Unauthenticated):
    """Address, password or code does not fit, or the person does not work here: all look the same."""


class TotpRequired(Unauthenticated):
    """The password fits; this person's second factor is wanted too."""


class StaffSessionNotFound(NotFound):
    pass


@dataclass(frozen=True, slots=True)
class OpenedStaffSession:
    session_id: uuid.UUID
    staff_id: uuid.UUID
    token: str = field(repr=False)
    expires_at: datetime


def open_staff_session(
    session: Session,
    *,
    face: str,
    email: str,
    password: str,
    totp_code: str | None,
    vault: Vault,
    hours: int,
    at: datetime,
) -> OpenedStaffSession:
    """The city always wants the second factor, a shop from those who have one.

    Raises StaffCredentialsInvalid, TotpRequired.
    """
    staff = _find_staff(session, email)
    fits = verify_password(rules.fold_password(password), staff.password_hash if staff else None)
    if staff is None or not fits or not queries.works_at(session, staff_id=staff.id, face=face):
        raise StaffCredentialsInvalid
    if staff.totp_confirmed_at is not None:
        _accept_totp(session, staff, totp_code, vault, at)
    elif face == "city":
        raise StaffCredentialsInvalid
    token = new_token("mgs")
    opened = StaffSession(
        id=new_id(),
        staff_id=staff.id,
        face=face,
        token_hash=hash_token(token),
        created_at=at,
        last_seen_at=at,
        expires_at=at + timedelta(hours=hours),
    )
    session.add(opened)
    session.flush()
    return OpenedStaffSession(opened.id, staff.id, token, opened.expires_at)


def revoke_staff_session(
    session: Session, *, staff_id: uuid.UUID, session_id: uuid.UUID, at: datetime
) -> None:
    """One of the person's own. Raises StaffSessionNotFound."""
    revoked = session.scalar(
        update(StaffSession)
        .where(
            StaffSession.id == session_id,
            StaffSession.staff_id == staff_id,
            StaffSession.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .returning(StaffSession.id)
    )
    if revoked is None:
        raise StaffSessionNotFound


def note_seen(session: Session, *, session_id: uuid.UUID, at: datetime) -> None:
    """The session is in use; written at most every five minutes, so that reading stays reading."""
    session.execute(
        update(StaffSession)
        .where(
            StaffSession.id == session_id,
            StaffSession.last_seen_at <= at - timedelta(minutes=SEEN_EVERY_MINUTES),
        )
        .values(last_seen_at=at)
    )


def _find_staff(session: Session, email: str) -> Staff | None:
    try:
        wanted = rules.normalise_email(email)
    except rules.LoginMalformed:
        return None
    return session.scalar(select(Staff).where(Staff.email == wanted, Staff.disabled_at.is_(None)))


def _accept_totp(session: Session, staff: Staff, code: str | None, vault: Vault, at: datetime) -> None:
    """Each code opens one session: of two who send the same one, the second finds its step taken."""
    if code is None:
        raise TotpRequired
    secret = vault.open(staff.totp_secret_sealed or b"").decode()
    step = rules.matching_totp_step(secret, code, at=at, last_step=staff.totp_last_step)
    taken = step is not None and session.scalar(
        update(Staff)
        .where(Staff.id == staff.id, or_(Staff.totp_last_step.is_(None), Staff.totp_last_step < step))
        .values(totp_last_step=step)
        .returning(Staff.id)
    )
    if not taken:
        raise StaffCredentialsInvalid

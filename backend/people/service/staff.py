"""Staff: invited with roles, accepting with a password and a second factor, removed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, Forbidden, NotFound, Refused
from backend.base.passwords import hash_password
from backend.base.secrets import Vault, hash_token, new_token
from backend.people import queries, rules
from backend.people.models import Staff, StaffInvitation, StaffRole, StaffSession
from backend.people.permissions import CITY_ROLE_PERMISSIONS, SHOP_ROLE_PERMISSIONS
from backend.people.principals import RoleAssignment
from backend.people.service.letters import discard_letters, queue_letter

INVITATION_DAYS = 7
FRESH_MINUTES = 15
TOTP_ISSUER = "Meguri"


class RoleUnknown(Refused):
    """No such role, or a city role with a shop, or a shop's role without."""


class InvitationInvalid(NotFound):
    """Unknown, expired, accepted already, or of the other face."""


class TotpCodeInvalid(Refused):
    """Not the code of this half-minute; is the telephone's clock right?"""


class StaffNotFound(NotFound):
    pass


class OwnStaffAccount(Conflict):
    """Nobody removes or renews themselves: another administrator does."""


class FreshSignInRequired(Forbidden):
    """Roles are given and taken only in a session opened minutes ago."""


@dataclass(frozen=True, slots=True)
class StaffInvited:
    """`token` is None when the person needs none: they have a password, and a second factor if needed."""

    staff_id: uuid.UUID
    token: str | None = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationAccepted:
    """The secret for the authenticator app, as a URI to show as a QR code; told once."""

    staff_id: uuid.UUID
    provisioning_uri: str = field(repr=False)


def invite_staff(
    session: Session,
    *,
    email: str,
    display_name: str,
    language: str,
    roles: Sequence[RoleAssignment],
    at: datetime,
    renews: bool = False,
) -> StaffInvited:
    """Give roles to a person, new or known, and invite them if they cannot sign in with these yet.

    `renews` takes password and second factor away and invites anew: a lost telephone. Raises LoginMalformed,
    NicknameRefused, RoleUnknown.
    """
    for role in roles:
        _check_role(role)
    normal_email, name = rules.normalise_email(email), rules.normalise_nickname(display_name)
    staff = session.scalar(select(Staff).where(Staff.email == normal_email).with_for_update())
    if staff is None:
        staff = Staff(id=new_id(), email=normal_email, display_name=name, language=language, created_at=at)
        session.add(staff)
        session.flush()
    if renews or staff.disabled_at is not None:
        _forget_credentials(session, staff, at)
    staff.disabled_at = None
    _grant_roles(session, staff.id, roles, at)
    in_city = any(role.shop_id is None for role in roles)
    if staff.password_hash is not None and (staff.totp_confirmed_at is not None or not in_city):
        return StaffInvited(staff.id, None, None)
    return _send_invitation(session, staff, at)


def renew_staff(
    session: Session, *, staff_id: uuid.UUID, by_staff_id: uuid.UUID, at: datetime
) -> StaffInvited:
    """Password and second factor end, the sessions too, and a new invitation goes out.

    Raises StaffNotFound, OwnStaffAccount.
    """
    staff = _lock_other(session, staff_id, by_staff_id)
    if staff.disabled_at is not None:
        raise StaffNotFound
    _forget_credentials(session, staff, at)
    return _send_invitation(session, staff, at)


def accept_invitation(
    session: Session, *, token: str, password: str, face: str, vault: Vault, at: datetime
) -> InvitationAccepted:
    """Raises InvitationInvalid, PasswordTooWeak."""
    invitation = session.scalar(
        update(StaffInvitation)
        .where(
            StaffInvitation.token_hash == hash_token(token),
            StaffInvitation.used_at.is_(None),
            StaffInvitation.expires_at > at,
        )
        .values(used_at=at)
        .returning(StaffInvitation)
    )
    staff = _invited_staff(session, invitation, face)
    checked = rules.check_password(password, names=[staff.email, staff.display_name])
    secret = pyotp.random_base32()
    _forget_credentials(session, staff, at)
    staff.password_hash = hash_password(checked)
    staff.totp_secret_sealed = vault.seal(secret.encode())
    session.flush()
    uri = pyotp.TOTP(secret).provisioning_uri(name=staff.email, issuer_name=TOTP_ISSUER)
    return InvitationAccepted(staff.id, uri)


def confirm_totp(
    session: Session, *, token: str, totp_code: str, face: str, vault: Vault, at: datetime
) -> None:
    """The authenticator app works; from now on its codes are asked for. `token` is the invitation accepted.

    Raises InvitationInvalid, TotpCodeInvalid.
    """
    invitation = session.scalar(
        select(StaffInvitation).where(
            StaffInvitation.token_hash == hash_token(token),
            StaffInvitation.used_at.is_not(None),
            StaffInvitation.expires_at > at,
        )
    )
    staff = _invited_staff(session, invitation, face)
    if staff.totp_secret_sealed is None or staff.totp_confirmed_at is not None:
        raise InvitationInvalid(field="token")
    secret = vault.open(staff.totp_secret_sealed).decode()
    step = rules.matching_totp_step(secret, totp_code, at=at, last_step=staff.totp_last_step)
    if step is None:
        raise TotpCodeInvalid(field="totp_code")
    staff.totp_confirmed_at, staff.totp_last_step = at, step
    session.flush()


def disable_staff(session: Session, *, staff_id: uuid.UUID, by_staff_id: uuid.UUID, at: datetime) -> None:
    """Roles, credentials and sessions end at once. Raises StaffNotFound, OwnStaffAccount."""
    staff = _lock_other(session, staff_id, by_staff_id)
    _forget_credentials(session, staff, at)
    session.execute(delete(StaffRole).where(StaffRole.staff_id == staff_id))
    staff.disabled_at = at
    session.flush()


def release_clerk(session: Session, *, staff_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> None:
    """A manager's clerk no longer works at the manager's shops. Raises StaffNotFound."""
    released = session.scalars(
        delete(StaffRole)
        .where(StaffRole.staff_id == staff_id, StaffRole.role == "clerk", StaffRole.shop_id.in_(shop_ids))
        .returning(StaffRole.id)
    ).all()
    if not released:
        raise StaffNotFound


def require_fresh_session(session: Session, *, session_id: uuid.UUID, at: datetime) -> None:
    """Raises FreshSignInRequired."""
    opened_at = session.scalar(select(StaffSession.created_at).where(StaffSession.id == session_id))
    if opened_at is None or opened_at < at - timedelta(minutes=FRESH_MINUTES):
        raise FreshSignInRequired(minutes=FRESH_MINUTES)


def _check_role(assignment: RoleAssignment) -> None:
    roles = CITY_ROLE_PERMISSIONS if assignment.shop_id is None else SHOP_ROLE_PERMISSIONS
    if assignment.role not in roles:
        raise RoleUnknown(field="roles", role=assignment.role)


def _grant_roles(
    session: Session, staff_id: uuid.UUID, roles: Sequence[RoleAssignment], at: datetime
) -> None:
    held = set(queries.list_roles(session, staff_id=staff_id))
    for assignment in dict.fromkeys(roles):
        if assignment not in held:
            session.add(
                StaffRole(
                    id=new_id(),
                    staff_id=staff_id,
                    role=assignment.role,
                    shop_id=assignment.shop_id,
                    granted_at=at,
                )
            )
    session.flush()


def _send_invitation(session: Session, staff: Staff, at: datetime) -> StaffInvited:
    session.execute(
        delete(StaffInvitation).where(StaffInvitation.staff_id == staff.id, StaffInvitation.used_at.is_(None))
    )
    token = new_token("mgi")
    expires_at = at + timedelta(days=INVITATION_DAYS)
    session.add(
        StaffInvitation(
            id=new_id(), staff_id=staff.id, token_hash=hash_token(token), created_at=at, expires_at=expires_at
        )
    )
    queue_letter(
        session,
        channel="email",
        recipient=staff.email,
        kind="staff_invitation",
        language=staff.language,
        params={"token": token, "days": str(INVITATION_DAYS)},
        at=at,
    )
    session.flush()
    return StaffInvited(staff.id, token, expires_at)


def _invited_staff(session: Session, invitation: StaffInvitation | None, face: str) -> Staff:
    if invitation is None:
        raise InvitationInvalid(field="token")
    staff = session.get_one(Staff, invitation.staff_id, with_for_update=True)
    if staff.disabled_at is not None or not queries.works_at(session, staff_id=staff.id, face=face):
        raise InvitationInvalid(field="token")
    return staff


def _forget_credentials(session: Session, staff: Staff, at: datetime) -> None:
    staff.password_hash = staff.totp_secret_sealed = staff.totp_confirmed_at = staff.totp_last_step = None
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    session.flush()


def _lock_other(session: Session, staff_id: uuid.UUID, by_staff_id: uuid.UUID) -> Staff:
    if staff_id == by_staff_id:
        raise OwnStaffAccount
    staff = session.get(Staff, staff_id, with_for_update=True)
    if staff is None:
        raise StaffNotFound
    discard_letters(session, recipients=[staff.email])
    return staff

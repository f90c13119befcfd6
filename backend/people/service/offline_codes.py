"""Keys for codes without a network: a phone is given one while it is online, a till finds it by what the phone made."""

import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, MeguriError, NotFound, Refused
from backend.base.secrets import Vault, new_digits
from backend.people import queries
from backend.people.code_models import OfflineCodeKey, OfflineCodeUse
from backend.people.codes import CitizenCodeUnknown, CitizenCodeUsed
from backend.people.models import Citizen, CitizenSession, CodeScope, SpendMode
from backend.people.offline_codes import (
    NUMBER_DIGITS,
    STEP_SECONDS,
    OfflineMode,
    OfflinePolicy,
    ProvenStep,
    prove_offline_code,
    read_number,
)
from backend.people.principals import CitizenPrincipal
from backend.people.queries import CitizenCodeRow, OfflineUse

PURPOSE = "offline code"
SALT_BYTES = 16
# Telephones of one person: each key that lives makes a guess a little more likely to hit somebody.
KEYS_MAX = 5


class OfflineSpendExceeded(Refused):
    """More than the city lets a code spend that was made without a network."""


class OfflineKeysExceeded(Conflict):
    """So many telephones make codes already: revoke one."""


class OfflineKeyNotFound(NotFound):
    pass


class OfflineKeyRevoked(Conflict):
    """The code is genuine, but the citizen signed out there, or revoked the key."""


class OfflineCodeOutdated(Conflict):
    """Made `minutes` ago; or the phone's clock is late by so much."""


class OfflineCodePremature(Conflict):
    """The phone's clock is `minutes` ahead of ours."""


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """`secret` in hexadecimal: told this once."""

    id: uuid.UUID
    number: str
    secret: str = field(repr=False)
    spend_max_points: int
    skew_steps: int
    server_time: datetime


def enrol_offline_key(
    session: Session,
    *,
    citizen: CitizenPrincipal,
    installation_id: str,
    spend_max_points: int,
    policy: OfflinePolicy,
    vault: Vault,
    at: datetime,
) -> EnrolledKey:
    """A key for one installation, in place of the one it had. It ends when the citizen signs out there.

    Raises OfflineSpendExceeded, OfflineKeysExceeded, CitizenNotFound.
    """
    if spend_max_points > policy.spend_max_points:
        raise OfflineSpendExceeded(field="spend_max_points", points=policy.spend_max_points)
    queries.lock_citizen_for_children(session, citizen_id=citizen.citizen_id)
    revoke_installation(session, installation_id=installation_id, at=at)
    if len(list_offline_keys(session, citizen_id=citizen.citizen_id, at=at)) >= KEYS_MAX:
        raise OfflineKeysExceeded
    key = OfflineCodeKey(
        id=new_id(),
        citizen_id=citizen.citizen_id,
        session_id=citizen.session_id,
        installation_id=installation_id,
        number=_new_number(session),
        salt=secrets.token_bytes(SALT_BYTES),
        spend_max_points=spend_max_points,
        created_at=at,
    )
    session.add(key)
    session.flush()
    secret = _secret(vault, key.salt).hex()
    return EnrolledKey(key.id, key.number, secret, spend_max_points, policy.skew_steps, at)


def list_offline_keys(session: Session, *, citizen_id: uuid.UUID, at: datetime) -> Sequence[OfflineCodeKey]:
    """Those that make codes now, the oldest first."""
    query = (
        select(OfflineCodeKey)
        .outerjoin(CitizenSession, CitizenSession.id == OfflineCodeKey.session_id)
        .where(
            OfflineCodeKey.citizen_id == citizen_id,
            OfflineCodeKey.revoked_at.is_(None),
            CitizenSession.revoked_at.is_(None),
            or_(OfflineCodeKey.session_id.is_(None), CitizenSession.expires_at > at),
        )
        .order_by(OfflineCodeKey.id)
    )
    return session.scalars(query).all()


def revoke_offline_key(session: Session, *, citizen_id: uuid.UUID, key_id: uuid.UUID, at: datetime) -> None:
    """Raises OfflineKeyNotFound."""
    revoked = session.scalar(
        update(OfflineCodeKey)
        .where(
            OfflineCodeKey.id == key_id,
            OfflineCodeKey.citizen_id == citizen_id,
            OfflineCodeKey.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .returning(OfflineCodeKey.id)
    )
    if revoked is None:
        raise OfflineKeyNotFound


def revoke_installation(
    session: Session, *, installation_id: str, at: datetime, except_citizen_id: uuid.UUID | None = None
) -> None:
    """Whatever an installation makes from now on is no code: it belongs to nobody, or to somebody else, now."""
    query = update(OfflineCodeKey).where(
        OfflineCodeKey.installation_id == installation_id, OfflineCodeKey.revoked_at.is_(None)
    )
    if except_citizen_id is not None:
        query = query.where(OfflineCodeKey.citizen_id != except_citizen_id)
    session.execute(query.values(revoked_at=at))


def prove_offline_codes(
    session: Session, *, shown: Sequence[tuple[str, datetime]], vault: Vault, policy: OfflinePolicy
) -> Mapping[tuple[str, datetime], CitizenCodeRow | MeguriError]:
    """`shown`: digits and when a till read them. Each with its code, or why it is none, of these:

    CitizenCodeUnknown, CitizenCodeUsed, OfflineKeyRevoked, OfflineCodeOutdated, OfflineCodePremature.
    """
    if not shown:
        return {}
    keys = _read_keys(session, {read_number(digits) for digits, _ in shown})
    found = {one: _prove(keys.get(read_number(one[0])), *one, vault, policy) for one in shown}
    used = _list_used(session, [code.origin for code in found.values() if isinstance(code, CitizenCodeRow)])
    return {one: _unless_used(code, used) for one, code in found.items()}


def _unless_used(
    code: CitizenCodeRow | MeguriError, used: Collection[OfflineUse]
) -> CitizenCodeRow | MeguriError:
    is_used = isinstance(code, CitizenCodeRow) and code.origin in used
    return CitizenCodeUsed(field="citizen_code") if is_used else code


def _prove(
    key: Any, digits: str, at: datetime, vault: Vault, policy: OfflinePolicy
) -> CitizenCodeRow | MeguriError:
    """Nothing is told of a key to whoever does not hold it."""
    if key is None:
        return CitizenCodeUnknown(field="citizen_code")
    spend_points = min(key.spend_max_points, policy.spend_max_points)
    modes = list(OfflineMode) if spend_points else [OfflineMode.EARN]
    proven = prove_offline_code(
        digits, _secret(vault, key.salt), modes=modes, at=at, skew_steps=policy.skew_steps
    )
    if proven is None:
        return CitizenCodeUnknown(field="citizen_code")
    if proven.off_steps < -policy.skew_steps:
        return OfflineCodeOutdated(field="citizen_code", minutes=-proven.off_steps)
    if proven.off_steps > policy.skew_steps:
        return OfflineCodePremature(field="citizen_code", minutes=proven.off_steps)
    if any(end is not None and end <= at for end in _ends(key)):
        return OfflineKeyRevoked(field="citizen_code")
    return _code(key, proven, spend_points, policy)


def _code(key: Any, proven: ProvenStep, spend_points: int, policy: OfflinePolicy) -> CitizenCodeRow:
    spends = proven.mode is OfflineMode.SPEND
    first, over = proven.step - policy.skew_steps, proven.step + policy.skew_steps + 1
    return CitizenCodeRow(
        id=new_id(),
        citizen_id=key.citizen_id,
        account_id=key.account_id,
        scopes=frozenset({CodeScope.EARN, CodeScope.SPEND} if spends else {CodeScope.EARN}),
        spend_mode=SpendMode.UP_TO if spends else SpendMode.NONE,
        spend_points=spend_points if spends else None,
        coupon_ids=(),
        created_at=datetime.fromtimestamp(first * STEP_SECONDS, UTC),
        expires_at=datetime.fromtimestamp(over * STEP_SECONDS, UTC),
        used_at=None,
        origin=OfflineUse(key.id, proven.step),
    )


def _ends(key: Any) -> Sequence[datetime | None]:
    """A key ends with the session in which it was given, if not before."""
    return (key.revoked_at, key.session_revoked_at, key.session_expires_at)


def _read_keys(session: Session, numbers: set[str]) -> dict[str, Any]:
    query = (
        select(
            OfflineCodeKey.id,
            OfflineCodeKey.number,
            OfflineCodeKey.salt,
            OfflineCodeKey.spend_max_points,
            OfflineCodeKey.revoked_at,
            CitizenSession.revoked_at.label("session_revoked_at"),
            CitizenSession.expires_at.label("session_expires_at"),
            Citizen.id.label("citizen_id"),
            Citizen.account_id,
        )
        .join(Citizen, Citizen.id == OfflineCodeKey.citizen_id)
        .outerjoin(CitizenSession, CitizenSession.id == OfflineCodeKey.session_id)
        .where(OfflineCodeKey.number.in_(numbers))
    )
    return {row.number: row for row in session.execute(query)}


def _list_used(session: Session, origins: Sequence[object]) -> set[OfflineUse]:
    asked = sorted({(origin.key_id, origin.step) for origin in origins if isinstance(origin, OfflineUse)})
    if not asked:
        return set()
    query = select(OfflineCodeUse.key_id, OfflineCodeUse.step).where(
        tuple_(OfflineCodeUse.key_id, OfflineCodeUse.step).in_(asked)
    )
    return {OfflineUse(row.key_id, row.step) for row in session.execute(query)}


def _new_number(session: Session) -> str:
    number = new_digits(NUMBER_DIGITS)
    while session.scalar(select(OfflineCodeKey.id).where(OfflineCodeKey.number == number)) is not None:
        number = new_digits(NUMBER_DIGITS)
    return number


def _secret(vault: Vault, salt: bytes) -> bytes:
    """From the installation's secret and the salt: a stolen table alone makes no code."""
    return vault.keyed_hash(PURPOSE, salt.hex())

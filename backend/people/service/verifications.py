"""What a citizen declares becomes verified at the city's counter: seen by a clerk, kept by nobody."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, NotFound
from backend.base.secrets import Vault, new_digits
from backend.people import queries
from backend.people.models import Citizen, CounterCode
from backend.people.service.citizens import DECLARED_FIELDS

COUNTER_CODE_SECONDS = 600
COUNTER_CODE_DIGITS = 8


class CounterCodeNotFound(NotFound):
    """Not issued, expired, used, or withdrawn because the citizen declared something else since."""


class NothingDeclared(Conflict):
    """The citizen has told nothing that could be verified."""


@dataclass(frozen=True, slots=True)
class IssuedCounterCode:
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the clerk compares with the proof the citizen shows. `id` names it for confirming."""

    id: uuid.UUID
    nickname: str
    municipality_code: str | None
    district: str | None
    birth_month: int | None
    age_band: str | None
    standing: str | None
    verified_at: datetime | None
    expires_at: datetime


def issue_counter_code(
    session: Session, *, citizen_id: uuid.UUID, vault: Vault, at: datetime
) -> IssuedCounterCode:
    """Eight digits for ten minutes; the code before it ends."""
    session.execute(delete(CounterCode).where(CounterCode.citizen_id == citizen_id))
    code = new_digits(COUNTER_CODE_DIGITS)
    while session.scalar(select(CounterCode.id).where(CounterCode.code_hash == _hash(vault, code))):
        code = new_digits(COUNTER_CODE_DIGITS)
    expires_at = at + timedelta(seconds=COUNTER_CODE_SECONDS)
    session.add(
        CounterCode(
            id=new_id(),
            citizen_id=citizen_id,
            code_hash=_hash(vault, code),
            created_at=at,
            expires_at=expires_at,
        )
    )
    session.flush()
    return IssuedCounterCode(code, expires_at)


def read_declaration(session: Session, *, counter_code: str, vault: Vault, at: datetime) -> Declaration:
    """What the holder of the code declares. Raises CounterCodeNotFound."""
    return _declaration(*_find_by_code(session, counter_code, vault, at))


def find_account_by_counter_code(
    session: Session, *, counter_code: str, vault: Vault, at: datetime
) -> uuid.UUID:
    """The points account of the holder of the code, which is not used up. Raises CounterCodeNotFound."""
    _, citizen = _find_by_code(session, counter_code, vault, at)
    return citizen.account_id


def _find_by_code(
    session: Session, counter_code: str, vault: Vault, at: datetime
) -> tuple[CounterCode, Citizen]:
    row = session.execute(
        select(CounterCode, Citizen)
        .join(Citizen, Citizen.id == CounterCode.citizen_id)
        .where(
            CounterCode.code_hash == _hash(vault, counter_code),
            CounterCode.used_at.is_(None),
            CounterCode.expires_at > at,
        )
    ).first()
    if row is None:
        raise CounterCodeNotFound(field="counter_code")
    return row[0], row[1]


def confirm_declaration(
    session: Session, *, declaration_id: uuid.UUID, staff_id: uuid.UUID, at: datetime
) -> Declaration:
    """The clerk has seen proof of what they read. Raises CounterCodeNotFound, NothingDeclared."""
    citizen_id = session.scalar(select(CounterCode.citizen_id).where(CounterCode.id == declaration_id))
    if citizen_id is None:
        raise CounterCodeNotFound
    # The citizen first, their code second, as in amend_citizen: so the two cannot wait for each other.
    citizen = queries.lock_citizen(session, citizen_id=citizen_id)
    code = session.scalar(
        update(CounterCode)
        .where(CounterCode.id == declaration_id, CounterCode.used_at.is_(None), CounterCode.expires_at > at)
        .values(used_at=at)
        .returning(CounterCode)
    )
    if code is None:
        raise CounterCodeNotFound
    if all(getattr(citizen, name) is None for name in DECLARED_FIELDS):
        raise NothingDeclared
    citizen.verified_at, citizen.verified_by_staff_id = at, staff_id
    session.flush()
    return _declaration(code, citizen)


def _hash(vault: Vault, code: str) -> bytes:
    """Keyed by the secret: the few codes there are could be tried out on a plain hash."""
    return vault.derive(f"counter code {code}", b"meguri")


def _declaration(code: CounterCode, citizen: Citizen) -> Declaration:
    return Declaration(
        id=code.id,
        nickname=citizen.nickname,
        municipality_code=citizen.municipality_code,
        district=citizen.district,
        birth_month=citizen.birth_month,
        age_band=citizen.age_band,
        standing=citizen.standing,
        verified_at=citizen.verified_at,
        expires_at=code.expires_at,
    )

"""Citizens: entered, amended, consenting, removed. Points and everything else of theirs is `membership`'s."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.people import queries, rules
from backend.people.models import Citizen, Consent, ConsentPurpose, CounterCode
from backend.people.service.letters import discard_letters

# What a counter clerk vouches for; whoever changes one of these is no longer verified.
DECLARED_FIELDS = frozenset({"municipality_code", "district", "birth_month", "age_band", "standing"})


def enter_citizen(
    session: Session,
    *,
    account_id: uuid.UUID,
    nickname: str,
    language: str,
    consents: Mapping[str, str],
    terms_version: str,
    at: datetime,
) -> Citizen:
    """A new citizen; `consents`: purpose → version of the text they saw.

    Raises NicknameRefused, TermsConsentRequired, ConsentVersionOutdated.
    """
    rules.check_first_consents(consents, terms_version=terms_version)
    citizen = Citizen(
        id=new_id(),
        account_id=account_id,
        nickname=rules.normalise_nickname(nickname),
        language=language,
        created_at=at,
    )
    session.add(citizen)
    session.flush()
    session.add_all(_consent(citizen.id, purpose, version, at) for purpose, version in consents.items())
    session.flush()
    return citizen


def amend_citizen(session: Session, *, citizen_id: uuid.UUID, changes: Mapping[str, Any]) -> None:
    """`changes`: field → new value, None to take back a declaration. Raises NicknameRefused."""
    citizen = queries.lock_citizen(session, citizen_id=citizen_id)
    given = dict(changes)
    if "nickname" in given:
        given["nickname"] = rules.normalise_nickname(given["nickname"])
    if "district" in given:
        given["district"] = rules.normalise_district(given["district"])
    values = {name: value for name, value in given.items() if value != getattr(citizen, name)}
    if values.keys() & DECLARED_FIELDS:
        # A clerk may be looking at the old declaration just now: what they confirm must be what they saw.
        session.execute(delete(CounterCode).where(CounterCode.citizen_id == citizen_id))
        values |= {"verified_at": None, "verified_by_staff_id": None}
    if values:
        session.execute(update(Citizen).where(Citizen.id == citizen_id).values(values))


def give_consent(
    session: Session,
    *,
    citizen_id: uuid.UUID,
    purpose: ConsentPurpose,
    version: str | None,
    terms_version: str,
    at: datetime,
) -> None:
    """Giving it twice changes nothing; a newer version replaces the older. Raises ConsentVersionOutdated."""
    rules.check_consent_version(version, terms_version=terms_version)
    standing = queries.find_standing_consent(session, citizen_id=citizen_id, purpose=purpose)
    if standing is not None and standing.version == terms_version:
        return
    _withdraw(session, citizen_id, purpose, at)
    session.add(_consent(citizen_id, purpose, terms_version, at))
    session.flush()


def withdraw_consent(
    session: Session, *, citizen_id: uuid.UUID, purpose: ConsentPurpose, at: datetime
) -> None:
    """Raises TermsNotWithdrawable: to end that consent is to leave."""
    if purpose is ConsentPurpose.TERMS:
        raise rules.TermsNotWithdrawable(field="purpose")
    _withdraw(session, citizen_id, purpose, at)


def remove_citizen(session: Session, *, citizen_id: uuid.UUID) -> None:
    """The person and every row that names them, at once and for good."""
    logins = queries.list_logins(session, citizen_id=citizen_id)
    discard_letters(session, recipients=[login.subject for login in logins])
    session.execute(delete(Citizen).where(Citizen.id == citizen_id))


def _withdraw(session: Session, citizen_id: uuid.UUID, purpose: str, at: datetime) -> None:
    session.execute(
        update(Consent)
        .where(Consent.citizen_id == citizen_id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )


def _consent(citizen_id: uuid.UUID, purpose: str, version: str, at: datetime) -> Consent:
    return Consent(id=new_id(), citizen_id=citizen_id, purpose=purpose, version=version, given_at=at)

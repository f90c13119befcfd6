"""Citizens and staff, straight into their tables."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.secrets import hash_token, new_token
from backend.people.models import (
    Citizen,
    CitizenSession,
    Consent,
    ConsentPurpose,
    Staff,
    StaffRole,
    StaffSession,
)
from backend.points.models import AccountKind
from backend.points.service.movements import open_account


@dataclass(frozen=True)
class SignedInCitizen:
    id: uuid.UUID
    account_id: uuid.UUID
    token: str


@dataclass(frozen=True)
class SignedInStaff:
    id: uuid.UUID
    token: str


def make_citizen(
    session: Session, *, at: datetime, nickname: str = "しまふくろう", language: str = "ja"
) -> SignedInCitizen:
    """Signed in, with consent to the terms and to pushes about purchases."""
    account_id = open_account(session, kind=AccountKind.CITIZEN, at=at)
    citizen = Citizen(id=new_id(), account_id=account_id, nickname=nickname, language=language, created_at=at)
    session.add(citizen)
    session.flush()
    token = new_token("mgc")
    session.add(
        CitizenSession(
            id=new_id(),
            citizen_id=citizen.id,
            token_hash=hash_token(token),
            created_at=at,
            expires_at=at + timedelta(days=30),
        )
    )
    for purpose in (ConsentPurpose.TERMS, ConsentPurpose.PUSH_TRANSACTIONS):
        session.add(
            Consent(id=new_id(), citizen_id=citizen.id, purpose=purpose.value, version="2026-11", given_at=at)
        )
    session.flush()
    return SignedInCitizen(citizen.id, account_id, token)


def make_staff(
    session: Session,
    *,
    at: datetime,
    face: str,
    roles: tuple[str, ...],
    shop_id: uuid.UUID | None = None,
    email: str | None = None,
) -> SignedInStaff:
    """Signed in at one face, holding the roles (over a shop, for the shops' face)."""
    staff_id = new_id()
    email = email or f"{staff_id}@example.jp"
    session.add(Staff(id=staff_id, email=email, display_name="係", language="ja", created_at=at))
    session.flush()
    token = new_token("mgs")
    for role in roles:
        session.add(StaffRole(id=new_id(), staff_id=staff_id, role=role, shop_id=shop_id, granted_at=at))
    session.add(
        StaffSession(
            id=new_id(),
            staff_id=staff_id,
            face=face,
            token_hash=hash_token(token),
            created_at=at,
            last_seen_at=at,
            expires_at=at + timedelta(hours=12),
        )
    )
    session.flush()
    return SignedInStaff(staff_id, token)

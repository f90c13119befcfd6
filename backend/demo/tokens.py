"""Tokens of the demonstration's people: made afresh each time, because only hashes are kept."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.secrets import hash_token, new_token
from backend.config import Settings
from backend.demo.city.accounts import ACCOUNTS
from backend.demo.city.shapes import Account
from backend.demo.identifiers import fixed_id, staff_id
from backend.organisations.models import Shop
from backend.organisations.service.registers import issue_api_key
from backend.people.models import Citizen, CitizenSession, Staff, StaffSession
from backend.people.permissions import SCOPE_PERMISSIONS

ACCOUNT_BY_NAME = {account.key: account for account in ACCOUNTS}


class DemoAccountMissing(Exception):
    """The demo was never loaded here, or this account has left it since."""


def issue_token(session: Session, *, name: str, settings: Settings, at: datetime) -> str:
    """A bearer token, or a register's API key, by the name of a demo account. Raises DemoAccountMissing."""
    account = ACCOUNT_BY_NAME[name]
    match account.kind:
        case "citizen":
            return _sign_citizen_in(session, account, settings, at)
        case "staff":
            return _sign_staff_in(session, account, settings, at)
        case "register":
            return _issue_key(session, account, at)


def _sign_citizen_in(session: Session, account: Account, settings: Settings, at: datetime) -> str:
    citizen_id = fixed_id(f"citizen:{account.citizen_key}")
    if session.get(Citizen, citizen_id) is None:
        raise DemoAccountMissing(account.key)
    token = new_token("mgc")
    session.add(
        CitizenSession(
            id=new_id(),
            citizen_id=citizen_id,
            token_hash=hash_token(token),
            created_at=at,
            expires_at=at + timedelta(days=settings.session_days),
        )
    )
    return token


def _sign_staff_in(session: Session, account: Account, settings: Settings, at: datetime) -> str:
    staff = session.get(Staff, staff_id(account.key))
    if staff is None or staff.disabled_at is not None:
        raise DemoAccountMissing(account.key)
    token = new_token("mgs")
    session.add(
        StaffSession(
            id=new_id(),
            staff_id=staff.id,
            face="shop" if account.shop_key else "city",
            token_hash=hash_token(token),
            created_at=at,
            last_seen_at=at,
            expires_at=at + timedelta(hours=settings.staff_session_hours),
        )
    )
    return token


def _issue_key(session: Session, account: Account, at: datetime) -> str:
    shop_id = fixed_id(f"shop:{account.shop_key}")
    if session.get(Shop, shop_id) is None:
        raise DemoAccountMissing(account.key)
    issued = issue_api_key(
        session,
        shop_id=shop_id,
        name=account.display_name_ja,
        scopes=sorted(SCOPE_PERMISSIONS),
        issued_by=staff_id("manager"),
        at=at,
    )
    return issued.key

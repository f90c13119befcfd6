"""People with a way to sign in, made by the same verbs that the routes use."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.secrets import Vault
from backend.people.models import Letter
from backend.people.principals import RoleAssignment
from backend.people.service import staff
from tests.support.client import ApiClient

EMAIL = "kamome@example.jp"
PASSWORD = "sazanami no oto 7"
STAFF_EMAIL = "tenban@example.jp"
STAFF_PASSWORD = "asagiri no minato 5"


def registration(**changes: Any) -> dict[str, Any]:
    """What a citizen sends to join."""
    return {
        "nickname": "橋の上のかもめ",
        "consents": [{"purpose": "terms", "version": "2026-11"}],
        "login": {"email": EMAIL, "password": PASSWORD},
    } | changes


def register(nobody: ApiClient, **changes: Any) -> ApiClient:
    """Join, and be signed in."""
    response = nobody.post("/v1/registrations", registration(**changes))
    assert response.status_code == 201, response.get_json()
    return ApiClient(nobody.app, response.get_json()["session"]["token"])


def letters_to(database: Database, recipient: str) -> Sequence[Letter]:
    """Oldest first."""
    query = select(Letter).where(Letter.recipient == recipient).order_by(Letter.id)
    return database.run(lambda session: session.scalars(query).all(), writes=False)


def code_sent_to(database: Database, recipient: str) -> str:
    """The code of the newest letter."""
    return letters_to(database, recipient)[-1].params["code"]


def other_code(code: str) -> str:
    """As long, and wrong."""
    return ("1" if code[0] == "0" else "0") + code[1:]


@dataclass(frozen=True)
class Employed:
    """A member of staff who can sign in; `secret` is the authenticator app's."""

    id: uuid.UUID
    email: str
    secret: str
    invitation_token: str

    def totp_code(self, at: datetime) -> str:
        """One that was not used yet for confirming."""
        return pyotp.TOTP(self.secret).at(at + timedelta(seconds=30))


def employ(
    session: Session,
    *,
    vault: Vault,
    roles: Sequence[RoleAssignment],
    at: datetime,
    email: str = STAFF_EMAIL,
    confirms_totp: bool = True,
) -> Employed:
    """Invited, accepted and (unless told otherwise) with a confirmed second factor."""
    face = "city" if any(role.shop_id is None for role in roles) else "shop"
    invited = staff.invite_staff(session, email=email, display_name="店番", language="ja", roles=roles, at=at)
    assert invited.token is not None
    accepted = staff.accept_invitation(
        session, token=invited.token, password=STAFF_PASSWORD, face=face, vault=vault, at=at
    )
    secret = secret_in(accepted.provisioning_uri)
    if confirms_totp:
        code = pyotp.TOTP(secret).at(at)
        staff.confirm_totp(session, token=invited.token, totp_code=code, face=face, vault=vault, at=at)
    return Employed(invited.staff_id, email, secret, invited.token)


def secret_in(provisioning_uri: str) -> str:
    return str(pyotp.parse_uri(provisioning_uri).secret)


def invite(database: Database, role: RoleAssignment, *, at: datetime) -> str:
    """The token of an invitation to STAFF_EMAIL that is not accepted yet."""
    invited = database.run(
        lambda session: staff.invite_staff(
            session, email=STAFF_EMAIL, display_name="店番", language="ja", roles=[role], at=at
        )
    )
    assert invited.token is not None
    return invited.token

"""From the Authorization header to who is calling."""

from dataclasses import dataclass
from datetime import datetime

from flask import Request
from sqlalchemy.orm import Session

from backend.base.errors import Unauthenticated
from backend.organisations.register_queries import find_register_by_key
from backend.people import queries as people
from backend.people.principals import Nobody, Principal, UnregisteredPrincipal
from backend.web.ground import Ground

CITIZEN, STAFF, REGISTER = "mgc_", "mgs_", "mgk_"
TOKEN_MAX_CHARACTERS = 8192  # a Firebase ID token has about 1,000


class TokenInvalid(Unauthenticated):
    """Unknown, expired or revoked: all look the same."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A bearer token, or the Firebase user it was found to prove."""

    token: str | None
    firebase_subject: str | None = None


def read_credential(request: Request, ground: Ground) -> Credential:
    """Before the transaction, for verifying a Firebase token may ask the network for Google's certificates."""
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if not header:
        return Credential(None)
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_MAX_CHARACTERS:
        raise TokenInvalid
    if not token.startswith((CITIZEN, STAFF, REGISTER)) and ground.verify_firebase_token:
        return Credential(token, ground.verify_firebase_token(token))
    return Credential(token)


def identify(session: Session, credential: Credential, at: datetime, ground: Ground) -> Principal:
    """One read. Raises TokenInvalid."""
    token = credential.token
    if token is None:
        return Nobody()
    if credential.firebase_subject is not None:
        found = people.find_citizen_by_firebase(session, subject=credential.firebase_subject)
        return found or UnregisteredPrincipal(credential.firebase_subject)
    principal: Principal | None = None
    if token.startswith(CITIZEN) and ground.verify_firebase_token is None:
        principal = people.find_citizen_by_token(session, token=token, at=at)
    elif token.startswith(STAFF):
        principal = people.find_staff_by_token(
            session, token=token, at=at, idle_minutes=ground.settings.staff_idle_minutes
        )
    elif token.startswith(REGISTER):
        principal = find_register_by_key(session, key=token, at=at)
    if principal is None:
        raise TokenInvalid
    return principal

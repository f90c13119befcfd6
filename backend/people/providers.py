"""How a citizen proves who they are: one small interface, two providers behind it.

The embedded provider keeps passwords and sessions itself (`people.embedded`). Where a Firebase project is
configured, Firebase does, and everything but enrolling answers `provider_not_used`: the app asks Firebase.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, Refused, Unauthenticated
from backend.people.models import Citizen, CitizenLogin


class ProviderNotUsed(Conflict):
    """This installation signs citizens in through Firebase; the app asks Firebase, not us."""


class FirebaseTokenRequired(Unauthenticated):
    """Registering here takes a Firebase ID token as the bearer."""


class LoginNotUsed(Refused):
    """A login and password were sent where Firebase keeps them."""


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """What a citizen wants to sign in with: an e-mail address or a phone number, as typed, and a password."""

    kind: str
    value: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """`token` is told once; only its hash is kept."""

    session_id: uuid.UUID
    token: str = field(repr=False)
    expires_at: datetime


class CodeInvalid(Refused):
    """Wrong, expired, used, or tried too often. Returned, not raised: the try must stay counted."""


class IdentityProvider(Protocol):
    """Every verb takes the moment as `at`; `login` is an e-mail address or a phone number as typed."""

    name: ClassVar[str]

    def enrol(
        self,
        session: Session,
        *,
        citizen: Citizen,
        login: LoginRequest | None,
        subject: str | None,
        at: datetime,
    ) -> OpenedSession | None:
        """Give a new citizen their way in; `subject` is the Firebase user the bearer proved."""

    def sign_in(self, session: Session, *, login: str, password: str, at: datetime) -> OpenedSession: ...

    def sign_out(
        self, session: Session, *, citizen_id: uuid.UUID, session_id: uuid.UUID | None, at: datetime
    ) -> None: ...

    def confirm_person(self, session: Session, *, citizen_id: uuid.UUID, password: str | None) -> None:
        """Once more, before something that cannot be undone."""

    def change_password(
        self,
        session: Session,
        *,
        citizen_id: uuid.UUID,
        session_id: uuid.UUID | None,
        current_password: str,
        new_password: str,
        at: datetime,
    ) -> None:
        """Ends every other session."""

    def request_reset(self, session: Session, *, login: str, at: datetime) -> None:
        """Send a code if there is such a login; never tell whether."""

    def reset_password(
        self, session: Session, *, login: str, code: str, new_password: str, at: datetime
    ) -> CodeInvalid | None:
        """Ends every session. A wrong code is returned, for the try must stay counted."""

    def request_verification(
        self, session: Session, *, citizen_id: uuid.UUID, kind: str, at: datetime
    ) -> None: ...

    def verify_login(
        self, session: Session, *, citizen_id: uuid.UUID, kind: str, code: str, at: datetime
    ) -> CodeInvalid | None: ...


class FirebaseProvider:
    """Firebase holds addresses, passwords and sessions; we hold which of its users is which citizen."""

    name: ClassVar[str] = "firebase"

    def enrol(
        self,
        session: Session,
        *,
        citizen: Citizen,
        login: LoginRequest | None,
        subject: str | None,
        at: datetime,
    ) -> OpenedSession | None:
        """Raises FirebaseTokenRequired, LoginNotUsed."""
        if subject is None:
            raise FirebaseTokenRequired
        if login is not None:
            raise LoginNotUsed(field="login")
        session.add(
            CitizenLogin(
                id=new_id(),
                citizen_id=citizen.id,
                kind="firebase",
                subject=subject,
                verified_at=at,
                created_at=at,
            )
        )
        session.flush()
        return None

    def sign_in(self, session: Session, *, login: str, password: str, at: datetime) -> OpenedSession:
        raise ProviderNotUsed

    def sign_out(
        self, session: Session, *, citizen_id: uuid.UUID, session_id: uuid.UUID | None, at: datetime
    ) -> None:
        raise ProviderNotUsed

    def confirm_person(self, session: Session, *, citizen_id: uuid.UUID, password: str | None) -> None:
        """The ID token, an hour old at most, is all there is to ask for."""

    def change_password(
        self,
        session: Session,
        *,
        citizen_id: uuid.UUID,
        session_id: uuid.UUID | None,
        current_password: str,
        new_password: str,
        at: datetime,
    ) -> None:
        raise ProviderNotUsed

    def request_reset(self, session: Session, *, login: str, at: datetime) -> None:
        raise ProviderNotUsed

    def reset_password(
        self, session: Session, *, login: str, code: str, new_password: str, at: datetime
    ) -> CodeInvalid | None:
        raise ProviderNotUsed

    def request_verification(
        self, session: Session, *, citizen_id: uuid.UUID, kind: str, at: datetime
    ) -> None:
        raise ProviderNotUsed

    def verify_login(
        self, session: Session, *, citizen_id: uuid.UUID, kind: str, code: str, at: datetime
    ) -> CodeInvalid | None:
        raise ProviderNotUsed

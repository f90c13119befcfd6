"""The embedded provider: e-mail or phone and a password (argon2id), opaque sessions, codes by letter."""

import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, NotFound, Refused, TooMany, Unauthenticated
from backend.base.passwords import hash_password, verify_password
from backend.base.secrets import Vault, hash_token, new_digits, new_token
from backend.people import queries, rules
from backend.people.models import Citizen, CitizenLogin, CitizenSession, LoginChallenge
from backend.people.providers import CodeInvalid, LoginRequest, OpenedSession
from backend.people.service.letters import queue_letter

CODE_MINUTES = 30
CODE_ATTEMPTS = 5
CODE_AGAIN = timedelta(seconds=60)
# Whoever verifies is signed in; whoever resets is anybody, so that code is longer.
CODE_DIGITS = {"verify": 6, "reset_password": 8}


class CredentialsInvalid(Unauthenticated):
    """No such login, or another password: both look, and take, the same."""


class LoginRequired(Refused):
    """Registering here takes an e-mail address or a phone number, and a password."""


class LoginTaken(Conflict):
    """Somebody signs in with it already. Registration cannot hide that; it is limited by address instead.

    Who registers another's address keeps nothing: its owner resets the password, and every session ends.
    """


class LoginNotFound(NotFound):
    """The citizen has no login of that kind."""


class LoginAlreadyVerified(Conflict):
    pass


class SessionNotFound(NotFound):
    pass


class PasswordWrong(Refused):
    """The current password does not fit. Not 401: the session itself is sound."""


class CodeRecentlySent(TooMany):
    pass


@dataclass(frozen=True, slots=True)
class EmbeddedProvider:
    vault: Vault
    session_days: int
    # Told whose sessions were just ended, for whatever else ends with them.
    on_ended: Callable[[Session, uuid.UUID], None] = lambda _session, _citizen_id: None

    name: ClassVar[str] = "embedded"

    def enrol(
        self,
        session: Session,
        *,
        citizen: Citizen,
        login: LoginRequest | None,
        subject: str | None,
        at: datetime,
    ) -> OpenedSession | None:
        """Keep login and password, send a code to verify the address, open the first session.

        Raises LoginRequired, LoginMalformed, PasswordTooWeak, LoginTaken.
        """
        if login is None:
            raise LoginRequired(field="login")
        value = _normalised(login)
        names = [value, login.value, citizen.nickname]
        password = rules.check_password(login.password, names=names, field="login.password")
        if queries.find_login(session, kind=login.kind, subject=value) is not None:
            raise LoginTaken(field="login")
        citizen.password_hash = hash_password(password)
        kept = CitizenLogin(id=new_id(), citizen_id=citizen.id, kind=login.kind, subject=value, created_at=at)
        session.add(kept)
        session.flush()
        self._send_code(session, kept, "verify", citizen.language, at)
        return self._open_session(session, citizen.id, at)

    def sign_in(self, session: Session, *, login: str, password: str, at: datetime) -> OpenedSession:
        """Raises CredentialsInvalid."""
        found = self._find_login(session, login)
        citizen = session.get(Citizen, found.citizen_id) if found else None
        hashed = citizen.password_hash if citizen else None
        if not verify_password(rules.fold_password(password), hashed) or citizen is None:
            raise CredentialsInvalid
        return self._open_session(session, citizen.id, at)

    def sign_out(
        self, session: Session, *, citizen_id: uuid.UUID, session_id: uuid.UUID | None, at: datetime
    ) -> None:
        """Raises SessionNotFound."""
        revoked = session.scalar(
            update(CitizenSession)
            .where(
                CitizenSession.id == session_id,
                CitizenSession.citizen_id == citizen_id,
                CitizenSession.revoked_at.is_(None),
            )
            .values(revoked_at=at)
            .returning(CitizenSession.id)
        )
        if revoked is None:
            raise SessionNotFound
        self.on_ended(session, citizen_id)

    def confirm_person(self, session: Session, *, citizen_id: uuid.UUID, password: str | None) -> None:
        """Raises PasswordWrong."""
        citizen = queries.get_citizen(session, citizen_id=citizen_id)
        if not verify_password(rules.fold_password(password or ""), citizen.password_hash):
            raise PasswordWrong(field="password")

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
        """Raises PasswordWrong, PasswordTooWeak."""
        citizen = queries.lock_citizen(session, citizen_id=citizen_id)
        if not verify_password(rules.fold_password(current_password), citizen.password_hash):
            raise PasswordWrong(field="current_password")
        self._set_password(session, citizen, new_password)
        self._revoke_sessions(session, citizen_id, at, except_id=session_id)

    def request_reset(self, session: Session, *, login: str, at: datetime) -> None:
        found = self._find_login(session, login)
        if found is None:
            return
        again_at = self._newest_code_at(session, found, "reset_password") + CODE_AGAIN
        if at < again_at:
            return
        citizen = session.get_one(Citizen, found.citizen_id)
        self._send_code(session, found, "reset_password", citizen.language, at)

    def reset_password(
        self, session: Session, *, login: str, code: str, new_password: str, at: datetime
    ) -> CodeInvalid | None:
        """Raises PasswordTooWeak, without spending a try."""
        rules.check_password(new_password, names=[login], field="new_password")
        found = self._find_login(session, login)
        if found is None or not self._spend_code(session, found, "reset_password", code, at):
            return CodeInvalid(field="code")
        citizen = queries.lock_citizen(session, citizen_id=found.citizen_id)
        self._set_password(session, citizen, new_password)
        found.verified_at = found.verified_at or at  # the code went there and came back
        self._revoke_sessions(session, citizen.id, at)
        return None

    def request_verification(
        self, session: Session, *, citizen_id: uuid.UUID, kind: str, at: datetime
    ) -> None:
        """Raises LoginNotFound, LoginAlreadyVerified, CodeRecentlySent."""
        login = self._unverified_login(session, citizen_id, kind)
        wait = self._newest_code_at(session, login, "verify") + CODE_AGAIN - at
        if wait > timedelta():
            raise CodeRecentlySent(retry_after_seconds=int(wait.total_seconds()) + 1)
        citizen = session.get_one(Citizen, citizen_id)
        self._send_code(session, login, "verify", citizen.language, at)

    def verify_login(
        self, session: Session, *, citizen_id: uuid.UUID, kind: str, code: str, at: datetime
    ) -> CodeInvalid | None:
        """Raises LoginNotFound, LoginAlreadyVerified."""
        login = self._unverified_login(session, citizen_id, kind)
        if not self._spend_code(session, login, "verify", code, at):
            return CodeInvalid(field="code")
        login.verified_at = at
        session.flush()
        return None

    def _find_login(self, session: Session, login: str) -> CitizenLogin | None:
        try:
            wanted = rules.normalise_login(login)
        except rules.LoginMalformed:
            return None
        return queries.find_login(session, kind=wanted.kind, subject=wanted.subject)

    def _unverified_login(self, session: Session, citizen_id: uuid.UUID, kind: str) -> CitizenLogin:
        logins = queries.list_logins(session, citizen_id=citizen_id)
        login = next((login for login in logins if login.kind == kind), None)
        if login is None:
            raise LoginNotFound
        if login.verified_at is not None:
            raise LoginAlreadyVerified
        return login

    def _open_session(self, session: Session, citizen_id: uuid.UUID, at: datetime) -> OpenedSession:
        token = new_token("mgc")
        opened = CitizenSession(
            id=new_id(),
            citizen_id=citizen_id,
            token_hash=hash_token(token),
            created_at=at,
            expires_at=at + timedelta(days=self.session_days),
        )
        session.add(opened)
        session.flush()
        return OpenedSession(opened.id, token, opened.expires_at)

    def _revoke_sessions(
        self, session: Session, citizen_id: uuid.UUID, at: datetime, *, except_id: uuid.UUID | None = None
    ) -> None:
        others = update(CitizenSession).where(
            CitizenSession.citizen_id == citizen_id, CitizenSession.revoked_at.is_(None)
        )
        if except_id is not None:
            others = others.where(CitizenSession.id != except_id)
        session.execute(others.values(revoked_at=at))
        self.on_ended(session, citizen_id)

    def _set_password(self, session: Session, citizen: Citizen, new_password: str) -> None:
        logins = queries.list_logins(session, citizen_id=citizen.id)
        names = [citizen.nickname, *(login.subject for login in logins)]
        password = rules.check_password(new_password, names=names, field="new_password")
        citizen.password_hash = hash_password(password)
        session.flush()

    def _newest_code_at(self, session: Session, login: CitizenLogin, purpose: str) -> datetime:
        newest = session.scalar(
            select(func.max(LoginChallenge.created_at)).where(
                LoginChallenge.login_id == login.id, LoginChallenge.purpose == purpose
            )
        )
        return newest or login.created_at - timedelta(days=1)

    def _send_code(
        self, session: Session, login: CitizenLogin, purpose: str, language: str, at: datetime
    ) -> None:
        """A new code; the one before it ends."""
        session.execute(
            delete(LoginChallenge).where(
                LoginChallenge.login_id == login.id, LoginChallenge.purpose == purpose
            )
        )
        code, challenge_id = new_digits(CODE_DIGITS[purpose]), new_id()
        session.add(
            LoginChallenge(
                id=challenge_id,
                login_id=login.id,
                purpose=purpose,
                code_hash=self._hash_code(challenge_id, code),
                attempts_left=CODE_ATTEMPTS,
                created_at=at,
                expires_at=at + timedelta(minutes=CODE_MINUTES),
            )
        )
        queue_letter(
            session,
            channel=login.kind,
            recipient=login.subject,
            kind=f"{purpose}_code",
            language=language,
            params={"code": code, "minutes": str(CODE_MINUTES)},
            at=at,
        )
        session.flush()

    def _spend_code(
        self, session: Session, login: CitizenLogin, purpose: str, code: str, at: datetime
    ) -> bool:
        """Take one of the tries and, if the code fits, the code with it."""
        challenge = session.execute(
            update(LoginChallenge)
            .where(
                LoginChallenge.login_id == login.id,
                LoginChallenge.purpose == purpose,
                LoginChallenge.attempts_left > 0,
                LoginChallenge.used_at.is_(None),
                LoginChallenge.expires_at > at,
            )
            .values(attempts_left=LoginChallenge.attempts_left - 1)
            .returning(LoginChallenge.id, LoginChallenge.code_hash)
        ).first()
        if challenge is None:
            return False
        if not hmac.compare_digest(self._hash_code(challenge.id, code), challenge.code_hash):
            return False
        session.execute(update(LoginChallenge).where(LoginChallenge.id == challenge.id).values(used_at=at))
        return True

    def _hash_code(self, challenge_id: uuid.UUID, code: str) -> bytes:
        """Keyed by the secret: a million codes could be tried out on a plain hash."""
        return self.vault.derive(f"login code {code}", challenge_id.bytes)


def _normalised(login: LoginRequest) -> str:
    try:
        if login.kind == "email":
            return rules.normalise_email(login.value)
        return rules.normalise_phone(login.value)
    except rules.LoginMalformed as error:
        raise rules.LoginMalformed(field=f"login.{login.kind}") from error

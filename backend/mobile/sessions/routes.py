"""Citizens sign in and out, by the embedded provider; with Firebase the app does both there."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.mobile.providers import provider_of
from backend.mobile.sessions.schemas import OpenedSessionOut, OpenSessionIn, SessionPage
from backend.people import queries
from backend.people.embedded import CredentialsInvalid, SessionNotFound
from backend.people.models import CitizenSession
from backend.people.permissions import Permission
from backend.people.providers import OpenedSession, ProviderNotUsed
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face("sessions", __name__, url_prefix="/v1/sessions", description="Signing in and out.")


@face.operation(
    "POST",
    "",
    permission=Permission.PUBLIC,
    body=OpenSessionIn,
    answer=OpenedSessionOut,
    status=201,
    errors=[CredentialsInvalid, ProviderNotUsed],
    limits=[
        RateLimit("sign_in", "sign_in_attempts", By.ACCOUNT),
        RateLimit("sign_in", "sign_in_attempts", By.ADDRESS, factor=10),
    ],
    example={"login": "kamome@example.jp", "password": "sazanami no oto 7"},
)
def open_session(call: Call, body: dict[str, Any]) -> OpenedSession:
    """Sign in with e-mail or phone and password."""
    return provider_of(call).sign_in(call.session, login=body["login"], password=body["password"], at=call.at)


@face.operation("GET", "", permission=Permission.MANAGE_OWN_ACCOUNT, query=PageQuery, answer=SessionPage)
def list_sessions(call: Call, query: dict[str, Any]) -> Page[CitizenSession]:
    """Where I am signed in, newest first; none where Firebase keeps the sessions."""
    return queries.list_citizen_sessions(
        call.session, citizen_id=call.citizen.citizen_id, at=call.at, page=page_request(query)
    )


@face.operation(
    "DELETE",
    "/current",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    status=204,
    errors=[ProviderNotUsed, SessionNotFound],
)
def close_current_session(call: Call) -> None:
    """Sign out here: the bearer is worth nothing from now on."""
    provider_of(call).sign_out(
        call.session, citizen_id=call.citizen.citizen_id, session_id=call.citizen.session_id, at=call.at
    )


@face.operation(
    "DELETE",
    "/<uuid:session_id>",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    status=204,
    errors=[ProviderNotUsed, SessionNotFound],
)
def close_session(call: Call, session_id: uuid.UUID) -> None:
    """Sign out somewhere else: a telephone was lost."""
    provider_of(call).sign_out(
        call.session, citizen_id=call.citizen.citizen_id, session_id=session_id, at=call.at
    )

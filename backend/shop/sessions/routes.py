"""Clerks and managers sign in, see where they are signed in, sign out."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.people import queries
from backend.people.models import StaffSession
from backend.people.permissions import Permission
from backend.people.principals import StaffPrincipal
from backend.people.service import staff_sessions
from backend.people.service.staff_sessions import (
    OpenedStaffSession,
    StaffCredentialsInvalid,
    StaffSessionNotFound,
    TotpRequired,
)
from backend.shop.sessions.schemas import (
    CurrentStaffSessionOut,
    OpenedStaffSessionOut,
    OpenStaffSessionIn,
    StaffSessionPage,
)
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face(
    "sessions",
    __name__,
    url_prefix="/v1/shop/sessions",
    description="Signing in and out.",
)


@face.operation(
    "POST",
    "",
    permission=Permission.PUBLIC,
    body=OpenStaffSessionIn,
    answer=OpenedStaffSessionOut,
    status=201,
    errors=[StaffCredentialsInvalid, TotpRequired],
    limits=[
        RateLimit("staff_sign_in", "sign_in_attempts", By.ACCOUNT),
        RateLimit("staff_sign_in", "sign_in_attempts", By.ADDRESS, factor=10),
    ],
    example={"email": "tenban@example.jp", "password": "asagiri no minato 5", "totp_code": "305182"},
)
def open_session(call: Call, body: dict[str, Any]) -> OpenedStaffSession:
    """Sign in with address and password, and with the second factor for those who have one."""
    return staff_sessions.open_staff_session(
        call.session,
        face="shop",
        email=body["email"],
        password=body["password"],
        totp_code=body["totp_code"],
        vault=call.ground.vault,
        hours=call.settings.staff_session_hours,
        at=call.at,
    )


@face.operation(
    "GET", "", permission=Permission.MANAGE_OWN_STAFF_SESSION, query=PageQuery, answer=StaffSessionPage
)
def list_sessions(call: Call, query: dict[str, Any]) -> Page[StaffSession]:
    """Where I am signed in, newest first."""
    return queries.list_staff_sessions(
        call.session,
        staff_id=call.staff.staff_id,
        at=call.at,
        idle_minutes=call.settings.staff_idle_minutes,
        page=page_request(query),
    )


@face.operation(
    "GET", "/current", permission=Permission.MANAGE_OWN_STAFF_SESSION, answer=CurrentStaffSessionOut
)
def get_current_session(call: Call) -> StaffPrincipal:
    """Who I am here, and the roles I hold."""
    return call.staff


@face.operation(
    "DELETE",
    "/current",
    permission=Permission.MANAGE_OWN_STAFF_SESSION,
    status=204,
    errors=[StaffSessionNotFound],
)
def close_current_session(call: Call) -> None:
    """Sign out here."""
    staff_sessions.revoke_staff_session(
        call.session, staff_id=call.staff.staff_id, session_id=call.staff.session_id, at=call.at
    )


@face.operation(
    "DELETE",
    "/<uuid:session_id>",
    permission=Permission.MANAGE_OWN_STAFF_SESSION,
    status=204,
    errors=[StaffSessionNotFound],
)
def close_session(call: Call, session_id: uuid.UUID) -> None:
    """Sign out somewhere else."""
    staff_sessions.revoke_staff_session(
        call.session, staff_id=call.staff.staff_id, session_id=session_id, at=call.at
    )

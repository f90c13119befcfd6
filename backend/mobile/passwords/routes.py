"""Passwords: changed by who knows the old one, reset by who reads the letters of the login."""

from typing import Any

from flask import Response

from backend.mobile.passwords.schemas import ChangePasswordIn, RequestPasswordResetIn, ResetPasswordIn
from backend.mobile.providers import provider_of
from backend.people.embedded import PasswordWrong
from backend.people.permissions import Permission
from backend.people.providers import CodeInvalid, ProviderNotUsed
from backend.people.rules import PasswordTooWeak
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.problems import tell
from backend.web.rate_limits import By, RateLimit

face = Face("passwords", __name__, url_prefix="/v1", description="Changing and resetting a password.")


@face.operation(
    "POST",
    "/passwords/reset-requests",
    permission=Permission.PUBLIC,
    body=RequestPasswordResetIn,
    status=202,
    errors=[ProviderNotUsed],
    limits=[
        RateLimit("reset_request", "sign_in_attempts", By.ACCOUNT),
        RateLimit("reset_request", "sign_in_attempts", By.ADDRESS, factor=10),
    ],
    example={"login": "kamome@example.jp"},
)
def request_password_reset(call: Call, body: dict[str, Any]) -> None:
    """Send a code to the login, if there is one: the answer is the same either way."""
    provider_of(call).request_reset(call.session, login=body["login"], at=call.at)


@face.operation(
    "POST",
    "/passwords/resets",
    permission=Permission.PUBLIC,
    body=ResetPasswordIn,
    status=204,
    errors=[CodeInvalid, PasswordTooWeak, ProviderNotUsed],
    limits=[
        RateLimit("reset", "sign_in_attempts", By.ACCOUNT),
        RateLimit("reset", "sign_in_attempts", By.ADDRESS, factor=10),
    ],
    example={"login": "kamome@example.jp", "code": "30518274", "new_password": "yuunagi no hama 3"},
)
def reset_password(call: Call, body: dict[str, Any]) -> Response | None:
    """A new password, by the code from the letter; every session ends."""
    refusal = provider_of(call).reset_password(
        call.session,
        login=body["login"],
        code=body["code"],
        new_password=body["new_password"],
        at=call.at,
    )
    return tell(refusal) if refusal else None  # told, not raised: the try must stay counted


@face.operation(
    "PUT",
    "/me/password",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    body=ChangePasswordIn,
    status=204,
    errors=[PasswordWrong, PasswordTooWeak, ProviderNotUsed],
    limits=[RateLimit("password", "sign_in_attempts", By.TOKEN)],
    example={"current_password": "sazanami no oto 7", "new_password": "yuunagi no hama 3"},
)
def change_password(call: Call, body: dict[str, Any]) -> None:
    """A new password; every other session ends."""
    provider_of(call).change_password(
        call.session,
        citizen_id=call.citizen.citizen_id,
        session_id=call.citizen.session_id,
        current_password=body["current_password"],
        new_password=body["new_password"],
        at=call.at,
    )

"""Joining, in one call: nickname, consents, a way in."""

from typing import Any

from backend.membership.service import AlreadyRegistered, join
from backend.mobile.providers import provider_of
from backend.mobile.registrations.schemas import (
    RegisterCitizenIn,
    RegisteredOut,
    RegistrationRequirementsOut,
)
from backend.people import queries, rules
from backend.people.embedded import LoginRequired, LoginTaken
from backend.people.models import ConsentPurpose
from backend.people.permissions import Permission
from backend.people.providers import FirebaseTokenRequired, LoginNotUsed, LoginRequest
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit

face = Face("registrations", __name__, url_prefix="/v1/registrations", description="Joining.")


@face.operation("GET", "/requirements", permission=Permission.PUBLIC, answer=RegistrationRequirementsOut)
def get_registration_requirements(call: Call) -> dict[str, Any]:
    """Who signs citizens in here, and the consents to ask for."""
    return {
        "provider": provider_of(call).name,
        "password_min_characters": rules.PASSWORD_MIN_CHARACTERS,
        "consents": [
            {
                "purpose": purpose,
                "version": call.settings.terms_version,
                "is_required": purpose is ConsentPurpose.TERMS,
            }
            for purpose in ConsentPurpose
        ],
    }


@face.operation(
    "POST",
    "",
    permission=Permission.REGISTER_SELF,
    body=RegisterCitizenIn,
    answer=RegisteredOut,
    status=201,
    errors=[
        AlreadyRegistered,
        FirebaseTokenRequired,
        LoginNotUsed,
        LoginRequired,
        LoginTaken,
        rules.LoginMalformed,
        rules.PasswordTooWeak,
        rules.NicknameRefused,
        rules.TermsConsentRequired,
        rules.ConsentVersionOutdated,
    ],
    # A login that is taken has to be told; the limit keeps anybody from asking for many.
    limits=[RateLimit("registration", "sign_in_attempts", By.ADDRESS, factor=10)],
    example={
        "nickname": "橋の上のかもめ",
        "language": "ja",
        "consents": [{"purpose": "terms", "version": "2026-11"}],
        "login": {"email": "kamome@example.jp", "password": "sazanami no oto 7"},
    },
)
def register_citizen(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Join: with login and password (no bearer), or with a Firebase ID token as the bearer and no login."""
    joined = join(
        call.session,
        provider=provider_of(call),
        principal=call.principal,
        nickname=body["nickname"],
        language=body.get("language", call.language),
        consents={consent["purpose"]: consent["version"] for consent in body["consents"]},
        terms_version=call.settings.terms_version,
        login=_login_request(body["login"]),
        at=call.at,
    )
    me = queries.describe_citizen(call.session, citizen_id=joined.citizen_id)
    return {"session": joined.opened, "me": me}


def _login_request(login: dict[str, str] | None) -> LoginRequest | None:
    if login is None:
        return None
    kind = "email" if "email" in login else "phone"
    return LoginRequest(kind, login[kind], login["password"])

"""The citizen's own account: read, amended, exported, left; consents, logins, the code for the counter."""

from typing import Any

from flask import Response

from backend.membership.queries import export_holdings
from backend.membership.service import leave
from backend.mobile.me.schemas import (
    AmendMeIn,
    CounterCodeOut,
    LeaveIn,
    LeftOut,
    MeExportOut,
    MeOut,
    SetConsentIn,
    VerifyLoginIn,
)
from backend.mobile.providers import provider_of
from backend.people import queries, rules
from backend.people.embedded import (
    CodeRecentlySent,
    LoginAlreadyVerified,
    LoginNotFound,
    PasswordWrong,
)
from backend.people.models import ConsentPurpose
from backend.people.permissions import Permission
from backend.people.providers import CodeInvalid, ProviderNotUsed
from backend.people.queries import CitizenDescription
from backend.people.service import citizens
from backend.people.service.verifications import IssuedCounterCode, issue_counter_code
from backend.web.calls import Answer, Call
from backend.web.contracts import Face
from backend.web.problems import tell
from backend.web.rate_limits import By, RateLimit

face = Face("me", __name__, url_prefix="/v1/me", description="My account and everything held about me.")

PURPOSES = ",".join(ConsentPurpose)


@face.operation("GET", "", permission=Permission.MANAGE_OWN_ACCOUNT, answer=MeOut)
def get_me(call: Call) -> CitizenDescription:
    """What I told of myself, how I sign in, what I consent to."""
    return queries.describe_citizen(call.session, citizen_id=call.citizen.citizen_id)


@face.operation(
    "PATCH",
    "",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    body=AmendMeIn,
    answer=MeOut,
    errors=[rules.NicknameRefused],
    example={"municipality_code": "012068", "district": "春採", "standing": "resident"},
)
def amend_me(call: Call, body: dict[str, Any]) -> CitizenDescription:
    """Change some of it. Declaring something else undoes its verification."""
    citizens.amend_citizen(call.session, citizen_id=call.citizen.citizen_id, changes=body)
    return queries.describe_citizen(call.session, citizen_id=call.citizen.citizen_id)


@face.operation(
    "DELETE",
    "",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    body=LeaveIn,
    answer=LeftOut,
    errors=[PasswordWrong],
    limits=[RateLimit("password", "sign_in_attempts", By.TOKEN)],
    example={"password": "sazanami no oto 7"},
)
def leave_meguri(call: Call, body: dict[str, Any]) -> dict[str, int]:
    """Leave: all that names me is deleted, what I hold lapses. The ledger keeps amounts and no name."""
    lapsed_points = leave(
        call.session,
        provider=provider_of(call),
        citizen=call.citizen,
        password=body["password"],
        at=call.at,
    )
    return {"lapsed_points": lapsed_points}


@face.operation(
    "GET",
    "/export",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    answer=MeExportOut,
    answer_headers={"Content-Disposition": "A file name to save it under."},
)
def export_me(call: Call) -> Answer:
    """Everything held about me, whole rows by table; hashes of tokens, codes and passwords stay behind."""
    holdings = export_holdings(call.session, citizen=call.citizen)
    disposition = 'attachment; filename="meguri-export.json"'
    return Answer({"exported_at": call.at, **holdings}, headers={"Content-Disposition": disposition})


@face.operation(
    "PUT",
    f"/consents/<any({PURPOSES}):purpose>",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    body=SetConsentIn,
    answer=MeOut,
    errors=[rules.ConsentVersionOutdated, rules.TermsNotWithdrawable],
    example={"given": True, "version": "2026-11"},
)
def set_consent(call: Call, body: dict[str, Any], purpose: str) -> CitizenDescription:
    """Give or withdraw consent to one purpose; each is dated. Who withdraws from the terms leaves instead."""
    citizen_id, meant = call.citizen.citizen_id, ConsentPurpose(purpose)
    if body["given"]:
        citizens.give_consent(
            call.session,
            citizen_id=citizen_id,
            purpose=meant,
            version=body["version"],
            terms_version=call.settings.terms_version,
            at=call.at,
        )
    else:
        citizens.withdraw_consent(call.session, citizen_id=citizen_id, purpose=meant, at=call.at)
    return queries.describe_citizen(call.session, citizen_id=citizen_id)


@face.operation(
    "POST",
    "/logins/<any(email,phone):kind>/verification-requests",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    status=202,
    errors=[CodeRecentlySent, LoginAlreadyVerified, LoginNotFound, ProviderNotUsed],
    limits=[RateLimit("verification_request", "sign_in_attempts", By.TOKEN)],
)
def request_login_verification(call: Call, kind: str) -> None:
    """Send the code again, a minute after the last one at the earliest."""
    provider_of(call).request_verification(
        call.session, citizen_id=call.citizen.citizen_id, kind=kind, at=call.at
    )


@face.operation(
    "POST",
    "/logins/<any(email,phone):kind>/verifications",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    body=VerifyLoginIn,
    status=204,
    errors=[CodeInvalid, LoginAlreadyVerified, LoginNotFound, ProviderNotUsed],
    limits=[RateLimit("verification", "sign_in_attempts", By.TOKEN, factor=2)],
    example={"code": "305182"},
)
def verify_login(call: Call, body: dict[str, Any], kind: str) -> Response | None:
    """The address is mine: here is the code that was sent there."""
    refusal = provider_of(call).verify_login(
        call.session, citizen_id=call.citizen.citizen_id, kind=kind, code=body["code"], at=call.at
    )
    return tell(refusal) if refusal else None  # told, not raised: the try must stay counted


@face.operation(
    "POST",
    "/counter-codes",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    answer=CounterCodeOut,
    status=201,
)
def issue_my_counter_code(call: Call) -> IssuedCounterCode:
    """Eight digits, for ten minutes, by which the city's counter finds me without asking for my name."""
    return issue_counter_code(
        call.session, citizen_id=call.citizen.citizen_id, vault=call.ground.vault, at=call.at
    )

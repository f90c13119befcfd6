"""Purchases that the citizen who asks has stated."""

import uuid
from datetime import timedelta
from typing import Any

from backend.base.errors import IdempotencyKeyReused
from backend.claims import queries
from backend.claims.counting import list_lefts
from backend.claims.models import ClaimKind
from backend.claims.queries import ClaimNotFound
from backend.claims.service import appealing, offline_codes, posters
from backend.claims.service.appealing import AppealTooLate, ClaimNotAppealable
from backend.claims.service.deciding import ClaimNotWaiting
from backend.claims.service.offline_codes import OfflineCodeClaimed, OfflineCodeUnused
from backend.claims.service.recording import ClaimContext
from backend.claims.service.stating import ClaimLimitReached
from backend.mobile.claims.presenters import present_claim, present_claims, present_lefts
from backend.mobile.claims.schemas import (
    POSTER_CLAIM_EXAMPLE,
    AppealIn,
    ClaimOut,
    ClaimPage,
    StatedClaimOut,
    StateOfflineCodeClaimIn,
    StatePosterClaimIn,
)
from backend.organisations.queries import ShopNotActive
from backend.organisations.rules import Position
from backend.organisations.service.shop_codes import (
    SHOP_SCAN_ERRORS,
)
from backend.people.permissions import Permission
from backend.purchases.basis import Buyer
from backend.purchases.rules.offline_codes import (
    OfflineAllowanceExhausted,
    OfflineAllowanceRevoked,
    OfflineCodeExpired,
    OfflineCodeLimitExceeded,
    OfflineCodeTimeRefused,
)
from backend.purchases.rules.till_codes import CodeForeign, CodeUnreadable
from backend.purchases.service.honouring import OfflineCodeUsed
from backend.purchases.service.recording import DoneAtOutsideWindow
from backend.web.calls import Answer, Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import IdempotencyHeaders, PageQuery, page_request

face = Face(
    "claims", __name__, url_prefix="/v1/claims", description="Purchases I state, and that somebody believes."
)

CODE_GUESSES = RateLimit("scan", "scan_refusals", By.TOKEN, refusals_only=True)
GUESSES = RateLimit("shop_code", "scan_refusals", By.TOKEN, refusals_only=True)


@face.operation(
    "POST",
    "/poster",
    permission=Permission.MANAGE_OWN_CLAIMS,
    body=StatePosterClaimIn,
    headers=IdempotencyHeaders,
    answer=StatedClaimOut,
    status=201,
    errors=[*SHOP_SCAN_ERRORS, DoneAtOutsideWindow, ClaimLimitReached, IdempotencyKeyReused],
    limits=[GUESSES],
    example=POSTER_CLAIM_EXAMPLE,
    answer_headers={"Idempotent-Replayed": "`true` when this request had been carried out before."},
)
def state_poster_claim(call: Call, body: dict[str, Any], headers: dict[str, Any]) -> Any:
    """State what I paid in front of a shop's poster.

    A small amount is recorded at once, `status` is then `accepted`; a larger one waits for the shop, and for the
    city where the shop says nothing or something looks odd. The same Idempotency-Key with the same body tells how
    that claim is now.
    """
    position = body["position"]
    stated = posters.state_poster_claim(
        call.session,
        scan=posters.PosterScan(
            scanned=body["scanned"],
            amount_yen=body["amount_yen"],
            done_at=body["done_at"],
            position=Position(position["latitude"], position["longitude"]) if position else None,
        ),
        request_key=headers["idempotency_key"],
        public_url=call.settings.public_url,
        buyer=Buyer(call.citizen.citizen_id, call.citizen.account_id),
        context=_context(call),
        at=call.at,
    )
    lefts = list_lefts(
        call.session,
        account_id=call.citizen.account_id,
        shop_id=stated.claim.shop_id,
        kind=ClaimKind.POSTER,
        terms=call.ground.claim_terms.kinds[ClaimKind.POSTER],
        at=call.at,
    )
    value = {**_present(call, stated.claim.id), "left": present_lefts(lefts, call.language)}
    return Answer(value, headers={"Idempotent-Replayed": "true"}) if stated.is_replay else value


@face.operation(
    "POST",
    "/offline-code",
    permission=Permission.MANAGE_OWN_CLAIMS,
    body=StateOfflineCodeClaimIn,
    headers=IdempotencyHeaders,
    answer=ClaimOut,
    status=201,
    errors=[
        CodeForeign,
        CodeUnreadable,
        OfflineAllowanceExhausted,
        OfflineAllowanceRevoked,
        OfflineCodeClaimed,
        OfflineCodeExpired,
        OfflineCodeLimitExceeded,
        OfflineCodeTimeRefused,
        OfflineCodeUnused,
        OfflineCodeUsed,
        ShopNotActive,
        DoneAtOutsideWindow,
        ClaimLimitReached,
        IdempotencyKeyReused,
    ],
    limits=[CODE_GUESSES],
    example={"scanned": "https://meguri.example.jp/c/AgGJCl2slndLvM6zAgmagFc…"},
    answer_headers={"Idempotent-Replayed": "`true` when this request had been carried out before."},
)
def state_offline_code_claim(call: Call, body: dict[str, Any], headers: dict[str, Any]) -> Any:
    """State what I bought with a till's code that somebody else used before me.

    For a code that the till made without a network: recording it was answered `offline_code_used`. The city looks
    at both, and at the register.
    """
    stated = offline_codes.state_offline_code_claim(
        call.session,
        scanned=body["scanned"],
        request_key=headers["idempotency_key"],
        public_url=call.settings.public_url,
        vault=call.ground.vault,
        window=timedelta(hours=call.settings.offline_honour_hours),
        buyer=Buyer(call.citizen.citizen_id, call.citizen.account_id),
        context=_context(call),
        at=call.at,
    )
    value = _present(call, stated.claim.id)
    return Answer(value, headers={"Idempotent-Replayed": "true"}) if stated.is_replay else value


@face.operation("GET", "", permission=Permission.MANAGE_OWN_CLAIMS, query=PageQuery, answer=ClaimPage)
def list_my_claims(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """My claims, newest first."""
    page = queries.list_own_claims(call.session, account_id=call.citizen.account_id, page=page_request(query))
    return present_claims(page, call.ground.claim_terms, call.language)


@face.operation(
    "GET",
    "/<uuid:claim_id>",
    permission=Permission.MANAGE_OWN_CLAIMS,
    answer=ClaimOut,
    errors=[ClaimNotFound],
)
def get_my_claim(call: Call, claim_id: uuid.UUID) -> dict[str, Any]:
    """How one of my claims stands, and why."""
    return _present(call, claim_id)


@face.operation(
    "POST",
    "/<uuid:claim_id>/withdrawal",
    permission=Permission.MANAGE_OWN_CLAIMS,
    answer=ClaimOut,
    errors=[ClaimNotFound, ClaimNotWaiting],
)
def withdraw_claim(call: Call, claim_id: uuid.UUID) -> dict[str, Any]:
    """Take back a claim that nobody has decided yet. What the day's limits counted stays counted."""
    appealing.withdraw_claim(call.session, claim_id=claim_id, account_id=call.citizen.account_id, at=call.at)
    return _present(call, claim_id)


@face.operation(
    "POST",
    "/<uuid:claim_id>/appeal",
    permission=Permission.MANAGE_OWN_CLAIMS,
    body=AppealIn,
    answer=ClaimOut,
    errors=[ClaimNotFound, ClaimNotAppealable, AppealTooLate],
    example={"text": "レジの控えがあります。もう一度確かめてください。"},
)
def appeal_claim(call: Call, body: dict[str, Any], claim_id: uuid.UUID) -> dict[str, Any]:
    """Say why a rejection is wrong, once: another person than the one who rejected decides again."""
    appealing.appeal_claim(
        call.session,
        claim_id=claim_id,
        account_id=call.citizen.account_id,
        appeal_text=body["text"],
        context=_context(call),
        at=call.at,
    )
    return _present(call, claim_id)


def _present(call: Call, claim_id: uuid.UUID) -> dict[str, Any]:
    record = queries.get_own_claim(call.session, account_id=call.citizen.account_id, claim_id=claim_id)
    return present_claim(record, call.ground.claim_terms, call.language)


def _context(call: Call) -> ClaimContext:
    return ClaimContext(call.ground.region, call.ground.claim_terms)

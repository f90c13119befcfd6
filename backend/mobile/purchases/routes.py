"""Scans and purchases of the citizen who asks."""

import uuid
from datetime import timedelta
from typing import Any

from backend.mobile.purchases.presenters import present_purchase, present_purchases, present_scan
from backend.mobile.purchases.schemas import (
    PurchaseOut,
    PurchasePage,
    RecordPurchaseHeaders,
    RecordPurchaseIn,
    ResolveScanIn,
    ScanOut,
)
from backend.people.permissions import Permission
from backend.purchases import queries, service
from backend.purchases.codes import ShopNotActive, TillCodeCancelled, TillCodeExpired, TillCodeUsed
from backend.purchases.queries import PurchaseNotFound
from backend.purchases.rules import CodeForeign, CodeUnreadable
from backend.web.calls import Answer, Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face("purchases", __name__, url_prefix="/v1", description="Scan a shop's code; what was bought.")

SCAN_ERRORS = (
    CodeUnreadable,
    CodeForeign,
    TillCodeUsed,
    TillCodeCancelled,
    TillCodeExpired,
    ShopNotActive,
)
GUESSES = RateLimit("scan", "scan_refusals", By.TOKEN, refusals_only=True)
SCANNED_EXAMPLE = "https://meguri.example.jp/c/AQABAZo…"


@face.operation(
    "POST",
    "/scans",
    permission=Permission.RECORD_OWN_PURCHASES,
    body=ResolveScanIn,
    answer=ScanOut,
    errors=SCAN_ERRORS,
    limits=[GUESSES],
    writes=False,
    example={"scanned": SCANNED_EXAMPLE},
)
def resolve_scan(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Say what a scanned text means: which shop, what amount, what it would earn. Uses nothing up."""
    resolved = service.resolve_scan(
        call.session, scanned=body["scanned"], scanner=_scanner(call), context=_context(call), at=call.at
    )
    return present_scan(resolved, call.language)


@face.operation(
    "POST",
    "/purchases",
    permission=Permission.RECORD_OWN_PURCHASES,
    body=RecordPurchaseIn,
    headers=RecordPurchaseHeaders,
    answer=PurchaseOut,
    status=201,
    errors=(*SCAN_ERRORS, service.DoneAtOutsideWindow, service.IdempotencyKeyReused),
    limits=[GUESSES],
    single_write=True,
    example={"scanned": SCANNED_EXAMPLE},
    answer_headers={"Idempotent-Replayed": "`true` when this request had been carried out before."},
)
def record_purchase(call: Call, body: dict[str, Any], headers: dict[str, Any]) -> Any:
    """Record a purchase by the code on the till, and earn its points.

    The same Idempotency-Key with the same body gives the same answer again, marked as a replay; with another
    body it is refused. A code is good for one purchase.
    """
    recorded = service.record_purchase(
        call.session,
        scanned=body["scanned"],
        done_at=body["done_at"],
        request_key=headers["idempotency_key"],
        scanner=_scanner(call),
        context=_context(call),
        at=call.at,
    )
    names = {str(verdict.campaign_id): verdict.campaign.names for verdict in recorded.verdicts} or None
    value = present_purchase(call.session, recorded.record, call.language, names)
    return Answer(value, headers={"Idempotent-Replayed": "true"}) if recorded.is_replay else value


@face.operation(
    "GET", "/purchases", permission=Permission.RECORD_OWN_PURCHASES, query=PageQuery, answer=PurchasePage
)
def list_purchases(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """My purchases, newest first."""
    page = queries.list_purchases(call.session, account_id=call.citizen.account_id, page=page_request(query))
    return present_purchases(call.session, page, call.language)


@face.operation(
    "GET",
    "/purchases/<uuid:purchase_id>",
    permission=Permission.RECORD_OWN_PURCHASES,
    answer=PurchaseOut,
    errors=[PurchaseNotFound],
)
def get_purchase(call: Call, purchase_id: uuid.UUID) -> dict[str, Any]:
    """One of my purchases, with what it earned and why."""
    record = queries.get_purchase(call.session, account_id=call.citizen.account_id, purchase_id=purchase_id)
    return present_purchase(call.session, record, call.language)


@face.operation(
    "GET",
    "/purchases/by-request/<string:request_key>",
    permission=Permission.RECORD_OWN_PURCHASES,
    answer=PurchaseOut,
    errors=[PurchaseNotFound],
)
def get_purchase_by_request(call: Call, request_key: str) -> dict[str, Any]:
    """Did it happen? The purchase that a request of mine recorded, by its Idempotency-Key."""
    record = queries.get_purchase_by_request(
        call.session, account_id=call.citizen.account_id, request_key=request_key
    )
    return present_purchase(call.session, record, call.language)


def _scanner(call: Call) -> service.Scanner:
    return service.Scanner(call.citizen.citizen_id, call.citizen.account_id)


def _context(call: Call) -> service.ScanContext:
    settings = call.settings
    return service.ScanContext(
        settings.public_url, call.ground.vault, timedelta(seconds=settings.done_at_window_seconds)
    )

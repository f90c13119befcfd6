"""Scans and purchases of the citizen who asks."""

import uuid
from datetime import timedelta
from typing import Any

from backend.base.errors import IdempotencyKeyReused
from backend.mobile.purchases.presenters import (
    present_purchase,
    present_purchases,
    present_records,
    present_scan,
)
from backend.mobile.purchases.schemas import (
    PurchaseOut,
    PurchaseOutcomes,
    PurchasePage,
    RecordPurchaseIn,
    ResolveScanIn,
    ScanOut,
    StoredScansIn,
)
from backend.offers.redeeming import REDEEMING_ERRORS
from backend.people.permissions import Permission
from backend.purchases import queries
from backend.purchases.basis import Buyer
from backend.purchases.batches.scans import StoredScan, record_stored_scans
from backend.purchases.queries import PurchaseNotFound
from backend.purchases.rules.offline_codes import (
    OfflineAllowanceExhausted,
    OfflineAllowanceRevoked,
    OfflineCodeExpired,
    OfflineCodeLimitExceeded,
    OfflineCodeTimeRefused,
)
from backend.purchases.rules.paying import PointsAbovePrice, PointsNotEnough, points_choice
from backend.purchases.rules.till_codes import CodeForeign, CodeUnreadable
from backend.purchases.service import recording
from backend.purchases.service.codes import ShopNotActive, TillCodeCancelled, TillCodeExpired, TillCodeUsed
from backend.purchases.service.honouring import OfflineCodeEarnsOnly, OfflineCodeUsed
from backend.web.batches import BATCH_MAX_BYTES, weave, well_formed
from backend.web.calls import Answer, Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import IdempotencyHeaders, PageQuery, page_request

face = Face("purchases", __name__, url_prefix="/v1", description="Scan a shop's code; what was bought.")

SCAN_ERRORS = (
    CodeUnreadable,
    CodeForeign,
    TillCodeUsed,
    TillCodeCancelled,
    TillCodeExpired,
    ShopNotActive,
    OfflineAllowanceExhausted,
    OfflineAllowanceRevoked,
    OfflineCodeEarnsOnly,
    OfflineCodeExpired,
    OfflineCodeLimitExceeded,
    OfflineCodeTimeRefused,
    OfflineCodeUsed,
    PointsAbovePrice,
    PointsNotEnough,
    *REDEEMING_ERRORS,
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
    resolved = recording.resolve_scan(
        call.session, scan=_scan(body), buyer=_buyer(call), context=_context(call), at=call.at
    )
    return present_scan(resolved, call.language)


@face.operation(
    "POST",
    "/purchases",
    permission=Permission.RECORD_OWN_PURCHASES,
    body=RecordPurchaseIn,
    headers=IdempotencyHeaders,
    answer=PurchaseOut,
    status=201,
    errors=(*SCAN_ERRORS, recording.DoneAtOutsideWindow, IdempotencyKeyReused),
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
    recorded = recording.record_purchase(
        call.session,
        scan=_scan(body),
        request_key=headers["idempotency_key"],
        buyer=_buyer(call),
        context=_context(call),
        at=call.at,
    )
    names = {str(verdict.campaign_id): verdict.campaign.names for verdict in recorded.verdicts} or None
    value = present_purchase(call.session, recorded.record, call.language, names)
    return Answer(value, headers={"Idempotent-Replayed": "true"}) if recorded.is_replay else value


@face.operation(
    "POST",
    "/purchases/batch",
    permission=Permission.RECORD_OWN_PURCHASES,
    body=StoredScansIn,
    answer=PurchaseOutcomes,
    body_max_bytes=BATCH_MAX_BYTES,
    example={
        "items": [
            {
                "id": "0197b6a4-8c1e-7d52-9f4e-2f6f1c2d3e4f",
                "scanned": SCANNED_EXAMPLE,
                "done_at": "2026-07-01T09:30:00+09:00",
            }
        ]
    },
)
def record_stored_purchases(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Record up to 500 codes that the phone scanned while it had no network, as of the time of each scan.

    Send them in the order in which they were scanned, each with its own key as `id`. Each is recorded or refused by
    itself; one sent again, here or alone, is a replay and counts once. They earn, and spend no points.
    """
    items = body["items"]
    scans = [
        StoredScan(key=item["id"], scanned=item["scanned"], done_at=item["done_at"])
        for item in well_formed(items)
    ]
    window = timedelta(hours=call.settings.stored_scan_hours)
    outcomes = record_stored_scans(
        call.session, buyer=_buyer(call), scans=scans, context=_context(call, window), at=call.at
    )
    records = [each.record for each in outcomes if isinstance(each, recording.RecordedPurchase)]
    presented = iter(present_records(call.session, records, call.language))
    return weave(
        items, outcomes, lambda outcome: {"purchase": next(presented), "is_replay": outcome.is_replay}
    )


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


def _scan(body: dict[str, Any]) -> recording.Scan:
    return recording.Scan(
        scanned=body["scanned"],
        done_at=body.get("done_at"),
        points=points_choice(body["points_to_spend"]),
        coupon_ids=tuple(dict.fromkeys(body["coupon_ids"])),
    )


def _buyer(call: Call) -> Buyer:
    return Buyer(call.citizen.citizen_id, call.citizen.account_id)


def _context(call: Call, window: timedelta | None = None) -> recording.ScanContext:
    settings = call.settings
    return recording.ScanContext(
        public_url=settings.public_url,
        vault=call.ground.vault,
        region=call.ground.region,
        done_at_window=window or timedelta(seconds=settings.done_at_window_seconds),
        offline_window=timedelta(hours=settings.offline_honour_hours),
    )

"""Sales to citizens who show their code, the shop's purchases, and their refunds."""

import uuid
from collections.abc import Sequence
from typing import Any

from backend.base.pages import Page
from backend.organisations.queries import ShopNotFound
from backend.people.codes import CitizenCodeUnknown
from backend.people.permissions import Permission
from backend.points.service.movements import AccountClosed
from backend.purchases import queries
from backend.purchases.batches import sales as batches
from backend.purchases.models import Refund
from backend.purchases.queries import PurchaseNotFound, PurchaseRecord
from backend.purchases.rules.refunding import RefundAboveRest, RefundLineUnknown
from backend.purchases.service import refunds, selling
from backend.purchases.service.codes import ShopNotActive
from backend.shop.purchases.files import (
    SALES_FILE,
    FileColumnMissing,
    FileRow,
    FileTooLong,
    FileUnreadable,
)
from backend.shop.purchases.schemas import (
    CitizenSaleIn,
    RefundIn,
    RefundOut,
    SaleDetailOut,
    SaleListQuery,
    SaleOut,
    SaleOutcomes,
    SalePage,
    SalesFileOut,
    StoredSaleIn,
    StoredSalesIn,
)
from backend.shop.sales import (
    CITIZEN_CODE_ERRORS,
    SALE_ERRORS,
    issuer_of,
    sale_context,
    sale_request_of,
    stored_context,
    stored_sale_of,
)
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.shop.shapes import ShopChoiceQuery
from backend.web.batches import BATCH_MAX_BYTES, load_apart, weave, well_formed
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit, count_refused_items
from backend.web.schemas import page_request

face = Face("purchases", __name__, url_prefix="/v1/shop", description="What citizens bought here.")

ROW = StoredSaleIn()
GUESSES = RateLimit("citizen_code", "scan_refusals", By.TOKEN, refusals_only=True)


@face.operation(
    "POST",
    "/purchases",
    permission=Permission.SELL_TO_CITIZENS,
    body=CitizenSaleIn,
    answer=SaleOut,
    status=201,
    errors=[ShopNotActive, ShopChoiceRequired, ShopNotFound, *SALE_ERRORS, *CITIZEN_CODE_ERRORS],
    limits=[GUESSES],
    idempotent=True,
    example={"citizen_code": "2718 2818 28459", "amount_yen": 1280},
)
def record_sale(call: Call, body: dict[str, Any]) -> PurchaseRecord:
    """Record a sale to whoever shows their code; the answer tells what is left to pay in money.

    Points are spent and coupons redeemed as the citizen chose when opening the code. Where the rest is paid
    afterwards and may fail, open a checkout instead.
    """
    shop_id = choose_shop(call, Permission.SELL_TO_CITIZENS, body["shop_id"])
    return selling.record_sale(
        call.session,
        shop_id=shop_id,
        issuer=issuer_of(call),
        request=sale_request_of(call, shop_id, body),
        context=sale_context(call),
        at=call.at,
    )


@face.operation(
    "POST",
    "/purchases/batch",
    permission=Permission.SELL_TO_CITIZENS,
    body=StoredSalesIn,
    answer=SaleOutcomes,
    errors=[ShopChoiceRequired, ShopNotFound],
    limits=[GUESSES],
    body_max_bytes=BATCH_MAX_BYTES,
    example={
        "items": [
            {
                "id": "2026-07-01-0042",
                "citizen_code": "2718 2818 28459",
                "amount_yen": 1280,
                "done_at": "2026-07-01T09:30:00+09:00",
            }
        ]
    },
)
def record_stored_sales(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Record up to 500 sales that the till stored while it had no network, each by the code shown at the time.

    Send them in the order in which they were sold. Each is recorded or refused by itself; one sent again is a
    replay and counts once. Stored sales earn; they spend no points and redeem no coupons.
    """
    shop_id = choose_shop(call, Permission.SELL_TO_CITIZENS, body["shop_id"])
    items = body["items"]
    sales = [stored_sale_of(item) for item in well_formed(items)]
    outcomes = batches.record_stored_sales(
        call.session,
        shop_id=shop_id,
        issuer=issuer_of(call),
        sales=sales,
        context=stored_context(call),
        at=call.at,
    )
    count_refused_items(sum(isinstance(outcome, CitizenCodeUnknown) for outcome in outcomes))
    return weave(
        items, outcomes, lambda outcome: {"purchase": outcome.record, "is_replay": outcome.is_replay}
    )


@face.operation(
    "POST",
    "/purchases/csv",
    permission=Permission.UPLOAD_SALES,
    body=SALES_FILE,
    query=ShopChoiceQuery,
    answer=SalesFileOut,
    errors=[ShopChoiceRequired, ShopNotFound, FileUnreadable, FileColumnMissing, FileTooLong],
    limits=[GUESSES],
)
def upload_sales(call: Call, body: Sequence[FileRow], query: dict[str, Any]) -> dict[str, Any]:
    """Record a day's sales from a CSV file with the columns 取引番号, 日時, 金額 and 市民コード.

    Or `id`, `done_at`, `amount_yen` and `citizen_code`; in UTF-8 or CP932, up to 5,000 rows. Each row is one stored
    sale, its `id` the sale's key: the same file again, mended or grown, records only what is missing.
    """
    shop_id = choose_shop(call, Permission.UPLOAD_SALES, query["shop_id"])
    items = [load_apart(ROW, row.item) for row in body]
    sales = [stored_sale_of(item) for item in well_formed(items)]
    outcomes = batches.record_stored_sales(
        call.session,
        shop_id=shop_id,
        issuer=issuer_of(call),
        sales=sales,
        context=stored_context(call),
        at=call.at,
    )
    count_refused_items(sum(isinstance(outcome, CitizenCodeUnknown) for outcome in outcomes))
    woven = weave(items, outcomes, lambda outcome: {"is_replay": outcome.is_replay})["items"]
    faults = [fault_of(row.line, each) for row, each in zip(body, woven, strict=True) if each["problem"]]
    replayed = sum(each["is_replay"] for each in woven)
    return {
        "recorded": len(woven) - len(faults) - replayed,
        "replayed": replayed,
        "refused": len(faults),
        "faults": faults,
    }


def fault_of(line: int, outcome: dict[str, Any]) -> dict[str, Any]:
    problem = outcome["problem"]
    first = next(iter(problem.get("errors", ())), None)
    return {
        "line": line,
        "id": outcome["id"],
        "code": problem["code"],
        "detail": first["detail"] if first else problem["detail"],
        "field": first["field"] if first else None,
    }


@face.operation(
    "GET",
    "/purchases",
    permission=Permission.SELL_TO_CITIZENS,
    query=SaleListQuery,
    answer=SalePage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_sales(call: Call, query: dict[str, Any]) -> Page[PurchaseRecord]:
    """My shop's purchases, newest first."""
    shop_id = choose_shop(call, Permission.SELL_TO_CITIZENS, query["shop_id"])
    return queries.list_sales(call.session, shop_id=shop_id, page=page_request(query))


@face.operation(
    "GET",
    "/purchases/<uuid:purchase_id>",
    permission=Permission.SELL_TO_CITIZENS,
    answer=SaleDetailOut,
    errors=[PurchaseNotFound],
)
def get_sale(call: Call, purchase_id: uuid.UUID) -> dict[str, Any]:
    """One purchase, with its lines and refunds."""
    record = queries.get_sale(
        call.session, purchase_id=purchase_id, shop_ids=own_shops(call, Permission.SELL_TO_CITIZENS)
    )
    fields = {name: getattr(record, name) for name in SaleOut().fields}
    return {
        **fields,
        "lines": queries.list_lines(call.session, purchase_id=purchase_id),
        "refunds": queries.list_refunds(call.session, purchase_id=purchase_id),
    }


@face.operation(
    "POST",
    "/purchases/<uuid:purchase_id>/refunds",
    permission=Permission.REFUND_PURCHASES,
    body=RefundIn,
    answer=RefundOut,
    status=201,
    errors=[PurchaseNotFound, RefundAboveRest, RefundLineUnknown, refunds.RefundAmbiguous, AccountClosed],
    idempotent=True,
    example={"amount_yen": 580, "reason": "傷みがあったため"},
)
def refund_purchase(call: Call, purchase_id: uuid.UUID, body: dict[str, Any]) -> Refund:
    """Take a purchase back, whole or in part: `cash_yen` is to be handed back in money.

    Spent points return to the citizen, earned ones to their budget. What had been spent of them already the
    citizen owes: later earnings repay it first.
    """
    lines = {line["position"]: line["quantity"] for line in body["lines"] or ()}
    if len(lines) != len(body["lines"] or ()):
        raise RefundLineUnknown(field="lines")
    return refunds.refund_purchase(
        call.session,
        purchase_id=purchase_id,
        shop_ids=own_shops(call, Permission.REFUND_PURCHASES),
        issuer=issuer_of(call),
        wanted=refunds.Wanted(body["amount_yen"], lines),
        reason=body["reason"],
        at=call.at,
    )

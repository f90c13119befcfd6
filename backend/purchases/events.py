"""What a shop's own system is told of its purchases: what was sold, nothing of who bought it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backend.base.writes import WriteRow
from backend.notices.webhooks.models import WebhookEvent
from backend.notices.webhooks.writes import event_row
from backend.offers.rules import Redeemable, discounts_of
from backend.purchases.models import Purchase, PurchaseLine, Refund
from backend.purchases.queries import PurchaseRecord
from backend.purchases.rules.sales import SaleLine


def purchase_events(
    record: PurchaseRecord, *, lines: Sequence[SaleLine], coupons: Sequence[Redeemable], at: datetime
) -> list[WriteRow]:
    """The purchase, then each coupon redeemed with it, for WEBHOOK_DELIVERIES."""
    recorded = {
        "purchase_id": record.id,
        "amount_yen": record.amount_yen,
        "discount_yen": record.discount_yen,
        "spent_points": record.spent_points,
        "to_pay_yen": record.amount_yen - record.discount_yen - record.spent_points,
        "earned_points": record.earned_points,
        "done_at": record.done_at,
        "recorded_at": record.recorded_at,
        "lines": [_line(line, position) for position, line in enumerate(lines, 1)],
    }
    discounts = discounts_of(coupons, record.amount_yen)
    redeemed = [
        {
            "offer_id": coupon.offer_id,
            "purchase_id": record.id,
            "discount_yen": discounts[coupon.coupon_id],
            "redeemed_at": at,
        }
        for coupon in coupons
    ]
    return [
        event_row(WebhookEvent.PURCHASE_RECORDED, shop_id=record.shop.id, data=recorded, at=at),
        *(
            event_row(WebhookEvent.COUPON_REDEEMED, shop_id=record.shop.id, data=data, at=at)
            for data in redeemed
        ),
    ]


def refund_event(
    purchase: Purchase, refund: Refund, *, lines: Sequence[PurchaseLine], at: datetime
) -> WriteRow:
    """Without what the citizen owes: that tells what they had spent elsewhere."""
    sold = {line.position: line for line in lines}
    data = {
        "refund_id": refund.id,
        "purchase_id": purchase.id,
        "amount_yen": refund.amount_yen,
        "cash_yen": refund.cash_yen,
        "returned_points": refund.returned_points,
        "discount_yen": refund.discount_yen,
        "reclaimed_points": refund.reclaimed_points,
        "refunded_at": refund.refunded_at,
        "lines": [_line(sold[back["position"]], **back) for back in refund.lines],
    }
    return event_row(WebhookEvent.PURCHASE_REFUNDED, shop_id=purchase.shop_id, data=data, at=at)


def _line(
    line: SaleLine | PurchaseLine,
    position: int,
    *,
    quantity: int | None = None,
    amount_yen: int | None = None,
) -> dict[str, Any]:
    """`quantity` and `amount_yen` of the part of it that comes back."""
    return {
        "position": position,
        "quantity": line.quantity if quantity is None else quantity,
        "amount_yen": line.amount_yen if amount_yen is None else amount_yen,
        "gtin": line.gtin,
        "in_store_code": line.in_store_code,
    }

"""A shop takes a purchase back, whole or in part: everything goes where it came from."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Refused
from backend.base.writes import WriteList
from backend.campaigns.service.budgets import clear_budget_exhausted
from backend.campaigns.service.rolling_back import ReclaimedAward, roll_back_counts, roll_back_stamps
from backend.notices.kinds import NoticeKind
from backend.notices.service import announce
from backend.notices.webhooks.writes import WEBHOOK_DELIVERIES
from backend.offers.redeeming import list_coupons_of_purchase
from backend.offers.writes import COUPON_RETURNS, return_rows
from backend.organisations.models import Shop
from backend.people.code_models import JoinedAccount
from backend.people.queries import find_citizen_id
from backend.points.queries import AskedPoints
from backend.points.service.carrying import carry_over, set_open
from backend.points.service.holds import free_kept, keep_again
from backend.points.service.movements import lock_balance, refuse_closed
from backend.points.service.reversals import give_back, reclaim
from backend.points.sources import SourceLot, get_spend_of_source, list_lots_of_source
from backend.purchases.events import refund_event
from backend.purchases.models import IssuerKind, Purchase, PurchaseLine, Refund
from backend.purchases.queries import PurchaseNotFound, list_lines, list_refunds, sum_asked_points
from backend.purchases.rules.refunding import (
    LineRefund,
    LineRest,
    RefundLineUnknown,
    RefundShare,
    Rest,
    share_lines,
    share_refund,
)
from backend.purchases.service.carrying import find_former_account
from backend.purchases.service.codes import Issuer
from backend.purchases.service.rewards import take_back_rewards

GIVE_COUPONS_BACK = WriteList([COUPON_RETURNS])
TELL_SHOP = WriteList([WEBHOOK_DELIVERIES])


class RefundAmbiguous(Refused):
    """An amount and lines: which?"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An amount, or line position → pieces; neither: all that is left."""

    amount_yen: int | None
    lines: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """A purchase's lines and refunds so far; `asked`: lot → points that any refund of the citizen's asked back."""

    refunds: Sequence[Refund]
    lines: Sequence[PurchaseLine]
    asked: Mapping[uuid.UUID, int]

    def refunded(self, position: int, name: str) -> int:
        """`name`: quantity or amount_yen of a line."""
        return sum(
            line[name] for refund in self.refunds for line in refund.lines if line["position"] == position
        )


def refund_purchase(
    session: Session,
    *,
    purchase_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    issuer: Issuer,
    wanted: Wanted,
    reason: str | None,
    at: datetime,
) -> Refund:
    """Never above what is left of the purchase. Raises PurchaseNotFound, RefundAmbiguous, RefundAboveRest,
    RefundLineUnknown, AccountClosed (the citizen left).
    """
    purchase = _lock_purchase(session, purchase_id, shop_ids)
    former = find_former_account(session, purchase=purchase)
    account_id = former.account_id if former else purchase.account_id
    lots = list_lots_of_source(session, account_id=account_id, source_id=purchase.id)
    past = _Past(
        refunds=list_refunds(session, purchase_id=purchase_id),
        lines=list_lines(session, purchase_id=purchase_id),
        asked=sum_asked_points(session, account_id=purchase.account_id),
    )
    lines = _lines_wanted(past, wanted)
    rest = _rest(purchase, past, lots)
    amount_yen = sum(line.amount_yen for line in lines) if lines else wanted.amount_yen
    share = share_refund(
        rest,
        rest.amount_yen if amount_yen is None else amount_yen,
        field="lines" if lines else "amount_yen",
    )
    cards = roll_back_stamps(
        session,
        purchase_id=purchase.id,
        left_yen=rest.cash_yen - share.cash_yen,
        left_products=_left_products(past, lines),
    )
    rewards = take_back_rewards(session, cards=cards, account_id=account_id)
    asked = _asked(past, share, rewards)
    refund = _refund(purchase, share, asked, lines, issuer, reason, at)
    with _reopened(session, purchase, former, refund, at):
        _move_points(session, account_id, past, asked, refund, [*lots, *rewards], at)
    purchase.refunded_yen += share.amount_yen
    session.add(refund)
    session.flush()
    _free_caps(session, purchase, asked, lots)
    _give_coupons_back(session, purchase, at)
    _tell(session, purchase, refund, at)
    event = refund_event(purchase, refund, lines=past.lines, at=at)
    TELL_SHOP.run(session, {WEBHOOK_DELIVERIES.name: [event]})
    return refund


def _give_coupons_back(session: Session, purchase: Purchase, at: datetime) -> None:
    """Once nothing is left of the purchase."""
    if purchase.refunded_yen == purchase.amount_yen:
        coupon_ids = list_coupons_of_purchase(session, purchase_id=purchase.id)
        GIVE_COUPONS_BACK.run(session, return_rows(coupon_ids, purchase_id=purchase.id, at=at))


def _lock_purchase(session: Session, purchase_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> Purchase:
    """And the citizen's balance: what another refund asks of the same lots must be told already."""
    query = select(Purchase).where(Purchase.id == purchase_id, Purchase.shop_id.in_(shop_ids))
    found = session.scalar(query.with_for_update())
    if found is None:
        raise PurchaseNotFound
    lock_balance(session, found.account_id)
    refuse_closed(session, found.account_id)
    return found


def _lines_wanted(past: _Past, wanted: Wanted) -> list[LineRefund]:
    if not wanted.lines:
        return []
    if wanted.amount_yen is not None:
        raise RefundAmbiguous(field="lines")
    rests = [
        LineRest(
            line.position,
            line.quantity - past.refunded(line.position, "quantity"),
            line.amount_yen - past.refunded(line.position, "amount_yen"),
        )
        for line in past.lines
    ]
    if not rests:
        raise RefundLineUnknown(field="lines")
    return share_lines(rests, wanted.lines)


def _rest(purchase: Purchase, past: _Past, lots: Sequence[SourceLot]) -> Rest:
    paid_yen = purchase.amount_yen - purchase.discount_yen - purchase.spent_points
    return Rest(
        cash_yen=paid_yen - sum(refund.cash_yen for refund in past.refunds),
        spent_points=purchase.spent_points - sum(refund.returned_points for refund in past.refunds),
        discount_yen=purchase.discount_yen - sum(refund.discount_yen for refund in past.refunds),
        awards={lot.id: lot.granted_points - past.asked.get(lot.id, 0) for lot in lots},
    )


def _left_products(past: _Past, lines: Sequence[LineRefund]) -> frozenset[str] | None:
    """What stamps know products by, of lines of which a piece is left; None: a purchase without lines."""
    if not past.lines:
        return None
    taken_now = {line.position: line.quantity for line in lines}
    return frozenset(
        str(line.product_id or line.gtin)
        for line in past.lines
        if line.quantity > past.refunded(line.position, "quantity") + taken_now.get(line.position, 0)
    )


def _asked(past: _Past, share: RefundShare, rewards: Sequence[SourceLot]) -> dict[uuid.UUID, int]:
    """Lot → points: of the purchase's own awards a share, of rewards of cards that are open again all."""
    whole = {lot.id: lot.granted_points - past.asked.get(lot.id, 0) for lot in rewards}
    return {**share.reclaimed, **{lot_id: points for lot_id, points in whole.items() if points}}


def _refund(
    purchase: Purchase,
    share: RefundShare,
    asked: Mapping[uuid.UUID, int],
    lines: Sequence[LineRefund],
    issuer: Issuer,
    reason: str | None,
    at: datetime,
) -> Refund:
    return Refund(
        id=new_id(),
        purchase_id=purchase.id,
        account_id=purchase.account_id,
        issuer_kind=issuer.kind.value,
        issuer_id=issuer.id,
        amount_yen=share.amount_yen,
        cash_yen=share.cash_yen,
        returned_points=share.returned_points,
        discount_yen=share.discount_yen,
        reclaimed_points=sum(asked.values()),
        owed_points=0,
        awards={str(lot_id): points for lot_id, points in asked.items()},
        lines=[
            {"position": line.position, "quantity": line.quantity, "amount_yen": line.amount_yen}
            for line in lines
        ],
        reason=reason,
        refunded_at=at,
    )


@contextmanager
def _reopened(
    session: Session, purchase: Purchase, former: JoinedAccount | None, refund: Refund, at: datetime
) -> Iterator[None]:
    """A purchase of an account that was joined to another is refunded where it moved points.

    What is asked back is fetched from the person's account first, and what came of it carried there afterwards.
    """
    if former is None:
        yield
        return
    set_open(session, account_id=former.account_id, is_open=True)
    if refund.reclaimed_points:
        carry_over(
            session,
            account_id=purchase.account_id,
            into_account_id=former.account_id,
            source_id=former.id,
            at=at,
            limit_points=refund.reclaimed_points,
        )
    yield
    carry_over(
        session,
        account_id=former.account_id,
        into_account_id=purchase.account_id,
        source_id=former.id,
        at=at,
    )
    set_open(session, account_id=former.account_id, is_open=False)


def _move_points(
    session: Session,
    account_id: uuid.UUID,
    past: _Past,
    asked: Mapping[uuid.UUID, int],
    refund: Refund,
    lots: Sequence[SourceLot],
    at: datetime,
) -> None:
    """Spent points come back first, so that they can pay for what is reclaimed; so can what is kept pending."""
    if refund.returned_points:
        spend_id = get_spend_of_source(session, account_id=account_id, source_id=refund.purchase_id)
        give_back(
            session, spend_transaction_id=spend_id, points=refund.returned_points, source_id=refund.id, at=at
        )
    if asked:
        kept = free_kept(session, account_id=account_id, source_id=refund.purchase_id, at=at)
        points = {lot_id: AskedPoints(number, past.asked.get(lot_id, 0)) for lot_id, number in asked.items()}
        reclaimed = reclaim(session, account_id=account_id, asked=points, source_id=refund.id, at=at)
        refund.owed_points = reclaimed.owed_points
        if kept:
            keep_again(session, account_id=account_id, lot_ids=kept, at=at)
        budgets = {lot.funding_account_id for lot in lots if lot.id in asked}
        clear_budget_exhausted(session, funding_account_ids=sorted(budgets))


def _free_caps(
    session: Session, purchase: Purchase, asked: Mapping[uuid.UUID, int], lots: Sequence[SourceLot]
) -> None:
    is_whole = purchase.refunded_yen == purchase.amount_yen
    roll_back_counts(
        session,
        account_id=purchase.account_id,
        shop_id=purchase.shop_id,
        done_at=purchase.done_at,
        awards=[ReclaimedAward(lot.funding_account_id, asked.get(lot.id, 0), is_whole) for lot in lots],
    )


def _tell(session: Session, purchase: Purchase, refund: Refund, at: datetime) -> None:
    citizen_id = find_citizen_id(session, account_id=purchase.account_id)
    if citizen_id is None:
        return
    shop = session.get_one(Shop, purchase.shop_id)
    # What the city takes back never was a purchase: nobody hands money over, and it says why.
    is_reversal = refund.issuer_kind == IssuerKind.CITY
    announce(
        session,
        citizen_id=citizen_id,
        kind=NoticeKind.PURCHASE_REVERSED if is_reversal else NoticeKind.PURCHASE_REFUNDED,
        params={
            "shop": {"ja": shop.name_ja, "en": shop.name_en},
            "amount_yen": refund.amount_yen,
            "cash_yen": refund.cash_yen,
            "returned_points": refund.returned_points,
            "reclaimed_points": refund.reclaimed_points,
            "purchase_id": str(purchase.id),
            **({"reason": refund.reason or ""} if is_reversal else {}),
        },
        at=at,
    )

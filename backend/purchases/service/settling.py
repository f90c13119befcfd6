"""From what is known of a sale to a recorded purchase: discounts, points, awards, and one write."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.base.errors import StaleRead
from backend.campaigns.rules.deciding import Verdict
from backend.campaigns.rules.facts import Facts
from backend.offers.redeeming import Grantable, list_grantable
from backend.offers.rules import Redeemable, check_redeemable, discounts_of
from backend.people.models import SpendMode
from backend.points.models import HoldStatus
from backend.points.queries import HoldRecord, list_debts, list_spendable_lots, sum_overdue_points
from backend.points.rules import LotMove, OpenDebt, consume_lots, take_lots
from backend.points.service.holds import hold_post, hold_post_rows, refuse_ended
from backend.points.writes import Rows, hold_end_rows
from backend.purchases.basis import Basis
from backend.purchases.deciding import NOTHING_EARNED, Decision, decide_awards
from backend.purchases.queries import PurchaseRecord
from backend.purchases.rows import Evidence, Settled, movements_of, purchase_rows, record_of
from backend.purchases.rules.paying import ALL_POINTS, NO_POINTS, Payment, PointsChoice, pay
from backend.purchases.writes import RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the citizen wants of it. `coupons_field`: as the caller named them, for errors.

    `held`: points that a hold set aside for it, which then pay as far as they fit. `shown_at`: when the citizen
    handed the coupons over, if that was before.
    """

    points: PointsChoice = NO_POINTS
    held: HoldRecord | None = None
    coupons: Sequence[Redeemable] = ()
    coupons_field: str = "coupons"
    shown_at: datetime | None = None
    may_earn: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A sale whose price is known."""

    basis: Basis
    payment: Payment
    facts: Facts
    wishes: Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    """Out of which lots the points come, the rows that end a hold, and what can still be spent then."""

    left_points: int
    lot_moves: Sequence[LotMove] = ()
    hold_rows: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def weigh(session: Session, *, basis: Basis, wishes: Wishes, at: datetime) -> Weighed:
    """Raises PointsAbovePrice, PointsNotEnough and what `offers.rules.check_redeemable` raises."""
    amount_yen = basis.sale.amount_yen
    check_redeemable(
        wishes.coupons,
        account_id=basis.buyer.account_id,
        shop_id=basis.shop.id,
        amount_yen=amount_yen,
        at=wishes.shown_at or at,
        field=wishes.coupons_field,
    )
    discount_yen = sum(discounts_of(wishes.coupons, amount_yen).values())
    if wishes.held is None:
        spendable_points = spendable_by(session, basis, wishes.points, at)
        payment = pay(amount_yen, discount_yen, wishes.points, spendable_points)
    else:
        payment = pay(amount_yen, discount_yen, ALL_POINTS, wishes.held.points)
    offer_ids = frozenset(coupon.offer_id for coupon in wishes.coupons)
    return Weighed(basis=basis, payment=payment, facts=basis.facts(payment, offer_ids), wishes=wishes)


def spendable_by(session: Session, basis: Basis, choice: PointsChoice, at: datetime) -> int:
    """With what holds keep beyond their time, if whoever chooses so may need it."""
    if choice.mode is SpendMode.NONE or not basis.row.unspendable_points:
        return basis.spendable_points
    overdue_points = sum_overdue_points(session, account_id=basis.buyer.account_id, at=at)
    return basis.spendable_points + overdue_points


def settle(
    session: Session,
    *,
    weighed: Weighed,
    evidence: Evidence,
    purchase_id: uuid.UUID,
    at: datetime,
) -> tuple[PurchaseRecord, Sequence[Verdict]]:
    """Decide what it earns and write everything.

    Raises HoldClosed, HoldExpired; StaleRead when something moved meanwhile.
    """
    basis, wishes = weighed.basis, weighed.wishes
    paid = _take_points(session, weighed, at)
    decision = NOTHING_EARNED
    if wishes.may_earn:
        decision = decide_awards(session, basis=basis, facts=weighed.facts, at=at)
    settled = Settled(
        id=purchase_id,
        basis=basis,
        payment=weighed.payment,
        decision=decision,
        evidence=evidence,
        coupons=wishes.coupons,
        grantable=_grantable(session, decision, at),
        left_points=paid.left_points,
        lot_moves=paid.lot_moves,
        debts=_debts(session, basis, decision),
    )
    movements = movements_of(settled, at)
    record = record_of(settled, movements, at)
    RECORD.run(session, _joined(paid.hold_rows, purchase_rows(settled, movements, record, at)))
    return record, decision.verdicts


def _joined(some: Mapping[str, Sequence[Any]], others: Rows) -> Rows:
    """A hold may free lots by the same write by which others are used."""
    return (
        {name: [*some.get(name, ()), *others.get(name, ())] for name in {**some, **others}}
        if some
        else others
    )


def _take_points(session: Session, weighed: Weighed, at: datetime) -> _Paid:
    basis, points = weighed.basis, weighed.payment.spent_points
    if weighed.wishes.held is not None:
        return _take_held(basis, weighed.wishes.held, points, at)
    if points == 0:
        return _Paid(left_points=basis.spendable_points)
    lots = list_spendable_lots(session, account_id=basis.buyer.account_id, at=at)
    used = consume_lots(lots, points)
    if sum(used.values()) < points:
        # Since the balance was read a hold has taken some; or a hold is over that still has to be ended.
        raise StaleRead
    return _Paid(left_points=basis.spendable_points - points, lot_moves=take_lots(used, at))


def _take_held(basis: Basis, held: HoldRecord, points: int, at: datetime) -> _Paid:
    """What a hold pays, and how it ends. Raises HoldClosed, HoldExpired."""
    if points == 0:  # discounts alone pay for what the sale became
        refuse_ended(held, at)
        moves = [LotMove(lot.id, held_points=-lot.free_points) for lot in held.lots]
        lot_moves: Sequence[LotMove] = ()
        hold_rows = hold_end_rows([held.id], HoldStatus.VOIDED, at=at, freed=moves)
    else:
        lot_moves = moves = list(hold_post(held, points=points, at=at).lot_moves)
        hold_rows = hold_post_rows(held, points=points, at=at)
    alive = {lot.id for lot in held.lots if lot.expires_at > at}
    freed_points = sum(-move.held_points - move.taken_points for move in moves if move.lot_id in alive)
    return _Paid(left_points=basis.spendable_points + freed_points, lot_moves=lot_moves, hold_rows=hold_rows)


def _grantable(session: Session, decision: Decision, at: datetime) -> Mapping[uuid.UUID, Grantable]:
    """Of the offers that completed cards are rewarded with, those that can still be given."""
    offer_ids = {
        verdict.stamp.offer_id for verdict in decision.verdicts if verdict.stamp and verdict.stamp.offer_id
    }
    return list_grantable(session, offer_ids=sorted(offer_ids), at=at)


def _debts(session: Session, basis: Basis, decision: Decision) -> Sequence[OpenDebt]:
    """What it earns repays these first."""
    if not basis.row.owed_points or not decision.awards:
        return ()
    return list_debts(session, account_id=basis.buyer.account_id)

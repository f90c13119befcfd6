"""Refunds in the demonstration's past: some of the purchases, whole or in part, some days later."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from backend.campaigns.rules.deciding import Verdict
from backend.campaigns.rules.facts import Facts
from backend.demo.city.accounts import DEMO_SHOP_KEY
from backend.demo.counting import Counters
from backend.demo.identifiers import Identifiers, fixed_id, staff_id
from backend.demo.ledger import Ledger
from backend.demo.town import Row
from backend.points.models import TransactionKind
from backend.points.rules import (
    AskedLot,
    Leg,
    LotGrant,
    LotUse,
    SpentLot,
    expiry_of_returned,
    plan_reclaim,
    plan_return,
)
from backend.purchases.rules.refunding import RefundShare, Rest, share_refund

REFUNDED_PER_THOUSAND = 14
WHOLE_PERCENT = 40
AFTER_HOURS = (3.0, 70.0)
REASONS = ("傷みがあったため", "サイズが合わなかったため", "打ち間違いのため", "数を間違えたため")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A purchase as it was recorded, and what a refund needs of it. `lots`: award by award, in their order."""

    row: Row
    shop_key: str
    facts: Facts
    awards: Sequence[Verdict]
    lot_ids: Sequence[uuid.UUID]
    spend_id: uuid.UUID | None
    line_rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Due:
    """`line`: the one whose pieces all come back; None: so much of the amount."""

    at: datetime
    purchase: Recorded
    amount_yen: int
    line: Row | None
    reason: str


class Refunds:
    def __init__(self, ids: Identifiers, random: Random, ledger: Ledger, counters: Counters) -> None:
        self._ids = ids
        self._random = random
        self._ledger = ledger
        self._counters = counters
        self._due: list[Due] = []
        self.rows: list[Row] = []

    def foresee(self, purchase: Recorded, *, may_be_whole: bool) -> None:
        """Decide whether the purchase will be taken back, and how much of it."""
        if self._random.randrange(1000) >= REFUNDED_PER_THOUSAND:
            return
        amount_yen = purchase.row["amount_yen"]
        is_whole = may_be_whole and self._random.randrange(100) < WHOLE_PERCENT
        line = None
        if not is_whole and purchase.line_rows:
            line = purchase.line_rows[0]
            amount_yen = line["amount_yen"]
        elif not is_whole:
            amount_yen = max(10, amount_yen * self._random.randint(15, 60) // 1000 * 10)
        after = timedelta(hours=self._random.uniform(*AFTER_HOURS))
        reason = self._random.choice(REASONS)
        self._due.append(Due(purchase.row["done_at"] + after, purchase, amount_yen, line, reason))

    def take_due(self, until_at: datetime) -> list[Due]:
        """In their order; those are due no more."""
        due = sorted((one for one in self._due if one.at < until_at), key=lambda one: one.at)
        if due:
            self._due = [one for one in self._due if one.at >= until_at]
        return due

    def carry_out(self, due: Due) -> Row | None:
        """None where the points to take back are not there: nobody shall begin with a debt."""
        purchase, row = due.purchase, due.purchase.row
        rest = Rest(
            cash_yen=row["amount_yen"] - row["discount_yen"] - row["spent_points"],
            spent_points=row["spent_points"],
            discount_yen=row["discount_yen"],
            awards={lot_id: self._ledger.lot(lot_id)["granted_points"] for lot_id in purchase.lot_ids},
        )
        share = share_refund(rest, due.amount_yen)
        account_id = row["account_id"]
        live = sum(lot.free_points for lot in self._ledger.live_lots(account_id, due.at))
        if live + share.returned_points < sum(share.reclaimed.values()):
            return None
        refund = self._refund(due, share)
        if share.returned_points and purchase.spend_id:
            self._give_back(account_id, row["shop_id"], purchase.spend_id, share, refund)
        if share.reclaimed:
            self._reclaim(account_id, share, refund)
        row["refunded_yen"] += share.amount_yen
        for award, lot_id in zip(purchase.awards, purchase.lot_ids, strict=True):
            self._counters.take_back(
                account_id,
                award,
                purchase.facts,
                points=share.reclaimed.get(lot_id, 0),
                is_whole=row["refunded_yen"] == row["amount_yen"],
            )
        self.rows.append(refund)
        return refund

    def _refund(self, due: Due, share: RefundShare) -> Row:
        is_demo_shop = due.purchase.shop_key == DEMO_SHOP_KEY
        line = due.line
        return {
            "id": self._ids.at(due.at),
            "purchase_id": due.purchase.row["id"],
            "account_id": due.purchase.row["account_id"],
            "issuer_kind": "clerk" if is_demo_shop else "register",
            "issuer_id": staff_id("clerk") if is_demo_shop else fixed_id(f"register:{due.purchase.shop_key}"),
            "amount_yen": share.amount_yen,
            "cash_yen": share.cash_yen,
            "returned_points": share.returned_points,
            "discount_yen": share.discount_yen,
            "reclaimed_points": sum(share.reclaimed.values()),
            "owed_points": 0,
            "awards": {str(lot_id): points for lot_id, points in share.reclaimed.items()},
            "lines": [{name: line[name] for name in ("position", "quantity", "amount_yen")}] if line else [],
            "reason": due.reason,
            "refunded_at": due.at,
        }

    def _give_back(
        self,
        account_id: uuid.UUID,
        shop_id: uuid.UUID,
        spend_id: uuid.UUID,
        share: RefundShare,
        refund: Row,
    ) -> None:
        """As new lots that know the use they undo."""
        at = refund["refunded_at"]
        spent = [
            SpentLot(use["lot_id"], lot["funding_account_id"], use["points"], lot["expires_at"])
            for use in self._ledger.uses_of(spend_id)
            if (lot := self._ledger.lot(use["lot_id"]))
        ]
        lots = [
            LotGrant(
                account_id=account_id,
                funding_account_id=lot.funding_account_id,
                points=points,
                spendable_at=None,
                expires_at=expiry_of_returned(lot.expires_at, at),
                returned_from=LotUse(spend_id, lot.id),
            )
            for lot, points in plan_return(spent, share.returned_points)
        ]
        points = share.returned_points
        legs = [Leg(shop_id, 0, -points), Leg(account_id, 0, points)]
        self._ledger.post(TransactionKind.RETURN, legs, source_id=refund["id"], at=at, lots=lots)

    def _reclaim(self, account_id: uuid.UUID, share: RefundShare, refund: Row) -> None:
        at = refund["refunded_at"]
        asked = [
            AskedLot(
                lot_id,
                lot["funding_account_id"],
                points,
                lot["remaining_points"],
                self._ledger.lapsed_points(lot_id),
            )
            for lot_id, points in share.reclaimed.items()
            if (lot := self._ledger.lot(lot_id))
        ]
        plan = plan_reclaim(asked, self._ledger.live_lots(account_id, at))
        taken_points = sum(plan.taken.values())
        if taken_points:
            legs = [Leg(account_id, 0, -taken_points)]
            legs += [self._ledger.give(budget_id, points) for budget_id, points in plan.returned.items()]
            self._ledger.post(TransactionKind.RECLAIM, legs, source_id=refund["id"], at=at, uses=plan.taken)

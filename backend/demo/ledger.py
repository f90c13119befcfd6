"""The demonstration's ledger in memory: balances, lots, and the rows of every movement that made them."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from random import Random

from backend.demo.identifiers import Identifiers
from backend.demo.town import Row
from backend.points.models import TransactionKind
from backend.points.rules import Leg, LotGrant, OpenLot, draw_from_slices, merge_legs
from backend.points.service.movements import LAPSED_ACCOUNT_ID


class Ledger:
    """Every movement is one balanced transaction, as in a running service; nothing is held and nothing owed."""

    def __init__(self, ids: Identifiers, random: Random) -> None:
        self._ids = ids
        self._random = random
        self.transactions: list[Row] = []
        self.entries: list[Row] = []
        self.lots: list[Row] = []
        self.uses: list[Row] = []
        self.balances: dict[uuid.UUID, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._totals: dict[uuid.UUID, int] = defaultdict(int)
        self._uses_by_transaction: dict[uuid.UUID, list[Row]] = defaultdict(list)
        self._lot_by_id: dict[uuid.UUID, Row] = {}
        # Those with points left.
        self._open: dict[uuid.UUID, dict[uuid.UUID, Row]] = defaultdict(dict)
        self._expiring: dict[datetime, list[Row]] = defaultdict(list)
        self._lapsed: dict[uuid.UUID, int] = {}

    def post(
        self,
        kind: TransactionKind,
        legs: Sequence[Leg],
        *,
        source_id: uuid.UUID | None,
        at: datetime,
        lots: Sequence[LotGrant] = (),
        uses: Mapping[uuid.UUID, int] | None = None,
    ) -> uuid.UUID:
        """`uses`: lot → points taken from it. Returns the transaction's id."""
        transaction_id = self._ids.at(at)
        self.transactions.append(
            {
                "id": transaction_id,
                "kind": kind.value,
                "source_id": source_id,
                "occurred_at": at,
                "recorded_at": at,
            }
        )
        for position, leg in enumerate(merge_legs(legs), 1):
            self.balances[leg.account_id][leg.slice] += leg.amount_points
            self._totals[leg.account_id] += leg.amount_points
            self.entries.append(
                {
                    "transaction_id": transaction_id,
                    "position": position,
                    "account_id": leg.account_id,
                    "slice": leg.slice,
                    "amount_points": leg.amount_points,
                }
            )
        for lot in lots:
            self._add_lot(lot, transaction_id, at)
        for lot_id, points in (uses or {}).items():
            self._use_lot(lot_id, points, transaction_id, kind)
        return transaction_id

    def _add_lot(self, lot: LotGrant, transaction_id: uuid.UUID, at: datetime) -> None:
        origin = lot.returned_from
        row: Row = {
            "id": lot.id or self._ids.at(at),
            "account_id": lot.account_id,
            "transaction_id": transaction_id,
            "funding_account_id": lot.funding_account_id,
            "granted_points": lot.points,
            "remaining_points": lot.points,
            "issued_at": at,
            "spendable_at": lot.spendable_at,
            "expires_at": lot.expires_at,
            "returned_from_transaction_id": origin.transaction_id if origin else None,
            "returned_from_lot_id": origin.lot_id if origin else None,
        }
        self.lots.append(row)
        self._expiring[row["expires_at"]].append(row)
        self._lot_by_id[row["id"]] = self._open[lot.account_id][row["id"]] = row

    def _use_lot(
        self, lot_id: uuid.UUID, points: int, transaction_id: uuid.UUID, kind: TransactionKind
    ) -> None:
        use: Row = {"transaction_id": transaction_id, "lot_id": lot_id, "points": points}
        self.uses.append(use)
        self._uses_by_transaction[transaction_id].append(use)
        lot = self._lot_by_id[lot_id]
        lot["remaining_points"] -= points
        if not lot["remaining_points"]:
            del self._open[lot["account_id"]][lot_id]
        if kind is TransactionKind.LAPSE:
            self._lapsed[lot_id] = points

    def total(self, account_id: uuid.UUID) -> int:
        return self._totals[account_id]

    def lot(self, lot_id: uuid.UUID) -> Row:
        return self._lot_by_id[lot_id]

    def uses_of(self, transaction_id: uuid.UUID) -> list[Row]:
        return self._uses_by_transaction.get(transaction_id, [])

    def lapsed_points(self, lot_id: uuid.UUID) -> int:
        """Of a lot that has lapsed."""
        return self._lapsed.get(lot_id, 0)

    def live_lots(self, account_id: uuid.UUID, at: datetime) -> list[OpenLot]:
        """The pending ones too."""
        return [_open_lot(lot) for lot in self._open[account_id].values() if lot["expires_at"] > at]

    def spendable_lots(self, account_id: uuid.UUID, at: datetime) -> list[OpenLot]:
        return [
            _open_lot(lot)
            for lot in self._open[account_id].values()
            if lot["expires_at"] > at and (lot["spendable_at"] is None or lot["spendable_at"] <= at)
        ]

    def draw(self, account_id: uuid.UUID, points: int) -> Iterator[Leg]:
        """From one slice at random, as a purchase does; from several where that one is short."""
        slices = self.balances[account_id]
        number = self._random.randrange(len(slices))
        drawn = {number: points} if slices[number] >= points else draw_from_slices(slices, points)
        return (Leg(account_id, number, -taken) for number, taken in drawn.items())

    def give(self, account_id: uuid.UUID, points: int) -> Leg:
        """Back to any slice of a budget."""
        return Leg(account_id, self._random.randrange(len(self.balances[account_id])), points)

    def lapse(self, at: datetime) -> None:
        """What nobody spent in time, a transaction for each account."""
        expired: dict[uuid.UUID, dict[uuid.UUID, int]] = defaultdict(dict)
        for expires_at in [moment for moment in self._expiring if moment <= at]:
            for lot in self._expiring.pop(expires_at):
                if lot["remaining_points"]:
                    expired[lot["account_id"]][lot["id"]] = lot["remaining_points"]
        for account_id, used in expired.items():
            points = sum(used.values())
            legs = [Leg(account_id, 0, -points), Leg(LAPSED_ACCOUNT_ID, 0, points)]
            self.post(TransactionKind.LAPSE, legs, source_id=None, at=at, uses=used)


def _open_lot(lot: Row) -> OpenLot:
    return OpenLot(lot["id"], lot["remaining_points"], lot["expires_at"])

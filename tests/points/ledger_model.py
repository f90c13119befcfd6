"""Points as a child would count them: what the machine's ledger is held against."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from backend.base.clock import JST, city_day


@dataclass(eq=False)
class ModelLot:
    left: int
    spendable_at: datetime
    expires_at: datetime
    held: int = 0
    lapsed: int = 0
    reclaimed: int = 0

    @property
    def free(self) -> int:
        return self.left - self.held


@dataclass(eq=False)
class ModelUse:
    """What a spend took of a lot and did not give back yet."""

    lot: ModelLot
    points: int


@dataclass(eq=False)
class ModelHold:
    purse: int
    parts: list[tuple[ModelLot, int]]
    expires_at: datetime
    status: str = "held"

    @property
    def points(self) -> int:
        return sum(points for _, points in self.parts)


@dataclass(eq=False)
class ModelSpend:
    purse: int
    uses: list[ModelUse]


@dataclass(eq=False)
class ModelGrant:
    """`asked`: what refunds asked back of it so far."""

    purse: int
    lot: ModelLot
    points: int
    asked: int = 0


@dataclass
class Model:
    budget: int = 0
    till: int = 0
    debts: dict[int, list[int]] = field(default_factory=lambda: {0: [], 1: []})
    purses: dict[int, list[ModelLot]] = field(default_factory=lambda: {0: [], 1: []})
    holds: list[ModelHold] = field(default_factory=list)
    spends: list[ModelSpend] = field(default_factory=list)
    grants: list[ModelGrant] = field(default_factory=list)

    def live(self, purse: int, at: datetime, *, pending: bool = False) -> list[ModelLot]:
        lots = [
            lot
            for lot in self.purses[purse]
            if lot.expires_at > at and lot.free and (pending or lot.spendable_at <= at)
        ]
        return sorted(lots, key=lambda lot: lot.expires_at)

    def grant(self, purse: int, points: int, spendable_at: datetime, expires_at: datetime) -> str:
        if self.budget < points:
            return "budget_insufficient"
        self.budget -= points
        repaid = 0
        for index, owed in enumerate(self.debts[purse]):
            paid = min(owed, points - repaid)
            self.debts[purse][index] -= paid
            repaid += paid
        self.budget += repaid
        lot = ModelLot(points - repaid, spendable_at, expires_at, reclaimed=repaid)
        self.purses[purse].append(lot)
        self.grants.append(ModelGrant(purse, lot, points))
        return "done"

    def draw(self, purse: int, points: int, at: datetime) -> list[tuple[ModelLot, int]] | None:
        lots = self.live(purse, at)
        if sum(lot.free for lot in lots) < points:
            return None
        return draw_from(lots, points)

    def spend(self, purse: int, points: int, at: datetime) -> str:
        parts = self.draw(purse, points, at)
        if parts is None:
            return "points_insufficient"
        self._pay(purse, parts)
        return "done"

    def hold(self, purse: int, points: int, expires_at: datetime, at: datetime) -> str:
        if sum(lot.free for lot in self.live(purse, at)) < points:
            self.expire(at, purse)
        parts = self.draw(purse, points, at)
        if parts is None:
            return "points_insufficient"
        for lot, held in parts:
            lot.held += held
        self.holds.append(ModelHold(purse, parts, expires_at))
        return "done"

    def post(self, hold: ModelHold, points: int, at: datetime) -> str:
        if hold.status == "expired" or (hold.status == "held" and hold.expires_at <= at):
            return "hold_expired"
        if hold.status != "held":
            return "hold_closed"
        if points > hold.points:
            return "hold_exceeded"
        paid = []
        for lot, held in hold.parts:
            lot.held -= held
            part = min(held, points - sum(taken for _, taken in paid))
            if part:
                paid.append((lot, part))
        self._pay(hold.purse, paid)
        hold.status = "posted"
        return "done"

    def void(self, hold: ModelHold, at: datetime) -> str:
        if hold.status != "held":
            return "hold_closed"
        self._free(hold, "voided" if hold.expires_at > at else "expired")
        return "done"

    def expire(self, at: datetime, purse: int | None = None) -> None:
        for hold in self.holds:
            if hold.status == "held" and hold.expires_at <= at and purse in (None, hold.purse):
                self._free(hold, "expired")

    def reclaim(self, grant: ModelGrant, points: int, at: datetime) -> tuple[int, int, int]:
        """Points taken, owed, forgiven."""
        forgiven_before = max(0, grant.asked - grant.lot.reclaimed)
        own = min(points, grant.lot.free)
        grant.lot.left -= own
        grant.lot.reclaimed += own
        forgiven = min(points - own, max(0, grant.lot.lapsed - forgiven_before))
        missing = points - own - forgiven
        others = draw_from(self.live(grant.purse, at, pending=True), missing)
        for lot, taken in others:
            lot.left -= taken
            lot.reclaimed += taken
            missing -= taken
        self.budget += points - forgiven - missing
        if missing:
            self.debts[grant.purse].append(missing)
        grant.asked += points
        return points - forgiven - missing, missing, forgiven

    def give_back(self, spend: ModelSpend, points: int, at: datetime) -> str:
        if sum(use.points for use in spend.uses) < points:
            return "spend_exceeded"
        self.till -= points
        soonest = datetime.combine(city_day(at) + timedelta(days=15), time(), JST).astimezone(UTC)
        for use in reversed(spend.uses):
            back = min(use.points, points)
            use.points -= back
            points -= back
            if back:
                self.purses[spend.purse].append(ModelLot(back, at, max(use.lot.expires_at, soonest)))
        return "done"

    def lapse(self, at: datetime) -> None:
        for lots in self.purses.values():
            for lot in lots:
                if lot.expires_at <= at:
                    lot.lapsed += lot.free
                    lot.left = lot.held

    def close(self, purse: int) -> int:
        for hold in self.holds:
            if hold.purse == purse and hold.status == "held":
                self._free(hold, "voided")
        lapsed_points = self.held(purse)
        for lot in self.purses[purse]:
            lot.left = 0
        return lapsed_points

    def held(self, purse: int) -> int:
        return sum(lot.left for lot in self.purses[purse])

    def summary(self, purse: int, at: datetime) -> tuple[int, int, int, dict[datetime, int]]:
        alive = [lot for lot in self.purses[purse] if lot.expires_at > at]
        ends: dict[datetime, int] = {}
        for lot in sorted(alive, key=lambda lot: lot.expires_at):
            if lot.free:
                ends[lot.expires_at] = ends.get(lot.expires_at, 0) + lot.free
        balance = sum(lot.free for lot in alive if lot.spendable_at <= at)
        pending = sum(lot.free for lot in alive) - balance
        return balance, pending, sum(lot.held for lot in alive), dict(list(ends.items())[:5])

    def _pay(self, purse: int, parts: list[tuple[ModelLot, int]]) -> None:
        for lot, taken in parts:
            lot.left -= taken
            self.till += taken
        self.spends.append(ModelSpend(purse, [ModelUse(lot, taken) for lot, taken in parts]))

    def _free(self, hold: ModelHold, status: str) -> None:
        for lot, held in hold.parts:
            lot.held -= held
        hold.status = status


def draw_from(lots: list[ModelLot], points: int) -> list[tuple[ModelLot, int]]:
    parts = []
    for lot in lots:
        taken = min(lot.free, points)
        points -= taken
        if taken:
            parts.append((lot, taken))
    return parts

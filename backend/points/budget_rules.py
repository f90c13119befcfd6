"""What a budget line says: sums of the ledger put under their words, and who bears how much of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from backend.base.errors import Refused
from backend.points.models import TransactionKind

PERMILLE = 1_000
# From where a sum comes: entries of the budget's account, its lots as granted, uses of its lots.
ENTRIES, LOTS, USES = "entries", "lots", "uses"
# Reclaims that repay a debt stand apart from those of a refund.
REPAY = "repay"

Sums = Mapping[tuple[str, str], int]


class BudgetSharesInvalid(Refused):
    """The three shares together are not the whole."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Who bears the points of a line, in per mille. Raises BudgetSharesInvalid."""

    city_permille: int
    shop_permille: int
    chamber_permille: int

    def __post_init__(self) -> None:
        if min(self.weights) < 0 or sum(self.weights) != PERMILLE:
            raise BudgetSharesInvalid(field="city_permille")

    @property
    def weights(self) -> tuple[int, int, int]:
        return self.city_permille, self.shop_permille, self.chamber_permille


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one budget or several, in points. Two laws:

    `left = funded - released - granted + reclaimed + repaid`, and, where no use went to another budget,
    `granted + returned = outstanding + spent + lapsed + taken back`, which is `reclaimed` but for repaid debts.
    """

    funded_points: int = 0
    released_points: int = 0  # given back to the issuance
    granted_points: int = 0  # with corrections in the citizen's favour
    reclaimed_points: int = 0  # came back to the budget: refunds, corrections
    repaid_points: int = 0  # came back later, out of what those who owed them earned
    left_points: int = 0
    spent_points: int = 0
    returned_points: int = 0  # spent, and back with the citizen after a refund
    lapsed_points: int = 0
    outstanding_points: int = 0  # with citizens: spendable, pending or held


@dataclass(frozen=True, slots=True)
class SharedFigures:
    city: Figures
    shop: Figures
    chamber: Figures


def make_figures(sums: Sums) -> Figures:
    """`sums`: (source, kind of transaction) → points, entries with their sign."""
    kinds = TransactionKind

    def of(source: str, *names: str) -> int:
        return sum(sums.get((source, name), 0) for name in names)

    granted = of(LOTS, kinds.GRANT, kinds.CORRECT)
    return Figures(
        funded_points=of(ENTRIES, kinds.FUND),
        released_points=-of(ENTRIES, kinds.RELEASE),
        granted_points=granted,
        # What grants took from the budget is gone from its entries; what is above that came back.
        reclaimed_points=of(ENTRIES, kinds.RECLAIM, kinds.GRANT, kinds.CORRECT) + granted,
        repaid_points=of(ENTRIES, REPAY),
        left_points=sum(points for (source, _), points in sums.items() if source == ENTRIES),
        spent_points=of(USES, kinds.SPEND),
        returned_points=of(LOTS, kinds.RETURN),
        lapsed_points=of(USES, kinds.LAPSE),
        outstanding_points=sum(
            points if source == LOTS else -points for (source, _), points in sums.items() if source != ENTRIES
        ),
    )


def add_figures(several: Iterable[Figures]) -> Figures:
    rows = list(several)
    return Figures(**{name: sum(getattr(row, name) for row in rows) for name in _NAMES})


def share_figures(figures: Figures, shares: Shares) -> SharedFigures:
    """Each figure by itself, so that the three of it sum to the whole of it."""
    parts = {name: split_by_weights(getattr(figures, name), shares.weights) for name in _NAMES}
    city, shop, chamber = (
        Figures(**{name: part[index] for name, part in parts.items()}) for index in range(3)
    )
    return SharedFigures(city, shop, chamber)


def split_by_weights(points: int, weights: Sequence[int]) -> list[int]:
    """Whole parts that sum to `points`, each less than one from its exact share: what rounding down leaves goes to
    the largest remainders, of equal ones to the first.
    """
    whole = sum(weights)
    parts = [divmod(points * weight, whole) for weight in weights]
    rest = points - sum(part for part, _ in parts)
    largest = sorted(range(len(parts)), key=lambda index: (-parts[index][1], index))[:rest]
    return [part + (index in largest) for index, (part, _) in enumerate(parts)]


_NAMES = tuple(field.name for field in fields(Figures))

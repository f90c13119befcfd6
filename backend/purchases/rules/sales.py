"""What is sold: an amount, perhaps with its lines. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from backend.base.errors import Refused
from backend.base.records import made_often

LINES_MAX = 200
QUANTITY_MAX = 9_999


class LinesNotSummingToAmount(Refused):
    """The lines must sum to what is sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleLine:
    """One line of a receipt. `amount_yen` is of the whole line, with tax and after its own discounts.

    `discount_yen` is what those took off. `product_id` and what follows are those of the registered product that
    the codes name, as of the sale.
    """

    name: str | None
    quantity: int
    amount_yen: int
    gtin: str | None = None
    in_store_code: str | None = None
    tax_permille: int | None = None
    discount_yen: int = 0
    product_id: uuid.UUID | None = None
    category: str | None = None
    certifications: tuple[str, ...] = ()
    origin_ring: str | None = None

    def to_json(self) -> dict[str, Any]:
        document = {name: value for name, value in asdict(self).items() if value not in (None, ())}
        if self.discount_yen == 0:
            del document["discount_yen"]
        if self.product_id is not None:
            document["product_id"] = str(self.product_id)
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "SaleLine":
        values = dict(document)
        values.setdefault("name", None)
        if "product_id" in values:
            values["product_id"] = uuid.UUID(values["product_id"])
        if "certifications" in values:
            values["certifications"] = tuple(values["certifications"])
        return cls(**values)


@made_often
@dataclass(frozen=True, slots=True)
class Sale:
    """Raises LinesNotSummingToAmount."""

    amount_yen: int
    lines: tuple[SaleLine, ...] = ()

    def __post_init__(self) -> None:
        if self.lines and sum(line.amount_yen for line in self.lines) != self.amount_yen:
            raise LinesNotSummingToAmount(field="lines")


def read_lines(documents: Sequence[Mapping[str, Any]] | None) -> tuple[SaleLine, ...]:
    """As a till code or a checkout keeps them."""
    return tuple(SaleLine.from_json(document) for document in documents or ())

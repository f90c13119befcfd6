"""In-store bar codes that hold a price: pure.

Fish by weight and bread with a sticker get another thirteen digits for every price. What stays is the stem, prefix
and item, by which the product is known. What the price says is the till's business: it sends what it charged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.base.errors import Refused
from backend.organisations.rules import is_in_store_gtin

PREFIX_DIGITS = 2
CODE_DIGITS = 13
PREFIXES = ("02", *(str(number) for number in range(20, 30)))
# Item and price fill ten digits, or nine with the price's own check digit between them.
FILLED_DIGITS = (9, 10)
PRICE_DIGITS = (4, 5)


class PriceCodeLayoutInvalid(Refused):
    """A prefix that is no shop's own, or digits that do not fill a code, or a prefix given twice."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How codes with one prefix are built. Raises PriceCodeLayoutInvalid."""

    prefix: str
    item_digits: int
    price_digits: int

    def __post_init__(self) -> None:
        if self.prefix not in PREFIXES:
            raise PriceCodeLayoutInvalid(field="prefix")
        if self.price_digits not in PRICE_DIGITS:
            raise PriceCodeLayoutInvalid(field="price_digits")
        if self.item_digits + self.price_digits not in FILLED_DIGITS:
            raise PriceCodeLayoutInvalid(field="item_digits")


def stem_of(code: str, layouts: Mapping[str, Layout]) -> str | None:
    """Prefix and item of a thirteen-digit code that holds a price; None for any other code.

    `layouts` by their prefix.
    """
    layout = layouts.get(code[:PREFIX_DIGITS])
    if layout is None or len(code) != CODE_DIGITS or not is_in_store_gtin(code):
        return None
    return code[: PREFIX_DIGITS + layout.item_digits]


def by_prefix(layouts: Iterable[Layout]) -> dict[str, Layout]:
    """Raises PriceCodeLayoutInvalid for a prefix given twice."""
    found: dict[str, Layout] = {}
    for place, layout in enumerate(layouts):
        if layout.prefix in found:
            raise PriceCodeLayoutInvalid(field=f"layouts.{place}.prefix")
        found[layout.prefix] = layout
    return found

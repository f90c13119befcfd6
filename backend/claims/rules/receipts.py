"""What a receipt states, whether its sums can be true, and what tells two receipts apart: pure.

Amounts are whole yen with tax, unless lines are printed without it. A shop rounds once for each rate, down, up or
to the nearest: whatever lies between is believed.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.base.clock import city_day
from backend.base.errors import Refused
from backend.organisations.rules import read_registration_number, read_shop_phone
from backend.organisations.texts import one_line_or_none
from backend.purchases.rules.sales import SaleLine

# Ten per cent, the reduced eight (※ on the receipt), and what bears no tax (stamps, fees).
TAX_PERMILLES = (100, 80, 0)
RECEIPT_LINES_MAX = 100
PHOTOS_MAX = 5
# Two statements of one purchase may differ so much: one was read off the receipt, the other off a watch.
NEAR = timedelta(minutes=30)

_NUMBER_PREFIX = re.compile(r"^(?:no|№|#|レシート|伝票|取引|番号)+", re.IGNORECASE)


class ReceiptFieldMissing(Refused):
    """A draft may be without it; what is handed in may not. `field` names it."""


class ReceiptTotalsMismatched(Refused):
    """The totals of the rates do not sum to the total, or a rate stands there twice."""


class ReceiptTaxMismatched(Refused):
    """No rounding makes this tax of this amount."""


class ReceiptLinesMismatched(Refused):
    """The lines do not sum to the total, or not to that of their rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTotal:
    """`amount_yen` with tax; `tax_yen`: how much of it is tax, if the receipt says so."""

    tax_permille: int
    amount_yen: int
    tax_yen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """As printed: with tax, or without it where the receipt adds it below."""

    name: str
    quantity: int = 1
    amount_yen: int
    tax_permille: int = 100
    gtin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """As a citizen states it. `registration_number`: 13 digits; `phone`: E.164. A draft may lack anything."""

    registration_number: str | None = None
    phone: str | None = None
    shop_name: str | None = None
    receipt_number: str | None = None
    done_at: datetime | None = None
    total_yen: int | None = None
    rates: tuple[RateTotal, ...] = ()
    lines: tuple[ReceiptLine, ...] = ()
    lines_exclude_tax: bool = False

    def to_json(self) -> dict[str, Any]:
        document = asdict(self)
        if self.done_at is not None:
            document["done_at"] = self.done_at.isoformat()
        return document | {"rates": list(document["rates"]), "lines": list(document["lines"])}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Receipt":
        done_at = document["done_at"]
        return cls(
            **{name: document[name] for name in cls.__slots__ if name not in ("done_at", "rates", "lines")},
            done_at=datetime.fromisoformat(done_at) if done_at else None,
            rates=tuple(RateTotal(**rate) for rate in document["rates"]),
            lines=tuple(ReceiptLine(**line) for line in document["lines"]),
        )


def read_receipt(values: Mapping[str, Any]) -> Receipt:
    """Out of what people type: fields of Receipt, `rates` and `lines` as mappings.

    Raises RegistrationNumberInvalid, ShopPhoneMalformed.
    """
    given = dict(values)
    if given["registration_number"]:
        given["registration_number"] = read_registration_number(given["registration_number"]).digits
    if given["phone"]:
        given["phone"] = read_shop_phone(given["phone"])
    for name in ("shop_name", "receipt_number"):
        given[name] = one_line_or_none(given[name])
    given["rates"] = tuple(RateTotal(**rate) for rate in given["rates"])
    given["lines"] = tuple(ReceiptLine(**line) for line in given["lines"])
    return Receipt(**given)


# --- Sums ---


def check_sums(receipt: Receipt) -> None:
    """Raises ReceiptTotalsMismatched, ReceiptTaxMismatched, ReceiptLinesMismatched."""
    if any(count > 1 for count in Counter(rate.tax_permille for rate in receipt.rates).values()):
        raise ReceiptTotalsMismatched(field="rates")
    for place, rate in enumerate(receipt.rates):
        if rate.tax_yen is not None and not is_tax_of(rate):
            raise ReceiptTaxMismatched(field=f"rates.{place}.tax_yen", percent=rate.tax_permille // 10)
    if receipt.rates and receipt.total_yen is not None:
        _check_total(receipt.rates, receipt.total_yen)
    if receipt.lines:
        _check_lines(receipt)


def is_tax_of(rate: RateTotal) -> bool:
    """Whether some rounding, of the tax added to a price or of that contained in it, makes `tax_yen`."""
    tax_yen = rate.tax_yen or 0
    base_yen = rate.amount_yen - tax_yen
    return base_yen >= 0 and (
        _is_rounding(tax_yen, base_yen * rate.tax_permille, 1000)
        or _is_rounding(tax_yen, rate.amount_yen * rate.tax_permille, 1000 + rate.tax_permille)
    )


def _is_rounding(whole: int, numerator: int, denominator: int) -> bool:
    return numerator // denominator <= whole <= -(-numerator // denominator)


def _check_total(rates: Sequence[RateTotal], total_yen: int) -> None:
    summed_yen = sum(rate.amount_yen for rate in rates)
    if summed_yen != total_yen:
        raise ReceiptTotalsMismatched(field="rates", summed_yen=summed_yen, total_yen=total_yen)


def _check_lines(receipt: Receipt) -> None:
    """Rate by rate where the receipt tells its totals, else all together."""
    by_rate: Counter[int] = Counter()
    for line in receipt.lines:
        by_rate[line.tax_permille] += line.amount_yen
    if receipt.lines_exclude_tax and not receipt.rates:
        raise ReceiptLinesMismatched(field="rates")  # nobody can say what tax comes to them
    for rate in receipt.rates:
        if by_rate.pop(rate.tax_permille, 0) != _lines_yen(receipt, rate):
            raise ReceiptLinesMismatched(field="lines")
    is_summing = not by_rate if receipt.rates else receipt.total_yen in (None, by_rate.total())
    if not is_summing:
        raise ReceiptLinesMismatched(field="lines")


def _lines_yen(receipt: Receipt, rate: RateTotal) -> int:
    """What the lines of the rate must sum to."""
    if not receipt.lines_exclude_tax:
        return rate.amount_yen
    if rate.tax_yen is None and rate.tax_permille:
        raise ReceiptLinesMismatched(field="rates")
    return rate.amount_yen - (rate.tax_yen or 0)


def check_complete(receipt: Receipt) -> tuple[datetime, int]:
    """When and how much, without which nobody looks at it. Raises ReceiptFieldMissing."""
    if receipt.total_yen is None:
        raise ReceiptFieldMissing(field="total_yen")
    if receipt.done_at is None:
        raise ReceiptFieldMissing(field="done_at")
    return receipt.done_at, receipt.total_yen


# --- What becomes a purchase ---


def sale_lines(receipt: Receipt) -> tuple[SaleLine, ...]:
    """The lines with tax."""
    return tuple(
        SaleLine(
            name=line.name,
            quantity=line.quantity,
            amount_yen=amount_yen,
            gtin=line.gtin,
            tax_permille=line.tax_permille,
        )
        for line, amount_yen in zip(receipt.lines, _amounts_with_tax(receipt), strict=True)
    )


def _amounts_with_tax(receipt: Receipt) -> list[int]:
    amounts = [line.amount_yen for line in receipt.lines]
    if receipt.lines_exclude_tax:
        for rate in receipt.rates:
            places = [
                place for place, line in enumerate(receipt.lines) if line.tax_permille == rate.tax_permille
            ]
            shares = spread([amounts[place] for place in places], rate.tax_yen or 0)
            for place, share in zip(places, shares, strict=True):
                amounts[place] += share
    return amounts


def spread(amounts: Sequence[int], whole: int) -> list[int]:
    """`whole` over the amounts in proportion, each rounded down or up, nothing lost: largest remainders first."""
    total = sum(amounts)
    if total == 0:
        return [0] * len(amounts)
    shares = [amount * whole // total for amount in amounts]
    by_remainder = sorted(range(len(amounts)), key=lambda place: (-(amounts[place] * whole % total), place))
    for place in by_remainder[: whole - sum(shares)]:
        shares[place] += 1
    return shares


# --- Two receipts ---


def plain_receipt_number(printed: str) -> str:
    """However it was typed: width, case, marks, "No." and zeros before it make no difference."""
    folded = unicodedata.normalize("NFKC", printed).casefold()
    letters = "".join(
        character for character in _NUMBER_PREFIX.sub("", folded.strip()) if character.isalnum()
    )
    return letters.lstrip("0")


def signatures_of(receipt: Receipt, *, issuers: Collection[str]) -> frozenset[bytes]:
    """What no two claims may share: one for each name of who gave the receipt out (its number, its shop).

    Without a receipt number there is none: many pay the same at the same shop on the same day. Raises
    ReceiptFieldMissing.
    """
    done_at, total_yen = check_complete(receipt)
    number = plain_receipt_number(receipt.receipt_number or "")
    stated = [number, city_day(done_at).isoformat(), str(total_yen)]
    return frozenset(
        hashlib.sha256("\n".join([issuer, *stated]).encode()).digest() for issuer in issuers if number
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """A purchase as somebody stated it, or as it was recorded."""

    receipt_number: str | None
    done_at: datetime


def are_likely_one(one: Statement, other: Statement) -> bool:
    """Of two statements of the same amount at the same shop on the same day: whether they may be one purchase.

    Different numbers are different receipts, whatever the time; without both numbers the time decides.
    """
    numbers = [plain_receipt_number(statement.receipt_number or "") for statement in (one, other)]
    if all(numbers):
        return numbers[0] == numbers[1]
    return abs(one.done_at - other.done_at) <= NEAR

"""What the text of a Japanese receipt seems to say, as a machine read it off a photo: pure.

Reading a photo goes wrong often, so this only suggests: what contradicts itself is left out, and the citizen looks
at the rest before handing it in.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from backend.base.clock import JST
from backend.base.errors import Refused
from backend.claims.rules.receipts import (
    RECEIPT_LINES_MAX,
    RateTotal,
    Receipt,
    ReceiptLine,
    check_sums,
)
from backend.organisations.rules import ShopPhoneMalformed, read_registration_number, read_shop_phone

AMOUNT_MAX_YEN = 9_999_999
NAME_MAX_CHARACTERS = 80
OLDEST_YEAR = 2020
REIWA_BEGAN_AFTER = 2018

# Machines put spaces between characters that have none; Latin words keep theirs.
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uff01-\uff60※]"
_BETWEEN_WIDE = re.compile(f"(?<={_WIDE})[ \t]+(?={_WIDE})")
_AMOUNT = r"[¥\\]?\s*(?P<yen>\d{1,3}(?:[,.]\s?\d{3})+|\d{1,7})\s*円?"
_REGISTRATION = re.compile(r"[Tt]\s?(\d(?:[\s-]?\d){12})(?!\d)")
_PHONE = re.compile(r"(?<![\dT-])0\d{1,4}[-() ]{1,2}\d{1,4}[-() ]{1,2}\d{3,4}(?!\d)")
_DAY = re.compile(r"(?:(20\d\d)|(?:令和|R)\s?(\d{1,2}))\s?[年/.-]\s?(\d{1,2})\s?[月/.-]\s?(\d{1,2})(?!\d)")
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-3])\s?[:時]\s?([0-5]\d)(?!\d)")
_NUMBER = re.compile(
    r"(?:レシート|伝票|取引|領収証?書?)\s?(?:No|N0|NO|番号|#)?\s?[.:]?\s?([0-9][0-9A-Z-]{1,19})"
    r"|(?:No|NO|#)\s?[.:]?\s?([0-9][0-9A-Z-]{1,19})"
)
_TOTAL = re.compile(rf"^\W*(?:合計|お買上げ?計|総合計)(?:金額)?[^\d¥\\]*{_AMOUNT}")
_RATE = re.compile(rf"(?P<rate>10|8)\s?[%％]\s?(?:対象|税込)[^\d¥\\]*{_AMOUNT}")
_TAX = re.compile(rf"(?:内?消費税等?|税額?|内税)[^\d¥\\]*{_AMOUNT}")
_GOODS = re.compile(rf"^(?P<name>\S.*?)[\s　]+{_AMOUNT}\s*(?P<mark>[※*軽]?)\W*$")
_MARK_BEFORE = re.compile(r"^[※*軽]\s?|\s?[※*軽]$")
_NO_GOODS = re.compile(
    r"計|税|対象|預|釣|現金|クレジット|ポイント|支払|登録|電話|TEL|番号|No|\d年|点数|値引|割引"
)


def understand(text: str) -> Receipt:
    """Whatever can be made out; nothing of it is a fact."""
    lines = plain_lines(text)
    whole = "\n".join(lines)
    found = Receipt(
        registration_number=_registration_number(whole),
        phone=_phone(whole),
        shop_name=_shop_name(lines),
        receipt_number=_receipt_number(lines),
        done_at=_done_at(whole),
        total_yen=_total(lines),
    )
    return _with_lines(_with_rates(found, _rates(lines)), _goods(lines))


def plain_lines(text: str) -> Sequence[str]:
    """Of one width, without the spaces that stand within words."""
    folded = unicodedata.normalize("NFKC", text.replace("￥", "¥")).replace("\x0c", "\n")
    return [line for line in (_BETWEEN_WIDE.sub("", raw).strip() for raw in folded.splitlines()) if line]


def _registration_number(text: str) -> str | None:
    found = _REGISTRATION.search(text)
    return read_registration_number(found[1]).digits if found else None


def _phone(text: str) -> str | None:
    for found in _PHONE.finditer(text):
        try:
            return read_shop_phone(found[0])
        except ShopPhoneMalformed:
            continue
    return None


def _shop_name(lines: Sequence[str]) -> str | None:
    """What stands at the top, unless it is a title or holds a number."""
    for line in lines[:3]:
        name = line.strip("*※-=~ ")
        if len(name) >= 2 and not re.search(r"\d|領収|レシート|計|税", name):
            return name[:NAME_MAX_CHARACTERS]
    return None


def _receipt_number(lines: Sequence[str]) -> str | None:
    for line in lines:
        found = _NUMBER.search(line) if not _REGISTRATION.search(line) else None
        if found:
            return found[1] or found[2]
    return None


def _done_at(text: str) -> datetime | None:
    """Without a time there is no moment."""
    day, time = _DAY.search(text), None
    if day:
        time = _TIME.search(text, day.end()) or _TIME.search(text)
    if not day or not time:
        return None
    year = int(day[1]) if day[1] else REIWA_BEGAN_AFTER + int(day[2])
    try:
        here = datetime(year, int(day[3]), int(day[4]), int(time[1]), int(time[2]), tzinfo=JST)
    except ValueError:
        return None
    return here.astimezone(UTC) if year >= OLDEST_YEAR else None


def _yen(found: re.Match[str]) -> int:
    return int(re.sub(r"\D", "", found["yen"]))


def _total(lines: Sequence[str]) -> int | None:
    for line in lines:
        found = _TOTAL.search(line)
        if found and 0 < _yen(found) <= AMOUNT_MAX_YEN:
            return _yen(found)
    return None


def _rates(lines: Sequence[str]) -> tuple[RateTotal, ...]:
    """The tax stands behind the total of its rate, or on the line below."""
    rates: dict[int, RateTotal] = {}
    for place, line in enumerate(lines):
        found = _RATE.search(line)
        if found is None or _yen(found) > AMOUNT_MAX_YEN:
            continue
        below = lines[place + 1] if place + 1 < len(lines) else ""
        tax = _TAX.search(line, found.end()) or (None if _RATE.search(below) else _TAX.search(below))
        permille = int(found["rate"]) * 10
        rates.setdefault(
            permille,
            RateTotal(tax_permille=permille, amount_yen=_yen(found), tax_yen=_yen(tax) if tax else None),
        )
    return tuple(rates.values())


def _goods(lines: Sequence[str]) -> tuple[ReceiptLine, ...]:
    """Names with amounts above the subtotal or the total."""
    goods = []
    for line in lines:
        if re.search(r"小計|合計", line):
            break
        found = _GOODS.match(line)
        if found is None or _NO_GOODS.search(line) or _yen(found) > AMOUNT_MAX_YEN:
            continue
        name = _MARK_BEFORE.sub("", found["name"]).strip()
        is_reduced = bool(found["mark"]) or name != found["name"]
        if name:
            goods.append(
                ReceiptLine(
                    name=name[:NAME_MAX_CHARACTERS],
                    amount_yen=_yen(found),
                    tax_permille=80 if is_reduced else 100,
                )
            )
    return tuple(goods[:RECEIPT_LINES_MAX])


def _with_rates(found: Receipt, rates: tuple[RateTotal, ...]) -> Receipt:
    """With tax, or without it and the tax beside; none where neither fits the total."""
    with_tax = tuple(replace(rate, amount_yen=rate.amount_yen + (rate.tax_yen or 0)) for rate in rates)
    for tried in (rates, with_tax, tuple(replace(rate, tax_yen=None) for rate in rates)):
        if _is_sound(replace(found, rates=tried)):
            return replace(found, rates=tried)
    return found


def _with_lines(found: Receipt, goods: tuple[ReceiptLine, ...]) -> Receipt:
    for lines_exclude_tax in (False, True):
        tried = replace(found, lines=goods, lines_exclude_tax=lines_exclude_tax)
        if goods and _is_sound(tried):
            return tried
    return found


def _is_sound(receipt: Receipt) -> bool:
    try:
        check_sums(receipt)
    except Refused:
        return False
    return True

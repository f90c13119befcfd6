"""Numbers that people read aloud and type: random digits with a check digit, in groups. Pure but for the chance.

The check digit after Damm finds every digit mistyped and every two neighbours exchanged: whoever slips is told
so, and not that there is no such number.
"""

import re
import unicodedata
from collections.abc import Collection

from stdnum import damm

from backend.base.secrets import new_digits

RANDOM_DIGITS = 12
DIGITS = RANDOM_DIGITS + 1
GROUP = 4

_BETWEEN_GROUPS = re.compile(r"[\s\-‐‑–−ー]")


def new_checked_digits() -> str:
    """Thirteen."""
    return add_check_digit(new_digits(RANDOM_DIGITS))


def add_check_digit(digits: str) -> str:
    return digits + str(damm.calc_check_digit(digits))


def group_digits(digits: str) -> str:
    """In groups of four, what is left over with the last one."""
    start_of_last = (len(digits) // GROUP - 1) * GROUP
    groups = [digits[start : start + GROUP] for start in range(0, start_of_last, GROUP)]
    return " ".join([*groups, digits[start_of_last:]])


def read_checked_digits(text: str, lengths: Collection[int] = (DIGITS,)) -> str | None:
    """The digits however they were typed, full-width or with spaces and hyphens; None: they do not fit.

    `lengths`: how many there may be, thirteen unless told otherwise.
    """
    typed = _BETWEEN_GROUPS.sub("", unicodedata.normalize("NFKC", text))
    is_sound = len(typed) in lengths and typed.isascii() and typed.isdigit() and damm.is_valid(typed)
    return typed if is_sound else None

"""Numbers that people read aloud and type: random digits with a check digit, in groups. Pure but for the chance.

The check digit after Damm finds every digit mistyped and every two neighbours exchanged: whoever slips is told
so, and not that there is no such number.
"""

import re
import unicodedata

from stdnum import damm

from backend.base.secrets import new_digits

RANDOM_DIGITS = 12
DIGITS = RANDOM_DIGITS + 1
GROUP = 4

_BETWEEN_GROUPS = re.compile(r"[\s\-‐‑–−ー]")


def new_checked_digits() -> str:
    """Thirteen."""
    digits = new_digits(RANDOM_DIGITS)
    return digits + str(damm.calc_check_digit(digits))


def group_digits(digits: str) -> str:
    """In groups of four, what is left over with the last one."""
    head = digits[: RANDOM_DIGITS - GROUP]
    groups = [head[start : start + GROUP] for start in range(0, len(head), GROUP)]
    return " ".join([*groups, digits[len(head) :]])


def read_checked_digits(text: str) -> str | None:
    """The thirteen digits however they were typed, full-width or with spaces and hyphens; None: they do not fit."""
    typed = _BETWEEN_GROUPS.sub("", unicodedata.normalize("NFKC", text))
    is_sound = len(typed) == DIGITS and typed.isascii() and typed.isdigit() and damm.is_valid(typed)
    return typed if is_sound else None

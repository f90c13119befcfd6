"""The table of all numbers about claims. Another city brings its own file (CLAIM_TERMS_FILE).

The file is JSON, read once at start: `kinds` (by kind: `window_hours`, `confirm_hours`, `position_radius_metres`,
`stating` and `passing` with limits {"per", "yen", "count"}; `passing` null: nothing passes by rule), `flags` (by
kind: `count_from`, `within_hours`), `round_yen`, `second_person_from_yen`, `appeal_days`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from backend.base.city_files import CityFileInvalid, read_whole
from backend.claims.models import ClaimKind, FlagKind
from backend.claims.rules.flags import Threshold
from backend.claims.rules.limits import Limit, Per

DEFAULT_FILE = Path(__file__).with_name("term_files") / "default.json"
WHOLE_MAX = 1_000_000_000


class TermsFileInvalid(CityFileInvalid):
    """The file named by CLAIM_TERMS_FILE is no table of terms; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTerms:
    """`stating` bounds what is taken at all, `passing` what passes without anybody looking (None: nothing does).

    `window_hours`: so long after a purchase it can be claimed; `confirm_hours`: so long the shop is asked.
    `position_radius_metres`: who is not known to be so near to the shop must wait for it; None: nobody asks.
    """

    window_hours: int
    confirm_hours: int
    position_radius_metres: int | None
    stating: Sequence[Limit]
    passing: Sequence[Limit] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTerms:
    """`round_yen`: multiples of it are round amounts. From `second_person_from_yen` on the city takes two people."""

    kinds: Mapping[ClaimKind, KindTerms]
    flags: Mapping[FlagKind, Threshold]
    round_yen: int
    second_person_from_yen: int
    appeal_days: int


def load_terms(path: Path | None = None) -> ClaimTerms:
    """Our own when no path is given. Raises TermsFileInvalid, with the place that is wrong."""
    path = path or DEFAULT_FILE
    try:
        return _read_terms(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError) as error:
        raise TermsFileInvalid(f"{path}: {error}") from error


def _read_terms(document: Any) -> ClaimTerms:
    kinds, flags = _object(document, "kinds", "file"), _object(document, "flags", "file")
    for name in flags:
        _refuse_if(name not in list(FlagKind), f"flags.{name}: is no kind of flag")
    return ClaimTerms(
        kinds=MappingProxyType(
            {kind: _read_kind(_object(kinds, kind, "kinds"), f"kinds.{kind}") for kind in ClaimKind}
        ),
        flags=MappingProxyType(
            {FlagKind(name): _read_threshold(entry, f"flags.{name}") for name, entry in flags.items()}
        ),
        round_yen=_whole(document, "round_yen", "file"),
        second_person_from_yen=_whole(document, "second_person_from_yen", "file"),
        appeal_days=_whole(document, "appeal_days", "file"),
    )


def _read_kind(entry: Any, where: str) -> KindTerms:
    passing = entry.get("passing")
    radius = entry.get("position_radius_metres")
    return KindTerms(
        window_hours=_whole(entry, "window_hours", where),
        confirm_hours=_whole(entry, "confirm_hours", where),
        position_radius_metres=None if radius is None else _whole(entry, "position_radius_metres", where),
        stating=_read_limits(entry.get("stating"), f"{where}.stating"),
        passing=None if passing is None else _read_limits(passing, f"{where}.passing"),
    )


def _read_limits(entries: Any, where: str) -> tuple[Limit, ...]:
    """Without a bound on one purchase there would be none at all on the first of a day."""
    _refuse_if(not isinstance(entries, list), f"{where}: is missing or not a list")
    limits = tuple(_read_limit(entry, f"{where}[{index}]") for index, entry in enumerate(entries))
    _refuse_if(Per.PURCHASE not in [limit.per for limit in limits], f"{where}: bounds no single purchase")
    return limits


def _read_limit(entry: Any, where: str) -> Limit:
    _refuse_if(not isinstance(entry, dict), f"{where}: is not an object")
    per = entry.get("per")
    _refuse_if(per not in list(Per), f"{where}.per: {per!r} is none of {', '.join(Per)}")
    bounds = {name: _whole(entry, name, where) for name in ("yen", "count") if name in entry}
    _refuse_if(not bounds, f"{where}: bounds nothing")
    _refuse_if(per == Per.PURCHASE and "count" in bounds, f"{where}.count: one purchase is one")
    return Limit(Per(per), bounds.get("yen"), bounds.get("count"))


def _read_threshold(entry: Any, where: str) -> Threshold:
    _refuse_if(not isinstance(entry, dict), f"{where}: is not an object")
    hours = _whole(entry, "within_hours", where) if "within_hours" in entry else 0
    return Threshold(_whole(entry, "count_from", where), hours)


def _object(entry: Any, key: str, where: str) -> dict[str, Any]:
    found = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(found, dict):
        raise TermsFileInvalid(f"{where}.{key}: is missing or not an object")
    return found


def _whole(entry: Any, key: str, where: str) -> int:
    return read_whole(entry, key, most=WHOLE_MAX, where=f"{where}.")


def _refuse_if(is_wrong: bool, message: str) -> None:
    if is_wrong:
        raise TermsFileInvalid(message)

"""The table of all numbers about pushing. Another city brings its own file (NOTICE_TERMS_FILE).

The file is JSON, read once at start: `quiet_from` and `quiet_until` ("21:00", in the city's time),
`pushes_per_day` (to one person, of the city and the shops together), `city_per_day`, `shops_per_day` and
`shops_per_week` (of each alone, over all senders), `unseen_days` (a device not seen for so long gets no advertising
and nothing of the city's), `retire_days` (and after so long nothing at all), `points_early_days` and
`points_late_days` (before points end, when that is told), `coupon_ending_days` (before a coupon or a saved offer
ends), `shop_messages_per_month` (of one shop), `audience_shown_from` (smaller audiences are not counted for shops;
at least ten, below which numbers are about persons).
"""

import json
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from backend.base.city_files import CityFileInvalid, read_whole

DEFAULT_FILE = Path(__file__).with_name("term_files") / "default.json"
WHOLE_MAX = 1_000_000
SHOWN_FROM_MIN = 10
# The first of two may be no more than the second.
GROWING = (
    ("city_per_day", "pushes_per_day"),
    ("shops_per_day", "pushes_per_day"),
    ("shops_per_day", "shops_per_week"),
    ("unseen_days", "retire_days"),
    ("points_late_days", "points_early_days"),
)


class NoticeTermsInvalid(CityFileInvalid):
    """The file named by NOTICE_TERMS_FILE is no table of terms; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTerms:
    """Quiet hours are those of whoever has chosen none; equal ends mean none."""

    quiet_from: time
    quiet_until: time
    pushes_per_day: int
    city_per_day: int
    shops_per_day: int
    shops_per_week: int
    unseen_days: int
    retire_days: int
    points_early_days: int
    points_late_days: int
    coupon_ending_days: int
    shop_messages_per_month: int
    audience_shown_from: int


def load_terms(path: Path | None = None) -> NoticeTerms:
    """Our own when no path is given. Raises NoticeTermsInvalid, with the place that is wrong."""
    path = path or DEFAULT_FILE
    try:
        return _read_terms(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError) as error:
        raise NoticeTermsInvalid(f"{path}: {error}") from error


def _read_terms(document: Any) -> NoticeTerms:
    if not isinstance(document, dict):
        raise NoticeTermsInvalid("is not an object")
    names = [name for name in NoticeTerms.__slots__ if not name.startswith("quiet_")]
    wholes = {name: read_whole(document, name, most=WHOLE_MAX) for name in names}
    for smaller, larger in GROWING:
        if wholes[smaller] > wholes[larger]:
            raise NoticeTermsInvalid(f"{smaller}: is more than {larger}")
    if wholes["audience_shown_from"] < SHOWN_FROM_MIN:
        raise NoticeTermsInvalid(f"audience_shown_from: is less than {SHOWN_FROM_MIN}")
    return NoticeTerms(
        quiet_from=_time(document, "quiet_from"), quiet_until=_time(document, "quiet_until"), **wholes
    )


def _time(document: dict[str, Any], key: str) -> time:
    value = document.get(key)
    try:
        found = time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or found.second or found.microsecond:
        raise NoticeTermsInvalid(f'{key}: is no time of day such as "21:00"')
    return found

"""Words of the time of year, so that whatever day the city is loaded on, its campaigns fit the season."""

from collections.abc import Mapping
from datetime import date, timedelta

from backend.demo.city.shapes import Language

YEAR_END_MONTH = 12

_SEASONS: tuple[Mapping[Language, str], ...] = (
    {"ja": "冬", "ja@easy": "冬(ふゆ)", "en": "winter"},
    {"ja": "春", "ja@easy": "春(はる)", "en": "spring"},
    {"ja": "夏", "ja@easy": "夏(なつ)", "en": "summer"},
    {"ja": "秋", "ja@easy": "秋(あき)", "en": "autumn"},
)
_YEAR_END: Mapping[Language, str] = {"ja": "年末", "ja@easy": "年(とし)の おわり", "en": "year-end"}


def season_words(on: date) -> Mapping[Language, str]:
    """December to February is winter."""
    return _SEASONS[on.month % 12 // 3]


def season_words_of_end(last_on: date) -> Mapping[Language, str]:
    """Of what ends on that day: 年末 in December."""
    return _YEAR_END if last_on.month == YEAR_END_MONTH else season_words(last_on)


def days_until_new_year(today: date, within_days: int) -> int | None:
    """Until the first of January, if it is as near as that."""
    days = (date(today.year + 1, 1, 1) - today) / timedelta(days=1)
    return int(days) if days <= within_days else None

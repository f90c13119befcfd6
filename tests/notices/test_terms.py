"""The table of terms, read from a file."""

import json
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from backend.notices.terms import DEFAULT_FILE, NoticeTermsInvalid, load_terms


def write(folder: Path, **changes: Any) -> Path:
    """Our own file with some values changed; None takes one away."""
    document = json.loads(DEFAULT_FILE.read_text(encoding="utf-8")) | changes
    file = folder / "terms.json"
    file.write_text(
        json.dumps({name: value for name, value in document.items() if value is not None}), encoding="utf-8"
    )
    return file


class TestTerms:
    def test_of_our_own_let_people_sleep_from_nine_to_eight(self) -> None:
        terms = load_terms()

        assert (terms.quiet_from, terms.quiet_until) == (time(21), time(8))

    def test_are_another_citys(self, tmp_path: Path) -> None:
        terms = load_terms(write(tmp_path, quiet_from="22:30", shops_per_day=1))

        assert (terms.quiet_from, terms.shops_per_day) == (time(22, 30), 1)

    @pytest.mark.parametrize(
        "equal", [{"unseen_days": 270}, {"points_late_days": 30}, {"shops_per_week": 2}, {"city_per_day": 4}]
    )
    def test_may_be_equal(self, tmp_path: Path, equal: dict[str, int]) -> None:
        assert load_terms(write(tmp_path, **equal))

    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"city_per_day": None}, "city_per_day: is not a whole number"),
            ({"city_per_day": 0}, "city_per_day: is not a whole number"),
            ({"city_per_day": True}, "city_per_day: is not a whole number"),
            ({"city_per_day": "3"}, "city_per_day: is not a whole number"),
            ({"retire_days": 10**9}, "retire_days: is not a whole number"),
            ({"quiet_from": None}, "quiet_from: is no time of day"),
            ({"quiet_from": "9 p.m."}, "quiet_from: is no time of day"),
            ({"quiet_until": "08:00:30"}, "quiet_until: is no time of day"),
            ({"quiet_until": "08:00+09:00"}, "quiet_until: is no time of day"),
            ({"shops_per_week": 1}, "shops_per_day: is more than shops_per_week"),
            ({"shops_per_day": 5}, "shops_per_day: is more than pushes_per_day"),
            ({"city_per_day": 5}, "city_per_day: is more than pushes_per_day"),
            ({"audience_shown_from": 9}, "audience_shown_from: is less than 10"),
            ({"unseen_days": 271}, "unseen_days: is more than retire_days"),
            ({"points_late_days": 31}, "points_late_days: is more than points_early_days"),
        ],
    )
    def test_are_refused_with_the_place_that_is_wrong(
        self, tmp_path: Path, changes: dict[str, Any], place: str
    ) -> None:
        with pytest.raises(NoticeTermsInvalid, match=f": {place}"):
            load_terms(write(tmp_path, **changes))

    @pytest.mark.parametrize("text", ["", "[]", "nonsense"])
    def test_are_refused_where_there_are_none(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "terms.json"
        file.write_text(text)

        with pytest.raises(NoticeTermsInvalid):
            load_terms(file)

"""Where a phone stands, without any database."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.base.pages import CursorInvalid, write_cursor
from backend.changes.rules import NUMBER_MAX, Mark, Position, read_position, scope_of, write_position

AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEPT = 30 * DAY
SCOPE: dict[str, Any] = {
    "epoch": uuid.UUID(int=1),
    "citizen_id": uuid.UUID(int=2),
    "language": "ja",
    "kinds": ("shops", "offers"),
}
MARKS = st.none() | st.builds(
    Mark,
    st.integers(min_value=0, max_value=NUMBER_MAX),
    st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)),
)


def usable(position: Position, *, scope: str = "scope", number: int = 9, at: datetime = AT) -> bool:
    return position.is_usable(scope=scope, now=Mark(number, at), kept=KEPT)


class TestPosition:
    @given(told=MARKS, telling=MARKS, after=st.none() | st.tuples(st.just("offers"), st.uuids()))
    def test_comes_back_from_its_cursor(
        self, told: Mark | None, telling: Mark | None, after: tuple[str, uuid.UUID] | None
    ) -> None:
        position = Position("0123456789abcdef", told, telling, after)

        assert read_position(write_position(position)) == position

    def test_fits_into_the_query(self) -> None:
        mark = Mark(NUMBER_MAX, AT + timedelta(microseconds=1))

        cursor = write_position(Position("0123456789abcdef", mark, mark, ("campaigns", uuid.uuid4())))

        assert len(cursor) <= 400

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "*",
            "bnVsbA",
            write_cursor(["scope"]),
            write_cursor(["scope", 2**63, AT, None, None, None, None]),
            write_cursor(["scope", [], AT, None, None, None, None]),
            write_cursor(["scope", 1, "9999-12-31T23:59:59-23:59", None, None, None, None]),
            write_cursor(["scope", None, None, None, None, "shops", 7]),
        ],
    )
    def test_is_not_read_from_anything_else(self, cursor: str) -> None:
        with pytest.raises(CursorInvalid) as refused:
            read_position(cursor)

        assert refused.value.field == "since"


class TestIsUsable:
    def test_as_long_as_changes_are_kept(self) -> None:
        position = Position("scope", told=Mark(5, AT - KEPT), telling=None)

        assert usable(position)
        assert not usable(position, at=AT + timedelta(microseconds=1))

    def test_by_the_older_of_its_marks(self) -> None:
        position = Position("scope", told=Mark(5, AT - KEPT - DAY), telling=Mark(6, AT))

        assert not usable(position)

    @pytest.mark.parametrize(("told", "telling"), [(10, None), (None, 10), (5, 10), (10, 5)])
    def test_not_of_a_future(self, told: int | None, telling: int | None) -> None:
        marks = [None if number is None else Mark(number, AT) for number in (told, telling)]

        assert not usable(Position("scope", *marks), number=9)
        assert usable(Position("scope", *marks), number=10)

    def test_not_of_another_scope(self) -> None:
        assert not usable(Position("scope", Mark(5, AT), None), scope="another")

    def test_not_without_any_mark(self) -> None:
        assert not usable(Position("scope", None, None, ("shops", uuid.uuid4())))


class TestMayStay:
    def test_for_a_day(self) -> None:
        position = Position("scope", told=Mark(5, AT), telling=None)

        assert position.may_stay(Mark(9, AT + DAY - timedelta(seconds=1)))
        assert not position.may_stay(Mark(9, AT + DAY))

    def test_not_within_a_pass(self) -> None:
        position = Position("scope", told=Mark(5, AT), telling=None)

        assert not replace(position, told=None).may_stay(Mark(9, AT))
        assert not replace(position, telling=Mark(6, AT)).may_stay(Mark(9, AT))


class TestScopeOf:
    @pytest.mark.parametrize(
        "other",
        [
            {"epoch": uuid.UUID(int=3)},
            {"citizen_id": uuid.UUID(int=3)},
            {"language": "en"},
            {"kinds": ("shops", "offers", "initiatives")},
        ],
    )
    def test_differs_with_all_that_it_is_made_of(self, other: dict[str, Any]) -> None:
        assert scope_of(**SCOPE) != scope_of(**SCOPE | other)

"""Cursors are opaque, survive a round trip, and rubbish in one is only ever a bad cursor."""

import base64
import uuid
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.base.pages import CursorInvalid, PageRequest, make_page

unhurried = settings(deadline=None)
plain_values = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text()
json_values = st.recursive(plain_values, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


def cursor_of(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


def read_or_refused(cursor: str) -> bool:
    """Any other error than the one meant for it comes through."""
    try:
        PageRequest(cursor=cursor).after(uuid.UUID, int)
    except CursorInvalid:
        return False
    return True


class TestMakePage:
    def test_has_no_next_page_when_all_rows_fit(self) -> None:
        page = make_page([1, 2, 3], PageRequest(limit=3), lambda row: row)

        assert (page.items, page.next_cursor) == ([1, 2, 3], None)

    def test_cuts_the_row_too_many_and_points_after_the_last_one_shown(self) -> None:
        page = make_page([10, 20, 30], PageRequest(limit=2), lambda row: row)

        assert page.items == [10, 20]
        assert PageRequest(cursor=page.next_cursor).after(int) == (20,)

    @unhurried
    @given(row=st.tuples(st.uuids(), st.integers(0, 32_767)))
    def test_gives_a_cursor_that_can_be_read_back(self, row: tuple[uuid.UUID, int]) -> None:
        page = make_page([row, row], PageRequest(limit=1), lambda row: row[0], lambda row: row[1])

        assert PageRequest(cursor=page.next_cursor).after(uuid.UUID, int) == row

    @unhurried
    @given(text=st.text(min_size=1))
    def test_gives_a_cursor_that_needs_no_escaping_in_an_address(self, text: str) -> None:
        cursor = make_page([text, text], PageRequest(limit=1), lambda row: row.encode().hex()).next_cursor

        assert cursor is not None
        assert cursor.replace("-", "").replace("_", "").isalnum()


class TestPageRequest:
    @pytest.mark.parametrize("cursor", [None, ""])
    def test_begins_at_the_beginning_without_a_cursor(self, cursor: str | None) -> None:
        assert PageRequest(cursor=cursor).after(uuid.UUID) is None

    @pytest.mark.parametrize(
        "cursor",
        [
            "x",
            "!!!!",
            "ページ",
            cursor_of({}),
            cursor_of([]),
            cursor_of(["not a uuid", 1]),
            cursor_of([str(uuid.UUID(int=1))]),
            cursor_of([str(uuid.UUID(int=1)), 1, 2]),
            cursor_of([str(uuid.UUID(int=1)), None]),
            cursor_of([5, 5]),
        ],
    )
    def test_refuses_what_is_no_cursor_of_this_list(self, cursor: str) -> None:
        with pytest.raises(CursorInvalid) as caught:
            PageRequest(cursor=cursor).after(uuid.UUID, int)

        assert caught.value.field == "cursor"

    @unhurried
    @given(cursor=st.text())
    def test_never_fails_otherwise_on_rubbish(self, cursor: str) -> None:
        assert not (cursor and read_or_refused(cursor))

    @unhurried
    @given(value=json_values)
    def test_never_fails_otherwise_on_well_made_json(self, value: Any) -> None:
        text = base64.urlsafe_b64encode(repr(value).encode("utf-8", "replace")).decode()

        assert not read_or_refused(text)

    @unhurried
    @given(values=st.lists(plain_values.filter(lambda value: value == value), min_size=2, max_size=2))
    def test_reads_or_refuses_any_two_values(self, values: list[Any]) -> None:
        assert read_or_refused(cursor_of([str(uuid.UUID(int=1)), *values[1:]])) in (True, False)

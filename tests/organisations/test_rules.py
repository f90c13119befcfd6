"""organisations.rules: positions, opening hours, the life of a shop."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from math import asin, cos, nan, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.organisations.models import ShopStatus
from backend.organisations.rules import (
    EARTH_RADIUS_METRES,
    MINUTES_A_DAY,
    MINUTES_A_WEEK,
    RADIUS_DEFAULT_METRES,
    SHOP_TRANSITIONS,
    Circle,
    OpeningHours,
    OpeningHoursInvalid,
    OpeningHoursOverlapping,
    Position,
    PositionInvalid,
    ShopAction,
    ShopTransitionRefused,
    check_opening_hours,
    distance_metres,
    is_open,
    next_status,
    read_circle,
    read_opening_hours,
    read_position,
)

JST = timezone(timedelta(hours=9))
MONDAY_MIDNIGHT = datetime(2026, 6, 15, tzinfo=JST)
MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6

KUSHIRO_STATION = Position(42.9906, 144.3820)
AKAN_LAKE = Position(43.4336, 144.0930)


def positions_near_kushiro() -> st.SearchStrategy[Position]:
    """Any two of them lie less than 100 km apart."""
    return st.builds(Position, st.floats(42.7, 43.3), st.floats(144.0, 144.8))


@st.composite
def opening_hours(draw: st.DrawFn) -> OpeningHours:
    opens_minute = draw(st.integers(0, MINUTES_A_DAY - 1))
    return OpeningHours(
        draw(st.integers(0, 6)), opens_minute, draw(st.integers(opens_minute + 1, MINUTES_A_DAY + 720))
    )


def weeks() -> st.SearchStrategy[list[OpeningHours]]:
    return st.lists(opening_hours(), max_size=6)


def times_open_by_minute(hours: Sequence[OpeningHours]) -> Counter[int]:
    """The oracle: minute of the week → how many stretches hold it, counted one minute after the other."""
    return Counter(
        (stretch.weekday * MINUTES_A_DAY + minute) % MINUTES_A_WEEK
        for stretch in hours
        for minute in range(stretch.opens_minute, stretch.closes_minute)
    )


def overlaps(hours: Sequence[OpeningHours]) -> bool:
    try:
        check_opening_hours(hours)
    except OpeningHoursOverlapping:
        return True
    return False


def haversine_metres(here: Position, there: Position) -> float:
    half_north = sin(radians(there.latitude - here.latitude) / 2) ** 2
    half_east = sin(radians(there.longitude - here.longitude) / 2) ** 2
    chord = half_north + cos(radians(here.latitude)) * cos(radians(there.latitude)) * half_east
    return 2 * EARTH_RADIUS_METRES * asin(sqrt(chord))


class TestPosition:
    @pytest.mark.parametrize("latitude", [-90.1, 90.1, nan])
    def test_refuses_a_latitude_off_the_globe(self, latitude: float) -> None:
        with pytest.raises(PositionInvalid) as refusal:
            Position(latitude, 144.0)

        assert refusal.value.field == "latitude"

    @pytest.mark.parametrize("longitude", [-180.1, 180.1, nan])
    def test_refuses_a_longitude_off_the_globe(self, longitude: float) -> None:
        with pytest.raises(PositionInvalid) as refusal:
            Position(43.0, longitude)

        assert refusal.value.field == "longitude"


class TestReadPosition:
    def test_makes_a_position_of_two_numbers(self) -> None:
        assert read_position(43.0, 144.4) == Position(43.0, 144.4)

    def test_is_none_without_numbers(self) -> None:
        assert read_position(None, None) is None

    @pytest.mark.parametrize(("latitude", "longitude"), [(43.0, None), (None, 144.4)])
    def test_refuses_half_a_position(self, latitude: float | None, longitude: float | None) -> None:
        with pytest.raises(PositionInvalid):
            read_position(latitude, longitude)


class TestReadCircle:
    def test_has_a_usual_radius(self) -> None:
        assert read_circle(43.0, 144.4, None) == Circle(Position(43.0, 144.4), RADIUS_DEFAULT_METRES)

    def test_takes_a_radius(self) -> None:
        assert read_circle(43.0, 144.4, 300) == Circle(Position(43.0, 144.4), 300)

    def test_is_none_without_anything(self) -> None:
        assert read_circle(None, None, None) is None

    @pytest.mark.parametrize(
        ("latitude", "longitude", "radius"), [(43.0, None, None), (None, 144.4, 300), (None, None, 300)]
    )
    def test_refuses_a_part_of_a_circle(
        self, latitude: float | None, longitude: float | None, radius: int | None
    ) -> None:
        with pytest.raises(PositionInvalid):
            read_circle(latitude, longitude, radius)


class TestDistanceMetres:
    def test_knows_the_way_from_the_station_to_the_lake(self) -> None:
        assert distance_metres(KUSHIRO_STATION, AKAN_LAKE) == pytest.approx(54_540, rel=0.001)

    @given(positions_near_kushiro())
    def test_is_nothing_to_oneself(self, here: Position) -> None:
        assert distance_metres(here, here) == 0

    @given(positions_near_kushiro(), positions_near_kushiro())
    def test_is_the_same_there_and_back(self, here: Position, there: Position) -> None:
        assert distance_metres(here, there) == distance_metres(there, here)

    @given(positions_near_kushiro(), positions_near_kushiro())
    def test_is_near_the_great_circle(self, here: Position, there: Position) -> None:
        assert distance_metres(here, there) == pytest.approx(
            haversine_metres(here, there), rel=0.001, abs=0.01
        )


class TestOpeningHours:
    @pytest.mark.parametrize(
        ("weekday", "opens_minute", "closes_minute", "field"),
        [
            (-1, 540, 1080, "weekday"),
            (7, 540, 1080, "weekday"),
            (MONDAY, -1, 1080, "opens_minute"),
            (MONDAY, 1440, 1500, "opens_minute"),
            (MONDAY, 540, 540, "closes_minute"),
            (MONDAY, 540, 480, "closes_minute"),
            (MONDAY, 540, 2161, "closes_minute"),
        ],
    )
    def test_refuses_what_no_clock_can_follow(
        self, weekday: int, opens_minute: int, closes_minute: int, field: str
    ) -> None:
        with pytest.raises(OpeningHoursInvalid) as refusal:
            OpeningHours(weekday, opens_minute, closes_minute)

        assert refusal.value.field == field

    def test_takes_a_night_until_noon(self) -> None:
        assert OpeningHours(SATURDAY, 1320, 2160).closes_minute == 2160


class TestCheckOpeningHours:
    def test_accepts_a_shop_that_never_opens(self) -> None:
        check_opening_hours([])

    def test_accepts_a_break_at_noon(self) -> None:
        check_opening_hours([OpeningHours(MONDAY, 540, 720), OpeningHours(MONDAY, 780, 1080)])

    def test_accepts_stretches_that_touch(self) -> None:
        check_opening_hours([OpeningHours(MONDAY, 540, 720), OpeningHours(MONDAY, 720, 1080)])

    def test_accepts_a_shop_that_never_closes(self) -> None:
        check_opening_hours([OpeningHours(weekday, 0, 1440) for weekday in range(7)])

    def test_refuses_two_stretches_at_once(self) -> None:
        with pytest.raises(OpeningHoursOverlapping):
            check_opening_hours([OpeningHours(MONDAY, 540, 721), OpeningHours(MONDAY, 720, 1080)])

    def test_refuses_a_night_that_runs_into_the_morning(self) -> None:
        with pytest.raises(OpeningHoursOverlapping):
            check_opening_hours([OpeningHours(FRIDAY, 1080, 1980), OpeningHours(SATURDAY, 480, 720)])

    def test_refuses_a_sunday_that_runs_into_monday(self) -> None:
        with pytest.raises(OpeningHoursOverlapping):
            check_opening_hours([OpeningHours(MONDAY, 0, 60), OpeningHours(SUNDAY, 1080, 1500)])

    def test_names_the_row_that_begins_too_early(self) -> None:
        with pytest.raises(OpeningHoursOverlapping) as refusal:
            check_opening_hours([OpeningHours(FRIDAY, 600, 900), OpeningHours(FRIDAY, 540, 660)])

        assert refusal.value.field == "hours.0"

    @given(weeks())
    def test_refuses_just_the_weeks_with_a_minute_held_twice(self, hours: list[OpeningHours]) -> None:
        most = max(times_open_by_minute(hours).values(), default=0)

        assert overlaps(hours) == (most > 1)


class TestReadOpeningHours:
    def test_makes_a_week_of_rows(self) -> None:
        rows = [{"weekday": FRIDAY, "opens_minute": 1080, "closes_minute": 1560}]

        assert read_opening_hours(rows) == (OpeningHours(FRIDAY, 1080, 1560),)

    def test_names_the_row_and_its_part(self) -> None:
        rows = [
            {"weekday": MONDAY, "opens_minute": 540, "closes_minute": 720},
            {"weekday": FRIDAY, "opens_minute": 1080, "closes_minute": 600},
        ]

        with pytest.raises(OpeningHoursInvalid) as refusal:
            read_opening_hours(rows)

        assert refusal.value.field == "hours.1.closes_minute"

    def test_refuses_rows_that_overlap(self) -> None:
        row = {"weekday": MONDAY, "opens_minute": 540, "closes_minute": 720}

        with pytest.raises(OpeningHoursOverlapping):
            read_opening_hours([row, row])


class TestIsOpen:
    def test_is_true_in_the_minute_of_opening(self) -> None:
        assert is_open([OpeningHours(MONDAY, 540, 1080)], MONDAY_MIDNIGHT + timedelta(hours=9))

    def test_is_true_in_the_last_second(self) -> None:
        assert is_open([OpeningHours(MONDAY, 540, 1080)], MONDAY_MIDNIGHT + timedelta(hours=17, seconds=3599))

    def test_is_false_in_the_minute_of_closing(self) -> None:
        assert not is_open([OpeningHours(MONDAY, 540, 1080)], MONDAY_MIDNIGHT + timedelta(hours=18))

    def test_is_true_after_midnight_while_the_night_lasts(self) -> None:
        assert is_open([OpeningHours(FRIDAY, 1080, 1560)], MONDAY_MIDNIGHT + timedelta(days=5, hours=1))

    def test_is_true_on_monday_while_sundays_night_lasts(self) -> None:
        assert is_open([OpeningHours(SUNDAY, 1080, 1560)], MONDAY_MIDNIGHT + timedelta(hours=1))

    def test_reads_the_clock_of_the_city(self) -> None:
        assert is_open([OpeningHours(MONDAY, 0, 60)], datetime(2026, 6, 14, 15, 30, tzinfo=UTC))

    def test_refuses_a_naive_time(self) -> None:
        with pytest.raises(ValueError, match="naive"):
            is_open([], datetime(2026, 6, 15))

    @given(weeks(), st.integers(0, 10 * MINUTES_A_WEEK - 1), st.integers(0, 59))
    def test_agrees_with_counting_minutes(
        self, hours: list[OpeningHours], minutes: int, seconds: int
    ) -> None:
        at = (MONDAY_MIDNIGHT + timedelta(minutes=minutes, seconds=seconds)).astimezone(UTC)

        assert is_open(hours, at) == (times_open_by_minute(hours)[minutes % MINUTES_A_WEEK] > 0)


class TestNextStatus:
    @pytest.mark.parametrize(
        ("status", "action", "following"),
        [
            ("applied", ShopAction.APPROVE, "active"),
            ("applied", ShopAction.REJECT, "rejected"),
            ("applied", ShopAction.CLOSE, "closed"),
            ("active", ShopAction.SUSPEND, "suspended"),
            ("active", ShopAction.CLOSE, "closed"),
            ("suspended", ShopAction.RESUME, "active"),
            ("suspended", ShopAction.CLOSE, "closed"),
        ],
    )
    def test_follows_the_table(self, status: str, action: ShopAction, following: str) -> None:
        assert next_status(status, action) == following

    @pytest.mark.parametrize(
        ("status", "action"),
        [
            ("applied", ShopAction.SUSPEND),
            ("applied", ShopAction.RESUME),
            ("active", ShopAction.APPROVE),
            ("active", ShopAction.REJECT),
            ("active", ShopAction.RESUME),
            ("suspended", ShopAction.SUSPEND),
            ("suspended", ShopAction.REJECT),
        ],
    )
    def test_refuses_what_is_not_in_the_table(self, status: str, action: ShopAction) -> None:
        with pytest.raises(ShopTransitionRefused):
            next_status(status, action)

    @pytest.mark.parametrize("status", ["closed", "rejected"])
    @pytest.mark.parametrize("action", list(ShopAction))
    def test_ends_with_closing_and_rejecting(self, status: str, action: ShopAction) -> None:
        with pytest.raises(ShopTransitionRefused):
            next_status(status, action)

    def test_tells_the_status_and_the_action(self) -> None:
        with pytest.raises(ShopTransitionRefused) as refusal:
            next_status(ShopStatus.CLOSED, ShopAction.RESUME)

        assert refusal.value.params == {"shop_status": "closed", "action": "resume"}

    def test_takes_the_status_as_the_tables_name_it(self) -> None:
        assert next_status(ShopStatus.APPLIED, ShopAction.APPROVE) == ShopStatus.ACTIVE

    def test_knows_just_the_statuses_of_the_tables(self) -> None:
        named = {status for status, _action in SHOP_TRANSITIONS} | set(SHOP_TRANSITIONS.values())

        assert named == set(ShopStatus)

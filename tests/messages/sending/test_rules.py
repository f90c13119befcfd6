"""The pure part: cutting, deciding who is pushed now, what becomes of a person."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.base.push import PushOutcome, PushResult
from backend.messages.models import RecipientStatus
from backend.messages.sending.rules import (
    BATCH_MAX,
    BATCH_MIN,
    Sending,
    Settlement,
    dispose,
    may_send_again,
    next_batch_size,
    plan_shards,
    settle_person,
)
from backend.notices.rules import RETRY_SECONDS

NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)  # 12:00 in the city
EVENING = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)  # 21:00
MORNING = datetime(2026, 6, 15, 23, 0, tzinfo=UTC)  # 8:00 of the next day
INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DEVICE = uuid.UUID(int=1)


@dataclass(frozen=True)
class Reader:
    is_told: bool = False
    attempts: int = 0
    language: str | None = "ja"
    has_consent: bool = True
    is_muted: bool = False
    makes_way: bool = False
    quiet_from: int | None = None
    quiet_until: int | None = None
    device_id: uuid.UUID | None = DEVICE


def sending(purpose: str = "push_city", until: datetime = NOON + timedelta(days=2)) -> Sending:
    return Sending(purpose=purpose, send_until=until, quiet_from=21 * 60, quiet_until=8 * 60)


def fate(
    reader: Reader,
    purpose: str = "push_city",
    at: datetime = NOON,
    until: datetime = NOON + timedelta(days=2),
) -> tuple[str, str | None, bool] | None:
    """Status, reason and whether the inbox tells now; None: pushed."""
    found = dispose(reader, sending(purpose, until), at)
    return found and (found.status.value, found.failure, found.tells)


class TestPlanShards:
    def test_cuts_many_into_pieces_of_about_the_same_size(self) -> None:
        plans = plan_shards(12_001, spread_minutes=0, at=NOON)

        assert [(plan.number, plan.first_position, plan.last_position) for plan in plans] == [
            (1, 1, 4_000),
            (2, 4_001, 8_000),
            (3, 8_001, 12_001),
        ]
        assert {plan.not_before for plan in plans} == {NOON}

    def test_has_one_a_minute_where_few_are_spread(self) -> None:
        plans = plan_shards(100, spread_minutes=60, at=NOON)

        assert len(plans) == 60
        assert plans[-1].last_position == 100
        assert plans[-1].not_before == NOON + timedelta(minutes=59)

    def test_has_no_more_pieces_than_people(self) -> None:
        assert [plan.last_position for plan in plan_shards(2, spread_minutes=60, at=NOON)] == [1, 2]

    def test_has_none_for_nobody(self) -> None:
        assert plan_shards(0, spread_minutes=5, at=NOON) == []


class TestMorningAfter:
    @pytest.mark.parametrize(
        ("reader", "until", "not_before"),
        [
            (Reader(), MORNING + 24 * HOUR, MORNING + 3 * HOUR),
            (Reader(), MORNING + HOUR, MORNING + HOUR / 2),
            (Reader(quiet_from=9 * 60, quiet_until=8 * 60), MORNING + 24 * HOUR, MORNING + HOUR / 2),
        ],
        ids=["as_spread", "ends_in_time", "is_over_before_it_is_quiet_again"],
    )
    def test_is_spread_too(self, reader: Reader, until: datetime, not_before: datetime) -> None:
        halfway = replace(sending(until=until), spread=6 * HOUR, share_before=0.5)

        held = dispose(reader, halfway, EVENING)

        assert held is not None
        assert held.not_before == not_before


class TestNextBatchSize:
    def test_grows_while_full_ones_are_quick(self) -> None:
        assert next_batch_size(500, taken=500, seconds=0.2) == BATCH_MAX

    def test_stays_when_there_was_no_more(self) -> None:
        assert next_batch_size(500, taken=3, seconds=0.1) == 500

    def test_shrinks_to_what_a_second_holds(self) -> None:
        assert next_batch_size(1_000, taken=1_000, seconds=4.0) == 250

    def test_is_never_too_small_to_get_on(self) -> None:
        assert next_batch_size(50, taken=50, seconds=100.0) == BATCH_MIN


class TestDispose:
    def test_pushes_whoever_may_be_reached(self) -> None:
        assert fate(Reader()) is None

    @pytest.mark.parametrize("purpose", ["push_city", "push_shops", "push_disaster"])
    def test_drops_who_has_left(self, purpose: str) -> None:
        assert fate(Reader(language=None), purpose) == ("dropped", "account_gone", False)

    @pytest.mark.parametrize(
        ("purpose", "expected"),
        [
            ("push_city", ("inbox_only", "no_consent", True)),
            ("push_shops", ("dropped", "consent_withdrawn", False)),
            ("push_disaster", ("inbox_only", "no_consent", True)),
        ],
    )
    def test_pushes_nobody_without_consent(
        self, purpose: str, expected: tuple[str, str | None, bool]
    ) -> None:
        assert fate(Reader(has_consent=False), purpose) == expected

    @pytest.mark.parametrize(
        ("purpose", "expected"),
        [
            ("push_city", ("inbox_only", "muted", True)),
            ("push_shops", ("dropped", "muted", False)),
            ("push_disaster", None),
        ],
    )
    def test_pushes_nobody_who_muted_it_but_for_disasters(
        self, purpose: str, expected: tuple[str, str | None, bool] | None
    ) -> None:
        assert fate(Reader(is_muted=True), purpose) == expected

    def test_tells_by_the_inbox_who_has_no_device(self) -> None:
        assert fate(Reader(device_id=None), "push_shops") == ("inbox_only", "no_device", True)

    def test_is_too_late_at_the_end_and_not_before(self) -> None:
        assert fate(Reader(), at=NOON - INSTANT, until=NOON) is None
        assert fate(Reader(), at=NOON, until=NOON) == ("dropped", "too_late", False)

    def test_was_told_all_the_same_who_has_the_copy_when_it_is_too_late(self) -> None:
        assert fate(Reader(is_told=True), at=NOON, until=NOON) == ("inbox_only", "too_late", False)

    @pytest.mark.parametrize(
        ("at", "waits"),
        [
            (EVENING - INSTANT, False),
            (EVENING, True),
            (MORNING - INSTANT, True),
            (MORNING, False),
        ],
    )
    def test_waits_through_quiet_hours_from_their_first_to_their_last_moment(
        self, at: datetime, waits: bool
    ) -> None:
        found = dispose(Reader(), sending(), at)

        assert (found is not None) is waits
        assert found is None or found.not_before == MORNING

    @pytest.mark.parametrize("at", [EVENING + timedelta(hours=3) - INSTANT, EVENING + timedelta(hours=3)])
    def test_waits_for_the_same_morning_on_both_sides_of_midnight(self, at: datetime) -> None:
        found = dispose(Reader(), sending(), at)

        assert found is not None
        assert found.not_before == MORNING

    def test_heeds_quiet_hours_of_ones_own(self) -> None:
        found = dispose(Reader(quiet_from=12 * 60, quiet_until=13 * 60), sending(), NOON)

        assert found is not None
        assert found.not_before == NOON + timedelta(hours=1)

    def test_has_no_quiet_hours_where_both_ends_are_equal(self) -> None:
        assert fate(Reader(quiet_from=0, quiet_until=0), at=EVENING) is None

    def test_tells_of_a_disaster_in_quiet_hours(self) -> None:
        assert fate(Reader(), "push_disaster", at=EVENING) is None

    @pytest.mark.parametrize(("purpose", "tells"), [("push_city", True), ("push_shops", False)])
    def test_leaves_a_copy_meanwhile_of_what_the_city_says_only(self, purpose: str, tells: bool) -> None:
        assert fate(Reader(), purpose, at=EVENING) == ("waiting", None, tells)

    def test_does_not_wait_for_a_morning_that_is_too_late(self) -> None:
        assert fate(Reader(), "push_shops", at=EVENING, until=MORNING) == ("dropped", "too_late", False)
        assert fate(Reader(), "push_city", at=EVENING, until=MORNING) == ("inbox_only", "too_late", True)

    def test_makes_way_for_a_shop_that_was_heard_less(self) -> None:
        found = dispose(Reader(makes_way=True), sending("push_shops"), NOON)

        assert found is not None
        assert (found.status, found.tells) == (RecipientStatus.WAITING, False)
        assert found.not_before == NOON + timedelta(seconds=30)


ACCEPTED, RETIRED, UNKNOWN = (
    PushOutcome(PushResult.ACCEPTED),
    PushOutcome(PushResult.RETIRED, "UNREGISTERED"),
    PushOutcome(PushResult.UNKNOWN, "dropped"),
)
FAILED, RETRY = PushOutcome(PushResult.FAILED, "FORBIDDEN"), PushOutcome(PushResult.RETRY, "UNAVAILABLE")


def settle(*outcomes: PushOutcome, attempts: int = 1, until_seconds: int = 86_400) -> Settlement:
    until = NOON + timedelta(seconds=until_seconds)
    return settle_person(outcomes, attempts=attempts, at=NOON, send_until=until, spread=0.0)


class TestSettlePerson:
    @pytest.mark.parametrize(
        ("outcomes", "status", "failure"),
        [
            ([RETIRED, ACCEPTED], "accepted", None),
            ([RETRY, UNKNOWN], "unknown", "dropped"),
            ([FAILED, RETRY], "waiting", "UNAVAILABLE"),
            ([RETIRED, FAILED], "failed", "FORBIDDEN"),
            ([RETIRED, RETIRED], "retired", "UNREGISTERED"),
        ],
    )
    def test_takes_the_best_of_all_devices(
        self, outcomes: list[PushOutcome], status: str, failure: str | None
    ) -> None:
        settled = settle(*outcomes)

        assert (settled.status, settled.failure) == (status, failure)

    def test_tries_again_no_sooner_than_it_was_asked_to(self) -> None:
        settled = settle(PushOutcome(PushResult.RETRY, "QUOTA", after_seconds=900), RETRY)

        assert settled.not_before == NOON + timedelta(seconds=900)

    def test_gives_up_after_the_last_rung(self) -> None:
        rungs = [settle(RETRY, attempts=number).status for number in range(1, len(RETRY_SECONDS) + 2)]

        assert rungs == ["waiting"] * len(RETRY_SECONDS) + ["failed"]

    def test_gives_up_where_the_next_try_would_be_too_late(self) -> None:
        assert settle(RETRY, until_seconds=RETRY_SECONDS[0]).status == "failed"

    def test_keeps_no_more_of_a_reason_than_the_table_holds(self) -> None:
        assert settle(PushOutcome(PushResult.FAILED, "x" * 100)).failure == "x" * 40


class TestMaySendAgain:
    @pytest.mark.parametrize(
        ("purpose", "key", "may"),
        [
            ("push_city", "k", True),
            ("push_disaster", "k", True),
            ("push_city", "", False),
            ("push_shops", "k", False),
        ],
    )
    def test_holds_only_where_a_phone_shows_one_of_the_two_and_never_for_advertising(
        self, purpose: str, key: str, may: bool
    ) -> None:
        assert may_send_again(purpose, key) is may

"""Which act leads where, and when a message may be sent."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.base.errors import Conflict
from backend.messages.models import MessageAct, MessageStatus
from backend.messages.states import (
    TRANSITIONS,
    MessageTimesInvalid,
    send_moment,
    send_window,
    status_after,
)

AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def window(**changes: object) -> tuple[datetime, datetime]:
    given = {
        "purpose": "push_city",
        "send_at": AT,
        "send_until": None,
        "expires_at": None,
        "spread_minutes": 0,
    }
    return send_window(**{**given, **changes})  # type: ignore[arg-type]


class TestStatus:
    @pytest.mark.parametrize("act", list(TRANSITIONS))
    @pytest.mark.parametrize("status", [MessageStatus.DONE, MessageStatus.CANCELLED])
    def test_of_what_is_over_never_changes(self, act: MessageAct, status: MessageStatus) -> None:
        with pytest.raises(Conflict):
            status_after(status, act)

    def test_of_what_is_being_sent_is_not_cancelled(self) -> None:
        with pytest.raises(Conflict):
            status_after(MessageStatus.SENDING, MessageAct.CANCELLED)

    def test_is_read_as_it_is_stored(self) -> None:
        assert status_after("draft", MessageAct.SUBMITTED) is MessageStatus.REVIEW


class TestMoment:
    def test_just_gone_by_is_now(self) -> None:
        assert send_moment(AT - timedelta(minutes=5), at=AT) == AT

    def test_to_come_stays(self) -> None:
        assert send_moment(AT + HOUR, at=AT) == AT + HOUR

    @pytest.mark.parametrize(
        "send_at", [AT - timedelta(minutes=5, seconds=1), AT + timedelta(days=60, seconds=1)]
    )
    def test_long_past_or_far_ahead_is_refused(self, send_at: datetime) -> None:
        with pytest.raises(MessageTimesInvalid):
            send_moment(send_at, at=AT)


class TestWindow:
    def test_lasts_over_a_night(self) -> None:
        assert window() == (AT + timedelta(hours=24), AT + timedelta(days=30))

    def test_ends_with_what_it_tells_of(self) -> None:
        assert window(expires_at=AT + HOUR) == (AT + HOUR, AT + HOUR)

    def test_of_a_disaster_is_shorter(self) -> None:
        assert window(purpose="push_disaster") == (AT + timedelta(hours=6), AT + timedelta(days=7))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"send_until": AT + timedelta(minutes=14)}, "send_until"),
            ({"send_until": AT + HOUR, "spread_minutes": 61}, "send_until"),
            ({"send_until": AT + timedelta(days=7, seconds=1)}, "send_until"),
            ({"expires_at": AT + timedelta(minutes=14)}, "expires_at"),
            ({"expires_at": AT + HOUR, "spread_minutes": 61}, "expires_at"),
            ({"expires_at": AT + HOUR, "send_until": AT + 2 * HOUR}, "expires_at"),
            ({"expires_at": AT + timedelta(days=90, seconds=1)}, "expires_at"),
        ],
    )
    def test_in_the_wrong_order_or_too_long_is_refused(self, changes: dict[str, object], field: str) -> None:
        with pytest.raises(MessageTimesInvalid) as refused:
            window(**changes)

        assert refused.value.field == field

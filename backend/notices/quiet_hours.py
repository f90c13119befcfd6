"""When no phone should ring: held then is not lost, it is sent when the window opens. Pure."""

from datetime import datetime, time, timedelta

from backend.base.clock import end_of_city_day, in_jst, start_of_city_day

DAY_MINUTES = 24 * 60


def opens_at(at: datetime, *, quiet_from: int, quiet_until: int) -> datetime:
    """The first moment, from `at` on, at which a phone may ring; `at` itself when it is not quiet.

    Both ends are minutes after midnight in the city (0 to 1439): quiet from the first on, no longer at the second.
    They may lie around midnight; equal ends mean that it is never quiet.
    """
    local = in_jst(at)
    minute = local.hour * 60 + local.minute
    over_midnight = quiet_from > quiet_until
    after, before = minute >= quiet_from, minute < quiet_until
    if not (after or before if over_midnight else after and before):
        return at
    next_day = over_midnight and after
    midnight = end_of_city_day(local.date()) if next_day else start_of_city_day(local.date())
    return midnight + timedelta(minutes=quiet_until)


def minute_of(of_day: time) -> int:
    """Minutes after midnight, as quiet hours are kept."""
    return of_day.hour * 60 + of_day.minute


def time_of(minute: int) -> time:
    return time(*divmod(minute, 60))

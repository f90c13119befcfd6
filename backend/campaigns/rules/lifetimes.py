"""From when points can be spent, and until when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.base.clock import city_day, end_of_city_day, start_of_city_day
from backend.campaigns.rules.calendar import fiscal_year_end, month_end, quarter_end
from backend.campaigns.rules.parts import RuleContradictory, choice, day, part, whole

PENDING_MAX_DAYS = 366
LIFETIME_MAX_DAYS = 1826
ROUNDINGS = {"month": month_end, "quarter": quarter_end, "fiscal_year": fiscal_year_end}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Spendable so many days of the city later, or from the day `until_on` on."""

    days: int | None = part(whole(1, PENDING_MAX_DAYS), default=None)
    until_on: date | None = part(day(), key="until", default=None)

    def check(self, path: str) -> None:
        if (self.days is None) == (self.until_on is None):
            raise RuleContradictory(field=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """Until the end of the day so many days later, that day `rounded_to` the end of its period; or of `until_on`."""

    days: int | None = part(whole(1, LIFETIME_MAX_DAYS), default=None)
    rounded_to: str | None = part(choice(*ROUNDINGS), default=None)
    until_on: date | None = part(day(), key="until", default=None)

    def check(self, path: str) -> None:
        if (self.days is None) == (self.until_on is None):
            raise RuleContradictory(field=path)
        if self.rounded_to is not None and self.days is None:
            raise RuleContradictory(field=f"{path}.rounded_to")


def spendable_from(pending: Pending | None, at: datetime) -> datetime | None:
    """When points given `at` can be spent; None: at once."""
    if pending is None:
        return None
    on = pending.until_on or city_day(at) + timedelta(days=pending.days or 0)
    begins_at = start_of_city_day(on)
    return begins_at if begins_at > at else None


def expiry_from(lifetime: Lifetime, at: datetime) -> datetime:
    """The end of what can be spent from `at` on: never before that day is over."""
    first_on = city_day(at)
    if lifetime.until_on is not None:
        return end_of_city_day(max(lifetime.until_on, first_on))
    last_on = first_on + timedelta(days=lifetime.days or 0)
    if lifetime.rounded_to is not None:
        last_on = ROUNDINGS[lifetime.rounded_to](last_on)
    return end_of_city_day(last_on)

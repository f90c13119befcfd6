"""What sending decides: how a message is cut up, who is pushed now, what a person's outcome is. Pure."""

import enum
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol

from backend.base.push import PushOutcome, PushResult
from backend.messages.models import MessagePurpose, RecipientStatus
from backend.notices.quiet_hours import DAY_MINUTES, opens_at
from backend.notices.rules import retry_at

SHARD_RECIPIENTS = 5_000
# A batch is at most a second's worth, so that who opts out is heeded from the next second on; and no more than the
# database writes in some ten milliseconds, which is what phones that ask at the same moment wait behind.
BATCH_FIRST = 50
BATCH_MAX = 100
BATCH_MIN = 20
BATCH_SECONDS = 1.0
# How long advertising of a shop that was heard much makes way before it is looked at again.
YIELD_SECONDS = 30
FAILURE_CHARACTERS = 40


class Reason(enum.StrEnum):
    """Why somebody was not pushed; besides these, `failure` holds what the push service said."""

    ACCOUNT_GONE = "account_gone"
    NO_CONSENT = "no_consent"
    CONSENT_WITHDRAWN = "consent_withdrawn"  # since the message started
    MUTED = "muted"
    NO_DEVICE = "no_device"
    CAP_REACHED = "cap_reached"
    TOO_LATE = "too_late"
    SHOP_NOT_ACTIVE = "shop_not_active"  # suspended or closed since
    LEASE_LAPSED = "lease_lapsed"  # whoever was sending died


@dataclass(frozen=True, slots=True)
class ShardPlan:
    number: int
    first_position: int
    last_position: int
    not_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message's part in deciding. Quiet hours in minutes after midnight: of whoever has chosen none.

    `share_before`: which part of its recipients stands before those of the shard; it is their place in the spread.
    """

    purpose: str
    send_until: datetime
    quiet_from: int
    quiet_until: int
    # Of a shop's: whether it takes part; the city may have suspended or closed it since it approved the message.
    is_shop_active: bool = True
    spread: timedelta = timedelta(0)
    share_before: float = 0.0

    @property
    def is_advertising(self) -> bool:
        return self.purpose == MessagePurpose.SHOPS

    @property
    def is_disaster(self) -> bool:
        return self.purpose == MessagePurpose.DISASTER


class Person(Protocol):
    """A recipient's part in deciding. `language` is None when the account is gone."""

    @property
    def is_told(self) -> bool: ...
    @property
    def attempts(self) -> int: ...
    @property
    def language(self) -> str | None: ...
    @property
    def has_consent(self) -> bool: ...
    @property
    def is_muted(self) -> bool: ...
    @property
    def makes_way(self) -> bool: ...
    @property
    def quiet_from(self) -> int | None: ...
    @property
    def quiet_until(self) -> int | None: ...
    @property
    def device_id(self) -> uuid.UUID | None: ...


@dataclass(frozen=True, slots=True)
class Disposal:
    """A recipient that is not pushed now: put off (`not_before`), or in a final state. `tells`: by the inbox."""

    status: RecipientStatus
    failure: str | None
    not_before: datetime | None = None
    tells: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a person, over all their devices. `not_before` only where they wait again."""

    status: RecipientStatus
    failure: str | None
    not_before: datetime | None = None


def plan_shards(recipients: int, *, spread_minutes: int, at: datetime) -> list[ShardPlan]:
    """Positions 1 to `recipients` in pieces of about the same size; their moments fill the minutes evenly."""
    count = min(recipients, max(math.ceil(recipients / SHARD_RECIPIENTS), spread_minutes))
    pause = timedelta(minutes=spread_minutes) / max(count, 1)
    ends = [recipients * number // count for number in range(count + 1)] if count else []
    return [
        ShardPlan(number, ends[number - 1] + 1, ends[number], at + pause * (number - 1))
        for number in range(1, count + 1)
    ]


def next_batch_size(size: int, *, taken: int, seconds: float) -> int:
    """From how long the last one took; only one that was full tells that there could be more."""
    if seconds > BATCH_SECONDS:
        return max(BATCH_MIN, int(size * BATCH_SECONDS / seconds))
    if taken < size:
        return size
    return min(BATCH_MAX, size * 2)


def dispose(person: Person, sending: Sending, at: datetime) -> Disposal | None:
    """None: push now. The cap is not looked at here, for looking counts."""
    if person.language is None:
        return Disposal(RecipientStatus.DROPPED, Reason.ACCOUNT_GONE)
    if not sending.is_shop_active:
        return not_pushed(person, Reason.SHOP_NOT_ACTIVE, tells=False)
    unwanted = _unwanted(person, sending)
    if unwanted is not None and sending.is_advertising:
        return Disposal(RecipientStatus.DROPPED, unwanted)
    if at >= sending.send_until:
        return not_pushed(person, Reason.TOO_LATE, tells=False)
    if unwanted is not None:
        return not_pushed(person, unwanted, tells=True)
    if person.device_id is None:
        return not_pushed(person, Reason.NO_DEVICE, tells=True)
    return None if sending.is_disaster else _put_off(person, sending, at)


def _unwanted(person: Person, sending: Sending) -> Reason | None:
    if person.is_muted and not sending.is_disaster:
        return Reason.MUTED
    if person.has_consent:
        return None
    return Reason.CONSENT_WITHDRAWN if sending.is_advertising else Reason.NO_CONSENT


def not_pushed(person: Person, reason: str, *, tells: bool) -> Disposal:
    """For good. Who has the inbox copy, or gets it now, was told all the same."""
    told = tells or person.is_told
    return Disposal(
        RecipientStatus.INBOX_ONLY if told else RecipientStatus.DROPPED,
        reason,
        tells=tells and not person.is_told,
    )


def _put_off(person: Person, sending: Sending, at: datetime) -> Disposal | None:
    """What the city says stands in the inbox meanwhile; advertising comes there with its push."""
    tells = not sending.is_advertising and not person.is_told
    quiet = (
        (sending.quiet_from, sending.quiet_until)
        if person.quiet_from is None or person.quiet_until is None
        else (person.quiet_from, person.quiet_until)
    )
    opening = _opening(at, *quiet)
    if opening >= sending.send_until:
        return not_pushed(person, Reason.TOO_LATE, tells=not sending.is_advertising)
    if opening > at:
        turn = opening + _wait_for_turn(sending, opening, *quiet)
        return Disposal(RecipientStatus.WAITING, None, turn, tells)
    if person.makes_way:
        return Disposal(RecipientStatus.WAITING, None, at + timedelta(seconds=YIELD_SECONDS))
    return None


def _wait_for_turn(sending: Sending, opening: datetime, quiet_from: int, quiet_until: int) -> timedelta:
    """What is spread is spread in the morning, too: over as many minutes, but in time and before it is quiet again."""
    until_quiet = timedelta(minutes=(quiet_from - quiet_until) % DAY_MINUTES)
    return min(sending.spread, sending.send_until - opening, until_quiet) * sending.share_before


@lru_cache(maxsize=1_024)  # a batch has one moment, and most people have the same hours
def _opening(at: datetime, quiet_from: int, quiet_until: int) -> datetime:
    return opens_at(at, quiet_from=quiet_from, quiet_until=quiet_until)


def settle_person(
    outcomes: Sequence[PushOutcome], *, attempts: int, at: datetime, send_until: datetime, spread: float
) -> Settlement:
    """`outcomes`: one a device, at least one. `spread`: a random number from 0 to 1."""
    best = min(outcomes, key=lambda outcome: _RANK[outcome.result])
    if best.result is PushResult.ACCEPTED:
        return Settlement(RecipientStatus.ACCEPTED, None)
    reason = (best.reason or best.result.value)[:FAILURE_CHARACTERS]
    if best.result is not PushResult.RETRY:
        return Settlement(RecipientStatus(best.result.value), reason)
    asked = max(outcome.after_seconds or 0 for outcome in outcomes)
    again = retry_at(at, attempts, spread=spread, after_seconds=asked)
    if again is None or again >= send_until:
        return Settlement(RecipientStatus.FAILED, reason)
    return Settlement(RecipientStatus.WAITING, reason, again)


# Of several devices the first in this order speaks for the person.
_RANK = {
    PushResult.ACCEPTED: 0,
    PushResult.UNKNOWN: 1,
    PushResult.RETRY: 2,
    PushResult.FAILED: 3,
    PushResult.RETIRED: 4,
}


def may_send_again(purpose: str, collapse_key: str) -> bool:
    """Whether what perhaps arrived may come once more: a phone then shows one of the two. Never advertising."""
    return purpose != MessagePurpose.SHOPS and collapse_key != ""

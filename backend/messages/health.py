"""How the sending of a message went, or goes: by final state, by reason, how long it took."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, case, extract, func, literal_column, select
from sqlalchemy.orm import Session

from backend.messages.models import FINAL, Message, MessageRecipient, RecipientStatus
from backend.messages.queries import MessageNotFound

# Upper ends, in seconds, of how long it took from the first handing over to the answer that counted.
LATENCY_SECONDS = (1, 2, 5, 10, 30, 60, 300, 1_800, 7_200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Counts of people. `recipients` = the sum of `states`; `rescheduled` of them wait to be tried again.

    `failures`: by state, then by reason. `left_unknown`: rows that a dead worker left behind, however they ended.
    `latency`: how many took no longer than each of LATENCY_SECONDS, and longer than the one before; the last, longer
    than all. `p50_seconds` and `p95_seconds` are the ends that so many stayed within; None when nobody was pushed, or
    when it took longer than the last.
    """

    recipients: int
    states: Mapping[str, int]
    failures: Mapping[str, Mapping[str, int]]
    rescheduled: int
    left_unknown: int
    latency: tuple[int, ...]

    @property
    def settled(self) -> int:
        return sum(count for state, count in self.states.items() if state in FINAL)

    @property
    def told(self) -> int:
        """By a push or in the inbox. Of `unknown` ones the inbox tells."""
        silent = (RecipientStatus.DROPPED, RecipientStatus.WAITING, RecipientStatus.SENDING)
        return sum(count for state, count in self.states.items() if state not in silent)

    @property
    def p50_seconds(self) -> int | None:
        return self._within(0.50)

    @property
    def p95_seconds(self) -> int | None:
        return self._within(0.95)

    def _within(self, share: float) -> int | None:
        wanted = share * sum(self.latency)
        reached = zip(LATENCY_SECONDS, accumulate(self.latency), strict=False)
        return next((seconds for seconds, count in reached if count and count >= wanted), None)

    def say_failures(self) -> str:
        """In the words of the program: `dropped: consent_withdrawn 3, too_late 1`."""
        return "; ".join(
            f"{state}: " + ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
            for state, reasons in sorted(self.failures.items())
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"latency": list(self.latency)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Health":
        return cls(**{**document, "latency": tuple(document["latency"])})


def health_of(session: Session, *, message_id: uuid.UUID) -> Health:
    """As it is now, or as it was when it was done. Raises MessageNotFound."""
    row = session.execute(select(Message.health).where(Message.id == message_id)).first()
    if row is None:
        raise MessageNotFound
    return Health.from_json(row.health) if row.health else count_health(session, message_id=message_id)


def count_health(session: Session, *, message_id: uuid.UUID) -> Health:
    """Counted from the recipients: one read of them all."""
    recipients = MessageRecipient.__table__.c
    is_again = (recipients.status == RecipientStatus.WAITING.value) & (recipients.attempts > 0)
    groups = (recipients.status, recipients.failure, _bucket(session.get_bind().dialect.name))
    rows = session.execute(
        select(*groups, func.count(), func.count(case((is_again, 1))))
        .where(recipients.message_id == message_id)
        .group_by(*groups)
    ).all()
    states: dict[str, int] = {}
    failures: dict[str, dict[str, int]] = {}
    latency = [0] * (len(LATENCY_SECONDS) + 1)
    for state, failure, bucket, count, _ in rows:
        states[state] = states.get(state, 0) + count
        if failure and state not in (RecipientStatus.WAITING, RecipientStatus.SENDING):
            reasons = failures.setdefault(state, {})
            reasons[failure] = reasons.get(failure, 0) + count
        if bucket is not None:
            latency[bucket] += count
    left = session.scalar(select(Message.left_unknown).where(Message.id == message_id))
    return Health(
        recipients=sum(states.values()),
        states=states,
        failures=failures,
        rescheduled=sum(row[4] for row in rows),
        left_unknown=left or 0,
        latency=tuple(latency),
    )


def _bucket(dialect: str) -> ColumnElement[int | None]:
    """Which of LATENCY_SECONDS the row stayed within; NULL where nothing was handed over, or no answer is there yet."""
    recipients = MessageRecipient.__table__.c
    took: ColumnElement[Any] = (
        extract("epoch", recipients.settled_at - recipients.sent_at)
        if dialect == "postgresql"
        else (func.julianday(recipients.settled_at) - func.julianday(recipients.sent_at)) * 86_400
    )
    steps: list[Any] = [
        (took <= seconds, literal_column(str(place))) for place, seconds in enumerate(LATENCY_SECONDS)
    ]
    answered = recipients.status.in_([RecipientStatus.ACCEPTED.value, RecipientStatus.RETIRED.value])
    return case(
        (recipients.sent_at.is_(None) | recipients.settled_at.is_(None) | ~answered, literal_column("NULL")),
        *steps,
        else_=literal_column(str(len(LATENCY_SECONDS))),
    )

"""What may leave the outbox now, what waits for the morning, and what is never sent.

Receipts of one's own act pass. Everything else keeps quiet hours and can be muted; what is the city's or a shop's is
also capped, and spares devices that were not seen for a month.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from backend.notices.caps import reserve_pushes
from backend.notices.kinds import KINDS, KindTerms, shop_of
from backend.notices.models import ChoiceKind, Delivery, NoticeChoice, NoticePreference
from backend.notices.quiet_hours import minute_of, opens_at
from backend.notices.rules import useful_until
from backend.notices.terms import NoticeTerms
from backend.people.models import ConsentPurpose

DeliveryKey = tuple[uuid.UUID, uuid.UUID]

CAP_REACHED = "cap_reached"
# Dropped before anybody counted.
UNCOUNTED = ("device_retired", "device_unseen", "consent_withdrawn", "muted", "too_late")
# The city first, where one cap is left for both.
CAPPED = (ConsentPurpose.PUSH_CITY, ConsentPurpose.PUSH_SHOPS)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows that go out; keys of those that wait, by the moment when they may; keys of those that never will, by why."""

    passed: list[Any] = field(default_factory=list)
    held: dict[datetime, list[DeliveryKey]] = field(default_factory=dict)
    dropped: dict[str, list[DeliveryKey]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """Of the people in a batch: own quiet hours, in minutes; what they muted."""

    quiet: dict[uuid.UUID, tuple[int, int]]
    muted: set[tuple[uuid.UUID, str, str]]


def sort_out(session: Session, rows: Sequence[Any], *, terms: NoticeTerms, at: datetime) -> Sorted:
    """`rows`: deliveries just leased, with what `service.take_deliveries` reads of each."""
    found = Sorted()
    wishes = _read_wishes(session, rows)
    counted = []
    for row in rows:
        kind = KINDS[row.kind]
        reason = _reason_to_drop(row, kind, wishes, terms, at)
        opening = at if kind.is_prompt else _opening(row, wishes, terms, at)
        if reason is None and opening >= useful_until(row.created_at, row.expires_at):
            reason = "too_late"
        if reason is not None:
            found.dropped.setdefault(reason, []).append(_key(row))
        elif opening > at:
            found.held.setdefault(opening, []).append(_key(row))
        elif kind.is_prompt or kind.purpose not in CAPPED:
            found.passed.append(row)
        else:
            counted.append(row)
    _count(session, counted, found, terms, at)
    return found


def _key(row: Any) -> DeliveryKey:
    return row.notice_id, row.device_id


def _reason_to_drop(
    row: Any, kind: KindTerms, wishes: _Wishes, terms: NoticeTerms, at: datetime
) -> str | None:
    if row.retired_at is not None:
        return "device_retired"
    if not row.may_send:
        return "consent_withdrawn"
    if kind.is_prompt:
        return None
    if kind.purpose in CAPPED and row.last_seen_at < at - timedelta(days=terms.unseen_days):
        return "device_unseen"
    shop_id = shop_of(row.params) if kind.purpose is ConsentPurpose.PUSH_SHOPS else None
    asked = {
        (row.citizen_id, ChoiceKind.MUTED_TRIGGER.value, str(kind.trigger)),
        (row.citizen_id, ChoiceKind.MUTED_SHOP.value, str(shop_id)),
    }
    return "muted" if asked & wishes.muted else None


def _opening(row: Any, wishes: _Wishes, terms: NoticeTerms, at: datetime) -> datetime:
    default = (minute_of(terms.quiet_from), minute_of(terms.quiet_until))
    quiet_from, quiet_until = wishes.quiet.get(row.citizen_id, default)
    return opens_at(at, quiet_from=quiet_from, quiet_until=quiet_until)


def _read_wishes(session: Session, rows: Sequence[Any]) -> _Wishes:
    """Nothing is asked of a batch of receipts, which most are."""
    citizen_ids = {row.citizen_id for row in rows if not KINDS[row.kind].is_prompt}
    if not citizen_ids:
        return _Wishes({}, set())
    own = select(NoticePreference.citizen_id, NoticePreference.quiet_from, NoticePreference.quiet_until)
    muting = (ChoiceKind.MUTED_TRIGGER.value, ChoiceKind.MUTED_SHOP.value)
    muted = select(NoticeChoice.citizen_id, NoticeChoice.kind, NoticeChoice.subject).where(
        NoticeChoice.kind.in_(muting)
    )
    return _Wishes(
        {
            citizen_id: (quiet_from, quiet_until)
            for citizen_id, quiet_from, quiet_until in session.execute(
                own.where(NoticePreference.citizen_id.in_(citizen_ids))
            )
        },
        {
            (citizen_id, kind, subject)
            for citizen_id, kind, subject in session.execute(
                muted.where(NoticeChoice.citizen_id.in_(citizen_ids))
            )
        },
    )


def _count(session: Session, rows: Sequence[Any], found: Sorted, terms: NoticeTerms, at: datetime) -> None:
    """A notice counts once, on however many devices, and however often it is tried: `rows` are sorted by notice."""
    decided = _decided_before(session, rows)
    waiting: dict[tuple[ConsentPurpose, uuid.UUID], list[uuid.UUID]] = {}
    for notice_id, row in {row.notice_id: row for row in rows if row.notice_id not in decided}.items():
        waiting.setdefault((KINDS[row.kind].purpose, row.citizen_id), []).append(notice_id)
    for purpose in CAPPED:
        queues = {citizen: ids for (of, citizen), ids in waiting.items() if of is purpose}
        # Of two to the same person, one after the other.
        for turn in zip_longest(*queues.values()):
            asked = {citizen: notice for citizen, notice in zip(queues, turn, strict=True) if notice}
            granted = reserve_pushes(session, citizen_ids=asked.keys(), purpose=purpose, at=at, terms=terms)
            decided |= {notice: citizen in granted for citizen, notice in asked.items()}
    for row in rows:
        if decided[row.notice_id]:
            found.passed.append(row)
        else:
            found.dropped.setdefault(CAP_REACHED, []).append(_key(row))


def _decided_before(session: Session, rows: Sequence[Any]) -> dict[uuid.UUID, bool]:
    """Notices of which another device, or this one earlier, was counted for: whether that was granted."""
    if not rows:
        return {}
    keys = {_key(row) for row in rows}
    decided = {row.notice_id: True for row in rows if row.attempts > 1}
    others = select(Delivery.notice_id, Delivery.failure).where(
        Delivery.notice_id.in_({row.notice_id for row in rows}),
        Delivery.attempts > 0,
        or_(Delivery.failure.is_(None), Delivery.failure.not_in(UNCOUNTED)),
        tuple_(Delivery.notice_id, Delivery.device_id).not_in(keys),
    )
    for notice_id, failure in session.execute(others):
        decided[notice_id] = failure != CAP_REACHED
    return decided

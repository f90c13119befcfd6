"""No more pushes a day to one person than the terms allow, however many senders there are."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Uuid,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.statements import Prepared, among
from backend.notices.models import PushCount
from backend.notices.terms import NoticeTerms
from backend.people.models import Citizen, ConsentPurpose

WEEK_DAYS = 7
# More than clocks disagree and a batch takes together.
MIDNIGHT = timedelta(minutes=5)
MIDNIGHT_LOCK = 2_028  # PostgreSQL's advisory lock, by a number that nothing else of ours takes

COUNTS = PushCount.metadata.tables["push_counts"]
TODAY = bindparam("today", type_=Date())


def reserve_pushes(
    session: Session, *, citizen_ids: Collection[uuid.UUID], purpose: str, at: datetime, terms: NoticeTerms
) -> set[uuid.UUID]:
    """Count one push to each of them; those whom one more is too many for are left out of the answer.

    `purpose`: push_city or push_shops, which share a cap over all senders, and have each a smaller one of its own;
    advertising also by the week, which is this day of the city and the six before. Reserve once a push, where it is
    taken: one that is tried again keeps its place. Two senders at once never count too far. Raises ValueError for
    another purpose.
    """
    if purpose not in (ConsentPurpose.PUSH_CITY, ConsentPurpose.PUSH_SHOPS):
        raise ValueError(f"no cap for {purpose}")
    if not citizen_ids:
        return set()
    ids, today = sorted(citizen_ids), city_day(at)
    if purpose == ConsentPurpose.PUSH_CITY:
        rows = RESERVE_CITY.rows(
            session, ids=ids, today=today, in_all=terms.pushes_per_day, per_day=terms.city_per_day
        )
    else:
        _one_by_one_around_midnight(session, at)
        rows = RESERVE_SHOPS.rows(
            session,
            ids=ids,
            today=today,
            week_before=today - timedelta(days=WEEK_DAYS),
            in_all=terms.pushes_per_day,
            per_day=terms.shops_per_day,
            per_week=terms.shops_per_week,
        )
    return {row.citizen_id for row in rows}


def forget_push_counts(session: Session, *, citizen_id: uuid.UUID) -> None:
    """Of somebody who leaves: no foreign key does it."""
    session.execute(delete(PushCount).where(PushCount.citizen_id == citizen_id))


def forget_old_push_counts(session: Session, *, at: datetime, limit: int) -> int:
    """At most `limit` of those that no cap looks at any more. Returns how many."""
    key = tuple_(COUNTS.c.citizen_id, COUNTS.c.on)
    old = select(COUNTS.c.citizen_id, COUNTS.c.on).where(
        # A day more, for whose clock is behind.
        COUNTS.c.on < city_day(at) - timedelta(days=WEEK_DAYS)
    )
    deleted = delete(COUNTS).where(key.in_(old.limit(limit))).returning(COUNTS.c.on)
    return len(session.execute(deleted).all())


def _reservation(column: ColumnElement[int], dialect: str) -> Any:
    """A row that another sender is counting up right now is waited for, and then looked at as it is."""
    per_day = bindparam("per_day", type_=Integer())
    is_city = column is COUNTS.c.city_count
    one: ColumnElement[int] = literal_column("1")
    none: ColumnElement[int] = literal_column("0")
    # In one order, so that two senders never wait for each other.
    new = (
        select(Citizen.id, TODAY, one if is_city else none, none if is_city else one)
        # As one parameter: a thousand of them would be written into the statement anew each time.
        .where(among(Citizen.__table__.c.id, "ids", dialect))
        .order_by(Citizen.id)
    )
    may_one_more = column < per_day
    may_one_more &= COUNTS.c.city_count + COUNTS.c.shops_count < bindparam("in_all", type_=Integer())
    if not is_city:
        per_week = bindparam("per_week", type_=Integer())
        new = new.where(_other_days_of_week(Citizen.__table__.c.id) < per_week)
        # As a literal: what stands in an ON CONFLICT is not seen as belonging to the statement around it.
        row_itself = literal_column("push_counts.citizen_id", Uuid())
        may_one_more &= column + _other_days_of_week(row_itself) < per_week
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(COUNTS)
        .from_select(["citizen_id", "on", "city_count", "shops_count"], new, include_defaults=False)
        .on_conflict_do_update(
            index_elements=["citizen_id", "on"], set_={column.name: column + 1}, where=may_one_more
        )
        .returning(COUNTS.c.citizen_id)
    )


def _one_by_one_around_midnight(session: Session, at: datetime) -> None:
    """Clocks disagree, and a sender may be some seconds late: two then count on two days, whose rows are not the same.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql" and city_day(at - MIDNIGHT) != city_day(at + MIDNIGHT):
        session.execute(select(func.pg_advisory_xact_lock(MIDNIGHT_LOCK)))


def _other_days_of_week(citizen_id: ColumnElement[uuid.UUID]) -> ColumnElement[int]:
    """Advertising of the days before, and of tomorrow where another's clock is ahead.

    Nobody counts those up any more, but around midnight.
    """
    other = COUNTS.alias("other")
    return (
        select(func.coalesce(func.sum(other.c.shops_count), 0))
        .where(
            other.c.citizen_id == citizen_id,
            other.c.on > bindparam("week_before", type_=Date()),
            other.c.on != TODAY,
        )
        .scalar_subquery()
    )


RESERVE_CITY = Prepared(partial(_reservation, COUNTS.c.city_count))
RESERVE_SHOPS = Prepared(partial(_reservation, COUNTS.c.shops_count))

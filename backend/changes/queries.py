"""What a phone lacks: everything at first, then what changed since it last asked."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from backend.base.statements import Prepared
from backend.changes.kinds import KINDS, NAMES, Kind, Reader
from backend.changes.models import ChangeCounter
from backend.changes.rules import Mark, Position, read_position, scope_of, write_position

LIMIT_DEFAULT = 200
LIMIT_MAX = 500
FIRST_ID, LAST_ID = uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)
ROW_LIMIT = bindparam("row_limit", type_=Integer())


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of a pass. `found`, `removed`: by kind; what is removed the reader may never have had.

    `starts_over`: nothing that was told before counts any more.
    """

    starts_over: bool
    found: Mapping[str, Sequence[Any]]
    removed: Mapping[str, Sequence[uuid.UUID]]
    next_cursor: str
    has_more: bool


def _counter(dialect: str) -> Any:
    """The number from which on something may still appear. PostgreSQL: of the oldest transaction under way."""
    if dialect == "postgresql":
        oldest = func.pg_snapshot_xmin(func.pg_current_snapshot())
        number: Any = cast(cast(oldest, Text()), BigInteger())
    else:
        number = ChangeCounter.number + literal_column("1", BigInteger())
    return select(ChangeCounter.epoch, number.label("number"))


def _listed(ids_of: Any) -> Any:
    """Kind (its place in KINDS) and id of a page of things, by both."""
    parts = [_part(place, kind, ids_of(kind)) for place, kind in enumerate(KINDS)]
    listed = union_all(*parts).subquery("listed")
    return select(listed.c.place, listed.c.id).order_by(listed.c.place, listed.c.id).limit(ROW_LIMIT)


def _part(place: int, kind: Kind, query: Any) -> Any:
    """Each kind's beginning only: whatever the number of kinds, no more than a page of each is sorted."""
    ids = query.subquery(f"{kind.name}_ids")
    ids_column = next(iter(ids.c))
    part = (
        select(literal_column(str(place), Integer()).label("place"), ids_column.label("id"))
        .where(ids_column > bindparam(f"after_{kind.name}", type_=Uuid()))
        .order_by(ids_column)
        .limit(ROW_LIMIT)
        .subquery(f"{kind.name}_page")
    )
    return select(part.c.place, part.c.id)


COUNTER = Prepared(_counter)
SEEN = Prepared(lambda _dialect: _listed(lambda kind: kind.seen))
CHANGED = Prepared(lambda _dialect: _listed(lambda kind: kind.changed))


def list_changes(
    session: Session, *, reader: Reader, since: str | None, limit: int, kept: timedelta, at: datetime
) -> Changes:
    """`since`: the cursor of the answer before; None: from the beginning. `kept`: how long changes are remembered.

    A cursor under which changes may have been forgotten, or of another citizen, language or database, starts over.
    Two statements and those of the kinds that there is something of. Raises CursorInvalid.
    """
    counter = COUNTER.first(session)
    assert counter is not None  # noqa: S101 (the migration made the row)
    now = Mark(int(counter.number), at)
    scope = scope_of(epoch=counter.epoch, citizen_id=reader.citizen_id, language=reader.language, kinds=NAMES)
    position = read_position(since) if since else None
    if position is None or not position.is_usable(scope=scope, now=now, kept=kept):
        position, since = Position(scope, told=None, telling=None), None
    page, has_more = _page(session, position, reader, limit, at)
    found, removed = _fetch(session, page, reader, at)
    stays = since if not page and position.may_stay(now) else None
    next_cursor = stays or _next(position, now, page, has_more)
    # What changed since a pass of several pages began is told by the next one: the phone is not done yet.
    return Changes(since is None, found, removed, next_cursor, has_more or position.telling is not None)


def _page(
    session: Session, position: Position, reader: Reader, limit: int, at: datetime
) -> tuple[Sequence[tuple[str, uuid.UUID]], bool]:
    """Kind and id of what comes next, and whether there is more of it."""
    params: dict[str, Any] = {"citizen_id": reader.citizen_id, "at": at, "row_limit": limit + 1}
    params |= {f"after_{name}": seen for name, seen in _seen(position.after).items()}
    if position.told is None:
        rows = SEEN.rows(session, **params)
    else:
        rows = CHANGED.rows(session, **params, since=position.told.number, since_at=position.told.at)
    return [(NAMES[row.place], row.id) for row in rows[:limit]], len(rows) > limit


def _seen(after: tuple[str, uuid.UUID] | None) -> Mapping[str, uuid.UUID]:
    """Kind → the last id that was told of it."""
    if after is None or after[0] not in NAMES:
        return dict.fromkeys(NAMES, FIRST_ID)
    place = NAMES.index(after[0])
    return {
        name: LAST_ID if other < place else after[1] if other == place else FIRST_ID
        for other, name in enumerate(NAMES)
    }


def _fetch(
    session: Session, page: Sequence[tuple[str, uuid.UUID]], reader: Reader, at: datetime
) -> tuple[Mapping[str, Sequence[Any]], Mapping[str, Sequence[uuid.UUID]]]:
    found: dict[str, Sequence[Any]] = {}
    removed: dict[str, Sequence[uuid.UUID]] = {}
    for kind in KINDS:
        ids = [subject_id for name, subject_id in page if name == kind.name]
        by_id = kind.fetch(session, ids, reader, at) if ids else {}
        found[kind.name] = [by_id[subject_id] for subject_id in ids if subject_id in by_id]
        removed[kind.name] = [subject_id for subject_id in ids if subject_id not in by_id]
    return found, removed


def _next(position: Position, now: Mark, page: Sequence[tuple[str, uuid.UUID]], has_more: bool) -> str:
    telling = position.telling or now
    if has_more:
        return write_position(replace(position, telling=telling, after=page[-1]))
    return write_position(replace(position, told=telling, telling=None, after=None))

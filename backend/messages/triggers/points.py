"""Points that nobody has spent and that end soon."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    cast,
    func,
    literal,
    literal_column,
    select,
)

from backend.base.database import first_id_at
from backend.messages.triggers.rules import Due, due_columns
from backend.messages.triggers.sql import json_of, last_day_before
from backend.notices.models import Notice
from backend.people.models import Citizen
from backend.points.models import PointsLot

# Said word for word as the partial index says it, or SQLite does not use it.
OPEN_LOT: ColumnElement[bool] = literal_column("points_lots.remaining_points > 0")


def points_expiring(days: int, *, sooner_days: int) -> Due:
    """What ends within so many days, in one sum; not when all of it ends within `sooner_days`, which is told apart.

    Told again after two thirds of the days at the earliest, and only if points end that no notice spoke of.
    """
    return partial(_select, days, sooner_days)


def _select(days: int, sooner_days: int, at: datetime, dialect: str) -> Select[Any]:
    prefix = f"points_expiring:{days}:"
    first_at, last_at = func.min(PointsLot.expires_at), func.max(PointsLot.expires_at)
    key = literal(prefix, String()).concat(last_day_before(last_at, dialect))
    points = cast(func.sum(PointsLot.remaining_points - PointsLot.held_points), BigInteger())
    params: dict[str, ColumnElement[Any]] = {
        "points": points,
        "days": literal(days, Integer()),
        "first_on": last_day_before(first_at, dialect),
    }
    return (
        select(*due_columns(key=key, params=json_of(params, dialect), expires_at=last_at))
        .join(PointsLot, PointsLot.account_id == Citizen.account_id)
        .where(
            OPEN_LOT,
            PointsLot.remaining_points > PointsLot.held_points,
            PointsLot.expires_at > at,
            PointsLot.expires_at <= at + timedelta(days=days),
            ~_told(prefix).where(Notice.id >= first_id_at(at - timedelta(days=days * 2 // 3))).exists(),
        )
        .group_by(Citizen.id)
        .having(
            last_at > at + timedelta(days=sooner_days),
            key
            > func.coalesce(
                _told(prefix).with_only_columns(func.max(Notice.dedupe_key)).scalar_subquery(), ""
            ),
        )
    )


def _told(prefix: str) -> Select[Any]:
    """Notices of the citizen in the query around it; their keys end with a day, so the latest is the greatest."""
    return (
        select(Notice.id)
        .where(
            Notice.citizen_id == Citizen.id,
            Notice.dedupe_key >= prefix,
            Notice.dedupe_key < f"{prefix}~",
        )
        .correlate(Citizen)
    )

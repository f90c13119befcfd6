"""Statements compiled once mean the same on both databases."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import String, Uuid, bindparam, insert, literal, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from backend.base.database import Database, UtcDateTime, new_id
from backend.base.statements import Prepared
from backend.points.models import PointsAccount
from backend.points.queries import LIVE_LOTS

NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)

BY_ID = Prepared(
    lambda _dialect: select(PointsAccount.id, PointsAccount.opened_at, PointsAccount.closed_at).where(
        PointsAccount.id == bindparam("account_id", type_=Uuid()),
        PointsAccount.opened_at <= bindparam("at", type_=UtcDateTime()),
    )
)
OPEN = Prepared(
    lambda _dialect: (
        insert(PointsAccount)
        .values(
            id=bindparam("id", type_=Uuid()),
            kind=bindparam("kind", type_=String()),
            slice_count=1,
            opened_at=bindparam("opened_at", type_=UtcDateTime()),
        )
        .returning(PointsAccount.id)
    )
)
ECHO = Prepared(
    lambda _dialect: select(bindparam("said", type_=String()).label("said"), literal("100%").label("all"))
)


@pytest.fixture
def account_id(session: Session) -> Iterator[uuid.UUID]:
    account_id = new_id()
    OPEN.rows(session, id=account_id, kind="shop", opened_at=NOON)
    yield account_id


class TestPrepared:
    def test_gives_rows_by_name_in_the_types_of_their_columns(
        self, session: Session, account_id: uuid.UUID
    ) -> None:
        row = BY_ID.first(session, account_id=account_id, at=NOON)

        assert row is not None
        assert (row.id, row.opened_at, row.closed_at) == (account_id, NOON, None)

    def test_gives_none_where_there_is_nothing(self, session: Session, account_id: uuid.UUID) -> None:
        assert BY_ID.first(session, account_id=new_id(), at=NOON) is None

    @pytest.mark.parametrize("said", ["", "100% % %s %(x)s $1 :said ?", "'; DROP TABLE shops; --", "釧路🦌"])
    def test_binds_any_text_as_it_is(self, session: Session, said: str) -> None:
        assert tuple(ECHO.first(session, said=said) or ()) == (said, "100%")

    def test_refuses_a_moment_without_a_zone(self, session: Session) -> None:
        with pytest.raises(ValueError, match="without its time zone"):
            BY_ID.first(session, account_id=new_id(), at=datetime(2026, 6, 15))

    def test_wants_every_parameter(self, session: Session) -> None:
        with pytest.raises((KeyError, DBAPIError)):
            BY_ID.first(session, at=NOON)

    def test_tells_the_drivers_errors_as_the_rest_of_the_program_knows_them(self, session: Session) -> None:
        with pytest.raises(IntegrityError):
            OPEN.rows(session, id=new_id(), kind="pirate", opened_at=NOON)


class TestConstants:
    def test_stand_in_the_text_so_that_partial_indexes_serve(self, database: Database) -> None:
        """A planner cannot know that an index on `remaining_points > 0` serves `remaining_points > $1`."""
        text = LIVE_LOTS.compiled_for(database.engine.dialect).text

        assert "points_lots.remaining_points > 0" in text

"""What somebody chose to be told: bounded, and one change at a time."""

import uuid
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.notices import preferences
from backend.notices.models import ChoiceKind, NoticeChoice
from backend.notices.preferences import NoticeChoicesFull, add_choice, set_choices
from tests.factories.organisations import make_shop
from tests.factories.people import make_citizen
from tests.faults.test_races import at_once, outcome


@pytest.fixture(autouse=True)
def two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preferences, "MUTED_SHOPS_MAX", 2)


@pytest.fixture
def citizen_id(database: Database, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_citizen(session, at=at).id)


@pytest.fixture
def shop_ids(database: Database, at: datetime) -> list[str]:
    return database.run(
        lambda session: [str(make_shop(session, at=at, name_ja=f"店{n}").id) for n in range(6)]
    )


def mute(session: Session, citizen_id: uuid.UUID, shop_id: str, at: datetime) -> None:
    add_choice(session, citizen_id=citizen_id, kind=ChoiceKind.MUTED_SHOP, subject=shop_id, at=at)


def count(database: Database) -> int:
    return database.run(lambda session: session.scalar(select(func.count(NoticeChoice.subject))) or 0)


class TestMutedShops:
    def test_are_bounded_one_by_one(
        self, session: Session, citizen_id: uuid.UUID, shop_ids: list[str], at: datetime
    ) -> None:
        mute(session, citizen_id, shop_ids[0], at)
        mute(session, citizen_id, shop_ids[1], at)

        with pytest.raises(NoticeChoicesFull) as refused:
            mute(session, citizen_id, shop_ids[2], at)

        assert refused.value.params == {"maximum": 2}

    def test_are_bounded_all_at_once(
        self, session: Session, citizen_id: uuid.UUID, shop_ids: list[str], at: datetime
    ) -> None:
        with pytest.raises(NoticeChoicesFull):
            set_choices(
                session, citizen_id=citizen_id, kind=ChoiceKind.MUTED_SHOP, subjects=shop_ids[:3], at=at
            )

    def test_that_are_full_take_again_what_they_hold(
        self, session: Session, citizen_id: uuid.UUID, shop_ids: list[str], at: datetime
    ) -> None:
        mute(session, citizen_id, shop_ids[0], at)
        mute(session, citizen_id, shop_ids[1], at)

        mute(session, citizen_id, shop_ids[1].upper(), at)

        assert session.scalar(select(func.count(NoticeChoice.subject))) == 2


@pytest.mark.slow
class TestChoicesAtOnce:
    def test_never_pass_their_bound(
        self, database: Database, citizen_id: uuid.UUID, shop_ids: list[str], at: datetime
    ) -> None:
        works = [
            outcome(database, partial(mute, citizen_id=citizen_id, shop_id=shop_id, at=at))
            for shop_id in shop_ids
        ]

        outcomes = at_once(works)

        assert sorted(outcomes) == ["done"] * 2 + ["notice_choices_full"] * 4
        assert count(database) == 2

    def test_of_the_same_thing_are_one(
        self, database: Database, citizen_id: uuid.UUID, shop_ids: list[str], at: datetime
    ) -> None:
        work = outcome(database, partial(mute, citizen_id=citizen_id, shop_id=shop_ids[0], at=at))

        outcomes = at_once([work] * 6)

        assert (outcomes, count(database)) == (["done"] * 6, 1)

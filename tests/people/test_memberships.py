"""people.memberships: which lists count for rules."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.people.memberships import list_memberships
from backend.people.models import MemberListEntry
from backend.people.service.member_lists import (
    MemberListWithCode,
    close_member_list,
    create_member_list,
    join_member_list,
)
from backend.web.ground import Ground
from tests.factories.people import SignedInCitizen
from tests.factories.world import World


@pytest.fixture
def made(session: Session, ground: Ground, world: World, at: datetime) -> MemberListWithCode:
    return make_list(session, ground, world, at)


def make_list(session: Session, ground: Ground, world: World, at: datetime) -> MemberListWithCode:
    return create_member_list(
        session, shop_id=world.shop_id, name="常連", staff_id=world.manager.id, vault=ground.vault, at=at
    )


def join(
    session: Session, ground: Ground, citizen: SignedInCitizen, made: MemberListWithCode, at: datetime
) -> uuid.UUID:
    return join_member_list(
        session, citizen_id=citizen.id, join_code=made.join_code, vault=ground.vault, at=at
    ).list_id


class TestListMemberships:
    def test_finds_them_by_citizen_and_by_account(
        self, session: Session, ground: Ground, world: World, made: MemberListWithCode, at: datetime
    ) -> None:
        list_id = join(session, ground, world.citizen, made, at)

        assert list_memberships(session, citizen_id=world.citizen.id) == {list_id}
        assert list_memberships(session, account_id=world.citizen.account_id) == {list_id}

    def test_finds_none_of_somebody_else(
        self, session: Session, ground: Ground, world: World, made: MemberListWithCode, at: datetime
    ) -> None:
        join(session, ground, world.citizen, made, at)

        assert list_memberships(session, citizen_id=world.neighbour.id) == frozenset()
        assert list_memberships(session, account_id=world.neighbour.account_id) == frozenset()

    def test_leaves_out_a_closed_list(
        self, session: Session, ground: Ground, world: World, made: MemberListWithCode, at: datetime
    ) -> None:
        list_id = join(session, ground, world.citizen, made, at)

        close_member_list(session, list_id=list_id, shop_ids=[world.shop_id], at=at)

        assert list_memberships(session, citizen_id=world.citizen.id) == frozenset()
        assert list_memberships(session, account_id=world.citizen.account_id) == frozenset()


class TestJoiningAtOnce:
    def test_is_joining_once(self, database: Database, ground: Ground, world: World, at: datetime) -> None:
        made = database.run(lambda session: make_list(session, ground, world, at))

        def press(_number: int) -> uuid.UUID:
            return database.run(lambda session: join(session, ground, world.citizen, made, at))

        with ThreadPoolExecutor(8) as pool:
            joined = set(pool.map(press, range(8)))

        rows = database.run(lambda session: session.scalar(select(func.count(MemberListEntry.list_id))))
        assert (joined, rows) == ({made.member_list.id}, 1)

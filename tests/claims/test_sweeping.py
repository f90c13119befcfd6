"""Purchases are looked at a minute after, each once, and what is odd is flagged with the facts."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.claims.models import Flag, FlagKind
from backend.claims.rules.flags import Threshold
from backend.claims.service.sweeping import sweep_purchases
from backend.claims.terms import load_terms
from backend.jobs.claims import raise_flags
from backend.people.models import CitizenLogin, Staff
from backend.points.models import PointsAccount
from tests.conftest import NOW
from tests.factories.claims import SMALL_YEN, state
from tests.factories.people import make_citizen
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient

Sweep = Callable[..., list[Flag]]


@pytest.fixture
def sweep(database: Database, clock: time_machine.Traveller) -> Sweep:
    """Look for one kind only, over an hour; the flags there are then."""

    def sweep(kind: FlagKind, count_from: int) -> list[Flag]:
        clock.shift(61)
        terms = replace(load_terms(), flags={kind: Threshold(count_from, 1)})
        database.run(lambda session: sweep_purchases(session, terms=terms, at=utc_now()))
        return database.run(lambda session: list(session.scalars(select(Flag).order_by(Flag.id))))

    return sweep


@pytest.fixture
def crowd(app: Any, database: Database, world: World) -> list[ApiClient]:
    """Three more citizens."""
    made = database.run(lambda session: [make_citizen(session, at=NOW) for _ in range(3)])
    return [ApiClient(app, citizen.token) for citizen in made]


class TestSweep:
    def test_looks_at_each_purchase_once(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, clock: time_machine.Traveller
    ) -> None:
        for number in range(3):
            buy(citizen, clerk, 500 + number, key=f"purchase-{number}")
        clock.shift(61)
        terms = load_terms()

        looked = [
            database.run(lambda session: sweep_purchases(session, terms=terms, at=utc_now(), limit=2))
            for _ in range(3)
        ]

        assert looked == [2, 1, 0]

    def test_leaves_the_newest_for_later(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, clock: time_machine.Traveller
    ) -> None:
        buy(citizen, clerk)
        clock.shift(59)
        terms = load_terms()
        assert database.run(lambda session: sweep_purchases(session, terms=terms, at=utc_now())) == 0
        clock.shift(1)

        assert database.run(lambda session: sweep_purchases(session, terms=terms, at=utc_now())) == 1

    def test_finds_nothing_odd_in_an_ordinary_purchase(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        poster: str,
        database: Database,
        clock: time_machine.Traveller,
    ) -> None:
        buy(citizen, clerk)
        state(citizen, poster, SMALL_YEN)
        clock.shift(61)

        assert raise_flags(database, load_terms()) is False

        assert database.run(lambda session: session.scalars(select(Flag)).all()) == []


class TestFlag:
    def test_of_a_person_who_buys_and_buys(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, sweep: Sweep, world: World
    ) -> None:
        bought = [buy(citizen, clerk, 500 + number, key=f"purchase-{number}") for number in range(4)]
        buy(neighbour, clerk)

        flags = sweep(FlagKind.PERSON_VELOCITY, 3)

        assert [(flag.purchase_id, flag.evidence["counted"]) for flag in flags] == [
            (uuid.UUID(bought[2]["id"]), 3),
            (uuid.UUID(bought[3]["id"]), 4),
        ]
        assert {flag.account_id for flag in flags} == {world.citizen.account_id}
        assert {flag.shop_id for flag in flags} == {world.shop_id}

    def test_counts_nothing_from_before_its_window(
        self, citizen: ApiClient, clerk: ApiClient, sweep: Sweep, clock: time_machine.Traveller
    ) -> None:
        buy(citizen, clerk, key="the-first-one")
        clock.shift(3000)
        buy(citizen, clerk, key="the-second-one")
        clock.shift(601)

        assert len(sweep(FlagKind.PERSON_VELOCITY, 2)) == 1
        assert len(sweep(FlagKind.PERSON_VELOCITY, 2)) == 1

    def test_of_young_accounts_that_feed_one_shop(
        self, crowd: list[ApiClient], citizen: ApiClient, clerk: ApiClient, sweep: Sweep
    ) -> None:
        for young in crowd:
            buy(young, clerk)
            buy(young, clerk, key="another-key")

        flags = sweep(FlagKind.YOUNG_ACCOUNTS, 3)

        assert [flag.evidence["counted"] for flag in flags] == [3, 3]

    def test_is_not_of_accounts_that_are_old(
        self, crowd: list[ApiClient], clerk: ApiClient, sweep: Sweep, database: Database
    ) -> None:
        opened = update(PointsAccount).values(opened_at=NOW.replace(year=2025))
        database.run(lambda session: session.execute(opened))
        for old in crowd:
            buy(old, clerk)

        assert sweep(FlagKind.YOUNG_ACCOUNTS, 3) == []

    def test_of_a_device_that_many_share(
        self, crowd: list[ApiClient], clerk: ApiClient, sweep: Sweep
    ) -> None:
        device = {"platform": "android", "target_kind": "fid"}
        for number, sharing in enumerate(crowd):
            sharing.put("/v1/me/devices/one-telephone", {**device, "target": f"target-{number}"})
        buy(crowd[0], clerk)

        [flag] = sweep(FlagKind.SHARED_DEVICE, 3)

        assert flag.evidence["counted"] == 3

    def test_of_somebody_who_works_at_the_shop(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        clerk: ApiClient,
        sweep: Sweep,
        database: Database,
        world: World,
    ) -> None:
        def work(session: Session) -> None:
            email = session.get_one(Staff, world.clerk.id).email
            login = {"citizen_id": world.citizen.id, "kind": "email", "subject": email}
            session.add(CitizenLogin(id=uuid.uuid4(), created_at=NOW, **login))

        database.run(work)
        buy(neighbour, clerk)
        own = buy(citizen, clerk)

        [flag] = sweep(FlagKind.OWN_SHOP, 1)

        assert flag.purchase_id == uuid.UUID(own["id"])

    def test_of_round_amounts_again_and_again(
        self, citizen: ApiClient, clerk: ApiClient, sweep: Sweep
    ) -> None:
        for number, amount in enumerate([3000, 3000, 2980, 2980, 2980, 3000]):
            buy(citizen, clerk, amount, key=f"purchase-{number}")

        [flag] = sweep(FlagKind.ROUND_AMOUNTS, 3)

        assert flag.evidence["counted"] == 3

    def test_of_a_purchase_that_was_stated_and_then_rung_up(
        self, citizen: ApiClient, clerk: ApiClient, poster: str, sweep: Sweep
    ) -> None:
        state(citizen, poster, SMALL_YEN)
        rung_up = buy(citizen, clerk, SMALL_YEN)

        [flag] = sweep(FlagKind.REPEATED_PURCHASE, 2)

        assert flag.purchase_id == uuid.UUID(rung_up["id"])

    def test_is_not_of_two_that_the_till_rang_up(
        self, citizen: ApiClient, clerk: ApiClient, sweep: Sweep
    ) -> None:
        buy(citizen, clerk, SMALL_YEN)
        buy(citizen, clerk, SMALL_YEN, key="another-key")

        assert sweep(FlagKind.REPEATED_PURCHASE, 2) == []

    def test_of_a_shop_where_many_state_something(
        self, crowd: list[ApiClient], poster: str, sweep: Sweep
    ) -> None:
        for stating in crowd:
            state(stating, poster, SMALL_YEN)

        [flag] = sweep(FlagKind.SHOP_VELOCITY, 3)

        assert flag.evidence["counted"] == 3

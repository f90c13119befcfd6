"""Codes made without a network that arrive at once, on real databases: each number and each yen once."""

from typing import Any

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.purchases.models import OfflineAllowance, OfflineCode, Purchase, Reconciliation
from tests.factories.tills import get_allowance, reconcile, sign
from tests.purchases.test_races import ROUNDS, at_once, count, scanning, statuses
from tests.support.client import ApiClient

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("proven_ledger")]


def used(database: Database) -> Any:
    query = select(OfflineAllowance.used_count, OfflineAllowance.used_yen)
    return database.run(lambda session: session.execute(query).one())


class TestOfflineCodesAtOnce:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_of_one_number_make_one_purchase(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        register: ApiClient,
        database: Database,
        round: int,
    ) -> None:
        scanned = sign(get_allowance(register), 980)
        works = [
            scanning(caller, scanned, f"{name}-{number}-of-one-code")
            for name, caller in (("citizen", citizen), ("neighbour", neighbour))
            for number in range(2)
        ]

        responses = at_once(works)

        assert statuses(responses) == [201, 409, 409, 409]
        assert (count(database, Purchase), count(database, OfflineCode)) == (1, 1)
        assert used(database) == (1, 980)

    @pytest.mark.parametrize("round", ROUNDS)
    def test_of_one_allowance_stay_within_its_money(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        register: ApiClient,
        database: Database,
        round: int,
    ) -> None:
        issued = get_allowance(register, total_max_yen=1000)
        works = [
            scanning(caller, sign(issued, 400, serial_number=number), f"code-number-{number}")
            for number, caller in enumerate((citizen, neighbour, citizen, neighbour), 1)
        ]

        responses = at_once(works)

        assert statuses(responses) == [201, 201, 409, 409]
        assert used(database) == (2, 800)

    @pytest.mark.parametrize("round", ROUNDS)
    def test_sent_twice_by_one_phone_are_answered_alike(
        self, citizen: ApiClient, register: ApiClient, database: Database, round: int
    ) -> None:
        scanned = sign(get_allowance(register), 980)

        responses = at_once([scanning(citizen, scanned, "the-same-request")] * 3)

        assert statuses(responses) == [201, 201, 201]
        assert len({response.get_json()["id"] for response in responses}) == 1
        assert count(database, Purchase) == 1


class TestReconciliationsAtOnce:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_leave_one_newest_version(self, register: ApiClient, database: Database, round: int) -> None:
        works = [
            lambda number=number: reconcile(register, count=number, amount_yen=number) for number in range(3)
        ]

        responses = at_once(works)

        assert statuses(responses) == [200, 200, 200]
        query = select(Reconciliation.version).where(Reconciliation.replaced_at.is_(None))
        assert database.run(lambda session: session.scalars(query).all()) == [3]
        assert count(database, Reconciliation) == 3

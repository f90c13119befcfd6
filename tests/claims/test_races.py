"""Many at once, on real databases: one claim is one purchase, and no limit is exceeded."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError

from backend.base.database import Database
from backend.claims.models import EVERY_SHOP, EVERYBODY, Claim, ClaimCounter, ClaimEvent
from backend.purchases.models import Purchase
from tests.factories.claims import ACCEPTANCE, LARGE_YEN, REJECTION, SMALL_YEN, appeal, refuse, state
from tests.factories.purchases import points_of
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("proven_ledger")]
Work = Callable[[], Any]
ROUNDS = range(3)


def at_once(works: Sequence[Work]) -> list[int]:
    """The statuses of all, let go in the same moment, in order of their numbers."""
    gate = Barrier(len(works))

    def go(work: Work) -> int:
        gate.wait()
        return int(work().status_code)

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(go, works))


def posting(caller: ApiClient, path: str, body: Any = None, key: str = "key-of-the-test") -> Work:
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key}
    return lambda: caller.app.test_client().post(path, json=body or {}, headers=headers)


def stating(caller: ApiClient, poster: str, amount_yen: int, key: str) -> Work:
    return posting(caller, "/v1/claims/poster", {"scanned": poster, "amount_yen": amount_yen}, key)


def count(database: Database, model: type[Any], *conditions: Any) -> int:
    query = select(func.count()).select_from(model).where(*conditions)
    return database.run(lambda session: session.scalar(query) or 0)


class TestOneClaim:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_is_one_purchase_whoever_confirms_it(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        manager: ApiClient,
        register: ApiClient,
        poster: str,
        database: Database,
        round: int,
    ) -> None:
        path = f"/v1/shop/claims/{state(citizen, poster, LARGE_YEN)['id']}/confirmation"

        statuses = at_once([posting(till, path) for till in (clerk, manager, register)])

        assert statuses == [200, 409, 409]
        assert (count(database, Purchase), points_of(citizen)) == (1, 48)
        assert count(database, ClaimEvent, ClaimEvent.act == "accepted") == 1

    @pytest.mark.parametrize("round", ROUNDS)
    def test_is_either_accepted_or_rejected(
        self,
        citizen: ApiClient,
        clerk: ApiClient,
        city: ApiClient,
        approver: ApiClient,
        poster: str,
        database: Database,
        round: int,
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)
        refuse(clerk, claim)
        appeal(citizen, claim)
        path = f"/v1/city/claims/{claim['id']}/decisions"

        statuses = at_once(
            [
                posting(city, path, ACCEPTANCE),
                posting(approver, path, REJECTION),
                posting(citizen, f"/v1/claims/{claim['id']}/withdrawal"),
            ]
        )

        assert statuses == [200, 409, 409]
        accepted = count(database, Claim, Claim.status == "accepted")
        assert count(database, Purchase) == accepted

    @pytest.mark.parametrize("round", ROUNDS)
    def test_is_one_however_often_it_is_sent(
        self, citizen: ApiClient, poster: str, database: Database, round: int
    ) -> None:
        statuses = at_once([stating(citizen, poster, SMALL_YEN, "the-same-key")] * 4)

        assert statuses == [201] * 4
        assert (count(database, Claim), count(database, Purchase)) == (1, 1)


class TestLimits:
    @pytest.mark.parametrize("round", ROUNDS)
    def test_hold_for_a_person_who_states_all_at_once(
        self, citizen: ApiClient, poster: str, database: Database, round: int
    ) -> None:
        """One passes at once at one shop, three may be stated."""
        works = [stating(citizen, poster, 500 + number, f"claim-key-{number}") for number in range(5)]

        statuses = at_once(works)

        assert statuses == [201, 201, 201, 409, 409]
        assert (count(database, Claim), count(database, Purchase)) == (3, 1)

    @pytest.mark.parametrize("round", ROUNDS)
    def test_count_a_shop_right_whoever_states(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        poster: str,
        database: Database,
        world: World,
        round: int,
    ) -> None:
        works = [
            stating(caller, poster, 500 + number, f"claim-key-{number}")
            for number, caller in enumerate([citizen, neighbour] * 2)
        ]

        assert at_once(works) == [201] * 4

        query = select(ClaimCounter).where(ClaimCounter.account_id == EVERYBODY)
        counters = database.run(lambda session: session.scalars(query).all())
        counted = {row.measure: (row.amount_yen, row.claim_count) for row in counters}
        assert counted["stated"] == (500 + 501 + 502 + 503, 4)
        assert counted["passed"][1] == 2
        assert EVERY_SHOP not in {row.shop_id for row in counters}


class TestEvents:
    @pytest.mark.parametrize("change", ["UPDATE claim_events SET act = 'read'", "DELETE FROM claim_events"])
    def test_are_never_changed(
        self, citizen: ApiClient, poster: str, database: Database, change: str
    ) -> None:
        state(citizen, poster)

        with (
            pytest.raises((IntegrityError, InternalError, OperationalError), match="append-only"),
            database.engine.begin() as connection,
        ):
            connection.execute(sql(change))

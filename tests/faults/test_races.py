"""Many at once, on real databases: what only one may do one does, and no point is made or lost."""

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.base.database import Database
from backend.base.errors import MeguriError
from backend.campaigns.models import Campaign, CampaignCounter
from backend.notices.models import Notice
from backend.points.models import AccountKind, PointsAccount, PointsBalance, PointsLot
from backend.points.queries import get_balance
from backend.points.service.movements import (
    fund,
    grant,
    lapse_expired_lots,
    open_account,
    spend,
)
from backend.points.verification import verify_ledger
from backend.purchases.models import Purchase, TillCode
from tests.factories.campaigns import make_campaign
from tests.factories.credentials import PASSWORD, register
from tests.factories.people import make_citizen
from tests.factories.purchases import KEY, issue
from tests.factories.world import World
from tests.support.client import ApiClient

CROWD = 20
DAY = timedelta(days=1)

Work = Callable[[], Any]


def at_once(works: Sequence[Work]) -> list[Any]:
    """What each gives; all are let go in the same moment."""
    gate = Barrier(len(works))

    def go(work: Work) -> Any:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(go, works))


def recording(app: Any, token: str, url: str, key: str = KEY) -> Work:
    """A purchase without the checks of ApiClient, which would only keep the threads apart."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    return lambda: app.test_client().post("/v1/purchases", json={"scanned": url}, headers=headers)


def outcome(database: Database, work: Callable[[Session], Any]) -> Work:
    """ "done", or the code of the refusal."""

    def attempt() -> str:
        try:
            database.run(work)
        except MeguriError as error:
            return error.code
        return "done"

    return attempt


def statuses(responses: list[TestResponse]) -> list[int]:
    return sorted(response.status_code for response in responses)


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


def balance(database: Database, account_id: uuid.UUID) -> int:
    return database.run(lambda session: get_balance(session, account_id=account_id))


def crowd(database: Database, at: datetime) -> list[str]:
    """The tokens of many citizens."""
    return database.run(
        lambda session: [make_citizen(session, at=at, nickname=f"{number}").token for number in range(CROWD)]
    )


def run_campaign(database: Database, world: World, at: datetime, **campaign: Any) -> uuid.UUID:
    """Its funding account."""

    def work(session: Session) -> uuid.UUID:
        made = make_campaign(session, at=at, approved_by=world.approver.id, **campaign)
        assert made.funding_account_id is not None
        return made.funding_account_id

    return database.run(work)


@pytest.mark.slow
class TestPurchasesAtOnce:
    @pytest.mark.parametrize("round", range(5))
    def test_of_one_code_by_two_citizens_give_it_to_one(
        self, app: Any, world: World, clerk: ApiClient, database: Database, round: int
    ) -> None:
        url = issue(clerk)["url"]

        responses = at_once(
            [recording(app, world.citizen.token, url), recording(app, world.neighbour.token, url)]
        )

        assert statuses(responses) == [201, 409]
        assert [count(database, model) for model in (Purchase, PointsLot, Notice)] == [1, 1, 1]
        assert database.run(verify_ledger) == []

    @pytest.mark.parametrize("round", range(5))
    def test_of_one_request_sent_twice_are_one_and_its_replay(
        self, app: Any, world: World, clerk: ApiClient, database: Database, round: int
    ) -> None:
        url = issue(clerk)["url"]

        responses = at_once([recording(app, world.citizen.token, url)] * 2)

        assert statuses(responses) == [201, 201]
        assert responses[0].get_json() == responses[1].get_json()
        replayed = [response.headers.get("Idempotent-Replayed") for response in responses]
        assert Counter(replayed) == {None: 1, "true": 1}
        assert [count(database, model) for model in (Purchase, PointsLot, Notice)] == [1, 1, 1]

    def test_of_one_request_sent_by_an_impatient_phone_are_still_one(
        self, app: Any, world: World, clerk: ApiClient, database: Database
    ) -> None:
        url = issue(clerk)["url"]

        responses = at_once([recording(app, world.citizen.token, url)] * 8)

        assert statuses(responses) == [201] * 8
        assert len({response.get_json()["id"] for response in responses}) == 1
        assert count(database, Purchase) == 1

    @pytest.mark.parametrize(
        ("campaign", "budget"),
        [
            ({"fixed_points": 7}, 50),  # one slice
            ({"fixed_points": 900}, 10_000),  # sixteen slices, each too small for one award
            ({"fixed_points": 300, "day_cap_points": 400}, 1_000),
        ],
    )
    def test_share_out_a_budget_to_its_last_point_and_no_further(
        self,
        app: Any,
        world: World,
        clerk: ApiClient,
        database: Database,
        at: datetime,
        campaign: dict[str, int],
        budget: int,
    ) -> None:
        account_id = run_campaign(database, world, at, budget_points=budget, **campaign)
        urls = [issue(clerk, 99)["url"] for _ in range(CROWD)]
        works = [recording(app, token, url) for token, url in zip(crowd(database, at), urls, strict=True)]

        responses = at_once(works)

        assert statuses(responses) == [201] * CROWD
        assert sum(response.get_json()["earned_points"] for response in responses) == budget
        assert balance(database, account_id) == 0
        assert database.run(verify_ledger) == []

    def test_mark_the_budget_they_emptied(
        self, app: Any, world: World, clerk: ApiClient, database: Database, at: datetime
    ) -> None:
        account_id = run_campaign(database, world, at, budget_points=50, fixed_points=7)
        urls = [issue(clerk, 99)["url"] for _ in range(CROWD)]
        at_once([recording(app, token, url) for token, url in zip(crowd(database, at), urls, strict=True)])

        marked = database.run(
            lambda session: session.scalar(
                select(Campaign.budget_exhausted_at).where(Campaign.funding_account_id == account_id)
            )
        )
        assert marked == at

    @pytest.mark.parametrize("sliced", [False, True])
    def test_of_one_citizen_never_exceed_the_cap_of_the_day(
        self, app: Any, world: World, clerk: ApiClient, database: Database, at: datetime, sliced: bool
    ) -> None:
        run_campaign(
            database,
            world,
            at,
            budget_points=100_000 if sliced else 9_000,
            fixed_points=30,
            day_cap_points=100,
        )
        urls = [issue(clerk, 99)["url"] for _ in range(8)]

        responses = at_once(
            [
                recording(app, world.citizen.token, url, f"purchase-{number}")
                for number, url in enumerate(urls)
            ]
        )

        assert statuses(responses) == [201] * 8
        assert sum(response.get_json()["earned_points"] for response in responses) == 100
        counted = database.run(lambda session: session.scalars(select(CampaignCounter.awarded_points)).all())
        assert counted == [100]
        assert balance(database, world.citizen.account_id) == 100
        assert database.run(verify_ledger) == []

    @pytest.mark.parametrize("round", range(3))
    def test_of_one_citizen_all_go_through_while_two_budgets_run_out(
        self, app: Any, world: World, clerk: ApiClient, database: Database, at: datetime, round: int
    ) -> None:
        budgets = [
            run_campaign(database, world, at, slug=f"budget-{points}", budget_points=points, fixed_points=900)
            for points in (1_000, 10_000)
        ]
        urls = [issue(clerk, 99)["url"] for _ in range(16)]

        responses = at_once(
            [
                recording(app, world.citizen.token, url, f"purchase-{number}")
                for number, url in enumerate(urls)
            ]
        )

        assert statuses(responses) == [201] * 16
        assert [balance(database, account_id) for account_id in budgets] == [0, 0]
        assert balance(database, world.citizen.account_id) == 1_000 + 10_000
        assert database.run(verify_ledger) == []

    @pytest.mark.parametrize("round", range(3))
    def test_and_a_cancelled_code_leave_one_winner(
        self, app: Any, world: World, clerk: ApiClient, database: Database, round: int
    ) -> None:
        code = issue(clerk)
        headers = {"Authorization": f"Bearer {clerk.token}"}

        bought, cancelled = at_once(
            [
                recording(app, world.citizen.token, code["url"]),
                lambda: app.test_client().delete(f"/v1/shop/codes/{code['id']}", headers=headers),
            ]
        )

        ended = (bought.status_code, cancelled.status_code)
        assert ended in ((201, 409), (409, 200))
        assert count(database, Purchase) == (1 if ended == (201, 409) else 0)

    @pytest.mark.parametrize("round", range(5))
    def test_and_the_citizens_leaving_leave_nothing_on_the_closed_account(
        self, app: Any, world: World, clerk: ApiClient, nobody: ApiClient, database: Database, round: int
    ) -> None:
        member = register(nobody)
        headers = {"Authorization": f"Bearer {member.token}"}
        urls = [issue(clerk)["url"] for _ in range(3)]

        *bought, left = at_once(
            [
                *(recording(app, str(member.token), url, f"purchase-{url[-20:]}") for url in urls),
                lambda: app.test_client().delete("/v1/me", json={"password": PASSWORD}, headers=headers),
            ]
        )

        assert left.status_code == 200
        assert {response.status_code for response in bought} <= {201, 401}
        assert database.run(verify_ledger) == []
        assert balances_of_closed_accounts(database) == [0]
        assert count(database, Notice) == 0

    @pytest.mark.parametrize("round", range(3))
    def test_of_the_first_codes_ever_agree_on_one_key(
        self, app: Any, world: World, database: Database, round: int
    ) -> None:
        headers = {"Authorization": f"Bearer {world.register_key}"}

        responses = at_once(
            [lambda: app.test_client().post("/v1/shop/codes", json={"amount_yen": 99}, headers=headers)] * 6
        )

        assert statuses(responses) == [201] * 6
        keys = database.run(lambda session: session.scalars(select(TillCode.key_id).distinct()).all())
        assert keys == [1]


def balances_of_closed_accounts(database: Database) -> list[int]:
    query = (
        select(PointsBalance.balance_points)
        .join(PointsAccount, PointsAccount.id == PointsBalance.account_id)
        .where(PointsAccount.closed_at.is_not(None))
    )
    return database.run(lambda session: list(session.scalars(query)))


@pytest.mark.slow
class TestLedgerAtOnce:
    @pytest.fixture
    def purse(self, database: Database, at: datetime) -> uuid.UUID:
        """Ten points in four lots, one of which ends tomorrow."""

        def work(session: Session) -> uuid.UUID:
            budget = open_account(session, kind=AccountKind.FUNDING, at=at)
            purse = open_account(session, kind=AccountKind.CITIZEN, at=at)
            fund(session, account_id=budget, points=10, at=at)
            for days, points in ((1, 1), (2, 2), (3, 3), (4, 4)):
                grant(
                    session,
                    account_id=purse,
                    funding_account_id=budget,
                    points=points,
                    expires_at=at + days * DAY,
                    at=at,
                )
            return purse

        return database.run(work)

    @pytest.fixture
    def till(self, database: Database, at: datetime) -> uuid.UUID:
        return database.run(lambda session: open_account(session, kind=AccountKind.SHOP, at=at))

    def test_spends_no_point_twice(
        self, database: Database, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        spending = outcome(
            database,
            lambda session: spend(session, account_id=purse, to_account_id=till, points=3, at=at),
        )

        ended = Counter(at_once([spending] * CROWD))

        assert ended["done"] >= 1
        assert set(ended) <= {"done", "points_insufficient", "database_unavailable"}
        assert balance(database, purse) == 10 - 3 * ended["done"] >= 0
        assert balance(database, till) == 3 * ended["done"]
        assert database.run(verify_ledger) == []

    def test_spends_all_that_is_there_for_whoever_is_patient(
        self, database: Database, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        spending = outcome(
            database,
            lambda session: spend(session, account_id=purse, to_account_id=till, points=3, at=at),
        )

        ended = Counter(at_once([spending] * 4))

        assert ended == {"done": 3, "points_insufficient": 1}

    def test_grants_no_more_than_the_budget_has(
        self, database: Database, purse: uuid.UUID, at: datetime
    ) -> None:
        budget = database.run(lambda session: open_account(session, kind=AccountKind.FUNDING, at=at))
        database.run(lambda session: fund(session, account_id=budget, points=10, at=at))
        granting = outcome(
            database,
            lambda session: grant(
                session,
                account_id=purse,
                funding_account_id=budget,
                points=1,
                expires_at=at + DAY,
                at=at,
            ),
        )

        ended = Counter(at_once([granting] * CROWD))

        assert ended == {"done": 10, "budget_insufficient": 10}
        assert balance(database, budget) == 0
        assert database.run(verify_ledger) == []

    def test_lapses_and_spends_the_same_lot_only_once(
        self, database: Database, purse: uuid.UUID, till: uuid.UUID, at: datetime
    ) -> None:
        """One clock says that it is over, another that it is not yet."""
        lapsing = outcome(database, lambda session: lapse_expired_lots(session, at=at + DAY))
        spending = outcome(
            database,
            lambda session: spend(session, account_id=purse, to_account_id=till, points=1, at=at),
        )

        ended = at_once([lapsing, spending, lapsing, spending])

        assert set(ended) <= {"done", "database_unavailable"}
        assert database.run(verify_ledger) == []
        lots = database.run(
            lambda session: session.scalar(
                select(func.sum(PointsLot.remaining_points)).where(PointsLot.account_id == purse)
            )
        )
        assert lots == balance(database, purse)

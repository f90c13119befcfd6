"""A batch gives what its purchases would give one by one."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.errors import MeguriError, StaleRead
from backend.campaigns.models import CampaignCounter, CampaignStamp
from backend.notices.models import Notice
from backend.organisations.models import ShopTag
from backend.people.models import Citizen
from backend.points.models import PointsBalance
from backend.points.verification import verify_ledger
from backend.purchases.batches import recording
from backend.purchases.batches.bought import Outcome
from backend.purchases.batches.sales import StoredSale, StoredSalesContext, record_stored_sales
from backend.purchases.models import IssuerKind, Purchase
from backend.purchases.service.codes import Issuer
from backend.purchases.service.recording import RecordedPurchase
from tests.conftest import NOW
from tests.factories.codes import open_code
from tests.factories.purchases import points_of, record, refund, send_stored, show_code, stored
from tests.factories.world import World
from tests.purchases.circulation.terms import PEOPLE, SHOPS
from tests.purchases.circulation.town import Town
from tests.purchases.conftest import MakeTown
from tests.support.client import ApiClient

DAY = timedelta(days=1)
WINDOW = timedelta(days=7)
TILL = Issuer(IssuerKind.REGISTER, uuid.UUID(int=1))
Run = Callable[..., uuid.UUID]


@dataclass(frozen=True)
class Sold:
    """What a till rang up: so many minutes before the batch is sent."""

    person: int
    amount: int
    minutes_ago: int
    earns: bool


solds = st.builds(
    Sold,
    person=st.sampled_from([0, 0, *range(PEOPLE)]),
    amount=st.sampled_from([1, 90, 400, 700, 1000, 2400]) | st.integers(1, 3000),
    minutes_ago=st.integers(0, 3 * 24 * 60),
    earns=st.sampled_from([True, True, True, False]),
)


def stored_sales(town: Town, day: Sequence[Sold], at: datetime) -> list[StoredSale]:
    """The codes are opened when they are shown, so that each is good for its sale."""

    def show(sold: Sold) -> str:
        moment = at - timedelta(minutes=sold.minutes_ago)
        scopes = ["earn"] if sold.earns else ["spend"]
        return town.database.run(
            lambda session: (
                open_code(
                    session, town.ground, town.places.people[sold.person], at=moment, scopes=scopes
                ).code
            )
        )

    # As phones do, the earlier one first: a new code ends those before it.
    order = sorted(range(len(day)), key=lambda number: -day[number].minutes_ago)
    codes = {number: show(day[number]) for number in order}
    return [
        StoredSale(
            key=f"sale-{number}",
            citizen_code=codes[number],
            amount_yen=sold.amount,
            done_at=at - timedelta(minutes=sold.minutes_ago),
        )
        for number, sold in enumerate(day)
    ]


def send(town: Town, sales: Sequence[StoredSale], shop: int, at: datetime) -> Sequence[Outcome]:
    return town.database.run(
        lambda session: record_stored_sales(
            session,
            shop_id=town.places.shops[shop],
            issuer=TILL,
            sales=sales,
            context=StoredSalesContext(town.context, WINDOW),
            at=at,
        )
    )


def send_alone(town: Town, sale: StoredSale, shop: int, at: datetime) -> Sequence[Outcome]:
    """By the way that a sale takes which comes by itself."""

    def work(session: Session) -> Sequence[Outcome]:
        session.info.update(locking=True, last_try=True)
        return record_stored_sales(
            session,
            shop_id=town.places.shops[shop],
            issuer=TILL,
            sales=[sale],
            context=StoredSalesContext(town.context, WINDOW),
            at=at,
        )

    return town.database.run(work)


def told(outcome: Outcome) -> Any:
    """But for ids, and for what is left of budgets, of which only a locked purchase knows."""
    if isinstance(outcome, MeguriError):
        return outcome.code
    record = asdict(outcome.record)
    verdicts = [
        (verdict["code"], verdict["points"], sorted(verdict["params"].items()))
        for verdict in record["verdicts"]
    ]
    names = ("amount_yen", "spent_points", "done_at", "recorded_at", "earned_points", "balance_points")
    return [record[name] for name in names], sorted(map(str, verdicts))


def state_of(town: Town) -> dict[str, Any]:
    """Balances, counters and stamps by figures alone: the ids of two towns differ only where rows are new."""

    def read(session: Session) -> dict[str, Any]:
        balances = select(PointsBalance.account_id, func.sum(PointsBalance.balance_points)).group_by(
            PointsBalance.account_id
        )
        counters = select(
            CampaignCounter.account_id,
            CampaignCounter.shop_id,
            CampaignCounter.period_on,
            CampaignCounter.campaign_id,
            CampaignCounter.within,
            CampaignCounter.awarded_points,
            CampaignCounter.award_count,
        )
        stamps = select(
            CampaignStamp.campaign_id,
            CampaignStamp.account_id,
            CampaignStamp.card_number,
            CampaignStamp.position,
        )
        return {
            "balances": {row[0]: int(row[1]) for row in session.execute(balances)},
            "counters": {tuple(row) for row in session.execute(counters)},
            "stamps": {tuple(row) for row in session.execute(stamps)},
            "notices": session.scalar(select(func.count()).select_from(Notice)),
            "broken": verify_ledger(session),
        }

    return town.database.run(read)


few = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.slow
class TestABatch:
    @few
    @given(day=st.lists(solds, min_size=1, max_size=14), shop=st.integers(0, SHOPS - 1))
    def test_gives_what_its_sales_give_one_by_one(
        self, new_town_without_cards: MakeTown, day: list[Sold], shop: int
    ) -> None:
        check(new_town_without_cards, day, shop)

    @few
    @given(day=st.lists(solds, min_size=1, max_size=10), shop=st.integers(0, SHOPS - 1))
    def test_gives_the_same_where_cards_are_stamped(
        self, new_town: MakeTown, day: list[Sold], shop: int
    ) -> None:
        check(new_town, day, shop)


def check(new_town: MakeTown, day: Sequence[Sold], shop: int) -> None:
    at = NOW + 3 * DAY
    with new_town() as town, new_town() as other:
        sales = stored_sales(town, day, at)
        together = send(town, sales, shop, at)
        again = send(town, sales, shop, at)
        one_by_one = [
            outcome for sale in stored_sales(other, day, at) for outcome in send_alone(other, sale, shop, at)
        ]

        assert list(map(told, together)) == list(map(told, one_by_one))
        assert state_of(town) == state_of(other)
        assert state_of(town)["broken"] == []
        assert list(map(told, again)) == list(map(told, together))
        assert all(each.is_replay for each in again if isinstance(each, RecordedPurchase))


class TestWhatCampaignsAskFor:
    """Each of two sales of one citizen in a batch, and one of another, as campaigns with conditions see them."""

    @pytest.fixture
    def earned(
        self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient, clock: Any
    ) -> Callable[[], list[int]]:
        def earned() -> list[int]:
            first = show_code(citizen)
            clock.shift(1)
            outcomes = send_stored(
                register,
                stored("a-1", first, 99),
                stored("a-2", show_code(citizen), 99),
                stored("a-3", show_code(neighbour), 99),
            )
            return [outcome["purchase"]["earned_points"] for outcome in outcomes]

        return earned

    def test_first_visits(self, earned: Callable[[], list[int]], run_campaign: Run) -> None:
        run_campaign(fixed_points=30, who={"is_first_visit": True})

        assert earned() == [30, 0, 30]

    def test_caps_of_shops_and_weeks(self, earned: Callable[[], list[int]], run_campaign: Run) -> None:
        caps = [
            {"per": "shop", "within": "day", "points": 70},
            {"per": "person_at_shop", "within": "week", "points": 50},
        ]
        run_campaign(fixed_points=30, caps=caps)

        assert earned() == [30, 20, 20]

    def test_persons(
        self, earned: Callable[[], list[int]], run_campaign: Run, database: Database, world: World
    ) -> None:
        run_campaign(fixed_points=30, who={"age_bands": ["65_74"]})
        old = update(Citizen).where(Citizen.id == world.neighbour.id).values(age_band="65_74")
        database.run(lambda session: session.execute(old))

        assert earned() == [0, 0, 30]

    def test_tags_of_shops(
        self, earned: Callable[[], list[int]], run_campaign: Run, database: Database, world: World
    ) -> None:
        run_campaign(fixed_points=30, where={"shop_tags": ["地元"]})
        database.run(lambda session: session.add(ShopTag(shop_id=world.shop_id, tag="地元")))

        assert earned() == [30, 30, 30]


class TestADebtor:
    def test_repays_from_what_a_batch_earns(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        register: ApiClient,
        clock: Any,
        run_campaign: Run,
        proven_ledger: None,
    ) -> None:
        run_campaign(fixed_points=90, what={"minimum_yen": 5000})
        bought = send_stored(register, stored("a-1", show_code(citizen), 5000))[0]["purchase"]
        url = register.post("/v1/shop/codes", {"amount_yen": 140}).get_json()["url"]
        record(citizen, url, points_to_spend=140)
        refund(register, bought["id"])
        clock.shift(1)
        first = show_code(citizen)
        clock.shift(1)

        outcomes = send_stored(
            register,
            stored("b-1", first, 10_000),
            stored("b-2", show_code(neighbour), 200),
            stored("b-3", show_code(citizen), 200),
        )

        assert [outcome["purchase"]["earned_points"] for outcome in outcomes] == [190, 2, 2]
        assert points_of(citizen) == 190 + 2 - 140


class TestWhatCannotBeRecorded:
    def test_stops_no_other(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        register: ApiClient,
        monkeypatch: pytest.MonkeyPatch,
        database: Database,
        proven_ledger: None,
    ) -> None:
        settle = recording.settle

        def fail_for(*arguments: Any, **named: Any) -> Any:
            if named["weighed"].payment.amount_yen == 666:
                raise StaleRead
            return settle(*arguments, **named)

        def fail(*_arguments: Any) -> Any:
            raise StaleRead

        monkeypatch.setattr(recording, "settle", fail_for)
        monkeypatch.setattr(recording, "_record_run", fail)

        outcomes = send_stored(
            register, stored("a-1", show_code(citizen), 666), stored("a-2", show_code(neighbour), 1000)
        )

        assert [outcome["status"] for outcome in outcomes] == [409, 201]
        assert outcomes[0]["problem"]["code"] == "state_changed"
        keys = database.run(lambda session: session.scalars(select(Purchase.sale_key)).all())
        assert keys == ["a-2"]

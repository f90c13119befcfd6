"""The demo city in the database: consistent, lifelike, loaded once and never beside anything else."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.clock import start_of_city_day
from backend.base.database import Database
from backend.base.secrets import Vault
from backend.campaigns.models import Campaign, CampaignCounter
from backend.campaigns.rules import Rule
from backend.config import Settings
from backend.demo.city.campaigns import NEARLY_USED_KEY
from backend.demo.city.generator import CITIZEN_COUNT
from backend.demo.city.shops import SHOPS
from backend.demo.identifiers import Identifiers
from backend.demo.loading import DatabaseNotEmpty, load_demo
from backend.demo.past import Past
from backend.demo.tokens import issue_token
from backend.demo.town import Founding, Table, found_town
from backend.notices.models import Delivery, Notice
from backend.organisations.models import Shop
from backend.people.models import Citizen
from backend.points.models import PointsLot, PointsTransaction
from backend.points.queries import get_balance
from backend.points.verification import verify_ledger
from backend.purchases.models import Purchase
from tests.conftest import NOW
from tests.demo.conftest import TODAY
from tests.factories.world import make_world
from tests.support.client import ApiClient

VAULT = Vault("demo-tests-only")


def load(session: Session, today: date = TODAY) -> bool:
    return load_demo(session, today=today, vault=VAULT, terms_version="2026-11")


def write_past(seed: int) -> list[Table]:
    founding = Founding(seed, TODAY, Identifiers(seed), VAULT, "2026-11")
    past = Past(founding, found_town(founding))
    return [*past.write()]


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


class TestLoadDemo:
    def test_the_ledger_adds_up(self, session: Session) -> None:
        assert verify_ledger(session) == []

    def test_fills_the_city(self, session: Session) -> None:
        assert count(session, Citizen) == CITIZEN_COUNT
        assert count(session, Shop) == len(SHOPS)
        assert 5_000 < count(session, Purchase) < 10_000

    def test_each_purchase_earned_what_its_lots_hold(self, session: Session) -> None:
        awarded = (
            select(func.coalesce(func.sum(PointsLot.granted_points), 0))
            .join(PointsTransaction, PointsTransaction.id == PointsLot.transaction_id)
            .where(PointsTransaction.source_id == Purchase.id)
            .scalar_subquery()
        )

        unlike = session.scalars(select(Purchase.id).where(Purchase.earned_points != awarded)).all()

        assert unlike == []

    def test_no_campaign_gave_more_than_its_budget_or_its_daily_cap(self, session: Session) -> None:
        campaigns = session.scalars(select(Campaign)).all()
        caps = {campaign.id: Rule.from_json(campaign.rule).day_cap_points or 0 for campaign in campaigns}
        most = dict(
            session.execute(
                select(CampaignCounter.campaign_id, func.max(CampaignCounter.awarded_points)).group_by(
                    CampaignCounter.campaign_id
                )
            ).all()
        )

        assert all(points <= caps[campaign_id] for campaign_id, points in most.items())
        assert all(
            get_balance(session, account_id=campaign.funding_account_id) >= 0
            for campaign in campaigns
            if campaign.funding_account_id
        )

    def test_one_budget_is_nearly_used_up(self, session: Session) -> None:
        campaign = session.scalars(select(Campaign).where(Campaign.slug == NEARLY_USED_KEY)).one()
        assert campaign.funding_account_id

        left = get_balance(session, account_id=campaign.funding_account_id)

        assert 0 < left < campaign.budget_points // 20

    def test_nothing_lies_in_the_future_and_nothing_has_expired(self, session: Session) -> None:
        midnight = start_of_city_day(TODAY)

        assert session.scalars(select(func.max(Purchase.done_at))).one() < midnight
        assert session.scalars(select(func.min(PointsLot.expires_at))).one() > midnight

    def test_no_push_is_on_its_way(self, session: Session) -> None:
        assert count(session, Notice) > 0
        assert count(session, Delivery) == 0

    def test_loading_again_changes_nothing(self, database: Database) -> None:
        before = database.run(lambda session: count(session, Purchase))

        loaded = database.run(lambda session: load(session, TODAY + timedelta(days=3)))

        assert not loaded
        assert database.run(lambda session: count(session, Purchase)) == before

    def test_refuses_a_database_that_holds_something_else(self, empty_database: Database) -> None:
        empty_database.run(lambda session: make_world(session, at=NOW))

        with pytest.raises(DatabaseNotEmpty):
            empty_database.run(load)

        assert empty_database.run(lambda session: count(session, Citizen)) == 2


@pytest.fixture(scope="module")
def past() -> list[Table]:
    return write_past(7)


class TestDemoHistory:
    def test_is_the_same_for_the_same_seed_and_day(self, past: list[Table]) -> None:
        assert write_past(7) == past

    def test_is_another_for_another_seed(self, past: list[Table]) -> None:
        assert write_past(8) != past


class TestDemoCitizen:
    @pytest.fixture
    def caller(self, app: Flask, database: Database, settings: Settings) -> ApiClient:
        token = database.run(lambda session: issue_token(session, name="citizen", settings=settings, at=NOW))
        return ApiClient(app, token)

    def test_sees_purchases_newest_first(self, caller: ApiClient) -> None:
        purchases = caller.get("/v1/purchases?limit=50").get_json()["items"]

        moments = [purchase["done_at"] for purchase in purchases]
        assert len(moments) == 50
        assert moments == sorted(moments, reverse=True)

    def test_has_the_balance_that_the_last_purchase_told(self, caller: ApiClient) -> None:
        last = caller.get("/v1/purchases?limit=1").get_json()["items"][0]

        points = caller.get("/v1/me/points").get_json()

        assert points["balance_points"] == last["balance_points"] > 0
        assert points["pending_points"] == 0

    def test_has_unread_notices(self, caller: ApiClient) -> None:
        inbox = caller.get("/v1/notices").get_json()

        assert inbox["unread_count"] == 2
        assert inbox["items"][0]["kind"] == "purchase_recorded"
        assert inbox["items"][-1]["kind"] == "welcome"

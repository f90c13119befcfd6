"""The demo city in the database: consistent, lifelike, loaded once and never beside anything else."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.audiences.compiling import select_citizens
from backend.audiences.models import SavedAudience
from backend.audiences.rules import read_audience, write_audience
from backend.audiences.service import check_audience
from backend.base.clock import start_of_city_day
from backend.base.database import Database
from backend.base.secrets import Vault
from backend.campaigns.models import CampaignEvent
from backend.campaigns.service.watching import list_due_campaigns
from backend.config import Settings
from backend.demo.city.generator import CITIZEN_COUNT
from backend.demo.city.shops import SHOPS
from backend.demo.identifiers import Identifiers
from backend.demo.loading import DatabaseNotEmpty, load_demo
from backend.demo.past import Past
from backend.demo.tokens import issue_token
from backend.demo.town import Founding, Table, found_town
from backend.notices.models import Delivery, Notice
from backend.offers.models import Coupon
from backend.organisations.models import Shop
from backend.organisations.regions import load_region
from backend.people.models import Citizen
from backend.points.models import PointsSeal, PointsTransaction
from backend.points.service.movements import lapse_expired_lots
from backend.points.service.seals import seal_ledger, verify_seals
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

    def test_nothing_lies_in_the_future(self, session: Session) -> None:
        midnight = start_of_city_day(TODAY)

        assert session.scalars(select(func.max(Purchase.done_at))).one() < midnight
        assert session.scalars(select(func.max(PointsTransaction.recorded_at))).one() <= midnight
        assert session.scalars(select(func.max(CampaignEvent.at))).one() < midnight
        assert session.scalars(select(func.max(Coupon.taken_at))).one() < midnight

    def test_leaves_the_clock_nothing_to_do(self, session: Session) -> None:
        assert list_due_campaigns(session, at=NOW) == []
        assert lapse_expired_lots(session, at=NOW) == 0

    def test_can_be_sealed_whole(self, session: Session) -> None:
        while seal_ledger(session, at=NOW):
            pass

        assert list(verify_seals(session)) == []
        assert session.scalars(select(func.sum(PointsSeal.transaction_count))).one() == count(
            session, PointsTransaction
        )

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

    def test_can_spend_and_has_points_that_are_pending(self, caller: ApiClient) -> None:
        points = caller.get("/v1/me/points").get_json()

        assert points["balance_points"] > 300
        assert points["pending_points"] > 0

    def test_has_unread_notices(self, caller: ApiClient) -> None:
        inbox = caller.get("/v1/notices?limit=50").get_json()

        kinds = {notice["kind"] for notice in inbox["items"]}
        assert inbox["unread_count"] == 3
        assert inbox["items"][-1]["kind"] == "welcome"
        assert {"purchase_recorded", "campaign_budget_nearly_gone"} <= kinds

    def test_has_begun_a_stamp_card(self, caller: ApiClient) -> None:
        (card,) = caller.get("/v1/me/stamp-cards").get_json()["items"]

        assert card["distinct"] == "shops"
        assert card["given"] > 0

    def test_finds_offers_with_pictures_from_many_shops(self, caller: ApiClient) -> None:
        offers = caller.get("/v1/offers?limit=50").get_json()["items"]

        assert len({offer["shop"]["id"] for offer in offers}) >= 12
        assert all(offer["photo_path"] for offer in offers)
        assert any(offer["is_saved"] for offer in offers)
        assert any(offer["stock_left"] == 0 for offer in offers)

    def test_has_favourite_shops(self, caller: ApiClient) -> None:
        assert len(caller.get("/v1/me/favourite-shops").get_json()["items"]) == 4


class TestSavedAudiences:
    def test_are_as_the_service_would_have_kept_them(self, session: Session) -> None:
        kept = session.scalars(select(SavedAudience)).all()

        checked = [
            check_audience(session, document=saved.document, shop_id=saved.shop_id, region=load_region())
            for saved in kept
        ]

        assert [write_audience(audience) for audience in checked] == [saved.document for saved in kept]

    def test_mean_somebody(self, session: Session) -> None:
        at = start_of_city_day(TODAY)
        audiences = [
            read_audience(saved.document, region=load_region())
            for saved in session.scalars(select(SavedAudience))
        ]

        found = [session.scalars(select_citizens(audience, at=at)).first() for audience in audiences]

        assert len(found) == 3
        assert None not in found

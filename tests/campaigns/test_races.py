"""Two at once, on real databases: a campaign takes one step at a time, and no point is made by it."""

import uuid
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.campaigns.models import Campaign, CampaignEvent, CampaignStamp
from backend.campaigns.queries import get_campaign
from backend.campaigns.service.approving import approve_campaign
from backend.campaigns.service.drafting import draft_campaign, draft_version, submit_for_review
from backend.campaigns.service.running import pause_campaign, schedule_campaign
from backend.campaigns.service.watching import watch_campaign
from backend.notices.models import Notice
from backend.points.models import AccountKind, PointsAccount
from backend.points.queries import get_balance
from backend.points.service.movements import grant
from backend.points.verification import verify_ledger
from tests.campaigns.conftest import change
from tests.factories.campaigns import make_campaign, make_draft
from tests.factories.organisations import make_shop
from tests.factories.people import make_staff
from tests.factories.purchases import KEY, issue
from tests.factories.world import World
from tests.faults.test_races import at_once, outcome, recording
from tests.support.client import ApiClient


@pytest.fixture
def in_review(database: Database, world: World, at: datetime) -> uuid.UUID:
    def work(session: Session) -> uuid.UUID:
        campaign = draft_campaign(session, draft=make_draft(at), created_by=world.city.id, at=at)
        submit_for_review(session, campaign_id=campaign.id, submitted_by=world.city.id, at=at)
        return campaign.id

    return database.run(work)


@pytest.fixture
def running(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(
        lambda session: make_campaign(session, at=at, approved_by=world.approver.id, fixed_points=40).id
    )


def events(database: Database, campaign_id: uuid.UUID, act: str) -> int:
    query = select(func.count()).where(CampaignEvent.campaign_id == campaign_id, CampaignEvent.act == act)
    return database.run(lambda session: session.scalar(query) or 0)


def budgets(database: Database) -> int:
    query = select(func.count()).where(PointsAccount.kind == AccountKind.FUNDING.value)
    return database.run(lambda session: session.scalar(query) or 0)


def left(database: Database, campaign_id: uuid.UUID) -> int:
    def work(session: Session) -> int:
        account_id = get_campaign(session, campaign_id=campaign_id).funding_account_id
        assert account_id is not None
        return get_balance(session, account_id=account_id)

    return database.run(work)


@pytest.mark.slow
class TestStepsAtOnce:
    @pytest.mark.parametrize("round", range(3))
    def test_approved_by_two_it_is_approved_once(
        self, database: Database, world: World, in_review: uuid.UUID, at: datetime, round: int
    ) -> None:
        approving = outcome(
            database,
            lambda session: approve_campaign(
                session, campaign_id=in_review, approved_by=world.approver.id, at=at
            ),
        )

        outcomes = at_once([approving] * 4)

        assert sorted(outcomes) == ["campaign_not_in_review"] * 3 + ["done"]
        assert events(database, in_review, "approved") == 1

    @pytest.mark.parametrize("round", range(3))
    def test_scheduled_by_two_it_is_funded_once(
        self, database: Database, world: World, in_review: uuid.UUID, at: datetime, round: int
    ) -> None:
        database.run(
            lambda session: approve_campaign(
                session, campaign_id=in_review, approved_by=world.approver.id, at=at
            )
        )
        before = budgets(database)
        scheduling = outcome(
            database,
            lambda session: schedule_campaign(
                session, campaign_id=in_review, scheduled_by=world.city.id, at=at
            ),
        )

        outcomes = at_once([scheduling] * 4)

        assert sorted(outcomes) == ["campaign_not_approved"] * 3 + ["done"]
        assert budgets(database) == before + 1
        assert left(database, in_review) == 100_000

    @pytest.mark.parametrize("round", range(3))
    def test_versions_drafted_by_two_leave_one_open(
        self, database: Database, world: World, running: uuid.UUID, at: datetime, round: int
    ) -> None:
        drafting = outcome(
            database,
            lambda session: draft_version(
                session, campaign_id=running, conditions=change(at), drafted_by=world.city.id, at=at
            ),
        )

        outcomes = at_once([drafting] * 3)

        assert sorted(outcomes) == ["campaign_version_open"] * 2 + ["done"]

    @pytest.mark.parametrize("round", range(3))
    def test_watched_by_two_workers_nobody_is_told_twice(
        self, database: Database, world: World, running: uuid.UUID, at: datetime, round: int
    ) -> None:
        def use_up(session: Session) -> None:
            campaign = get_campaign(session, campaign_id=running)
            assert campaign.funding_account_id is not None
            grant(
                session,
                account_id=world.citizen.account_id,
                funding_account_id=campaign.funding_account_id,
                points=80_000,
                expires_at=campaign.ends_at,
                at=at,
            )

        database.run(use_up)
        watching = outcome(database, lambda session: watch_campaign(session, campaign_id=running, at=at))

        outcomes = at_once([watching] * 3)

        told = database.run(lambda session: session.scalars(select(Notice.citizen_id)).all())
        assert (outcomes, told) == (["done"] * 3, [world.citizen.id])


@pytest.mark.slow
@pytest.mark.slow
class TestStepsWhilePeopleBuy:
    @pytest.mark.parametrize("round", range(3))
    def test_paused_it_loses_no_point_and_no_purchase(
        self,
        app: Any,
        database: Database,
        world: World,
        clerk: ApiClient,
        running: uuid.UUID,
        at: datetime,
        round: int,
    ) -> None:
        urls = [issue(clerk, 99)["url"] for _ in range(6)]
        pausing = outcome(
            database,
            lambda session: pause_campaign(
                session, campaign_id=running, paused_by=world.city.id, reason="確認", at=at
            ),
        )

        *bought, paused = at_once(
            [
                *(
                    recording(app, world.citizen.token, url, f"purchase-{number}")
                    for number, url in enumerate(urls)
                ),
                pausing,
            ]
        )

        assert [response.status_code for response in bought] == [201] * 6
        assert paused == "done"
        earned = sum(response.get_json()["earned_points"] for response in bought)
        assert left(database, running) == 100_000 - earned
        assert database.run(verify_ledger) == []

    @pytest.mark.parametrize("round", range(3))
    def test_its_budget_raised_while_it_is_emptied_holds_what_nobody_got(
        self,
        app: Any,
        database: Database,
        world: World,
        clerk: ApiClient,
        at: datetime,
        round: int,
    ) -> None:
        def work(session: Session) -> uuid.UUID:
            campaign = make_campaign(
                session, at=at, approved_by=world.approver.id, budget_points=100, fixed_points=40
            )
            draft_version(
                session,
                campaign_id=campaign.id,
                conditions=change(at, budget_points=1_000, rule={"fixed_points": 40}),
                drafted_by=world.city.id,
                at=at,
            )
            submit_for_review(session, campaign_id=campaign.id, submitted_by=None, at=at)
            return campaign.id

        campaign_id = database.run(work)
        urls = [issue(clerk, 99)["url"] for _ in range(6)]
        approving = outcome(
            database,
            lambda session: approve_campaign(
                session, campaign_id=campaign_id, approved_by=world.approver.id, at=at
            ),
        )

        *bought, approved = at_once(
            [
                *(
                    recording(app, world.citizen.token, url, f"purchase-{number}")
                    for number, url in enumerate(urls)
                ),
                approving,
            ]
        )

        earned = sum(response.get_json()["earned_points"] for response in bought)
        marked = database.run(lambda session: session.get_one(Campaign, campaign_id).budget_exhausted_at)
        assert ([response.status_code for response in bought], approved) == ([201] * 6, "done")
        assert left(database, campaign_id) == 1_000 - earned
        assert marked is None
        assert database.run(verify_ledger) == []


@pytest.mark.slow
class TestStampsAtOnce:
    @pytest.fixture
    def card(self, database: Database, world: World, at: datetime) -> uuid.UUID:
        """Full with the stamps of two shops."""
        card = {"distinct": "shops", "target": 2, "repeats": True, "reward": {"points": 30}}
        return database.run(
            lambda session: (
                make_campaign(session, at=at, approved_by=world.approver.id, slug="rally", stamp_card=card).id
            )
        )

    @pytest.fixture
    def other_clerk(self, app: Any, database: Database, world: World, at: datetime) -> ApiClient:
        def work(session: Session) -> str:
            shop = make_shop(session, at=at)
            return make_staff(session, at=at, face="shop", roles=("clerk",), shop_id=shop.id).token

        return ApiClient(app, database.run(work))

    @pytest.mark.parametrize("round", range(5))
    def test_at_two_shops_fill_the_card_once(
        self,
        app: Any,
        database: Database,
        world: World,
        clerk: ApiClient,
        other_clerk: ApiClient,
        card: uuid.UUID,
        round: int,
    ) -> None:
        urls = [issue(clerk)["url"], issue(other_clerk)["url"]]

        responses = at_once(
            [
                recording(app, world.citizen.token, url, key=f"{KEY[:-1]}{place}")
                for place, url in enumerate(urls)
            ]
        )

        assert [response.status_code for response in responses] == [201, 201]
        assert positions(database, card) == [1, 2]
        assert sorted(points_of(response, card) for response in responses) == [0, 30]
        assert database.run(verify_ledger) == []

    @pytest.mark.parametrize("round", range(5))
    def test_at_one_shop_are_one_stamp(
        self,
        app: Any,
        database: Database,
        world: World,
        clerk: ApiClient,
        card: uuid.UUID,
        round: int,
    ) -> None:
        urls = [issue(clerk)["url"], issue(clerk)["url"]]

        responses = at_once(
            [
                recording(app, world.citizen.token, url, key=f"{KEY[:-1]}{place}")
                for place, url in enumerate(urls)
            ]
        )

        assert [response.status_code for response in responses] == [201, 201]
        assert positions(database, card) == [1]
        assert database.run(verify_ledger) == []


def positions(database: Database, campaign_id: uuid.UUID) -> list[int]:
    query = (
        select(CampaignStamp.position)
        .where(CampaignStamp.campaign_id == campaign_id)
        .order_by(CampaignStamp.position)
    )
    return database.run(lambda session: list(session.scalars(query)))


def points_of(response: Any, campaign_id: uuid.UUID) -> int:
    verdicts = response.get_json()["verdicts"]
    return sum(verdict["points"] for verdict in verdicts if verdict["campaign_id"] == str(campaign_id))

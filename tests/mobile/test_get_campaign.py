"""GET /v1/campaigns/{id}: for anybody, from when it is scheduled on."""

import uuid
from datetime import datetime, timedelta

import pytest

from backend.base.database import Database
from backend.campaigns.models import Campaign
from backend.campaigns.service.drafting import draft_campaign
from backend.campaigns.service.running import end_campaign, pause_campaign
from tests.factories.campaigns import make_campaign, make_draft, run_draft
from tests.factories.decisions import refusal
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

PATH = "/v1/campaigns"
DAY = timedelta(days=1)


@pytest.fixture
def summer(database: Database, world: World, at: datetime) -> Campaign:
    return database.run(
        lambda session: make_campaign(session, at=at, approved_by=world.approver.id, budget_points=100)
    )


class TestGetCampaign:
    def test_shows_what_it_is_and_how_it_stands(
        self, nobody: ApiClient, citizen: ApiClient, clerk: ApiClient, summer: Campaign
    ) -> None:
        buy(citizen, clerk, 1_900)

        response = nobody.get(f"{PATH}/{summer.id}")

        assert response.status_code == 200
        assert response.get_json() == {
            "id": str(summer.id),
            "name": "summerまつり",
            "description": "説明",
            "is_base_programme": False,
            "state": "running",
            "budget_used_percent": 95,
            "is_nearly_exhausted": True,
            "is_budget_exhausted": False,
            "starts_at": "2026-05-16T03:00:00+00:00",
            "ends_at": "2026-07-15T03:00:00+00:00",
        }

    def test_shows_one_that_is_about_to_begin(
        self, nobody: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        draft = make_draft(at, starts_at=at + DAY)
        campaign = database.run(
            lambda session: run_draft(session, draft=draft, approved_by=world.approver.id, at=at)
        )

        assert nobody.get(f"{PATH}/{campaign.id}").get_json()["state"] == "scheduled"

    def test_shows_one_that_is_paused(
        self, nobody: ApiClient, world: World, summer: Campaign, database: Database, at: datetime
    ) -> None:
        database.run(
            lambda session: pause_campaign(
                session, campaign_id=summer.id, paused_by=world.city.id, reason="確認", at=at
            )
        )

        assert nobody.get(f"{PATH}/{summer.id}").get_json()["state"] == "paused"

    def test_shows_one_that_has_ended(
        self, nobody: ApiClient, summer: Campaign, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: end_campaign(session, campaign_id=summer.id, at=at))

        assert nobody.get(f"{PATH}/{summer.id}").get_json()["state"] == "ended"

    def test_shows_no_draft(self, nobody: ApiClient, world: World, database: Database, at: datetime) -> None:
        drafted = database.run(
            lambda session: draft_campaign(session, draft=make_draft(at), created_by=None, at=at)
        )

        assert refusal(nobody.get(f"{PATH}/{drafted.id}")) == (404, "campaign_not_found")

    def test_does_not_know_one_that_is_not_there(self, nobody: ApiClient) -> None:
        assert refusal(nobody.get(f"{PATH}/{uuid.uuid4()}")) == (404, "campaign_not_found")

    def test_takes_one_question(self, nobody: ApiClient, summer: Campaign, database: Database) -> None:
        with asked_statements(database) as statements:
            nobody.get(f"{PATH}/{summer.id}")

        assert len(statements) == 1

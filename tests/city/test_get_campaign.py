"""GET /v1/city/campaigns/{campaign_id}."""

import uuid

import pytest

from backend.base.database import Database
from tests.factories.decisions import PATH, draft
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestGetCampaign:
    def test_shows_what_the_budget_has_left(
        self, approver: ApiClient, citizen: ApiClient, clerk: ApiClient, world: World
    ) -> None:
        buy(citizen, clerk)

        response = approver.get(f"{PATH}/{world.base_campaign_id}")

        campaign = response.get_json()
        assert (response.status_code, campaign["state"]) == (200, "running")
        assert campaign["budget_points"] - campaign["budget_left_points"] == 12

    def test_shows_a_draft_as_it_was_drafted(self, city: ApiClient) -> None:
        drafted = city.post(PATH, draft()).get_json()

        assert city.get(f"{PATH}/{drafted['id']}").get_json() == drafted

    def test_does_not_know_one_that_is_not_there(self, city: ApiClient) -> None:
        response = city.get(f"{PATH}/{uuid.uuid4()}")

        assert (response.status_code, response.get_json()["code"]) == (404, "campaign_not_found")

    def test_takes_three_questions(self, city: ApiClient, database: Database, world: World) -> None:
        with asked_statements(database) as statements:
            city.get(f"{PATH}/{world.base_campaign_id}")

        assert len(statements) == 3

    @on_sqlite
    def test_is_the_city_offices_alone(
        self, nobody: ApiClient, citizen: ApiClient, manager: ApiClient, world: World
    ) -> None:
        path = f"{PATH}/{world.base_campaign_id}"

        assert [caller.get(path).status_code for caller in (nobody, citizen, manager)] == [401, 403, 403]

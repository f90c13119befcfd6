"""GET /v1/campaigns: what runs now, for anybody."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from backend.base.database import Database
from backend.campaigns.models import Campaign
from backend.campaigns.service.drafting import draft_campaign
from backend.campaigns.service.running import end_campaign, pause_campaign
from tests.factories.campaigns import make_campaign, make_draft
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

PATH = "/v1/campaigns"


def names(response: Any) -> list[str]:
    return [campaign["name"] for campaign in response.get_json()["items"]]


@pytest.fixture
def summer(database: Database, world: World, at: datetime) -> Campaign:
    return database.run(lambda session: make_campaign(session, at=at, approved_by=world.approver.id))


class TestListCurrentCampaigns:
    def test_shows_anybody_what_runs(self, nobody: ApiClient, world: World, summer: Campaign) -> None:
        response = nobody.get(PATH)

        assert response.status_code == 200
        assert response.get_json()["items"][1] == {
            "id": str(summer.id),
            "name": "summerまつり",
            "description": "説明",
            "is_base_programme": False,
            "state": "running",
            "budget_used_percent": 0,
            "is_nearly_exhausted": False,
            "is_budget_exhausted": False,
            "starts_at": "2026-05-16T03:00:00+00:00",
            "ends_at": "2026-07-15T03:00:00+00:00",
        }

    def test_shows_the_base_programme_first_whenever_it_was_made(
        self, nobody: ApiClient, world: World, summer: Campaign, database: Database
    ) -> None:
        database.run(
            lambda session: session.execute(
                update(Campaign).values(is_base_programme=Campaign.id == summer.id)
            )
        )

        assert names(nobody.get(PATH)) == ["summerまつり", "baseまつり"]

    def test_shows_no_draft(self, nobody: ApiClient, world: World, database: Database, at: datetime) -> None:
        draft = make_draft(at, slug="draft")
        database.run(lambda session: draft_campaign(session, draft=draft, created_by=None, at=at))

        assert names(nobody.get(PATH)) == ["baseまつり"]

    def test_shows_none_that_was_ended(
        self, nobody: ApiClient, summer: Campaign, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: end_campaign(session, campaign_id=summer.id, at=at))

        assert names(nobody.get(PATH)) == ["baseまつり"]

    def test_shows_none_that_is_paused(
        self, nobody: ApiClient, world: World, summer: Campaign, database: Database, at: datetime
    ) -> None:
        database.run(
            lambda session: pause_campaign(
                session, campaign_id=summer.id, paused_by=world.city.id, reason="確認", at=at
            )
        )

        assert names(nobody.get(PATH)) == ["baseまつり"]

    @pytest.mark.parametrize(
        ("amount_yen", "used_percent", "is_nearly_exhausted"), [(1580, 79, False), (1600, 80, True)]
    )
    def test_tells_how_much_of_the_budget_is_used(
        self,
        nobody: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        world: World,
        database: Database,
        at: datetime,
        amount_yen: int,
        used_percent: int,
        is_nearly_exhausted: bool,
    ) -> None:
        database.run(
            lambda session: make_campaign(session, at=at, approved_by=world.approver.id, budget_points=100)
        )
        buy(citizen, clerk, amount_yen)

        campaign = nobody.get(PATH).get_json()["items"][1]

        assert campaign["budget_used_percent"] == used_percent
        assert campaign["is_nearly_exhausted"] is is_nearly_exhausted

    @pytest.mark.parametrize(("days", "count"), [(-31, 0), (-30, 2), (29, 2), (30, 0)])
    def test_shows_what_runs_at_this_moment(
        self, nobody: ApiClient, summer: Campaign, clock: Any, days: int, count: int
    ) -> None:
        clock.shift(timedelta(days=days))

        assert len(names(nobody.get(PATH))) == count

    @pytest.mark.parametrize(
        ("language", "name"),
        [("en", "summer festival"), ("ja-x-easy", "summerの おまつり"), ("de", "summerまつり")],
    )
    def test_speaks_the_language_asked_for(
        self, nobody: ApiClient, summer: Campaign, language: str, name: str
    ) -> None:
        assert names(nobody.get(PATH, headers={"Accept-Language": language}))[1] == name

    def test_goes_through_all_pages(self, nobody: ApiClient, summer: Campaign) -> None:
        first = nobody.get(f"{PATH}?limit=1")
        second = nobody.get(f"{PATH}?limit=1&cursor={first.get_json()['next_cursor']}")

        assert [*names(first), *names(second)] == ["baseまつり", "summerまつり"]
        assert second.get_json()["next_cursor"] is None

    def test_takes_one_question(self, nobody: ApiClient, summer: Campaign, database: Database) -> None:
        with asked_statements(database) as statements:
            nobody.get(PATH)

        assert len(statements) == 1

    def test_answers_304_until_something_changes(
        self, nobody: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        etag = nobody.get(PATH).headers["ETag"]

        unchanged = nobody.get(PATH, headers={"If-None-Match": etag})
        database.run(lambda session: make_campaign(session, at=at, approved_by=world.approver.id))
        changed = nobody.get(PATH, headers={"If-None-Match": etag})

        assert (unchanged.status_code, changed.status_code) == (304, 200)

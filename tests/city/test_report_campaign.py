"""POST /v1/city/campaigns/{id}/report."""

from datetime import datetime

from backend.base.database import Database
from backend.campaigns.service.running import end_campaign
from tests.factories.campaigns import make_campaign
from tests.factories.decisions import PATH, REASON, made_draft, made_running, refusal
from tests.factories.purchases import OTHER_KEY, buy
from tests.factories.world import World
from tests.support.client import ApiClient


class TestReportCampaign:
    def test_keeps_what_it_reached_against_what_was_planned(
        self,
        city: ApiClient,
        citizen: ApiClient,
        neighbour: ApiClient,
        clerk: ApiClient,
        world: World,
        database: Database,
        at: datetime,
    ) -> None:
        campaign = database.run(
            lambda session: make_campaign(session, at=at, approved_by=world.approver.id, fixed_points=40)
        )
        buy(citizen, clerk)
        buy(citizen, clerk, key=OTHER_KEY)
        buy(neighbour, clerk)
        database.run(lambda session: end_campaign(session, campaign_id=campaign.id, at=at))

        response = city.post(f"{PATH}/{campaign.id}/report", {"reason": "目標を達成した"})

        assert (response.status_code, response.get_json()["state"]) == (200, "reported")
        assert response.get_json()["figures"] == {
            "citizens": 2,
            "shops": 1,
            "purchases": 3,
            "granted_points": 120,
            "budget_points": 100_000,
            "left_points": 99_880,
            "planned_starts_at": "2026-05-16T03:00:00+00:00",
            "planned_ends_at": "2026-07-15T03:00:00+00:00",
            "actual_ends_at": "2026-06-15T03:00:00+00:00",
            "versions": 1,
        }

    def test_happens_once(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)
        approver.post(f"{path}/end", REASON)
        city.post(f"{path}/report", {})

        assert refusal(city.post(f"{path}/report", {})) == (409, "campaign_not_ended")

    def test_is_for_what_is_over(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)

        assert refusal(city.post(f"{path}/report", {})) == (409, "campaign_not_ended")

    def test_is_not_for_what_never_ran(self, city: ApiClient) -> None:
        path = made_draft(city)
        city.post(f"{path}/withdrawal", REASON)

        assert refusal(city.post(f"{path}/report", {})) == (409, "campaign_not_ended")

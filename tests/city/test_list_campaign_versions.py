"""GET /v1/city/campaigns/{id}/versions."""

import uuid

from tests.factories.decisions import NOW_RUNNING, PATH, conditions, made_running, refusal
from tests.factories.world import World
from tests.support.client import ApiClient


class TestListCampaignVersions:
    def test_shows_each_with_what_changed_and_by_whom(
        self, city: ApiClient, approver: ApiClient, world: World
    ) -> None:
        path = made_running(city, approver)
        city.post(f"{path}/versions", conditions(**NOW_RUNNING, note="増額", budget_points=400_000))
        city.post(f"{path}/review")
        approver.post(f"{path}/approval")

        versions = city.get(f"{path}/versions").get_json()["items"]

        assert [(one["version"], one["status"], one["note"], one["budget_points"]) for one in versions] == [
            (2, "approved", "増額", 400_000),
            (1, "superseded", None, 300_000),
        ]
        people = (versions[0]["drafted_by_staff_id"], versions[0]["approved_by_staff_id"])
        assert people == (str(world.city.id), str(world.approver.id))

    def test_pages_by_cursor(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)
        city.post(f"{path}/versions", conditions(note="増額"))
        first = city.get(f"{path}/versions?limit=1").get_json()

        second = city.get(f"{path}/versions?limit=1&cursor={first['next_cursor']}").get_json()

        assert [one["version"] for one in first["items"] + second["items"]] == [2, 1]

    def test_keeps_the_declaration_of_a_premium(self, city: ApiClient, approver: ApiClient) -> None:
        premium = {
            "mechanism": "premium_to_all",
            "transaction_yen": 500,
            "planned_sales_yen": 1_000_000,
            "largest_prize_yen": 100,
            "total_prizes_yen": 100_000,
        }
        path = made_running(city, approver, premium=premium)

        assert city.get(f"{path}/versions").get_json()["items"][0]["premium"] == premium

    def test_does_not_know_a_campaign_that_is_not_there(self, city: ApiClient) -> None:
        assert refusal(city.get(f"{PATH}/{uuid.uuid4()}/versions")) == (404, "campaign_not_found")

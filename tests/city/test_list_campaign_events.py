"""GET /v1/city/campaigns/{id}/events: the record of decisions."""

import uuid

from tests.factories.decisions import PATH, REASON, made_running, refusal
from tests.factories.world import World
from tests.support.client import ApiClient


class TestListCampaignEvents:
    def test_tells_who_did_what_and_why_newest_first(
        self, city: ApiClient, approver: ApiClient, world: World
    ) -> None:
        path = made_running(city, approver)
        city.post(f"{path}/pause", REASON)

        events = city.get(f"{path}/events").get_json()["items"]

        assert [(one["act"], one["from_state"], one["to_state"]) for one in events] == [
            ("paused", "running", "paused"),
            ("scheduled", "approved", "running"),
            ("approved", "review", "approved"),
            ("submitted", "draft", "review"),
            ("drafted", None, "draft"),
        ]
        assert (events[0]["by"], events[0]["reason"]) == ("係", REASON["reason"])
        assert events[2]["by_staff_id"] == str(world.approver.id)

    def test_pages_by_cursor(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_running(city, approver)
        first = city.get(f"{path}/events?limit=3").get_json()

        second = city.get(f"{path}/events?limit=3&cursor={first['next_cursor']}").get_json()

        assert [one["act"] for one in second["items"]] == ["drafted"]
        assert second["next_cursor"] is None

    def test_does_not_know_a_campaign_that_is_not_there(self, city: ApiClient) -> None:
        assert refusal(city.get(f"{PATH}/{uuid.uuid4()}/events")) == (404, "campaign_not_found")

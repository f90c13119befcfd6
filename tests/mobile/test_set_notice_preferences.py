"""PUT /v1/me/notice-preferences."""

import uuid
from typing import Any

import pytest

from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/notice-preferences"


class TestSetNoticePreferences:
    def test_takes_the_place_of_what_was_chosen_before(self, citizen: ApiClient, world: World) -> None:
        citizen.put(PATH, {"interests": ["events", "sports"], "muted_shops": [str(world.shop_id)]})

        found = citizen.put(PATH, {"interests": ["sports", "local_food"], "muted_shops": []}).get_json()

        assert (found["interests"], found["muted_shops"]) == (["local_food", "sports"], [])
        assert citizen.get(PATH).get_json() == found

    def test_leaves_what_is_left_out(self, citizen: ApiClient) -> None:
        citizen.put(PATH, {"muted_categories": ["news"], "quiet_hours": {"starts": "20:00", "ends": "09:30"}})

        found = citizen.put(PATH, {"muted_triggers": ["points_expiring"]}).get_json()

        assert (found["muted_categories"], found["muted_triggers"]) == (["news"], ["points_expiring"])
        assert found["quiet_hours"] == {"starts": "20:00", "ends": "09:30"}

    def test_takes_quiet_hours_of_ones_own(self, citizen: ApiClient) -> None:
        found = citizen.put(PATH, {"quiet_hours": {"starts": "00:00", "ends": "23:59"}}).get_json()

        assert found["quiet_hours"] == {"starts": "00:00", "ends": "23:59"}
        assert found["quiet_hours_are_own"] is True

    def test_takes_none_at_all(self, citizen: ApiClient) -> None:
        found = citizen.put(PATH, {"quiet_hours": None}).get_json()

        assert (found["quiet_hours"], found["quiet_hours_are_own"]) == (None, True)

    def test_refuses_hours_that_end_as_they_begin(self, citizen: ApiClient) -> None:
        response = citizen.put(PATH, {"quiet_hours": {"starts": "21:00", "ends": "21:00"}})

        assert (response.status_code, response.get_json()["code"]) == (422, "quiet_hours_empty")

    @pytest.mark.parametrize("starts", ["24:00", "9:00", "21:00:00", "21:00\n", "2100", 21, None])
    def test_refuses_what_is_no_time_of_day(self, citizen: ApiClient, starts: Any) -> None:
        response = citizen.put(PATH, {"quiet_hours": {"starts": starts, "ends": "08:00"}})

        assert response.status_code == 422

    @pytest.mark.parametrize(
        "body",
        [
            {"interests": ["disaster"]},
            {"muted_categories": ["nothing"]},
            {"muted_triggers": ["events"]},
            {"muted_shops": ["no id"]},
            {"interests": None},
            {"unknown": []},
        ],
    )
    def test_refuses_what_cannot_be_chosen(self, citizen: ApiClient, body: dict[str, Any]) -> None:
        assert citizen.put(PATH, body).status_code == 422

    def test_refuses_a_shop_that_is_none(self, citizen: ApiClient, world: World) -> None:
        response = citizen.put(PATH, {"muted_shops": [str(world.shop_id), str(uuid.uuid4())]})

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "notice_choice_unknown")
        assert problem["errors"][0]["field"] == "muted_shops"
        assert citizen.get(PATH).get_json()["muted_shops"] == []

    def test_stands_in_the_export(self, citizen: ApiClient) -> None:
        citizen.put(PATH, {"quiet_hours": {"starts": "20:00", "ends": "09:30"}, "interests": ["events"]})

        export = citizen.get("/v1/me/export").get_json()

        [hours], [choice] = export["notice_preferences"], export["notice_choices"]
        assert (hours["quiet_from"], hours["quiet_until"]) == (20 * 60, 9 * 60 + 30)
        assert (choice["kind"], choice["subject"]) == ("interest", "events")

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient) -> None:
        assert [caller.put(PATH, {}).status_code for caller in (clerk, nobody)] == [403, 401]

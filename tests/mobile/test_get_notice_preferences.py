"""GET /v1/me/notice-preferences."""

from backend.notices.categories import CHOOSABLE
from backend.notices.kinds import Trigger
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/notice-preferences"


class TestGetNoticePreferences:
    def test_tells_what_holds_before_anything_is_chosen(self, citizen: ApiClient) -> None:
        found = citizen.get(PATH).get_json()

        assert found["quiet_hours"] == {"starts": "21:00", "ends": "08:00"}
        assert found["quiet_hours_are_own"] is False
        assert found["interests"] == found["muted_categories"] == []
        assert found["muted_triggers"] == found["muted_shops"] == []

    def test_tells_what_there_is_to_choose_from(self, citizen: ApiClient) -> None:
        found = citizen.get(PATH, headers={"Accept-Language": "en"}).get_json()

        assert {one["subject"] for one in found["categories"]} == set(CHOOSABLE)
        assert {one["subject"] for one in found["triggers"]} == set(Trigger)
        assert {
            "subject": "favourite_offer",
            "name": "New offers of favourite shops (advertising)",
            "purpose": "push_shops",
        } in found["triggers"]

    def test_names_muted_shops(self, citizen: ApiClient, world: World) -> None:
        citizen.put(f"{PATH}/muted-shops/{world.shop_id}")

        found = citizen.get(PATH).get_json()

        assert found["muted_shops"] == [{"id": str(world.shop_id), "name": "麦と汽笛"}]

    def test_tells_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        citizen.put(f"{PATH}/interests/events")

        assert neighbour.get(PATH).get_json()["interests"] == []

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (clerk, nobody)] == [403, 401]

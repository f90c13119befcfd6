"""GET /v1/shop/audiences."""

from tests.factories.audiences import save_audience
from tests.support.client import ApiClient

PATH = "/v1/shop/audiences"


class TestListAudiences:
    def test_begins_with_the_newest_and_goes_on(self, manager: ApiClient) -> None:
        for name in ("一", "二", "三"):
            save_audience(manager, name)

        first = manager.get(f"{PATH}?limit=2").get_json()
        second = manager.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        assert [item["name"] for item in (*first["items"], *second["items"])] == ["三", "二", "一"]

    def test_leaves_out_the_citys(self, manager: ApiClient, city: ApiClient) -> None:
        save_audience(city, face="city")

        assert manager.get(PATH).get_json()["items"] == []

    def test_is_for_managers(self, clerk: ApiClient, city: ApiClient, citizen: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (clerk, city, citizen)] == [403] * 3

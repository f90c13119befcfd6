"""GET /v1/shop/audiences/{audience_id}."""

from tests.factories.audiences import save_audience
from tests.support.client import ApiClient

PATH = "/v1/shop/audiences"


class TestGetAudience:
    def test_shows_it_as_it_was_saved(self, manager: ApiClient) -> None:
        saved = save_audience(manager)

        assert manager.get(f"{PATH}/{saved['id']}").get_json() == saved

    def test_finds_none_of_the_citys(self, manager: ApiClient, city: ApiClient) -> None:
        saved = save_audience(city, face="city")

        assert manager.get(f"{PATH}/{saved['id']}").get_json()["code"] == "audience_not_found"

    def test_is_for_managers(self, manager: ApiClient, clerk: ApiClient) -> None:
        saved = save_audience(manager)

        assert clerk.get(f"{PATH}/{saved['id']}").status_code == 403

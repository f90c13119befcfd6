"""GET /v1/city/audiences/{audience_id}."""

from tests.factories.audiences import save_audience
from tests.support.client import ApiClient

PATH = "/v1/city/audiences"


class TestGetAudience:
    def test_shows_it_as_it_was_saved(self, city: ApiClient, approver: ApiClient) -> None:
        saved = save_audience(city, face="city")

        assert approver.get(f"{PATH}/{saved['id']}").get_json() == saved

    def test_finds_none_of_a_shop(self, city: ApiClient, manager: ApiClient) -> None:
        saved = save_audience(manager)

        response = city.get(f"{PATH}/{saved['id']}")

        assert (response.status_code, response.get_json()["code"]) == (404, "audience_not_found")

    def test_is_not_a_shops(self, city: ApiClient, manager: ApiClient) -> None:
        saved = save_audience(city, face="city")

        assert manager.get(f"{PATH}/{saved['id']}").status_code == 403

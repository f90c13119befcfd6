"""DELETE /v1/city/audiences/{audience_id}."""

from tests.factories.audiences import save_audience
from tests.support.client import ApiClient

PATH = "/v1/city/audiences"


class TestDeleteAudience:
    def test_forgets_it(self, city: ApiClient) -> None:
        path = f"{PATH}/{save_audience(city, face='city')['id']}"

        response = city.delete(path)

        assert response.status_code == 204
        assert city.get(path).status_code == 404

    def test_frees_its_name(self, city: ApiClient) -> None:
        city.delete(f"{PATH}/{save_audience(city, face='city')['id']}")

        assert save_audience(city, face="city")["name"] == "65歳以上の方"

    def test_finds_it_once(self, city: ApiClient) -> None:
        path = f"{PATH}/{save_audience(city, face='city')['id']}"
        city.delete(path)

        assert city.delete(path).get_json()["code"] == "audience_not_found"

    def test_is_an_officers(self, city: ApiClient, approver: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{save_audience(city, face='city')['id']}"

        assert [caller.delete(path).status_code for caller in (approver, manager)] == [403, 403]

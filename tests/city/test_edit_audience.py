"""PATCH /v1/city/audiences/{audience_id}."""

import time_machine

from backend.city.audiences.schemas import EDIT_EXAMPLE
from tests.factories.audiences import SENIORS, save_audience
from tests.support.client import ApiClient

PATH = "/v1/city/audiences"


class TestEditAudience:
    def test_gives_it_another_description(self, city: ApiClient) -> None:
        saved = save_audience(city, face="city")

        edited = city.patch(f"{PATH}/{saved['id']}", EDIT_EXAMPLE).get_json()

        assert edited["audience"] == EDIT_EXAMPLE["audience"]
        assert edited["name"] == saved["name"]
        assert city.get(f"{PATH}/{saved['id']}").get_json() == edited

    def test_gives_it_another_name(self, city: ApiClient) -> None:
        saved = save_audience(city, face="city")

        edited = city.patch(f"{PATH}/{saved['id']}", {"name": "シニアの方"}).get_json()

        assert (edited["name"], edited["audience"]) == ("シニアの方", SENIORS)

    def test_tells_when_it_was_changed(self, city: ApiClient, clock: time_machine.Traveller) -> None:
        saved = save_audience(city, face="city")
        clock.shift(60)

        edited = city.patch(f"{PATH}/{saved['id']}", {"name": "シニアの方"}).get_json()

        assert edited["created_at"] == saved["created_at"]
        assert edited["changed_at"] > saved["changed_at"]

    def test_may_keep_its_own_name(self, city: ApiClient) -> None:
        saved = save_audience(city, face="city")

        response = city.patch(f"{PATH}/{saved['id']}", {"name": saved["name"], "audience": {}})

        assert (response.status_code, response.get_json()["audience"]) == (200, {})

    def test_takes_no_name_of_another(self, city: ApiClient) -> None:
        save_audience(city, "一", face="city")
        saved = save_audience(city, "二", face="city")

        response = city.patch(f"{PATH}/{saved['id']}", {"name": "一"})

        assert (response.status_code, response.get_json()["code"]) == (409, "audience_name_taken")

    def test_leaves_it_as_it_was_when_the_description_is_wrong(self, city: ApiClient) -> None:
        saved = save_audience(city, face="city")

        response = city.patch(f"{PATH}/{saved['id']}", {"name": "別", "audience": {"ring": ["moon"]}})

        assert response.get_json()["code"] == "audience_invalid"
        assert city.get(f"{PATH}/{saved['id']}").get_json() == saved

    def test_is_an_officers(self, city: ApiClient, approver: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{save_audience(city, face='city')['id']}"

        assert [caller.patch(path, {}).status_code for caller in (approver, manager)] == [403, 403]

"""POST /v1/city/audiences."""

from typing import Any

import pytest

from backend.city.audiences.schemas import SAVE_EXAMPLE
from tests.factories.audiences import SENIORS, save_audience
from tests.factories.member_lists import create_list
from tests.support.client import ApiClient

PATH = "/v1/city/audiences"


class TestSaveAudience:
    def test_keeps_a_description_in_its_canonical_form(self, city: ApiClient) -> None:
        saved = save_audience(
            city, "えらんだ方", {"all": [SENIORS, {"any": [{"district": ["鳥取", "愛国"]}]}]}, face="city"
        )

        assert saved["audience"] == {"all": [{"district": ["愛国", "鳥取"]}, SENIORS]}
        assert saved["description"] == "愛国・鳥取にお住まいで、65〜74歳・75歳以上の方"
        assert (saved["name"], saved["made_by"], saved["changed_by"]) == ("えらんだ方", "係", "係")

    def test_takes_what_the_specification_shows(self, city: ApiClient) -> None:
        response = city.post(PATH, SAVE_EXAMPLE)

        assert response.status_code == 201

    def test_says_it_in_the_language_asked_for(self, city: ApiClient) -> None:
        body = {"name": "みな", "audience": {}}

        response = city.post(PATH, body, headers={"Accept-Language": "en"})

        assert response.get_json()["description"] == "everybody who is registered"

    def test_keeps_one_of_each_name(self, city: ApiClient) -> None:
        save_audience(city, face="city")

        response = city.post(PATH, {"name": "65歳以上の方", "audience": {}})

        assert (response.status_code, response.get_json()["code"]) == (409, "audience_name_taken")

    def test_lets_a_shop_use_the_same_name(self, city: ApiClient, manager: ApiClient) -> None:
        save_audience(city, face="city")

        assert save_audience(manager)["name"] == "65歳以上の方"

    def test_refuses_a_name_that_cannot_be_seen(self, city: ApiClient) -> None:
        response = city.post(PATH, {"name": "\u200b", "audience": {}})

        assert response.get_json()["code"] == "audience_name_refused"

    @pytest.mark.parametrize(
        ("audience", "field"),
        [
            ({"all": [{"district": ["鳥取"]}, {"district": ["愛国"]}]}, "audience.all[1].district"),
            ({"ring": ["moon"]}, "audience.ring[0]"),
            ({"favourite_shop": ["00000000-0000-7000-8000-000000000007"]}, "audience.favourite_shop"),
            ({"district": ["a\u0000"]}, "audience.district[0]"),
        ],
    )
    def test_says_where_a_description_is_wrong(self, city: ApiClient, audience: Any, field: str) -> None:
        response = city.post(PATH, {"name": "だれか", "audience": audience})

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "audience_invalid")
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_refuses_what_is_nested_as_deep_as_json_allows(self, city: ApiClient) -> None:
        audience = '{"not":' * 900 + "{}" + "}" * 900

        response = city.post(
            PATH, data=f'{{"name":"深","audience":{audience}}}', content_type="application/json"
        )

        assert (response.status_code, response.get_json()["code"]) == (422, "audience_invalid")

    @pytest.mark.parametrize("audience", [None, [], "everybody", 7])
    def test_wants_an_object(self, city: ApiClient, audience: Any) -> None:
        response = city.post(PATH, {"name": "だれか", "audience": audience})

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")

    def test_names_no_list_of_a_shop(self, city: ApiClient, manager: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]

        response = city.post(PATH, {"name": "会員", "audience": {"member_list": [list_id]}})

        assert response.get_json()["code"] == "audience_invalid"

    def test_is_an_officers(self, approver: ApiClient, manager: ApiClient, citizen: ApiClient) -> None:
        body = {"name": "みな", "audience": {}}

        assert [each.post(PATH, body).status_code for each in (approver, manager, citizen)] == [403] * 3

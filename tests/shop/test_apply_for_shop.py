"""POST /v1/shop/applications: a shop asks to take part."""

from typing import Any

import pytest

from backend.config import Settings
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/applications"


@pytest.fixture
def form() -> dict[str, Any]:
    return {
        "organisation": {
            "kind": "firm",
            "name": "合同会社麦と汽笛",
            "corporate_number": "T8700110005901",
        },
        "name_ja": "麦と汽笛 駅前店",
        "name_en": "Mugi to Kiteki",
        "municipality_code": "016616",
        "latitude": 42.9886,
        "longitude": 144,
        "size_class": "small",
        "is_locally_owned": True,
        "contact_email": "bakery@example.jp",
        "tags": ["bakery"],
        "hours": [{"weekday": 0, "opens_minute": 540, "closes_minute": 1080}],
    }


class TestApplyForShop:
    def test_answers_that_it_waits(self, nobody: ApiClient, form: dict[str, Any]) -> None:
        response = nobody.post(PATH, form)

        application = response.get_json()
        assert response.status_code == 201
        assert (application["status"], application["ring"]) == ("applied", "kushiro_area")

    def test_is_shown_to_no_citizen_yet(self, nobody: ApiClient, form: dict[str, Any]) -> None:
        shop_id = nobody.post(PATH, form).get_json()["id"]

        assert nobody.get(f"/v1/shops/{shop_id}").status_code == 404

    def test_reaches_the_city(self, nobody: ApiClient, city: ApiClient, form: dict[str, Any]) -> None:
        shop_id = nobody.post(PATH, form).get_json()["id"]

        shop = city.get(f"/v1/city/shops/{shop_id}").get_json()

        assert shop["organisation"]["corporate_number"] == "8700110005901"
        assert (shop["tags"], shop["hours"]) == (form["tags"], form["hours"])

    def test_can_do_with_little(self, nobody: ApiClient, form: dict[str, Any]) -> None:
        needed = {"name_ja", "municipality_code", "size_class", "is_locally_owned", "contact_email"}
        little = {name: form[name] for name in needed}

        response = nobody.post(PATH, little | {"organisation": {"kind": "group", "name": "港の会"}})

        assert response.status_code == 201

    def test_refuses_the_same_form_twice(self, nobody: ApiClient, form: dict[str, Any]) -> None:
        nobody.post(PATH, form)

        response = nobody.post(PATH, form)

        assert (response.status_code, response.get_json()["code"]) == (409, "application_pending")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"status": "active"}, "status"),
            ({"ring": "city"}, "ring"),
            ({"name_ja": ""}, "name_ja"),
            ({"name_ja": "a\u0000b"}, "name_ja"),
            ({"municipality_code": "016617"}, "municipality_code"),
            ({"municipality_code": "０１６６１６"}, "municipality_code"),
            ({"size_class": "tiny"}, "size_class"),
            ({"is_locally_owned": "true"}, "is_locally_owned"),
            ({"latitude": "42.9"}, "latitude"),
            ({"latitude": True}, "latitude"),
            ({"latitude": 10**30}, "latitude"),
            ({"longitude": None}, "longitude"),
            ({"contact_email": "nobody"}, "contact_email"),
            ({"tags": ["a b"]}, "tags.0"),
            ({"organisation": {"kind": "king", "name": "王"}}, "organisation.kind"),
            (
                {"organisation": {"kind": "firm", "name": "麦", "corporate_number": "1"}},
                "organisation.corporate_number",
            ),
            (
                {"hours": [{"weekday": 0, "opens_minute": 600, "closes_minute": 540}]},
                "hours.0.closes_minute",
            ),
            (
                {"hours": [{"weekday": 7, "opens_minute": 600, "closes_minute": 660}]},
                "hours.0.weekday",
            ),
        ],
    )
    def test_refuses_a_field_and_names_it(
        self, nobody: ApiClient, form: dict[str, Any], changes: dict[str, Any], field: str
    ) -> None:
        response = nobody.post(PATH, form | changes)

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_is_not_for_flooding_the_city(
        self, nobody: ApiClient, form: dict[str, Any], settings: Settings
    ) -> None:
        for number in range(settings.sign_in_attempts):
            nobody.post(PATH, form | {"name_ja": f"{number}号店"})

        response = nobody.post(PATH, form)

        assert response.status_code == 429

    def test_does_not_change_an_organisation_known_by_its_number(
        self, nobody: ApiClient, city: ApiClient, form: dict[str, Any], world: World
    ) -> None:
        nobody.post(PATH, form)
        impostor = form["organisation"] | {"name": "にせもの", "kind": "group"}

        second = nobody.post(PATH, form | {"name_ja": "二号店", "organisation": impostor}).get_json()

        organisation = city.get(f"/v1/city/shops/{second['id']}").get_json()["organisation"]
        assert (organisation["name"], organisation["kind"]) == ("合同会社麦と汽笛", "firm")

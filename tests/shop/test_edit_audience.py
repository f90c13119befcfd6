"""PATCH /v1/shop/audiences/{audience_id}."""

from tests.factories.audiences import SENIORS, save_audience
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/audiences"


class TestEditAudience:
    def test_gives_it_another_name_and_description(self, manager: ApiClient, world: World) -> None:
        saved = save_audience(manager)
        audience = {"favourite_shop": [str(world.shop_id)]}

        edited = manager.patch(f"{PATH}/{saved['id']}", {"name": "常連さん", "audience": audience}).get_json()

        assert (edited["name"], edited["audience"]) == ("常連さん", audience)
        assert edited["description"] == "「麦と汽笛」をお気に入りに登録済みの方"

    def test_keeps_to_what_a_shop_may_ask_for(self, manager: ApiClient) -> None:
        saved = save_audience(manager)

        response = manager.patch(f"{PATH}/{saved['id']}", {"audience": {"consent": "statistics"}})

        assert response.get_json()["code"] == "audience_invalid"
        assert manager.get(f"{PATH}/{saved['id']}").get_json()["audience"] == SENIORS

    def test_is_for_managers(self, manager: ApiClient, clerk: ApiClient) -> None:
        saved = save_audience(manager)

        assert clerk.patch(f"{PATH}/{saved['id']}", {}).status_code == 403

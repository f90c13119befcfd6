"""GET /v1/city/messages/{id}: one, in three languages."""

from tests.factories.messages import PATH, in_city, made_draft, made_shop_draft, refusal
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetMessage:
    def test_reads_in_every_language(self, city: ApiClient) -> None:
        words = city.get(made_draft(city)).get_json()["words"]

        assert words["sender_names"] == {"ja": "釧路市", "ja@easy": "くしろし", "en": "Kushiro City"}
        assert (
            words["bodies"]["en"] == "11 July, 7:00, at Saiwai-cho quay. Salmon soup for the first hundred."
        )
        assert words["titles"]["ja@easy"] == "イベント：港(みなと)の 朝市(あさいち)"

    def test_names_a_shop_as_its_sender(self, city: ApiClient, manager: ApiClient) -> None:
        path = in_city(made_shop_draft(manager))

        words = city.get(path).get_json()["words"]

        assert words["titles"]["ja"].startswith(f"【広告】{words['sender_names']['ja']}：")

    def test_that_nobody_wrote_is_not_there(self, city: ApiClient, world: World) -> None:
        assert refusal(city.get(f"{PATH}/{world.shop_id}")) == (404, "message_not_found")

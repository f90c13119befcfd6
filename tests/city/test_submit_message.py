"""POST /v1/city/messages/{id}/review: from here on it is read, not edited."""

from tests.factories.messages import made_draft, made_review, refusal
from tests.factories.world import World
from tests.support.client import ApiClient


class TestSubmitMessage:
    def test_puts_it_in_review(self, city: ApiClient) -> None:
        path = made_draft(city)

        assert city.post(f"{path}/review").get_json()["status"] == "review"

    def test_is_for_drafts(self, city: ApiClient) -> None:
        path = made_review(city)

        assert refusal(city.post(f"{path}/review")) == (409, "message_not_draft")

    def test_refuses_an_attachment_that_nobody_could_use(self, city: ApiClient, world: World) -> None:
        path = made_draft(city, attachment={"kind": "offer", "value": str(world.shop_id)})

        assert refusal(city.post(f"{path}/review")) == (409, "attachment_unusable")

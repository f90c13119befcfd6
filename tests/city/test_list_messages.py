"""GET /v1/city/messages: the city's and those of shops."""

from backend.base.database import Database
from tests.factories.messages import (
    DISASTERS,
    PATH,
    disaster,
    made,
    made_disaster,
    made_draft,
    made_review,
    made_shop_draft,
    refusal,
)
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements


class TestListMessages:
    def test_shows_the_newest_first_with_its_words(self, city: ApiClient) -> None:
        made_draft(city)
        newest = made_draft(city)

        page = city.get(PATH).get_json()

        assert page["items"][0]["id"] == newest.rpartition("/")[2]
        assert page["items"][0]["words"]["titles"]["en"] == "Event: Harbour market"

    def test_shows_what_shops_wrote(self, city: ApiClient, manager: ApiClient, world: World) -> None:
        made_shop_draft(manager)

        items = city.get(f"{PATH}?purpose=push_shops").get_json()["items"]

        assert [item["shop_id"] for item in items] == [str(world.shop_id)]

    def test_can_be_narrowed_to_a_status(self, city: ApiClient) -> None:
        made_draft(city)
        in_review = made_review(city)

        items = city.get(f"{PATH}?status=review").get_json()["items"]

        assert [item["id"] for item in items] == [in_review.rpartition("/")[2]]

    def test_can_be_narrowed_to_disasters_that_nobody_reviewed(
        self, city: ApiClient, approver: ApiClient
    ) -> None:
        made_draft(city)
        reviewed = made_disaster(city)
        approver.post(f"{DISASTERS}/{reviewed.rpartition('/')[2]}/review", {"note": "適切"})
        unreviewed = made(city.post(DISASTERS, disaster(), headers={"Idempotency-Key": "another-one"}))["id"]

        items = city.get(f"{PATH}?unreviewed=true").get_json()["items"]

        assert [item["id"] for item in items] == [unreviewed]

    def test_asks_the_same_however_many_there_are(
        self, city: ApiClient, manager: ApiClient, database: Database
    ) -> None:
        for _ in range(3):
            made_draft(city)
            made_shop_draft(manager)

        with asked_statements(database) as statements:
            page = city.get(PATH).get_json()

        assert len(page["items"]) == 6
        assert len(statements) == 2  # one for who asks

    def test_goes_on_where_a_page_ended(self, city: ApiClient) -> None:
        oldest = made_draft(city)
        made_draft(city)

        first = city.get(f"{PATH}?limit=1").get_json()
        second = city.get(f"{PATH}?limit=1&cursor={first['next_cursor']}").get_json()

        assert [item["id"] for item in second["items"]] == [oldest.rpartition("/")[2]]

    def test_is_not_for_shops(self, manager: ApiClient) -> None:
        assert refusal(manager.get(PATH)) == (403, "permission_missing")

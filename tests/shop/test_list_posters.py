"""GET /v1/shop/posters."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.organisations import make_shop, make_shop_code
from tests.factories.posters import PATH, issue_poster
from tests.support.client import ApiClient


class TestListPosters:
    def test_shows_those_in_use(self, manager: ApiClient, clerk: ApiClient) -> None:
        ended, kept = issue_poster(manager, "卓1"), issue_poster(manager, "卓2")
        manager.post(f"{PATH}/{ended['id']}/revocation", {"reason": "片付けた"})

        posters = clerk.get(PATH).get_json()["items"]

        assert posters == [kept]

    def test_shows_the_whole_history_on_wish(self, manager: ApiClient) -> None:
        old = issue_poster(manager)
        new = manager.post(f"{PATH}/{old['id']}/replacement", {"reason": "汚れた"}).get_json()

        posters = manager.get(f"{PATH}?includes_revoked=true").get_json()["items"]

        assert [(poster["id"], poster["revoked_reason"]) for poster in posters] == [
            (old["id"], "汚れた"),
            (new["id"], None),
        ]
        assert new["replaces_id"] == old["id"]

    def test_leaves_out_those_of_other_shops(
        self, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)
        database.run(lambda session: make_shop_code(session, shop_id=other_id, at=at))

        assert manager.get(PATH).get_json()["items"] == []

    def test_comes_in_pages(self, manager: ApiClient) -> None:
        posters = [issue_poster(manager, f"卓{number}") for number in range(3)]

        first = manager.get(f"{PATH}?limit=2").get_json()
        second = manager.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        assert first["items"] + second["items"] == posters
        assert second["next_cursor"] is None

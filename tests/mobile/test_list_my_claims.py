"""GET /v1/claims."""

from tests.factories.claims import LARGE_YEN, state
from tests.support.client import ApiClient


class TestListMyClaims:
    def test_gives_mine_newest_first(self, citizen: ApiClient, neighbour: ApiClient, poster: str) -> None:
        first = state(citizen, poster)
        second = state(citizen, poster, LARGE_YEN, key="another-key")
        state(neighbour, poster)

        page = citizen.get("/v1/claims").get_json()

        assert [claim["id"] for claim in page["items"]] == [second["id"], first["id"]]
        assert page["next_cursor"] is None

    def test_gives_pages(self, citizen: ApiClient, poster: str) -> None:
        first = state(citizen, poster)
        second = state(citizen, poster, LARGE_YEN, key="another-key")

        page = citizen.get("/v1/claims?limit=1").get_json()
        rest = citizen.get(f"/v1/claims?limit=1&cursor={page['next_cursor']}").get_json()

        assert [claim["id"] for claim in page["items"] + rest["items"]] == [second["id"], first["id"]]
        assert rest["next_cursor"] is None

"""GET /v1/sessions."""

import pytest

from tests.factories.credentials import register
from tests.mobile.test_close_session import sign_in
from tests.support.client import ApiClient


class TestListSessions:
    @pytest.fixture
    def phone(self, nobody: ApiClient) -> ApiClient:
        return register(nobody)

    @pytest.fixture
    def tablet(self, nobody: ApiClient, phone: ApiClient) -> ApiClient:
        return sign_in(nobody)

    def test_lists_the_open_ones_newest_first(self, phone: ApiClient, tablet: ApiClient) -> None:
        page = tablet.get("/v1/sessions?limit=1").get_json()

        following = tablet.get(f"/v1/sessions?limit=1&cursor={page['next_cursor']}").get_json()
        assert len(page["items"]) == len(following["items"]) == 1
        assert page["items"][0]["id"] > following["items"][0]["id"]
        assert following["next_cursor"] is None

    def test_leaves_out_what_was_closed(self, phone: ApiClient, tablet: ApiClient) -> None:
        phone.delete("/v1/sessions/current")

        assert len(tablet.get("/v1/sessions").get_json()["items"]) == 1

    def test_shows_nobody_elses(self, phone: ApiClient, citizen: ApiClient) -> None:
        assert len(citizen.get("/v1/sessions").get_json()["items"]) == 1

"""GET /v1/shop/posters/{poster_id}/page."""

import re
import uuid

import pytest
from sqlalchemy import update

from backend.base.database import Database
from backend.organisations.models import Shop
from tests.factories.posters import PATH, issue_poster
from tests.support.client import ApiClient


class TestShowOwnPoster:
    @pytest.mark.parametrize("size", ["a4", "a6", "card"])
    def test_shows_the_shop_its_digits_and_three_languages(
        self, manager: ApiClient, clerk: ApiClient, size: str
    ) -> None:
        poster = issue_poster(manager)

        page = clerk.get(f"{PATH}/{poster['id']}/page?size={size}").text

        assert f'<main class="poster {size}">' in page
        wanted = [
            "<h1>麦と汽笛</h1>",
            poster["code"],
            poster["url"],
            "払った金額",
            "お金(かね)",
            "what you paid",
        ]
        assert [words for words in wanted if words not in page] == []

    def test_needs_neither_script_nor_style_of_its_own(self, manager: ApiClient) -> None:
        response = manager.get(f"{PATH}/{issue_poster(manager)['id']}/page")

        assert re.findall(r"<script|<style|style=| on\w+=", response.text) == []
        assert "style-src 'self';" in response.headers["Content-Security-Policy"]

    def test_finds_its_style_sheet(self, manager: ApiClient, nobody: ApiClient) -> None:
        page = manager.get(f"{PATH}/{issue_poster(manager)['id']}/page").text
        (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)

        assert nobody.get(sheet).mimetype == "text/css"

    def test_takes_a_shops_name_for_text(self, manager: ApiClient, database: Database) -> None:
        database.run(lambda session: session.execute(update(Shop).values(name_ja="<script>alert(1)")))

        page = manager.get(f"{PATH}/{issue_poster(manager)['id']}/page").text

        assert "<script" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_is_over_with_its_code(self, manager: ApiClient) -> None:
        poster_id = issue_poster(manager)["id"]
        manager.post(f"{PATH}/{poster_id}/revocation", {"reason": "盗難"})

        assert manager.get(f"{PATH}/{poster_id}/page").get_json()["code"] == "shop_code_revoked"

    def test_knows_no_other_poster(self, manager: ApiClient) -> None:
        assert manager.get(f"{PATH}/{uuid.uuid4()}/page").status_code == 404

"""What a phone meets that opens a code with its camera."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.purchases.models import TillCode
from tests.factories.purchases import issue, token_of
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestLandingPage:
    @pytest.mark.parametrize(
        ("language", "lang", "title"),
        [
            ("ja", "ja", "めぐりのお買い物コードです"),
            ("ja-x-easy", "ja", "めぐりの 買(か)い物(もの)コードです"),
            ("en", "en", "A Meguri purchase code"),
            ("zh", "ja", "めぐりのお買い物コードです"),
        ],
    )
    def test_speaks_three_languages(self, nobody: ApiClient, language: str, lang: str, title: str) -> None:
        response = nobody.get("/c/token", headers={"Accept-Language": language})

        assert (response.status_code, response.mimetype) == (200, "text/html")
        assert f'<html lang="{lang}">' in response.text
        assert f"<h1>{title}</h1>" in response.text

    def test_does_not_use_the_code(self, clerk: ApiClient, nobody: ApiClient, database: Database) -> None:
        code = issue(clerk)

        nobody.get(f"/c/{token_of(code)}")

        used = database.run(lambda session: session.scalars(select(TillCode.used_at)).all())
        assert used == [None]

    def test_asks_the_database_nothing(self, nobody: ApiClient, database: Database) -> None:
        with asked_statements(database) as statements:
            nobody.get("/c/token")

        assert statements == []

    @pytest.mark.parametrize(
        "token", ["x", "<script>alert(1)</script>", "%22%3E%3Cimg%20src=x%3E", "{{7*7}}", "x" * 2_000]
    )
    def test_repeats_nothing_of_what_was_scanned(self, nobody: ApiClient, token: str) -> None:
        page = nobody.get(f"/c/{token}").text

        assert page == nobody.get("/c/token").text or "route_not_found" in page

    def test_asks_search_engines_to_stay_away(self, nobody: ApiClient) -> None:
        assert '<meta name="robots" content="noindex">' in nobody.get("/c/token").text


class TestCitizenCodeLandingPage:
    @pytest.mark.parametrize(
        ("language", "title"),
        [
            ("ja", "めぐりの会員コードです"),
            ("ja-x-easy", "めぐりの 会員(かいいん)コードです"),
            ("en", "A Meguri member code"),
        ],
    )
    def test_speaks_three_languages(self, nobody: ApiClient, language: str, title: str) -> None:
        response = nobody.get("/m/4829153076125", headers={"Accept-Language": language})

        assert (response.status_code, response.mimetype) == (200, "text/html")
        assert f"<h1>{title}</h1>" in response.text

    def test_neither_reads_nor_uses_the_code(
        self, citizen: ApiClient, nobody: ApiClient, database: Database
    ) -> None:
        url = citizen.post("/v1/me/codes", {"scopes": ["earn"]}).get_json()["url"]

        with asked_statements(database) as statements:
            nobody.get(f"/m/{url.rpartition('/')[2]}")

        assert statements == []

    @pytest.mark.parametrize("digits", ["x", "<script>alert(1)</script>", "{{7*7}}"])
    def test_repeats_nothing_of_what_was_scanned(self, nobody: ApiClient, digits: str) -> None:
        page = nobody.get(f"/m/{digits}").text

        assert page == nobody.get("/m/4829153076125").text or "route_not_found" in page


class TestLandingPagesOfPrintedCodes:
    @pytest.mark.parametrize(
        ("path", "language", "title"),
        [
            ("/s/4829153076123", "ja", "めぐりのお店です"),
            ("/s/4829153076123", "ja-x-easy", "めぐりの お店(みせ)です"),
            ("/s/4829153076123", "en", "A Meguri shop"),
            ("/t/4829153076123", "ja", "めぐりの地元の品です"),
            ("/t/4829153076123", "ja-x-easy", "めぐりの 地元(じもと)の ものです"),
            ("/t/4829153076123", "en", "A local product of Meguri"),
        ],
    )
    def test_speak_three_languages(self, nobody: ApiClient, path: str, language: str, title: str) -> None:
        response = nobody.get(path, headers={"Accept-Language": language})

        assert (response.status_code, response.mimetype) == (200, "text/html")
        assert f"<h1>{title}</h1>" in response.text

    @pytest.mark.parametrize("kind", ["s", "t"])
    def test_ask_the_database_nothing(self, nobody: ApiClient, database: Database, kind: str) -> None:
        with asked_statements(database) as statements:
            nobody.get(f"/{kind}/4829153076123")

        assert statements == []

    @pytest.mark.parametrize("kind", ["s", "t"])
    @pytest.mark.parametrize("digits", ["x", "<script>alert(1)</script>", "{{7*7}}"])
    def test_repeat_nothing_of_what_was_scanned(self, nobody: ApiClient, kind: str, digits: str) -> None:
        page = nobody.get(f"/{kind}/{digits}").text

        assert page == nobody.get(f"/{kind}/4829153076123").text or "route_not_found" in page


class TestAssetLinks:
    def test_name_the_android_app_that_is_set(self, make_app: Any, settings: Any) -> None:
        app = make_app(
            replace(
                settings, android_package="jp.example.meguri", android_certificate_sha256=["AA:BB", "CC:DD"]
            )
        )

        response = ApiClient(app).get("/.well-known/assetlinks.json")

        assert response.mimetype == "application/json"
        assert response.get_json() == [
            {
                "relation": ["delegate_permission/common.handle_all_urls"],
                "target": {
                    "namespace": "android_app",
                    "package_name": "jp.example.meguri",
                    "sha256_cert_fingerprints": ["AA:BB", "CC:DD"],
                },
            }
        ]

    def test_are_empty_where_none_is_set(self, nobody: ApiClient) -> None:
        assert nobody.get("/.well-known/assetlinks.json").get_json() == []


class TestAppleAssociation:
    def test_names_the_ios_app_that_is_set(self, make_app: Any, settings: Any) -> None:
        app = make_app(replace(settings, ios_app_id="ABCDE12345.jp.example.meguri"))

        response = ApiClient(app).get("/.well-known/apple-app-site-association")

        assert response.mimetype == "application/json"
        assert response.get_json() == {
            "applinks": {
                "details": [
                    {
                        "appIDs": ["ABCDE12345.jp.example.meguri"],
                        "components": [{"/": "/c/*"}, {"/": "/m/*"}, {"/": "/s/*"}, {"/": "/t/*"}],
                    }
                ]
            }
        }

    def test_is_empty_where_none_is_set(self, nobody: ApiClient) -> None:
        association = nobody.get("/.well-known/apple-app-site-association").get_json()

        assert association == {"applinks": {"details": []}}

"""What every answer carries, whatever it answers."""

from dataclasses import replace
from typing import Any

import pytest

from tests.factories.purchases import buy
from tests.support.client import ApiClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

JSON_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


class TestSecurityHeaders:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/v1/campaigns", 200),
            ("/v1/me/points", 401),
            ("/v1/nothing", 404),
            ("/healthz", 200),
            ("/docs", 200),
            ("/docs/citizen.yaml", 200),
            ("/docs/assets/docs.css", 200),
            ("/c/token", 200),
            ("/m/4829153076125", 200),
            ("/.well-known/assetlinks.json", 200),
        ],
    )
    def test_are_on_every_answer(self, nobody: ApiClient, path: str, status: int) -> None:
        response = nobody.get(path)

        assert response.status_code == status
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]

    @pytest.mark.parametrize("path", ["/v1/campaigns", "/v1/me/points", "/v1/nothing", "/healthz"])
    def test_let_data_load_nothing(self, nobody: ApiClient, path: str) -> None:
        assert nobody.get(path).headers["Content-Security-Policy"] == JSON_POLICY

    @pytest.mark.parametrize("path", ["/docs", "/docs/problems", "/c/token", "/m/4829153076125"])
    def test_let_pages_run_no_script_but_ours(self, nobody: ApiClient, path: str) -> None:
        policy = nobody.get(path).headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "http" not in policy

    def test_ask_for_https_where_we_are_reached_by_it(self, make_app: Any, settings: Any) -> None:
        secure = make_app(replace(settings, public_url="https://meguri.example.jp"))
        plain = make_app()

        headers = [ApiClient(app).get("/healthz").headers for app in (secure, plain)]

        assert headers[0]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert "Strict-Transport-Security" not in headers[1]

    @pytest.mark.parametrize("path", ["/v1/campaigns", "/docs", "/healthz"])
    def test_open_nothing_to_other_origins(self, nobody: ApiClient, path: str) -> None:
        headers = nobody.get(path, headers={"Origin": "https://evil.example"}).headers

        assert [name for name, _ in headers if name.lower().startswith("access-control")] == []

    def test_set_no_cookie(self, citizen: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk)

        assert "Set-Cookie" not in citizen.get("/v1/purchases").headers


class TestConditionalReads:
    def test_answer_304_with_nothing_to_whoever_has_it(self, nobody: ApiClient) -> None:
        etag = nobody.get("/v1/campaigns").headers["ETag"]

        response = nobody.get("/v1/campaigns", headers={"If-None-Match": etag})

        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == etag

    @pytest.mark.parametrize("tags", ['"other"', '"a", "b"', "nonsense", ""])
    def test_answer_in_full_to_whoever_has_something_else(self, nobody: ApiClient, tags: str) -> None:
        assert nobody.get("/v1/campaigns", headers={"If-None-Match": tags}).status_code == 200

    def test_find_the_tag_among_several(self, nobody: ApiClient) -> None:
        etag = nobody.get("/v1/campaigns").headers["ETag"]

        response = nobody.get("/v1/campaigns", headers={"If-None-Match": f'"other", {etag}'})

        assert response.status_code == 304

    def test_may_be_kept_by_the_phone_alone_and_only_if_it_asks_again(self, nobody: ApiClient) -> None:
        headers = nobody.get("/v1/campaigns").headers

        assert headers["Cache-Control"] == "private, no-cache"
        assert headers["Vary"] == "Authorization, Accept-Language"

    def test_differ_by_person(self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk)
        etag = citizen.get("/v1/purchases").headers["ETag"]

        assert neighbour.get("/v1/purchases", headers={"If-None-Match": etag}).status_code == 200

    def test_are_not_for_what_is_sent(self, citizen: ApiClient) -> None:
        response = citizen.post("/v1/scans", {"scanned": "x"}, headers={"If-None-Match": "*"})

        assert response.status_code == 422
        assert "ETag" not in response.headers

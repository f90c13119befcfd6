"""Request ids, methods, and what is written down of a request."""

import re
from typing import Any

import pytest

from backend.web import logs
from tests.factories.purchases import buy
from tests.support.client import ApiClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestRequestId:
    @pytest.mark.parametrize(
        "given", ["a1b2c3d4", "0197c0de-0000-7000-8000-000000000001", "a.b_c-d8", "x" * 64]
    )
    def test_is_the_callers_where_it_is_plain(self, nobody: ApiClient, given: str) -> None:
        response = nobody.get("/v1/nothing", headers={"X-Request-Id": given})

        assert response.headers["X-Request-Id"] == response.get_json()["request_id"] == given

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "short",
            "x" * 65,
            "with space",
            "<script>",
            'quote"quote',
            "めぐりめぐりめぐり",
            "a\tb\tc\td\te",
        ],
    )
    def test_is_ours_where_the_callers_is_not(self, nobody: ApiClient, given: str) -> None:
        response = nobody.get("/v1/nothing", headers={"X-Request-Id": given.encode().decode("latin-1")})

        assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-Id"])

    def test_is_another_for_every_request(self, nobody: ApiClient) -> None:
        ids = {nobody.get("/healthz").headers["X-Request-Id"] for _ in range(5)}

        assert len(ids) == 5


class TestMethods:
    def test_head_is_get_without_the_body(self, nobody: ApiClient) -> None:
        got, head = nobody.get("/v1/campaigns"), nobody.request("HEAD", "/v1/campaigns")

        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["ETag"] == got.headers["ETag"]
        assert head.headers["Content-Length"] == got.headers["Content-Length"]

    def test_head_needs_the_same_permission_as_get(self, nobody: ApiClient) -> None:
        assert nobody.request("HEAD", "/v1/me/points").status_code == 401

    def test_head_does_nothing_where_only_post_is(self, nobody: ApiClient) -> None:
        assert nobody.request("HEAD", "/v1/scans").status_code == 405

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [("/v1/campaigns", {"GET", "HEAD", "OPTIONS"}), ("/v1/scans", {"POST", "OPTIONS"})],
    )
    def test_options_tells_what_is_allowed_and_asks_nobody(
        self, nobody: ApiClient, path: str, allowed: set[str]
    ) -> None:
        response = nobody.request("OPTIONS", path)

        assert (response.status_code, response.data) == (200, b"")
        assert set(response.headers["Allow"].split(", ")) == allowed

    @pytest.mark.parametrize(
        ("method", "path"), [("PUT", "/v1/campaigns"), ("GET", "/v1/scans"), ("TRACE", "/docs")]
    )
    def test_another_is_a_problem_that_tells_which_are_allowed(
        self, nobody: ApiClient, method: str, path: str
    ) -> None:
        response = nobody.request(method, path)

        assert (response.status_code, response.get_json()["code"]) == (405, "method_not_allowed")
        assert "OPTIONS" in response.headers["Allow"]

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/v1",
            "/v1/",
            "/v1/campaigns/",
            "/v1/Campaigns",
            "/v2/campaigns",
            "/v1//campaigns",
            "/v1/%00",
            "/..%2f",
        ],
    )
    def test_nothing_is_where_no_route_is(self, nobody: ApiClient, path: str) -> None:
        response = nobody.get(path)

        assert response.status_code in (308, 404)
        assert response.get_json(silent=True) is None or response.get_json()["code"] == "route_not_found"


class TestLog:
    @pytest.fixture
    def lines(self, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        """What is written down of each request."""
        lines: list[dict[str, Any]] = []
        monkeypatch.setattr(logs, "log", Recorder(lines))
        return lines

    def test_names_the_route_not_the_path(
        self, citizen: ApiClient, clerk: ApiClient, lines: list[dict[str, Any]]
    ) -> None:
        purchase = buy(citizen, clerk)

        citizen.get(f"/v1/purchases/{purchase['id']}?secret=1")

        assert lines[-1]["route"] == "/v1/purchases/<uuid:purchase_id>"
        assert purchase["id"] not in repr(lines[-1])

    def test_holds_no_token_no_body_no_address(
        self, citizen: ApiClient, clerk: ApiClient, lines: list[dict[str, Any]]
    ) -> None:
        buy(citizen, clerk)

        assert set(lines[-1]) == {
            "event",
            "request_id",
            "route",
            "method",
            "status",
            "code",
            "caller",
            "milliseconds",
        }
        assert str(citizen.token) not in repr(lines)
        assert "127.0.0.1" not in repr(lines)

    def test_tells_the_code_of_a_problem_and_the_kind_of_caller(
        self, clerk: ApiClient, lines: list[dict[str, Any]]
    ) -> None:
        clerk.get("/v1/me/points")

        line = lines[-1]
        assert (line["status"], line["code"], line["caller"]) == (403, "permission_missing", "StaffPrincipal")


class Recorder:
    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.lines = lines

    def info(self, event: str, **values: Any) -> None:
        self.lines.append({"event": event, **values})

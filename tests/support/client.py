"""An HTTP client for tests that signs requests and holds every answer against the specification."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.spec_checks import check_response


class ApiClient:
    """Wraps Flask's test client; `json` bodies, a bearer token, an Accept-Language."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.app = app
        self.token = token

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **keywords: Any
    ) -> TestResponse:
        signed = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        signed |= headers or {}
        response = self.app.test_client().open(path, method=method, headers=signed, **keywords)
        check_response(self.app, method, path, response)
        return response

    def get(self, path: str, **keywords: Any) -> TestResponse:
        return self.request("GET", path, **keywords)

    def post(self, path: str, json: Any = None, **keywords: Any) -> TestResponse:
        return self.request("POST", path, **_with_body(json, keywords))

    def put(self, path: str, json: Any = None, **keywords: Any) -> TestResponse:
        return self.request("PUT", path, **_with_body(json, keywords))

    def patch(self, path: str, json: Any = None, **keywords: Any) -> TestResponse:
        return self.request("PATCH", path, **_with_body(json, keywords))

    def delete(self, path: str, json: Any = None, **keywords: Any) -> TestResponse:
        return self.request("DELETE", path, **_with_body(json, keywords))


def _with_body(json: Any, keywords: dict[str, Any]) -> dict[str, Any]:
    return keywords if json is None else {**keywords, "json": json}

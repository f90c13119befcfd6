"""Till codes and purchases, over HTTP as tills and phones make them."""

from typing import Any

from werkzeug.test import TestResponse

from tests.support.client import ApiClient

KEY = "11111111-1111-4111-8111-111111111111"
OTHER_KEY = "22222222-2222-4222-8222-222222222222"


def issue(till: ApiClient, amount_yen: int = 1280, **body: Any) -> dict[str, Any]:
    """A code, as its till was told it."""
    response = till.post("/v1/shop/codes", {"amount_yen": amount_yen, **body})
    assert response.status_code == 201, response.get_json()
    code: dict[str, Any] = response.get_json()
    return code


def record(
    caller: ApiClient, scanned: str, key: str = KEY, language: str | None = None, **body: Any
) -> TestResponse:
    headers = {"Idempotency-Key": key} | ({"Accept-Language": language} if language else {})
    return caller.post("/v1/purchases", {"scanned": scanned, **body}, headers=headers)


def buy(caller: ApiClient, till: ApiClient, amount_yen: int = 1280, key: str = KEY) -> dict[str, Any]:
    """A code issued and scanned: the purchase."""
    response = record(caller, issue(till, amount_yen)["url"], key)
    assert response.status_code == 201, response.get_json()
    purchase: dict[str, Any] = response.get_json()
    return purchase


def token_of(code: dict[str, Any]) -> str:
    """The signed part of a code's address."""
    return str(code["url"]).rpartition("/")[2]

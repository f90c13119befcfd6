"""Till codes and purchases, over HTTP as tills and phones make them."""

import uuid
from typing import Any

from werkzeug.test import TestResponse

from tests.support.client import ApiClient

KEY = "11111111-1111-4111-8111-111111111111"
OTHER_KEY = "22222222-2222-4222-8222-222222222222"
COMPLETION_KEY = "33333333-3333-4333-8333-333333333333"
REFUND_KEY = "44444444-4444-4444-8444-444444444444"
# When tests stand: noon in the city.
STORED_AT = "2026-06-15T12:00:00+09:00"


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


def show_code(citizen: ApiClient, *, scopes: tuple[str, ...] = ("earn", "spend"), **body: Any) -> str:
    """A code as the citizen's phone shows it at a till."""
    response = citizen.post("/v1/me/codes", {"scopes": list(scopes), **body})
    assert response.status_code == 201, response.get_json()
    return str(response.get_json()["code"])


def sell(till: ApiClient, code: str, amount_yen: int = 1280, key: str = KEY, **body: Any) -> TestResponse:
    """To whoever showed the code."""
    body = {"citizen_code": code, "amount_yen": amount_yen, **body}
    return till.post("/v1/shop/purchases", body, headers={"Idempotency-Key": key})


def open_checkout(
    till: ApiClient, code: str, amount_yen: int = 1280, key: str = KEY, **body: Any
) -> dict[str, Any]:
    body = {"citizen_code": code, "amount_yen": amount_yen, **body}
    response = till.post("/v1/shop/checkouts", body, headers={"Idempotency-Key": key})
    assert response.status_code == 201, response.get_json()
    checkout: dict[str, Any] = response.get_json()
    return checkout


def refund(till: ApiClient, purchase_id: str, key: str = REFUND_KEY, **body: Any) -> TestResponse:
    """All that is left, unless told otherwise."""
    return till.post(f"/v1/shop/purchases/{purchase_id}/refunds", body, headers={"Idempotency-Key": key})


def complete(
    till: ApiClient, checkout: dict[str, Any], key: str = COMPLETION_KEY, **body: Any
) -> TestResponse:
    path = f"/v1/shop/checkouts/{checkout['id']}/completion"
    return till.post(path, body, headers={"Idempotency-Key": key})


def take_coupon(citizen: ApiClient, offer_id: uuid.UUID) -> str:
    """The coupon's id."""
    response = citizen.post(f"/v1/offers/{offer_id}/coupons")
    assert response.status_code == 201, response.get_json()
    return str(response.get_json()["id"])


def coupon_token(citizen: ApiClient, coupon_id: str) -> str:
    """What the citizen shows for it."""
    response = citizen.post(f"/v1/me/coupons/{coupon_id}/tokens")
    assert response.status_code == 201, response.get_json()
    return str(response.get_json()["token"])


def points_of(citizen: ApiClient) -> int:
    """What can be spent now."""
    return int(citizen.get("/v1/me/points").get_json()["balance_points"])


def token_of(code: dict[str, Any]) -> str:
    """The signed part of a code's address."""
    return str(code["url"]).rpartition("/")[2]


def stored(key: str, code: str, amount_yen: int = 1280, *, done_at: str = STORED_AT, **item: Any) -> Any:
    """A sale as a till stores it while it has no network."""
    return {"id": key, "citizen_code": code, "amount_yen": amount_yen, "done_at": done_at, **item}


def send_stored(till: ApiClient, *items: Any, **body: Any) -> list[Any]:
    """What the batch's answer says of each."""
    response = till.post("/v1/shop/purchases/batch", {"items": list(items), **body})
    assert response.status_code == 200, response.get_json()
    outcomes: list[Any] = response.get_json()["items"]
    return outcomes

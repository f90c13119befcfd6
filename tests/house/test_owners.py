"""Every route with somebody's id in its path or body, called by somebody else: as if there were nothing there.

A new route with an id fails here until it stands in one of the tables below.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.base.database import Database
from backend.web.spec import FACES, spec_of
from tests.conftest import NOW
from tests.factories.organisations import make_product, make_shop
from tests.factories.people import make_staff
from tests.factories.purchases import KEY, buy, issue
from tests.factories.world import World
from tests.support.client import ApiClient

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Owned:
    """Who may call a route with the id that the town holds for it, who may not, and the body both send."""

    owner: str
    stranger: str
    body: Any = None


OWNED = {
    "GET /v1/purchases/{purchase_id}": Owned("citizen", "neighbour"),
    "GET /v1/purchases/by-request/{request_key}": Owned("citizen", "neighbour"),
    "POST /v1/notices/{notice_id}/read": Owned("citizen", "neighbour"),
    "DELETE /v1/sessions/{session_id}": Owned("citizen", "neighbour"),
    "GET /v1/shop/codes/{code_id}": Owned("clerk", "foreigner"),
    "DELETE /v1/shop/codes/{code_id}": Owned("clerk", "foreigner"),
    "PATCH /v1/shop/products/{product_id}": Owned("manager", "foreigner", {"price_yen": 620}),
    "DELETE /v1/shop/products/{product_id}": Owned("manager", "foreigner"),
    "DELETE /v1/shop/registers/{api_key_id}": Owned("manager", "foreigner"),
    "DELETE /v1/shop/sessions/{session_id}": Owned("clerk", "foreigner"),
    "DELETE /v1/shop/staff/{staff_id}": Owned("manager", "foreigner"),
    "DELETE /v1/city/sessions/{session_id}": Owned("city", "approver"),
}

# Ids that are nobody's own: public, the whole city office's, or only ever among the caller's.
SHARED = {
    "GET /v1/shops/{shop_id}",
    "GET /v1/city/campaigns/{campaign_id}",
    "POST /v1/city/campaigns/{campaign_id}/approval",
    "POST /v1/city/campaigns/{campaign_id}/end",
    "GET /v1/city/shops/{shop_id}",
    "PUT /v1/city/shops/{shop_id}/class",
    "POST /v1/city/shops/{shop_id}/decisions",
    "DELETE /v1/city/staff/{staff_id}",
    "POST /v1/city/staff/{staff_id}/invitations",
    "PUT /v1/city/verifications/{declaration_id}",
    "PUT /v1/me/consents/{purpose}",
    "POST /v1/me/logins/{kind}/verification-requests",
    "POST /v1/me/logins/{kind}/verifications",
    "PUT /v1/me/devices/{installation_id}",
    "DELETE /v1/me/devices/{installation_id}",
}

# Routes of the shops' face that may be told which shop, and a body that would do for the caller's own.
FOR_A_SHOP: dict[str, Any] = {
    "POST /v1/shop/codes": {"amount_yen": 1280},
    "GET /v1/shop/shop": None,
    "PATCH /v1/shop/shop": {"tags": ["bakery"]},
    "PUT /v1/shop/shop/hours": {"hours": [{"weekday": 4, "opens_minute": 1020, "closes_minute": 1530}]},
    "GET /v1/shop/products": None,
    "POST /v1/shop/products": {
        "name_ja": "秋鮭の切り身",
        "origin_municipality_code": "012068",
        "in_store_code": "0201007005801",
    },
    "POST /v1/shop/staff": {"email": "tenban@example.jp", "display_name": "店番"},
    "GET /v1/shop/registers": None,
    "POST /v1/shop/registers": {"name": "レジ2", "scopes": ["codes"]},
}

Callers = dict[str, ApiClient]


@pytest.fixture
def other_shop_id(database: Database, world: World) -> str:
    return str(database.run(lambda session: make_shop(session, at=NOW, name_ja="よその店").id))


@pytest.fixture
def callers(
    app: Any,
    database: Database,
    world: World,
    other_shop_id: str,
    citizen: ApiClient,
    neighbour: ApiClient,
    clerk: ApiClient,
    manager: ApiClient,
    city: ApiClient,
    approver: ApiClient,
) -> Callers:
    """By the names used above; the foreigner manages the other shop."""
    foreign = database.run(
        lambda session: make_staff(
            session, at=NOW, face="shop", roles=("manager",), shop_id=uuid.UUID(other_shop_id)
        ).token
    )
    return {
        "citizen": citizen,
        "neighbour": neighbour,
        "clerk": clerk,
        "manager": manager,
        "foreigner": ApiClient(app, foreign),
        "city": city,
        "approver": approver,
    }


@pytest.fixture
def ids(callers: Callers, database: Database, world: World) -> dict[str, str]:
    """One of everything, each its owner's."""
    citizen, clerk, manager = callers["citizen"], callers["clerk"], callers["manager"]

    def add_product(session: Session) -> str:
        return str(make_product(session, shop_id=world.shop_id, at=NOW).id)

    return {
        "purchase_id": buy(citizen, clerk)["id"],
        "request_key": KEY,
        "notice_id": first_id(citizen.get("/v1/notices")),
        "code_id": issue(clerk)["id"],
        "product_id": database.run(add_product),
        "api_key_id": first_id(manager.get("/v1/shop/registers")),
        "staff_id": str(world.clerk.id),
        "/v1": first_id(citizen.get("/v1/sessions")),
        "/v1/shop": first_id(clerk.get("/v1/shop/sessions")),
        "/v1/city": first_id(callers["city"].get("/v1/city/sessions")),
    }


def first_id(response: TestResponse) -> str:
    return str(response.get_json()["items"][0]["id"])


def call(caller: ApiClient, operation: str, ids: dict[str, str], body: Any = None) -> TestResponse:
    method, _, path = operation.partition(" ")
    filled = path.format(**ids, session_id=ids[path.partition("/sessions")[0]] if "/sessions" in path else "")
    return caller.request(method, filled, **({} if body is None else {"json": body}))


def call_for_shop(caller: ApiClient, operation: str, shop_id: str) -> TestResponse:
    """The shop is named in the query where nothing is sent, else wherever the specification has it."""
    method, _, path = operation.partition(" ")
    body = FOR_A_SHOP[operation]
    documented = spec_of(caller.app, "shop")["paths"][path][method.lower()]
    if "shop_id" in [parameter.get("name") for parameter in documented.get("parameters", [])]:
        path = f"{path}?shop_id={shop_id}"
    else:
        body = {**body, "shop_id": shop_id}
    return caller.request(method, path, **({} if body is None else {"json": body}))


def operations(app: Any) -> dict[str, dict[str, Any]]:
    """`METHOD path` → operation, of all faces."""
    return {
        f"{method.upper()} {path}": operation
        for face in FACES
        for path, methods in spec_of(app, face)["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def takes_shop_id(app: Any, operation: dict[str, Any]) -> bool:
    named = [parameter.get("name") for parameter in operation.get("parameters", [])]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schemas = spec_of(app, "shop")["components"]["schemas"]
    return "shop_id" in [*named, *schemas.get(schema, {}).get("properties", {})]


class TestRoutesWithAnId:
    @on_sqlite
    def test_are_each_known_to_be_owned_or_shared(self, app: Any) -> None:
        with_an_id = {operation for operation in operations(app) if "{" in operation}

        assert with_an_id == set(OWNED) | SHARED

    @on_sqlite
    def test_that_take_a_shop_are_each_known(self, app: Any) -> None:
        taking = {
            name
            for name, operation in operations(app).items()
            if name.partition(" ")[2].startswith("/v1/shop/") and takes_shop_id(app, operation)
        }

        assert taking == set(FOR_A_SHOP)


class TestSomebodyElse:
    @pytest.mark.parametrize("operation", OWNED)
    def test_finds_nothing_there(self, callers: Callers, ids: dict[str, str], operation: str) -> None:
        row = OWNED[operation]

        response = call(callers[row.stranger], operation, ids, row.body)

        assert response.status_code == 404

    @pytest.mark.parametrize("operation", FOR_A_SHOP)
    def test_finds_no_shop_but_their_own(
        self, callers: Callers, other_shop_id: str, operation: str
    ) -> None:
        response = call_for_shop(callers["manager"], operation, other_shop_id)

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_not_found")


@on_sqlite
class TestTheOwner:
    """By contrast: or the tests above would pass with any path that is misspelt."""

    @pytest.mark.parametrize("operation", OWNED)
    def test_finds_it(self, callers: Callers, ids: dict[str, str], operation: str) -> None:
        row = OWNED[operation]

        response = call(callers[row.owner], operation, ids, row.body)

        assert response.status_code in (200, 201, 204)

    @pytest.mark.parametrize("operation", FOR_A_SHOP)
    def test_finds_their_own_shop(self, callers: Callers, world: World, operation: str) -> None:
        response = call_for_shop(callers["manager"], operation, str(world.shop_id))

        assert response.status_code in (200, 201, 204)

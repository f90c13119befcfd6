"""POST /v1/shop/registers: a key for a register, shown once."""

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from time_machine import Traveller

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/registers"
CODES_ONLY = {"name": "レジ2", "scopes": ["codes"]}


class TestIssueApiKey:
    def test_answers_a_key_that_issues_codes(self, app: Flask, manager: ApiClient) -> None:
        response = manager.post(PATH, CODES_ONLY)

        till = ApiClient(app, response.get_json()["key"])
        assert response.status_code == 201
        assert till.post("/v1/shop/codes", {"amount_yen": 1280}).status_code == 201

    def test_gives_no_more_than_its_scopes(self, app: Flask, manager: ApiClient) -> None:
        key = manager.post(PATH, CODES_ONLY).get_json()["key"]

        assert ApiClient(app, key).get("/v1/shop/shop").status_code == 403

    def test_shows_the_key_this_once(self, manager: ApiClient) -> None:
        key = manager.post(PATH, CODES_ONLY).get_json()["key"]

        assert key not in manager.get(PATH).get_data(as_text=True)

    def test_answers_a_key_that_ends_when_it_was_said_to(
        self, app: Flask, manager: ApiClient, clock: Traveller
    ) -> None:
        body = CODES_ONLY | {"expires_at": "2026-06-15T13:00:00+09:00"}

        till = ApiClient(app, manager.post(PATH, body).get_json()["key"])

        assert till.post("/v1/shop/codes", {"amount_yen": 1280}).status_code == 201
        clock.shift(3600)
        assert till.post("/v1/shop/codes", {"amount_yen": 1280}).status_code == 401

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"expires_at": "2026-06-15T12:00:00+09:00"}, "expires_at"),
            ({"expires_at": "2026-06-15T12:00:00"}, "expires_at"),
            ({"scopes": []}, "scopes"),
            ({"scopes": ["everything"]}, "scopes.0"),
            ({"scopes": "codes"}, "scopes"),
            ({"name": " "}, "name"),
        ],
    )
    def test_refuses_a_field_and_names_it(
        self, manager: ApiClient, changes: dict[str, Any], field: str
    ) -> None:
        response = manager.post(PATH, CODES_ONLY | changes)

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_knows_no_other_shop(
        self, manager: ApiClient, database: Database, at: datetime, world: World
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)

        assert manager.post(PATH, CODES_ONLY | {"shop_id": str(other_id)}).status_code == 404

    def test_is_for_managers(self, clerk: ApiClient, register: ApiClient) -> None:
        assert clerk.post(PATH, CODES_ONLY).status_code == 403
        assert register.post(PATH, CODES_ONLY).status_code == 403

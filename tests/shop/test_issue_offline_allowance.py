"""POST /v1/shop/offline-allowances: what a register may sign without a network."""

import base64
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from time_machine import Traveller

from backend.base.database import Database
from backend.organisations.models import Shop
from backend.purchases.models import OfflineAllowance
from tests.factories.organisations import make_register_key
from tests.factories.tills import NOON, get_allowance
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/offline-allowances"


class TestIssueOfflineAllowance:
    def test_tells_what_may_be_signed(self, register: ApiClient) -> None:
        response = register.post(PATH, {"hours": 12, "count_max": 100, "total_max_yen": 100_000})

        issued = response.get_json()
        assert response.status_code == 201
        assert issued["code_prefix"] == "http://127.0.0.1:8000/c/"
        assert len(base64.urlsafe_b64decode(issued["secret"] + "=")) == 32
        assert {name: issued["allowance"][name] for name in issued["allowance"] if "id" not in name} == {
            "starts_at": "2026-06-15T03:00:00+00:00",
            "ends_at": "2026-06-15T15:00:00+00:00",
            "count_max": 100,
            "code_max_yen": 10_000,
            "total_max_yen": 100_000,
            "used_count": 0,
            "used_yen": 0,
            "revoked_at": None,
        }

    def test_gives_no_more_than_the_city_allows(self, register: ApiClient) -> None:
        wished = {"hours": 720, "count_max": 9_999, "code_max_yen": 9_999_999, "total_max_yen": 9_999_999}

        allowance = get_allowance(register, **wished)["allowance"]

        assert allowance["ends_at"] == "2026-06-16T03:00:00+00:00"
        assert [allowance[name] for name in ("count_max", "code_max_yen", "total_max_yen")] == [
            200,
            10_000,
            300_000,
        ]

    def test_tells_each_allowance_a_secret_of_its_own(self, register: ApiClient) -> None:
        assert get_allowance(register)["secret"] != get_allowance(register)["secret"]

    def test_keeps_no_secret(self, register: ApiClient, database: Database) -> None:
        secret = get_allowance(register)["secret"]

        kept = database.run(lambda session: session.scalars(select(OfflineAllowance)).one().__dict__)

        assert secret not in str(kept)
        assert str(base64.urlsafe_b64decode(secret + "=")) not in str(kept)

    def test_gives_four_a_day(self, register: ApiClient, clock: Traveller) -> None:
        for _ in range(4):
            get_allowance(register)

        fifth = register.post(PATH, {})
        clock.move_to(NOON.replace(hour=15))  # midnight in the city
        next_day = register.post(PATH, {})

        assert (fifth.status_code, fifth.get_json()["code"]) == (409, "offline_allowances_all_issued")
        assert next_day.status_code == 201

    def test_is_not_for_a_suspended_shop(self, register: ApiClient, database: Database, world: World) -> None:
        database.run(
            lambda session: session.execute(
                update(Shop).where(Shop.id == world.shop_id).values(status="suspended")
            )
        )

        response = register.post(PATH, {})

        assert (response.status_code, response.get_json()["code"]) == (409, "shop_not_active")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"hours": 0}, "hours"),
            ({"count_max": 10**30}, "count_max"),
            ({"code_max_yen": -5}, "code_max_yen"),
            ({"total_max_yen": "5"}, "total_max_yen"),
            ({"secret": "x"}, "secret"),
        ],
    )
    def test_refuses_a_field_and_names_it(
        self, register: ApiClient, body: dict[str, Any], field: str
    ) -> None:
        response = register.post(PATH, body)

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]


class TestIssueOfflineAllowancePermission:
    def test_is_for_registers_with_the_scope(
        self, app: Flask, clerk: ApiClient, manager: ApiClient, database: Database, world: World
    ) -> None:
        key = database.run(
            lambda session: make_register_key(session, shop_id=world.shop_id, at=NOON, scopes=("codes",))
        )

        for caller in (clerk, manager, ApiClient(app, key)):
            assert caller.post(PATH, {}).status_code == 403

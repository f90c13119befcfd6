"""POST /v1/shop/registers/{api_key_id}/rotation: another key for the same register."""

from typing import Any

import pytest
from flask import Flask
from time_machine import Traveller

from tests.factories.purchases import KEY, buy, refund
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/registers"
A_DAY_SECONDS = 86_400


def only_key(manager: ApiClient) -> dict[str, Any]:
    [register] = manager.get(PATH).get_json()["items"]
    return dict(register)


def rotate(manager: ApiClient, key_id: str, **body: Any) -> Any:
    response = manager.post(f"{PATH}/{key_id}/rotation", body)
    assert response.status_code == 201, response.get_json()
    return response.get_json()


def can_work(app: Flask, key: str) -> bool:
    return ApiClient(app, key).post("/v1/shop/codes", {"amount_yen": 100}).status_code == 201


class TestRotateApiKey:
    def test_lets_both_keys_work_until_the_old_one_ends(
        self, app: Flask, manager: ApiClient, world: World, clock: Traveller
    ) -> None:
        rotated = rotate(manager, only_key(manager)["id"], overlap_hours=24)

        assert can_work(app, world.register_key)
        assert can_work(app, rotated["key"])
        clock.shift(A_DAY_SECONDS)
        assert not can_work(app, world.register_key)
        assert can_work(app, rotated["key"])

    def test_ends_the_old_key_at_once_if_told_so(self, app: Flask, manager: ApiClient, world: World) -> None:
        rotate(manager, only_key(manager)["id"], overlap_hours=0)

        assert not can_work(app, world.register_key)

    def test_keeps_name_scopes_and_register(self, manager: ApiClient) -> None:
        before = only_key(manager)

        after = rotate(manager, before["id"])["register"]

        same = ("name", "scopes", "shop_id", "register_id")
        assert [after[name] for name in same] == [before[name] for name in same]
        assert after["id"] != before["id"]

    def test_keeps_the_register_through_many_keys(self, manager: ApiClient) -> None:
        first = only_key(manager)
        second = rotate(manager, first["id"])["register"]

        third = rotate(manager, second["id"])["register"]

        assert third["register_id"] == first["id"]

    def test_is_told_by_the_list(self, manager: ApiClient) -> None:
        rotated = rotate(manager, only_key(manager)["id"], overlap_hours=2)

        old, new = manager.get(PATH).get_json()["items"]

        assert (old["successor_id"], old["expires_at"]) == (new["id"], "2026-06-15T05:00:00+00:00")
        assert (new["successor_id"], new["expires_at"]) == (None, None)
        assert old == rotated["replaced"]

    def test_never_lengthens_the_life_of_the_old_key(self, manager: ApiClient) -> None:
        body = {"name": "レジ2", "scopes": ["codes"], "expires_at": "2026-06-15T13:00:00+09:00"}
        key_id = manager.post(PATH, body).get_json()["register"]["id"]

        replaced = rotate(manager, key_id, overlap_hours=24)["replaced"]

        assert replaced["expires_at"] == "2026-06-15T04:00:00+00:00"

    def test_lets_a_repeated_request_be_known_by_the_new_key(
        self, app: Flask, manager: ApiClient, register: ApiClient, citizen: ApiClient
    ) -> None:
        purchase_id = buy(citizen, register)["id"]
        refunded = refund(register, purchase_id, KEY, amount_yen=100).get_json()
        key = rotate(manager, only_key(manager)["id"])["key"]

        again = refund(ApiClient(app, key), purchase_id, KEY, amount_yen=100)

        assert again.get_json() == refunded
        assert again.headers["Idempotent-Replayed"] == "true"

    def test_lets_the_new_key_take_back_a_code_of_the_old_one(
        self, app: Flask, manager: ApiClient, register: ApiClient
    ) -> None:
        code_id = register.post("/v1/shop/codes", {"amount_yen": 100}).get_json()["id"]
        key = rotate(manager, only_key(manager)["id"])["key"]

        response = ApiClient(app, key).delete(f"/v1/shop/codes/{code_id}")

        assert response.get_json()["status"] == "cancelled"


class TestRotateApiKeyRefuses:
    def test_a_key_that_has_a_successor(self, manager: ApiClient) -> None:
        key_id = only_key(manager)["id"]
        rotate(manager, key_id)

        response = manager.post(f"{PATH}/{key_id}/rotation", {})

        assert (response.status_code, response.get_json()["code"]) == (409, "api_key_rotated")
        assert len(manager.get(PATH).get_json()["items"]) == 2

    def test_a_revoked_key(self, manager: ApiClient) -> None:
        key_id = only_key(manager)["id"]
        manager.delete(f"{PATH}/{key_id}")

        assert manager.post(f"{PATH}/{key_id}/rotation", {}).status_code == 404

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"overlap_hours": -1}, "overlap_hours"),
            ({"overlap_hours": 721}, "overlap_hours"),
            ({"overlap_hours": 10**30}, "overlap_hours"),
            ({"expires_at": "2026-06-15T12:00:00+09:00"}, "expires_at"),
            ({"name": "x"}, "name"),
        ],
    )
    def test_what_does_not_fit(self, manager: ApiClient, body: dict[str, Any], field: str) -> None:
        response = manager.post(f"{PATH}/{only_key(manager)['id']}/rotation", body)

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_whoever_is_no_manager(self, clerk: ApiClient, register: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{only_key(manager)['id']}/rotation"

        assert clerk.post(path, {}).status_code == 403
        assert register.post(path, {}).status_code == 403

"""PUT /v1/city/verifications/{declaration_id}."""

import uuid
from typing import Any

import pytest
import time_machine
from werkzeug.test import TestResponse

from tests.factories.world import World
from tests.support.client import ApiClient

DECLARED = {
    "municipality_code": "012068",
    "district": "春採",
    "birth_month": 6,
    "age_band": "30_44",
    "standing": "resident",
}


def read(city: ApiClient, code: str) -> TestResponse:
    return city.post("/v1/city/verifications", {"counter_code": code})


def confirm(city: ApiClient, declaration: dict[str, Any]) -> TestResponse:
    return city.put(f"/v1/city/verifications/{declaration['id']}")


class TestConfirmDeclaration:
    @pytest.fixture
    def code(self, citizen: ApiClient) -> str:
        citizen.patch("/v1/me", DECLARED)
        response = citizen.post("/v1/me/counter-codes")
        assert response.status_code == 201
        return str(response.get_json()["code"])

    def test_marks_it_verified(self, city: ApiClient, citizen: ApiClient, code: str) -> None:
        response = confirm(city, read(city, code).get_json())

        assert response.status_code == 200
        assert citizen.get("/v1/me").get_json()["verified_at"] == "2026-06-15T03:00:00+00:00"

    def test_notes_which_clerk_saw_it(
        self, city: ApiClient, citizen: ApiClient, code: str, world: World
    ) -> None:
        confirm(city, read(city, code).get_json())

        export = citizen.get("/v1/me/export").get_json()
        assert export["citizen"][0]["verified_by_staff_id"] == str(world.city.id)

    def test_takes_a_code_once(self, city: ApiClient, code: str) -> None:
        declaration = read(city, code).get_json()
        confirm(city, declaration)

        assert confirm(city, declaration).status_code == 404
        assert read(city, code).status_code == 404

    def test_takes_no_code_after_ten_minutes(
        self, city: ApiClient, code: str, clock: time_machine.Traveller
    ) -> None:
        declaration = read(city, code).get_json()
        clock.shift(600)

        assert read(city, code).status_code == 404
        assert confirm(city, declaration).status_code == 404

    def test_verifies_nothing_the_clerk_has_not_seen(
        self, city: ApiClient, citizen: ApiClient, code: str
    ) -> None:
        declaration = read(city, code).get_json()
        citizen.patch("/v1/me", {"municipality_code": "016616"})

        response = confirm(city, declaration)

        assert response.get_json()["code"] == "counter_code_not_found"
        assert citizen.get("/v1/me").get_json()["verified_at"] is None

    def test_wants_something_declared(self, city: ApiClient, neighbour: ApiClient) -> None:
        code = neighbour.post("/v1/me/counter-codes").get_json()["code"]

        response = confirm(city, read(city, code).get_json())

        assert response.get_json()["code"] == "nothing_declared"

    def test_finds_no_code_that_was_never_issued(self, city: ApiClient, code: str) -> None:
        assert city.put(f"/v1/city/verifications/{uuid.uuid4()}").status_code == 404

    def test_is_the_counters_to_do(
        self, city: ApiClient, approver: ApiClient, citizen: ApiClient, code: str
    ) -> None:
        declaration = read(city, code).get_json()

        assert [confirm(caller, declaration).status_code for caller in (approver, citizen)] == [403, 403]

"""POST /v1/city/verifications."""

import pytest
import time_machine

from tests.city.test_confirm_declaration import DECLARED, read
from tests.factories.credentials import other_code
from tests.support.client import ApiClient


class TestReadDeclaration:
    @pytest.fixture
    def code(self, citizen: ApiClient) -> str:
        citizen.patch("/v1/me", DECLARED)
        return str(citizen.post("/v1/me/counter-codes").get_json()["code"])

    def test_shows_the_clerk_what_is_declared_and_no_more(self, city: ApiClient, code: str) -> None:
        response = read(city, code)

        assert response.status_code == 200
        shown = response.get_json()
        assert {name: shown[name] for name in DECLARED} == DECLARED
        assert set(shown) - set(DECLARED) == {"id", "nickname", "verified_at", "expires_at"}

    @pytest.mark.parametrize("code", ["1234567", "123456789", "abcdefgh", "12345678\n"])
    def test_refuses_what_is_no_code(self, city: ApiClient, code: str) -> None:
        assert read(city, code).status_code == 422

    def test_is_the_counters_to_do(
        self, approver: ApiClient, manager: ApiClient, citizen: ApiClient, code: str
    ) -> None:
        statuses = [read(caller, code).status_code for caller in (approver, manager, citizen)]

        assert statuses == [403, 403, 403]

    def test_uses_nothing_up(self, city: ApiClient, code: str) -> None:
        first = read(city, code).get_json()

        assert read(city, code).get_json() == first

    def test_finds_no_code_that_was_never_issued(self, city: ApiClient, code: str) -> None:
        assert read(city, other_code(code)).get_json()["code"] == "counter_code_not_found"

    def test_finds_no_code_after_ten_minutes(
        self, city: ApiClient, code: str, clock: time_machine.Traveller
    ) -> None:
        clock.shift(600)

        assert read(city, code).status_code == 404

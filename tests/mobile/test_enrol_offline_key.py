"""POST /v1/me/offline-code-keys."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.config import Settings
from tests.factories.offline import INSTALLATION, PATH, enrol
from tests.factories.purchases import sell
from tests.support.client import ApiClient

BODY: dict[str, Any] = {"installation_id": INSTALLATION}


class TestEnrolOfflineKey:
    def test_tells_number_and_secret_once(self, citizen: ApiClient) -> None:
        response = citizen.post(PATH, BODY | {"spend_max_points": 300})

        key = response.get_json()
        assert response.status_code == 201
        assert (len(key["number"]), len(bytes.fromhex(key["secret"]))) == (7, 32)
        assert (key["spend_max_points"], key["skew_steps"]) == (300, 1)
        assert key["server_time"] == "2026-06-15T03:00:00+00:00"
        assert "secret" not in citizen.get(PATH).get_json()["items"][0]

    def test_takes_the_place_of_the_one_the_installation_had(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        older = enrol(citizen)

        newer = enrol(citizen)

        assert [key["id"] for key in citizen.get(PATH).get_json()["items"]] == [newer.id]
        assert sell(clerk, older.show()).get_json()["code"] == "offline_key_revoked"

    def test_takes_the_installation_from_whoever_had_the_telephone_before(
        self, citizen: ApiClient, neighbour: ApiClient
    ) -> None:
        enrol(citizen)

        enrol(neighbour)

        assert citizen.get(PATH).get_json()["items"] == []

    def test_is_had_by_five_telephones(self, citizen: ApiClient) -> None:
        for number in range(5):
            enrol(citizen, installation_id=f"installation-{number}")

        response = citizen.post(PATH, {"installation_id": "installation-6"})

        assert (response.status_code, response.get_json()["code"]) == (409, "offline_keys_exceeded")
        enrol(citizen, installation_id="installation-0")  # in place of its own

    def test_keeps_to_what_the_city_lets_spend(
        self, citizen: ApiClient, make_app: Callable[..., Any], database_url: str
    ) -> None:
        strict = make_app(Settings(database_url=database_url, log_level="ERROR", offline_spend_max_points=50))

        response = ApiClient(strict, citizen.token).post(PATH, BODY | {"spend_max_points": 51})

        assert (response.status_code, response.get_json()["code"]) == (422, "offline_spend_exceeded")

    def test_stands_in_the_export_without_what_the_secret_is_made_of(self, citizen: ApiClient) -> None:
        telephone = enrol(citizen)

        [row] = citizen.get("/v1/me/export").get_json()["offline_code_keys"]
        assert row["number"] == telephone.number
        assert "salt" not in row

    def test_is_a_citizens(self, clerk: ApiClient, city: ApiClient, nobody: ApiClient) -> None:
        callers = (clerk, city, nobody)

        assert [caller.post(PATH, BODY).status_code for caller in callers] == [403, 403, 401]

    @pytest.mark.parametrize(
        "changes",
        [
            {"installation_id": None},
            {"installation_id": "short"},
            {"installation_id": "x" * 65},
            {"installation_id": "installation\n"},
            {"installation_id": "with space"},
            {"spend_max_points": -1},
            {"spend_max_points": 1.5},
            {"spend_max_points": "all"},
            {"spend_max_points": 10**30},
            {"spend_max_points": 501},
            {"secret": "00"},
        ],
    )
    def test_refuses_bad_input(self, citizen: ApiClient, changes: dict[str, Any]) -> None:
        response = citizen.post(PATH, BODY | changes)

        [error] = response.get_json()["errors"]
        assert response.status_code == 422
        assert error["field"] == next(iter(changes))

"""GET /v1/purchases/{purchase_id}."""

import uuid

import pytest

from backend.base.database import Database
from tests.factories.purchases import buy
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestGetPurchase:
    def test_shows_what_was_answered_when_it_was_recorded(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk)

        response = citizen.get(f"/v1/purchases/{purchase['id']}")

        assert response.status_code == 200
        assert response.get_json() == purchase

    def test_does_not_know_somebody_elses(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        purchase = buy(citizen, clerk)

        theirs = neighbour.get(f"/v1/purchases/{purchase['id']}")
        missing = neighbour.get(f"/v1/purchases/{uuid.uuid4()}")

        assert (theirs.status_code, missing.status_code) == (404, 404)
        assert theirs.get_json()["code"] == missing.get_json()["code"] == "purchase_not_found"

    def test_answers_304_to_whoever_has_it_in_this_language(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        path = f"/v1/purchases/{buy(citizen, clerk)['id']}"
        etag = citizen.get(path).headers["ETag"]

        same = citizen.get(path, headers={"If-None-Match": etag})
        other = citizen.get(path, headers={"If-None-Match": etag, "Accept-Language": "en"})

        assert (same.status_code, other.status_code) == (304, 200)
        assert "Accept-Language" in other.headers["Vary"]

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("ja", "12ポイント獲得しました。"),
            ("ja-Hira", "12ポイント もらいました。"),
            ("en", "12 points earned."),
        ],
    )
    def test_speaks_the_language_asked_for_now(
        self, citizen: ApiClient, clerk: ApiClient, language: str, said: str
    ) -> None:
        purchase = buy(citizen, clerk)

        shown = citizen.get(f"/v1/purchases/{purchase['id']}", headers={"Accept-Language": language})

        assert shown.get_json()["verdicts"][0]["text"] == said

    def test_takes_three_questions(self, citizen: ApiClient, clerk: ApiClient, database: Database) -> None:
        purchase = buy(citizen, clerk)

        with asked_statements(database) as statements:
            citizen.get(f"/v1/purchases/{purchase['id']}")

        assert len(statements) == 3

    @on_sqlite
    @pytest.mark.parametrize(
        "purchase_id", ["1", "x", "%00", "00000000-0000-0000-0000-00000000000g", "'%20OR%201=1"]
    )
    def test_does_not_know_what_is_no_id(self, citizen: ApiClient, purchase_id: str) -> None:
        response = citizen.get(f"/v1/purchases/{purchase_id}")

        assert response.status_code == 404

    @on_sqlite
    def test_wants_a_citizen(self, nobody: ApiClient, clerk: ApiClient) -> None:
        path = f"/v1/purchases/{uuid.uuid4()}"

        assert [caller.get(path).status_code for caller in (nobody, clerk)] == [401, 403]

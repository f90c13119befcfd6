"""POST /v1/registrations."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.people.models import Citizen, CitizenLogin, CitizenSession
from backend.points.models import PointsAccount
from tests.factories.credentials import EMAIL, PASSWORD, letters_to, register, registration
from tests.support.client import ApiClient


class TestRegisterCitizen:
    def test_answers_a_session_and_the_new_account(self, nobody: ApiClient) -> None:
        response = nobody.post("/v1/registrations", registration(language="ja@easy"))

        assert response.status_code == 201
        body = response.get_json()
        assert body["session"]["token"].startswith("mgc_")
        assert body["me"]["nickname"] == "橋の上のかもめ"
        assert body["me"]["language"] == "ja@easy"
        assert body["me"]["logins"] == [{"kind": "email", "value": EMAIL, "verified_at": None}]
        assert [consent["purpose"] for consent in body["me"]["consents"]] == ["terms"]

    def test_signs_in_at_once(self, nobody: ApiClient) -> None:
        newcomer = register(nobody)

        assert newcomer.get("/v1/me").status_code == 200

    def test_opens_an_empty_points_account(self, nobody: ApiClient) -> None:
        newcomer = register(nobody)

        assert newcomer.get("/v1/me/points").get_json()["balance_points"] == 0

    def test_takes_a_phone_number(self, nobody: ApiClient) -> None:
        login = {"phone": "090-1234-5678", "password": PASSWORD}

        response = nobody.post("/v1/registrations", registration(login=login))

        assert response.get_json()["me"]["logins"][0]["value"] == "+819012345678"

    def test_sends_a_code_to_the_address(self, nobody: ApiClient, database: Database) -> None:
        register(nobody, language="en")

        letter = letters_to(database, EMAIL)[0]
        assert (letter.channel, letter.kind, letter.language) == ("email", "verify_code", "en")
        assert len(letter.params["code"]) == 6

    def test_takes_the_language_of_the_request_when_none_is_named(self, nobody: ApiClient) -> None:
        headers = {"Accept-Language": "en-GB,en;q=0.8"}

        response = nobody.post("/v1/registrations", registration(), headers=headers)

        assert response.get_json()["me"]["language"] == "en"

    def test_keeps_neither_password_nor_token(self, nobody: ApiClient, database: Database) -> None:
        register(nobody)

        hashed = database.run(lambda session: session.scalars(select(Citizen.password_hash)).one())
        token_hash = database.run(lambda session: session.scalars(select(CitizenSession.token_hash)).one())
        assert hashed is not None
        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert len(token_hash) == 32

    def test_refuses_a_login_that_is_taken_however_it_is_written(self, nobody: ApiClient) -> None:
        register(nobody)
        login = {"email": "Kamome@EXAMPLE.jp", "password": PASSWORD}

        response = nobody.post("/v1/registrations", registration(login=login))

        assert response.status_code == 409
        assert response.get_json()["code"] == "login_taken"

    def test_leaves_nothing_behind_when_refused(self, nobody: ApiClient, database: Database) -> None:
        register(nobody)

        nobody.post("/v1/registrations", registration())

        def count(session: Any) -> tuple[int, ...]:
            kinds = select(func.count()).select_from(PointsAccount).where(PointsAccount.kind == "citizen")
            return session.scalar(kinds), session.scalar(select(func.count()).select_from(Citizen))

        assert database.run(count) == (1, 1)

    @pytest.mark.parametrize(
        ("consents", "code"),
        [
            ([], "terms_consent_required"),
            ([{"purpose": "push_shops", "version": "2026-11"}], "terms_consent_required"),
            ([{"purpose": "terms", "version": "1999-12"}], "consent_version_outdated"),
        ],
    )
    def test_wants_consent_to_the_terms_in_force(
        self, nobody: ApiClient, consents: list[dict[str, str]], code: str
    ) -> None:
        response = nobody.post("/v1/registrations", registration(consents=consents))

        assert response.status_code == 422
        assert response.get_json()["code"] == code

    @pytest.mark.parametrize(
        ("login", "field"),
        [
            ({"email": "kamome", "password": PASSWORD}, "login.email"),
            ({"phone": "110", "password": PASSWORD}, "login.phone"),
            ({"email": EMAIL, "password": "password123"}, "login.password"),
            ({"email": EMAIL, "password": EMAIL}, "login.password"),
            ({"email": EMAIL, "phone": "090-1234-5678", "password": PASSWORD}, "login"),
            ({"password": PASSWORD}, "login"),
            (None, "login"),
        ],
    )
    def test_names_the_field_at_fault(
        self, nobody: ApiClient, login: dict[str, str] | None, field: str
    ) -> None:
        response = nobody.post("/v1/registrations", _without_null(registration(login=login)))

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == field

    def test_refuses_a_field_that_nobody_asked_for(self, nobody: ApiClient) -> None:
        response = nobody.post("/v1/registrations", registration(verified_at="2026-01-01T00:00:00Z"))

        assert response.status_code == 422

    def test_refuses_who_is_registered_already(self, citizen: ApiClient) -> None:
        response = citizen.post("/v1/registrations", registration())

        assert response.get_json()["code"] == "already_registered"

    def test_is_limited_by_address(self, make_app: Callable[..., Any], settings: Any) -> None:
        nobody = ApiClient(make_app(replace(settings, sign_in_attempts=0)))

        response = nobody.post("/v1/registrations", registration())

        assert response.status_code == 429


class TestRegisterCitizenWithFirebase:
    @pytest.fixture
    def app(self, make_app: Callable[..., Any]) -> Any:
        return make_app(verify_firebase_token=lambda token: token.removeprefix("id-token-of-"))

    @pytest.fixture
    def gull(self, app: Any) -> ApiClient:
        return ApiClient(app, "id-token-of-gull")

    def test_asks_an_unknown_user_to_register(self, gull: ApiClient) -> None:
        response = gull.get("/v1/me")

        assert response.status_code == 403
        assert response.get_json()["code"] == "registration_required"

    def test_joins_the_user_whom_the_token_proves(self, gull: ApiClient) -> None:
        response = gull.post("/v1/registrations", _without_login())

        assert response.status_code == 201
        assert response.get_json()["session"] is None
        assert gull.get("/v1/me").get_json()["logins"][0]["value"] == "gull"

    def test_refuses_to_join_twice(self, gull: ApiClient, database: Database) -> None:
        gull.post("/v1/registrations", _without_login())

        response = gull.post("/v1/registrations", _without_login())

        assert response.get_json()["code"] == "already_registered"
        assert database.run(lambda session: session.scalar(select(func.count(CitizenLogin.id)))) == 1

    def test_wants_the_token(self, app: Any) -> None:
        response = ApiClient(app).post("/v1/registrations", _without_login())

        assert response.status_code == 401
        assert response.get_json()["code"] == "firebase_token_required"

    def test_wants_no_password(self, gull: ApiClient) -> None:
        response = gull.post("/v1/registrations", registration())

        assert response.get_json()["code"] == "login_not_used"

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/v1/sessions", {"login": EMAIL, "password": PASSWORD}),
            ("/v1/passwords/reset-requests", {"login": EMAIL}),
            ("/v1/passwords/resets", {"login": EMAIL, "code": "12345678", "new_password": PASSWORD}),
        ],
    )
    def test_leaves_passwords_to_firebase(self, app: Any, path: str, body: dict[str, str]) -> None:
        response = ApiClient(app).post(path, body)

        assert response.status_code == 409
        assert response.get_json()["code"] == "provider_not_used"

    def test_leaves_sessions_to_firebase(self, gull: ApiClient) -> None:
        gull.post("/v1/registrations", _without_login())

        assert gull.get("/v1/sessions").get_json()["items"] == []
        assert gull.delete("/v1/sessions/current").get_json()["code"] == "provider_not_used"

    def test_lets_the_user_leave_without_a_password(self, gull: ApiClient) -> None:
        gull.post("/v1/registrations", _without_login())

        assert gull.delete("/v1/me", {}).status_code == 200
        assert gull.get("/v1/me").get_json()["code"] == "registration_required"


def _without_null(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _without_login() -> dict[str, Any]:
    return _without_null(registration(login=None))

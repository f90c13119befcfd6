"""Everything that goes wrong is problem+json, in the caller's language."""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import TestResponse

from backend.base.errors import StaleRead
from tests.factories.purchases import issue, record
from tests.factories.world import World
from tests.support.client import ApiClient

EASY = "ja-x-easy"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
in_three_languages = pytest.mark.parametrize("language", ["ja", EASY, "en"])

early_in_three_languages = pytest.mark.parametrize(
    "language",
    ["ja", EASY, "en"],
)

pytestmark = on_sqlite


def detail(response: TestResponse) -> str:
    return str(response.get_json()["detail"])


class TestProblem:
    def test_has_the_members_of_rfc_9457_and_a_stable_code(self, nobody: ApiClient) -> None:
        response = nobody.get("/v1/me/points")

        assert (response.status_code, response.mimetype) == (401, "application/problem+json")
        assert response.get_json() == {
            "type": "urn:meguri:problem:sign_in_required",
            "title": "sign in required",
            "status": 401,
            "code": "sign_in_required",
            "detail": "サインインが必要です。",
            "request_id": response.headers["X-Request-Id"],
        }

    def test_is_never_kept_by_a_cache(self, nobody: ApiClient) -> None:
        assert nobody.get("/v1/me/points").headers["Cache-Control"] == "no-store"

    def test_names_each_field_at_fault_in_the_callers_language(self, clerk: ApiClient) -> None:
        response = clerk.post("/v1/shop/codes", {"amount_yen": "x"}, headers={"Accept-Language": "ja"})

        assert response.get_json()["errors"] == [
            {"field": "amount_yen", "detail": "整数で入力してください。"}
        ]

    def test_tells_nothing_of_what_broke_inside(
        self, citizen: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("backend.points.queries.get_points_summary", raise_secret)

        response = citizen.app.test_client().get(
            "/v1/me/points", headers={"Authorization": f"Bearer {citizen.token}"}
        )

        assert (response.status_code, response.get_json()["code"]) == (500, "internal_error")
        assert "secret" not in response.text


def raise_secret(*_: Any, **__: Any) -> None:
    raise RuntimeError("a secret detail: SELECT * FROM citizens")


class TestProblemLanguage:
    """Whatever the error, and however early it strikes, it is told in the language asked for."""

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("ja", "サインインが必要です。"),
            (EASY, "サインインしてください。"),
            ("en", "Sign in first."),
            ("en-US,ja;q=0.5", "Sign in first."),
            ("ja;q=0.5,en;q=0.9", "Sign in first."),
            ("fr,en;q=0.5", "Sign in first."),
            ("fr", "サインインが必要です。"),
            ("*", "サインインが必要です。"),
            ("", "サインインが必要です。"),
            ("x" * 5_000, "サインインが必要です。"),
        ],
    )
    def test_is_the_best_of_ours_that_is_asked_for(self, nobody: ApiClient, language: str, said: str) -> None:
        response = nobody.get("/v1/me/points", headers={"Accept-Language": language})

        assert detail(response) == said

    def test_is_none_that_the_caller_refuses(self, nobody: ApiClient) -> None:
        response = nobody.get("/v1/me/points", headers={"Accept-Language": "en;q=0"})

        assert detail(response) == "サインインが必要です。"

    @in_three_languages
    def test_holds_for_a_missing_permission(self, clerk: ApiClient, language: str) -> None:
        response = clerk.get("/v1/me/points", headers={"Accept-Language": language})

        assert detail(response) == PERMISSION_MISSING[language]

    @in_three_languages
    def test_holds_for_a_refusal_of_the_domain(self, citizen: ApiClient, language: str) -> None:
        assert detail(record(citizen, "nonsense", language=language)) == CODE_UNREADABLE[language]

    @early_in_three_languages
    def test_holds_for_a_token_nobody_has(self, app: Any, language: str) -> None:
        response = ApiClient(app, "mgc_unknown").get("/v1/me/points", headers={"Accept-Language": language})

        assert detail(response) == TOKEN_INVALID[language]

    @early_in_three_languages
    def test_holds_for_an_address_where_nothing_is(self, nobody: ApiClient, language: str) -> None:
        response = nobody.get("/v1/nothing", headers={"Accept-Language": language})

        assert detail(response) == ROUTE_NOT_FOUND[language]

    @early_in_three_languages
    def test_holds_for_a_method_that_is_not_allowed(self, nobody: ApiClient, language: str) -> None:
        response = nobody.put("/v1/campaigns", {}, headers={"Accept-Language": language})

        assert detail(response) == METHOD_NOT_ALLOWED[language]

    @early_in_three_languages
    def test_holds_for_a_limit(self, make_app: Any, settings: Any, world: World, language: str) -> None:
        app = make_app(replace(settings, sign_in_attempts=0))
        body = {"login": "a@example.jp", "password": "x" * 10}

        response = ApiClient(app).post("/v1/sessions", body, headers={"Accept-Language": language})

        assert detail(response).startswith(RATE_LIMIT_EXCEEDED[language])

    @early_in_three_languages
    def test_holds_for_a_database_that_is_away(
        self, nobody: ApiClient, ground: Any, monkeypatch: pytest.MonkeyPatch, language: str
    ) -> None:
        monkeypatch.setattr("backend.web.application.identify", raise_stale_read)

        response = nobody.get("/v1/campaigns", headers={"Accept-Language": language})

        assert response.status_code == 503
        assert detail(response) == DATABASE_UNAVAILABLE[language]


def raise_stale_read(*_: Any) -> None:
    raise StaleRead("always")


PERMISSION_MISSING = {
    "ja": "この操作をする権限がありません。",
    EASY: "あなたは これを することが できません。",
    "en": "You may not do this.",
}
CODE_UNREADABLE = {
    "ja": "お店のレジのコードではないか、読み取れません。お店の画面をもう一度読み取ってください。",
    EASY: "レジの コードでは ないか、よめません。もういちど お店(みせ)の コードを よんでください。",
    "en": "This is no code of a till, or it cannot be read: scan the till's screen once more.",
}
TOKEN_INVALID = {
    "ja": "サインインの有効期限が切れたか、取り消されています。もう一度サインインしてください。",
    EASY: "もういちど サインインしてください。",
    "en": "This credential is unknown, expired or revoked: sign in again.",
}
ROUTE_NOT_FOUND = {
    "ja": "お探しのものは見つかりません。",
    EASY: "さがしている ものは ありません。",
    "en": "There is nothing here.",
}
METHOD_NOT_ALLOWED = {
    "ja": "この方法では利用できません。",
    EASY: "この やりかたでは つかえません。",
    "en": "This method is not allowed here.",
}
RATE_LIMIT_EXCEEDED = {"ja": "回数が多すぎます。", EASY: "すこし まって", "en": "Too many tries"}
DATABASE_UNAVAILABLE = {
    "ja": "ただいま混み合っています。何も記録されていません。少し待ってからもう一度お試しください。",
    EASY: "いま こんでいます。なにも きろくされていません。すこし まって ください。",
    "en": "The database is busy or away. Nothing was recorded; try again shortly.",
}


class TestUnavailable:
    def test_says_when_to_try_again(self, nobody: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backend.web.application.identify", raise_stale_read)

        response = nobody.get("/v1/campaigns")

        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")


class TestConflictInTheDatabase:
    def test_of_a_constraint_nobody_foresaw_is_told_as_somebody_being_quicker(
        self, clerk: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As when a check passes and the UNIQUE behind it does not, three times over."""
        same_id = uuid.UUID("01975000-0000-7000-8000-000000000001")
        monkeypatch.setattr("backend.purchases.service.codes.new_id", lambda: same_id)
        issue(clerk)

        response = clerk.app.test_client().post(
            "/v1/shop/codes",
            json={"amount_yen": 100},
            headers={"Authorization": f"Bearer {clerk.token}"},
        )

        assert (response.status_code, response.get_json()["code"]) == (409, "state_changed")

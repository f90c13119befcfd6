"""POST /v1/scans: what a code means, before anything is used up."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from backend.base.database import Database
from backend.notices.models import Notice
from backend.organisations.models import Shop
from backend.purchases.models import Purchase, TillCode
from tests.factories.campaigns import make_campaign
from tests.factories.purchases import buy, issue, record, token_of
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def resolve(caller: ApiClient, scanned: Any, **headers: str) -> Any:
    return caller.post("/v1/scans", {"scanned": scanned}, headers=headers)


def said_in(answer: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(verdict["code"], verdict["points"], verdict["text"]) for verdict in answer["verdicts"]]


class TestResolveScan:
    def test_shows_shop_amount_and_what_it_would_earn(
        self, citizen: ApiClient, clerk: ApiClient, world: World
    ) -> None:
        code = issue(clerk)

        response = resolve(citizen, code["url"])

        assert response.status_code == 200
        scan = response.get_json()
        assert scan["shop"] == {"id": str(world.shop_id), "name": "麦と汽笛", "district": "北大通"}
        assert (scan["amount_yen"], scan["expires_at"]) == (1280, code["expires_at"])
        assert scan["earned_points"] == 12
        assert [verdict["code"] for verdict in scan["verdicts"]] == ["awarded"]

    def test_uses_nothing_up_however_often_it_is_asked(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        url = issue(clerk)["url"]

        scans = [resolve(caller, url).get_json()["earned_points"] for caller in (citizen, neighbour, citizen)]

        assert scans == [12, 12, 12]
        used = database.run(
            lambda session: [
                session.scalar(select(func.count(column)))
                for column in (TillCode.used_at, Purchase.id, Notice.id)
            ]
        )
        assert used == [0, 0, 0]

    def test_foretells_what_recording_gives(
        self, citizen: ApiClient, clerk: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        rule: dict[str, Any] = {"rate_permille": 50, "day_cap_points": 60}
        database.run(lambda session: make_campaign(session, at=at, approved_by=world.approver.id, **rule))
        buy(citizen, clerk, 1000)
        url = issue(clerk, 1000)["url"]

        scan = resolve(citizen, url).get_json()

        purchase = record(citizen, url, "the-second-purchase").get_json()
        assert scan["earned_points"] == purchase["earned_points"]
        assert said_in(scan) == said_in(purchase)
        assert [verdict["code"] for verdict in scan["verdicts"]] == ["awarded", "cut_to_day_cap"]

    def test_foretells_a_cut_by_the_budget(
        self, citizen: ApiClient, clerk: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        database.run(
            lambda session: make_campaign(session, at=at, approved_by=world.approver.id, budget_points=7)
        )

        scan = resolve(citizen, issue(clerk)["url"]).get_json()

        assert [(verdict["code"], verdict["points"]) for verdict in scan["verdicts"]] == [
            ("awarded", 12),
            ("cut_to_budget", 7),
        ]

    @pytest.mark.parametrize(("language", "name"), [("ja", "麦と汽笛"), ("en", "Wheat & Whistle")])
    def test_names_the_shop_in_the_callers_language(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, language: str, name: str
    ) -> None:
        database.run(lambda session: session.execute(update(Shop).values(name_en="Wheat & Whistle")))

        scan = resolve(citizen, issue(clerk)["url"], **{"Accept-Language": language}).get_json()

        assert scan["shop"]["name"] == name

    def test_asks_the_same_number_of_questions_however_many_campaigns_run(
        self, citizen: ApiClient, clerk: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        url = issue(clerk)["url"]
        counts = []

        for number in range(3):
            slug = f"campaign-{number}"
            database.run(
                lambda session, slug=slug: make_campaign(
                    session, at=at, approved_by=world.approver.id, slug=slug
                )
            )
            resolve(citizen, url)
            with asked_statements(database) as statements:
                resolve(citizen, url)
            counts.append(len(statements))

        assert counts == [3, 3, 3]


class TestResolveScanRefuses:
    def test_what_recording_would_refuse(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, clock: Any
    ) -> None:
        used, cancelled, expired = issue(clerk), issue(clerk), issue(clerk)
        record(neighbour, used["url"])
        clerk.delete(f"/v1/shop/codes/{cancelled['id']}")
        ended = [resolve(citizen, code["url"]) for code in (used, cancelled)]
        clock.shift(180)

        responses = [*ended, resolve(citizen, expired["url"])]

        assert [response.get_json()["code"] for response in responses] == [
            "till_code_used",
            "till_code_cancelled",
            "till_code_expired",
        ]
        assert {response.status_code for response in responses} == {409}

    def test_a_code_of_a_suspended_shop(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        url = issue(clerk)["url"]
        database.run(lambda session: session.execute(update(Shop).values(status="suspended")))

        assert resolve(citizen, url).get_json()["code"] == "shop_not_active"

    @on_sqlite
    @pytest.mark.parametrize(
        ("scanned", "code"),
        [
            ("nonsense", "code_unreadable"),
            ("https://evil.example/c/x", "code_foreign"),
            ("A" * 79, "code_unreadable"),
        ],
    )
    def test_what_is_no_code_of_ours(self, citizen: ApiClient, scanned: str, code: str) -> None:
        response = resolve(citizen, scanned)

        assert (response.status_code, response.get_json()["code"]) == (422, code)

    @on_sqlite
    @pytest.mark.parametrize("scanned", [None, "", 5, "x" * 513, "a\x00b", ["x"]])
    def test_what_is_no_text(self, citizen: ApiClient, scanned: Any) -> None:
        response = resolve(citizen, scanned)

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")

    @on_sqlite
    def test_an_altered_code_before_it_says_anything_of_the_real_one(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        code = issue(clerk)
        record(citizen, code["url"])
        token = token_of(code)

        response = resolve(citizen, token[:30] + ("B" if token[30] == "A" else "A") + token[31:])

        assert response.get_json()["code"] == "code_unreadable"

    @on_sqlite
    def test_whoever_is_no_citizen(self, nobody: ApiClient, clerk: ApiClient, city: ApiClient) -> None:
        statuses = [resolve(caller, "x").status_code for caller in (nobody, clerk, city)]

        assert statuses == [401, 403, 403]


class TestResolveScanLimit:
    """Guessing codes is slowed down; buying a lot is not."""

    def test_lets_a_citizen_be_refused_thirty_times_and_then_no_more(self, citizen: ApiClient) -> None:
        refused = [resolve(citizen, "nonsense").status_code for _ in range(30)]

        response = resolve(citizen, "nonsense")

        assert refused == [422] * 30
        assert (response.status_code, response.get_json()["code"]) == (429, "rate_limit_exceeded")

    def test_tells_how_long_to_wait(self, make_app: Any, settings: Any, world: World, clock: Any) -> None:
        app = make_app(replace(settings, scan_refusals=1))
        caller = ApiClient(app, world.citizen.token)
        clock.shift(60)

        resolve(caller, "nonsense")

        assert resolve(caller, "nonsense").headers["Retry-After"] == "840"

    def test_past_it_no_longer_tells_what_is_wrong(
        self, make_app: Any, settings: Any, world: World, clerk: ApiClient
    ) -> None:
        caller = ApiClient(make_app(replace(settings, scan_refusals=1)), world.citizen.token)
        code = issue(clerk)
        clerk.delete(f"/v1/shop/codes/{code['id']}")
        resolve(caller, "nonsense")

        assert resolve(caller, code["url"]).get_json()["code"] == "rate_limit_exceeded"

    def test_does_not_count_a_success(
        self, make_app: Any, settings: Any, world: World, clerk: ApiClient
    ) -> None:
        caller = ApiClient(make_app(replace(settings, scan_refusals=1)), world.citizen.token)
        url = issue(clerk)["url"]
        resolve(caller, "nonsense")

        assert [resolve(caller, url).status_code for _ in range(3)] == [200] * 3

    def test_counts_scans_and_purchases_together(self, make_app: Any, settings: Any, world: World) -> None:
        caller = ApiClient(make_app(replace(settings, scan_refusals=2)), world.citizen.token)
        resolve(caller, "nonsense")
        record(caller, "nonsense")

        assert record(caller, "nonsense").status_code == 429

    def test_counts_each_citizen_by_themselves(self, make_app: Any, settings: Any, world: World) -> None:
        app = make_app(replace(settings, scan_refusals=1))
        guesser, other = ApiClient(app, world.citizen.token), ApiClient(app, world.neighbour.token)
        for _ in range(2):
            resolve(guesser, "nonsense")

        assert resolve(other, "nonsense").status_code == 422

    def test_begins_anew_with_the_next_quarter_of_an_hour(
        self, make_app: Any, settings: Any, world: World, clock: Any
    ) -> None:
        caller = ApiClient(make_app(replace(settings, scan_refusals=1)), world.citizen.token)
        for _ in range(2):
            resolve(caller, "nonsense")
        clock.shift(900)

        assert resolve(caller, "nonsense").status_code == 422

    def test_holds_in_every_process(self, make_app: Any, settings: Any, world: World) -> None:
        one, other = (make_app(replace(settings, scan_refusals=1)) for _ in range(2))
        resolve(ApiClient(one, world.citizen.token), "nonsense")

        assert resolve(ApiClient(other, world.citizen.token), "nonsense").status_code == 429

"""POST /v1/city/corrections/{id}/approval: a second person carries it out, and the citizen is told."""

import uuid
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.notices.models import Delivery
from tests.city.test_propose_correction import PATH, proposal
from tests.factories.credentials import PASSWORD, register
from tests.factories.notices import make_device
from tests.factories.people import make_staff
from tests.factories.world import World
from tests.support.client import ApiClient


def propose(officer: ApiClient, budget: str, account_id: Any, points: int) -> str:
    response = officer.post(PATH, proposal(budget, account_id=str(account_id), points=points))
    assert response.status_code == 201, response.get_json()
    return str(response.get_json()["id"])


def approve(approver: ApiClient, correction_id: str) -> Any:
    return approver.post(f"{PATH}/{correction_id}/approval")


class TestApproveCorrection:
    def test_gives_the_points(
        self, city: ApiClient, approver: ApiClient, citizen: ApiClient, world: World, budget: str
    ) -> None:
        correction_id = propose(city, budget, world.citizen.account_id, 50)

        response = approve(approver, correction_id)

        assert response.status_code == 200
        correction = response.get_json()
        assert (correction["status"], correction["decided_by_staff_id"]) == (
            "carried_out",
            str(world.approver.id),
        )
        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 50
        entry = citizen.get("/v1/me/points/entries").get_json()["items"][0]
        assert (entry["kind"], entry["source_id"], entry["amount_points"]) == ("correct", correction_id, 50)

    def test_takes_points_back(
        self, city: ApiClient, approver: ApiClient, citizen: ApiClient, world: World, budget: str
    ) -> None:
        approve(approver, propose(city, budget, world.citizen.account_id, 50))

        response = approve(approver, propose(city, budget, world.citizen.account_id, -20))

        assert response.status_code == 200
        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 30

    @pytest.mark.parametrize(
        ("language", "title", "body"),
        [
            ("ja", "ポイントを訂正しました", "+50ポイント ／ 理由: レジの不具合 ／ 残高 50ポイント"),
            ("en", "Your points were corrected", "+50 points / reason: レジの不具合 / balance: 50"),
        ],
    )
    def test_tells_the_citizen(
        self,
        city: ApiClient,
        approver: ApiClient,
        citizen: ApiClient,
        world: World,
        budget: str,
        language: str,
        title: str,
        body: str,
    ) -> None:
        approve(approver, propose(city, budget, world.citizen.account_id, 50))

        notices = citizen.get("/v1/notices", headers={"Accept-Language": language}).get_json()["items"]

        assert [(notice["kind"], notice["title"], notice["body"]) for notice in notices] == [
            ("points_corrected", title, body)
        ]

    def test_sends_a_push_as_for_purchases(
        self,
        city: ApiClient,
        approver: ApiClient,
        world: World,
        database: Database,
        budget: str,
        at: datetime,
    ) -> None:
        database.run(lambda session: make_device(session, citizen_id=world.citizen.id, at=at))

        approve(approver, propose(city, budget, world.citizen.account_id, 50))

        assert database.run(lambda session: session.scalar(select(func.count()).select_from(Delivery))) == 1

    def test_is_refused_to_whoever_proposed_it(
        self, city: ApiClient, world: World, database: Database, budget: str, at: datetime
    ) -> None:
        both = database.run(
            lambda session: make_staff(session, at=at, face="city", roles=("officer", "approver"))
        )
        proposer = ApiClient(city.app, both.token)
        correction_id = propose(proposer, budget, world.citizen.account_id, 50)

        response = approve(proposer, correction_id)

        assert response.status_code == 403
        assert response.get_json()["code"] == "second_person_required"

    def test_happens_once(
        self, city: ApiClient, approver: ApiClient, citizen: ApiClient, world: World, budget: str
    ) -> None:
        correction_id = propose(city, budget, world.citizen.account_id, 50)
        approve(approver, correction_id)

        response = approve(approver, correction_id)

        assert response.status_code == 409
        assert response.get_json()["code"] == "correction_decided"
        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 50

    @pytest.mark.parametrize(
        ("points", "code"), [(1_001, "budget_insufficient"), (-1, "points_insufficient")]
    )
    def test_is_refused_as_a_whole_where_there_is_too_little(
        self,
        city: ApiClient,
        approver: ApiClient,
        citizen: ApiClient,
        world: World,
        budget: str,
        points: int,
        code: str,
    ) -> None:
        correction_id = propose(city, budget, world.citizen.account_id, points)

        response = approve(approver, correction_id)

        assert response.status_code == 409
        assert response.get_json()["code"] == code
        assert approver.get(f"{PATH}?status=proposed").get_json()["items"][0]["id"] == correction_id
        assert citizen.get("/v1/notices").get_json()["items"] == []

    def test_is_refused_when_the_citizen_has_left(
        self, city: ApiClient, approver: ApiClient, nobody: ApiClient, world: World, budget: str
    ) -> None:
        member = register(nobody)
        account_id = member.get("/v1/me/export").get_json()["points_accounts"][0]["id"]
        correction_id = propose(city, budget, account_id, 50)
        member.delete("/v1/me", {"password": PASSWORD})

        response = approve(approver, correction_id)

        assert response.status_code == 409
        assert response.get_json()["code"] == "account_closed"

    def test_stands_in_the_citizens_export(
        self, city: ApiClient, approver: ApiClient, citizen: ApiClient, world: World, budget: str
    ) -> None:
        approve(approver, propose(city, budget, world.citizen.account_id, 50))
        approve(approver, propose(city, budget, world.citizen.account_id, -20))

        export = citizen.get("/v1/me/export").get_json()

        assert [row["points"] for row in export["points_corrections"]] == [50, -20]
        assert [row["points"] for row in export["points_lot_uses"]] == [20]

    def test_knows_no_other_correction(self, approver: ApiClient) -> None:
        response = approve(approver, str(uuid.uuid4()))

        assert response.status_code == 404
        assert response.get_json()["code"] == "correction_not_found"

    def test_is_not_for_officers_who_only_propose(self, city: ApiClient, world: World, budget: str) -> None:
        response = approve(city, propose(city, budget, world.citizen.account_id, 50))

        assert response.status_code == 403
        assert response.get_json()["code"] == "permission_missing"

"""POST /v1/city/corrections: an officer proposes, for whom nobody need name."""

import uuid
from typing import Any

import pytest
import time_machine

from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/city/corrections"


def proposal(budget: str, **changes: Any) -> dict[str, Any]:
    return {"funding_account_id": budget, "points": 50, "reason": "レジの不具合", **changes}


class TestProposeCorrection:
    def test_finds_the_account_of_a_purchase(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient, world: World, budget: str
    ) -> None:
        purchase_id = buy(citizen, clerk)["id"]

        response = city.post(PATH, proposal(budget, purchase_id=purchase_id))

        assert response.status_code == 201
        assert response.get_json()["account_id"] == str(world.citizen.account_id)

    def test_finds_the_account_of_who_shows_a_code_at_the_counter(
        self, city: ApiClient, citizen: ApiClient, world: World, budget: str
    ) -> None:
        code = citizen.post("/v1/me/counter-codes").get_json()["code"]

        response = city.post(PATH, proposal(budget, counter_code=code))

        assert response.status_code == 201
        assert response.get_json()["account_id"] == str(world.citizen.account_id)

    def test_answers_what_is_proposed(self, city: ApiClient, world: World, budget: str) -> None:
        response = city.post(PATH, proposal(budget, account_id=str(world.citizen.account_id)))

        correction = response.get_json()
        assert {name: value for name, value in correction.items() if name != "id"} == {
            "account_id": str(world.citizen.account_id),
            "funding_account_id": budget,
            "points": 50,
            "lifetime_days": 365,
            "reason": "レジの不具合",
            "status": "proposed",
            "proposed_by_staff_id": str(world.city.id),
            "proposed_at": "2026-06-15T03:00:00+00:00",
            "decided_by_staff_id": None,
            "decided_at": None,
            "decision_note": None,
            "transaction_id": None,
        }

    def test_gives_no_lifetime_to_what_is_taken_back(
        self, city: ApiClient, world: World, budget: str
    ) -> None:
        named = {"account_id": str(world.citizen.account_id)}

        response = city.post(PATH, proposal(budget, points=-5, **named))

        assert response.status_code == 201
        assert response.get_json()["lifetime_days"] is None

    def test_moves_nothing_yet(self, city: ApiClient, citizen: ApiClient, world: World, budget: str) -> None:
        city.post(PATH, proposal(budget, account_id=str(world.citizen.account_id)))

        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 0
        assert citizen.get("/v1/notices").get_json()["items"] == []

    @pytest.mark.parametrize(
        "subject",
        [
            {},
            {"account_id": str(uuid.uuid4()), "counter_code": "30518274"},
            {"account_id": str(uuid.uuid4()), "purchase_id": str(uuid.uuid4())},
        ],
    )
    def test_wants_to_know_exactly_one_thing_of_whom(
        self, city: ApiClient, budget: str, subject: dict[str, str]
    ) -> None:
        response = city.post(PATH, proposal(budget, **subject))

        assert response.status_code == 422
        assert response.get_json()["code"] == "correction_subject_unclear"

    @pytest.mark.parametrize(
        ("subject", "code"),
        [
            ({"purchase_id": str(uuid.uuid4())}, "purchase_not_found"),
            ({"counter_code": "00000000"}, "counter_code_not_found"),
            ({"account_id": str(uuid.uuid4())}, "account_not_found"),
        ],
    )
    def test_finds_nobody_who_is_not_there(
        self, city: ApiClient, budget: str, subject: dict[str, str], code: str
    ) -> None:
        response = city.post(PATH, proposal(budget, **subject))

        assert response.status_code == 404
        assert response.get_json()["code"] == code
        assert response.get_json()["errors"][0]["field"] == next(iter(subject))

    def test_takes_no_code_after_ten_minutes(
        self, city: ApiClient, citizen: ApiClient, budget: str, clock: time_machine.Traveller
    ) -> None:
        code = citizen.post("/v1/me/counter-codes").get_json()["code"]
        clock.shift(600)

        assert city.post(PATH, proposal(budget, counter_code=code)).status_code == 404

    def test_wants_a_budget_that_is_there(self, city: ApiClient, world: World) -> None:
        named = {"account_id": str(world.citizen.account_id)}

        response = city.post(PATH, proposal(str(uuid.uuid4()), **named))

        assert response.status_code == 404
        assert response.get_json()["code"] == "budget_not_found"

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"points": 0}, "correction_contradictory", "points"),
            ({"points": -5, "lifetime_days": 30}, "correction_contradictory", "lifetime_days"),
            ({"points": 1_000_001}, "fields_invalid", "points"),
            ({"points": "50"}, "fields_invalid", "points"),
            ({"points": 10**30}, "fields_invalid", "points"),
            ({"lifetime_days": 0}, "fields_invalid", "lifetime_days"),
            ({"lifetime_days": 1_827}, "fields_invalid", "lifetime_days"),
            ({"reason": ""}, "fields_invalid", "reason"),
            ({"reason": "\x00"}, "fields_invalid", "reason"),
            ({"counter_code": "1234"}, "fields_invalid", "counter_code"),
            ({"account_id": "me"}, "fields_invalid", "account_id"),
            ({"name": "しまふくろう"}, "fields_invalid", "name"),
        ],
    )
    def test_names_the_field_at_fault(
        self,
        city: ApiClient,
        world: World,
        budget: str,
        changes: dict[str, Any],
        code: str,
        field: str,
    ) -> None:
        body = proposal(budget, **{"account_id": str(world.citizen.account_id), **changes})

        response = city.post(PATH, body)

        assert response.status_code == 422
        assert (response.get_json()["code"], response.get_json()["errors"][0]["field"]) == (code, field)

    def test_is_for_officers(
        self, approver: ApiClient, manager: ApiClient, citizen: ApiClient, budget: str
    ) -> None:
        statuses = [
            caller.post(PATH, proposal(budget)).status_code for caller in (approver, manager, citizen)
        ]

        assert statuses == [403, 403, 403]

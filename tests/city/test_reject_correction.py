"""POST /v1/city/corrections/{id}/rejection."""

import uuid
from typing import Any

import pytest

from tests.city.test_approve_correction import approve, propose
from tests.city.test_propose_correction import PATH
from tests.factories.world import World
from tests.support.client import ApiClient


def reject(approver: ApiClient, correction_id: str, **body: Any) -> Any:
    return approver.post(f"{PATH}/{correction_id}/rejection", body or {"note": "領収書がない"})


class TestRejectCorrection:
    def test_notes_why_and_by_whom(
        self, city: ApiClient, approver: ApiClient, world: World, budget: str
    ) -> None:
        correction_id = propose(city, budget, world.citizen.account_id, 50)

        response = reject(approver, correction_id)

        assert response.status_code == 200
        rejected = response.get_json()
        assert (rejected["status"], rejected["decision_note"], rejected["decided_by_staff_id"]) == (
            "rejected",
            "領収書がない",
            str(world.approver.id),
        )

    def test_moves_nothing_and_tells_nobody(
        self, city: ApiClient, approver: ApiClient, citizen: ApiClient, world: World, budget: str
    ) -> None:
        reject(approver, propose(city, budget, world.citizen.account_id, 50))

        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 0
        assert citizen.get("/v1/notices").get_json()["items"] == []

    def test_is_final(self, city: ApiClient, approver: ApiClient, world: World, budget: str) -> None:
        correction_id = propose(city, budget, world.citizen.account_id, 50)
        reject(approver, correction_id)

        codes = [ask(approver, correction_id).get_json()["code"] for ask in (approve, reject)]

        assert codes == ["correction_decided", "correction_decided"]

    @pytest.mark.parametrize("note", ["", "\x07", "a" * 401, 5])
    def test_wants_a_note(
        self, city: ApiClient, approver: ApiClient, world: World, budget: str, note: object
    ) -> None:
        correction_id = propose(city, budget, world.citizen.account_id, 50)

        response = reject(approver, correction_id, note=note)

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "note"

    def test_knows_no_other_correction(self, approver: ApiClient) -> None:
        assert reject(approver, str(uuid.uuid4())).status_code == 404

    def test_is_not_for_officers_who_only_propose(self, city: ApiClient, world: World, budget: str) -> None:
        assert reject(city, propose(city, budget, world.citizen.account_id, 50)).status_code == 403

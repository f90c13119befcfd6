"""GET /v1/me/export."""

from typing import Any

import pytest

from tests.factories.credentials import EMAIL, register
from tests.factories.world import World
from tests.mobile.test_leave_meguri import buy
from tests.support.client import ApiClient


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    return [str(value)]


class TestExportMe:
    @pytest.fixture
    def member(self, nobody: ApiClient, world: World, clerk: ApiClient) -> ApiClient:
        member = register(nobody)
        buy(member, clerk)
        return member

    def test_holds_the_person_the_purchases_and_the_points(self, member: ApiClient) -> None:
        export = member.get("/v1/me/export").get_json()

        assert export["citizen"][0]["nickname"] == "橋の上のかもめ"
        assert export["logins"][0]["subject"] == EMAIL
        assert [row["purpose"] for row in export["consents"]] == ["terms"]
        assert export["purchases"][0]["amount_yen"] == 1280
        assert [row["amount_points"] for row in export["points_entries"]] == [12]
        assert export["points_lots"][0]["remaining_points"] == 12
        assert export["points_balances"][0]["balance_points"] == 12
        assert export["points_transactions"][0]["kind"] == "grant"
        assert [row["kind"] for row in export["notices"]] != []

    def test_holds_nothing_that_opens_a_door(self, member: ApiClient) -> None:
        export = member.get("/v1/me/export").get_json()

        names = {name for rows in export.values() if isinstance(rows, list) for row in rows for name in row}
        assert {name for name in names if "hash" in name} == set()
        assert "params" not in export["letters"][0]
        assert [text for text in texts_in(export) if "argon2" in text or "mgc_" in text] == []

    def test_holds_nothing_of_anybody_else(self, member: ApiClient, citizen: ApiClient, world: World) -> None:
        export = member.get("/v1/me/export").get_json()

        theirs = {str(world.citizen.id), str(world.citizen.account_id), str(world.neighbour.account_id)}
        assert theirs & set(texts_in(export)) == set()
        assert citizen.get("/v1/me/export").get_json()["purchases"] == []

    def test_is_a_file_to_save(self, member: ApiClient) -> None:
        response = member.get("/v1/me/export")

        assert response.headers["Content-Disposition"] == 'attachment; filename="meguri-export.json"'

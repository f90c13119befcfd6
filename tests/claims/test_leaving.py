"""What is exported of a citizen's claims, and what stays when they leave."""

import uuid

import pytest

from backend.base.database import Database
from tests.factories.claims import LARGE_YEN, SMALL_YEN, acts_of, appeal, get_row, refuse, state
from tests.factories.credentials import PASSWORD, register
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")


class TestExport:
    def test_holds_claims_with_their_events(self, citizen: ApiClient, poster: str) -> None:
        claim = state(citizen, poster, LARGE_YEN)

        export = citizen.get("/v1/me/export").get_json()

        assert [row["id"] for row in export["claims"]] == [claim["id"]]
        assert "request_hash" not in export["claims"][0]
        assert [row["act"] for row in export["claim_events"]] == ["drafted", "submitted"]
        assert {row["measure"] for row in export["claim_counters"]} == {"stated"}


class TestLeaving:
    def test_withdraws_what_waits_and_deletes_what_was_written(
        self, nobody: ApiClient, clerk: ApiClient, poster: str, database: Database
    ) -> None:
        member = register(nobody)
        claim = state(member, poster, LARGE_YEN)
        refuse(clerk, claim)
        appeal(member, claim)

        assert member.delete("/v1/me", {"password": PASSWORD}).status_code == 200

        row = get_row(database, claim)
        assert (row.status, row.citizen_id, row.appeal_text, row.evidence) == ("withdrawn", None, None, {})
        assert acts_of(database, claim)[-1] == "withdrawn"

    def test_leaves_what_was_accepted(self, nobody: ApiClient, poster: str, database: Database) -> None:
        member = register(nobody)
        claim = state(member, poster, SMALL_YEN)

        member.delete("/v1/me", {"password": PASSWORD})

        row = get_row(database, claim)
        assert (row.status, row.citizen_id) == ("accepted", None)
        assert row.purchase_id == uuid.UUID(claim["purchase_id"])

    def test_leaves_nothing_for_the_shop_to_confirm(
        self, nobody: ApiClient, clerk: ApiClient, poster: str
    ) -> None:
        member = register(nobody)
        claim = state(member, poster, LARGE_YEN)
        member.delete("/v1/me", {"password": PASSWORD})

        response = clerk.post(f"/v1/shop/claims/{claim['id']}/confirmation")

        assert response.status_code == 409

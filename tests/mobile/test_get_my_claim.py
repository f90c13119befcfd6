"""GET /v1/claims/{claim_id}."""

from tests.factories.claims import LARGE_YEN, refuse, state
from tests.support.client import ApiClient


class TestGetMyClaim:
    def test_tells_that_it_waits_and_what_it_may_earn(self, citizen: ApiClient, poster: str) -> None:
        claim_id = state(citizen, poster, LARGE_YEN)["id"]

        claim = citizen.get(f"/v1/claims/{claim_id}").get_json()

        assert (claim["status"], claim["waits_for"], claim["expected_points"]) == ("submitted", "shop", 48)
        assert (claim["decision"], claim["appeal_until"]) == (None, None)

    def test_tells_why_it_was_rejected_in_my_language(
        self, neighbour: ApiClient, clerk: ApiClient, poster: str
    ) -> None:
        stated = state(neighbour, poster, LARGE_YEN)
        refuse(clerk, stated)

        claim = neighbour.get(f"/v1/claims/{stated['id']}").get_json()

        assert claim["status"] == "rejected"
        assert claim["decision"]["text"] == "The shop knows of no such sale."
        assert claim["decision"]["reason"] == "その会計はありません"
        assert claim["appeal_until"].startswith("2026-06-29T03:00:00")

    def test_knows_no_other(self, citizen: ApiClient) -> None:
        response = citizen.get("/v1/claims/019dd398-f8d8-7f31-8cac-eb4e39e44f51")

        assert response.status_code == 404
        assert response.get_json()["code"] == "claim_not_found"

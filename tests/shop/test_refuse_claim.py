"""POST /v1/shop/claims/{claim_id}/refusal."""

from backend.base.database import Database
from tests.factories.claims import LARGE_YEN, acts_of, state
from tests.factories.purchases import points_of
from tests.support.client import ApiClient


class TestRefuseClaim:
    def test_rejects_it_with_a_reason_that_the_citizen_is_told(
        self, citizen: ApiClient, clerk: ApiClient, poster: str, database: Database
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)

        response = clerk.post(f"/v1/shop/claims/{claim['id']}/refusal", {"reason": "480円でした"})

        assert response.status_code == 200
        assert response.get_json()["status"] == "rejected"
        assert points_of(citizen) == 0
        assert acts_of(database, claim)[-1] == "rejected"
        [notice] = citizen.get("/v1/notices").get_json()["items"]
        assert notice["kind"] == "claim_rejected"
        assert "480円でした" in notice["body"]
        assert "4,800円" in notice["body"]

    def test_wants_a_reason(self, citizen: ApiClient, clerk: ApiClient, poster: str) -> None:
        claim = state(citizen, poster, LARGE_YEN)

        response = clerk.post(f"/v1/shop/claims/{claim['id']}/refusal", {"reason": ""})

        assert response.status_code == 422

    def test_comes_too_late_once_it_is_decided(
        self, citizen: ApiClient, clerk: ApiClient, poster: str
    ) -> None:
        claim = state(citizen, poster)

        response = clerk.post(f"/v1/shop/claims/{claim['id']}/refusal", {"reason": "480円でした"})

        assert response.status_code == 409
        assert response.get_json()["code"] == "claim_not_waiting"

"""DELETE /v1/claims/{claim_id}/photos/{number}."""

from tests.factories.receipts import draft, hand_in, put_photo
from tests.support.client import ApiClient


class TestDeleteReceiptPhoto:
    def test_takes_it_away(self, citizen: ApiClient) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)

        response = citizen.delete(f"/v1/claims/{claim_id}/photos/1")

        assert response.status_code == 204
        assert citizen.get(f"/v1/claims/{claim_id}/photos/1").status_code == 404
        assert citizen.get(f"/v1/claims/{claim_id}/receipt").get_json()["photos"] == []

    def test_knows_none_that_is_not_there(self, citizen: ApiClient) -> None:
        assert citizen.delete(f"/v1/claims/{draft(citizen)['id']}/photos/1").status_code == 404

    def test_is_over_once_it_was_handed_in(self, citizen: ApiClient) -> None:
        response = citizen.delete(f"/v1/claims/{hand_in(citizen)}/photos/1")

        assert (response.status_code, response.get_json()["code"]) == (409, "claim_not_draft")

    def test_is_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)

        assert neighbour.delete(f"/v1/claims/{claim_id}/photos/1").status_code == 404
        assert citizen.get(f"/v1/claims/{claim_id}/photos/1").status_code == 200

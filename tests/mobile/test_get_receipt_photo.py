"""GET /v1/claims/{claim_id}/photos/{number}."""

from tests.factories.receipts import draft, put_photo
from tests.support.client import ApiClient


class TestGetReceiptPhoto:
    def test_is_sent_once(self, citizen: ApiClient) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)
        path = f"/v1/claims/{claim_id}/photos/1"
        etag = citizen.get(path).headers["ETag"]

        again = citizen.get(path, headers={"If-None-Match": etag})

        assert (again.status_code, again.data) == (304, b"")

    def test_is_kept_by_no_cache_on_the_way(self, citizen: ApiClient) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)

        response = citizen.get(f"/v1/claims/{claim_id}/photos/1")

        assert response.headers["Cache-Control"] == "private, no-cache"

    def test_knows_none_that_is_not_there(self, citizen: ApiClient) -> None:
        response = citizen.get(f"/v1/claims/{draft(citizen)['id']}/photos/1")

        assert (response.status_code, response.get_json()["code"]) == (404, "receipt_photo_not_found")

    def test_is_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)

        response = neighbour.get(f"/v1/claims/{claim_id}/photos/1")

        assert (response.status_code, response.get_json()["code"]) == (404, "claim_not_found")

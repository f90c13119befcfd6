"""GET /v1/city/claims/{claim_id}/photos/{number}."""

from tests.factories.receipts import draft, hand_in, put_photo
from tests.factories.world import World
from tests.support.client import ApiClient


class TestLookAtReceiptPhoto:
    def test_is_the_citizens_photo(self, city: ApiClient, citizen: ApiClient) -> None:
        claim_id = hand_in(citizen)

        response = city.get(f"/v1/city/claims/{claim_id}/photos/1")

        assert response.mimetype == "image/jpeg"
        assert response.data == citizen.get(f"/v1/claims/{claim_id}/photos/1").data

    def test_is_written_down_each_time(self, city: ApiClient, citizen: ApiClient, world: World) -> None:
        claim_id = hand_in(citizen)
        etag = city.get(f"/v1/city/claims/{claim_id}/photos/1").headers["ETag"]

        city.get(f"/v1/city/claims/{claim_id}/photos/1", headers={"If-None-Match": etag})

        events = city.get(f"/v1/city/claims/{claim_id}").get_json()["events"]
        looks = [(event["actor_id"], event["code"]) for event in events if event["act"] == "read"]
        assert looks == [(str(world.city.id), "photo_1")] * 2

    def test_knows_none_that_is_not_there(self, city: ApiClient, citizen: ApiClient) -> None:
        response = city.get(f"/v1/city/claims/{hand_in(citizen)}/photos/2")

        assert (response.status_code, response.get_json()["code"]) == (404, "receipt_photo_not_found")

    def test_is_not_shown_before_it_was_handed_in(self, city: ApiClient, citizen: ApiClient) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)

        assert city.get(f"/v1/city/claims/{claim_id}/photos/1").status_code == 404

    def test_is_for_reviewers(self, citizen: ApiClient, clerk: ApiClient, nobody: ApiClient) -> None:
        claim_id = hand_in(citizen)

        answered = [
            caller.get(f"/v1/city/claims/{claim_id}/photos/1").status_code
            for caller in (citizen, clerk, nobody)
        ]

        assert answered == [403, 403, 401]

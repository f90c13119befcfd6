"""GET /v1/claims/{claim_id}/receipt."""

import uuid

from tests.factories.receipts import draft, hand_in, put_photo
from tests.support.client import ApiClient


class TestGetReceipt:
    def test_is_what_was_drafted(self, citizen: ApiClient) -> None:
        drafted = draft(citizen)

        assert citizen.get(f"/v1/claims/{drafted['id']}/receipt").get_json() == drafted

    def test_names_its_photos(self, citizen: ApiClient) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id, 2)

        receipt = citizen.get(f"/v1/claims/{claim_id}/receipt").get_json()

        assert receipt["photos"] == [{"number": 2, "path": f"/v1/claims/{claim_id}/photos/2"}]

    def test_says_what_it_would_earn_once_it_is_handed_in(self, citizen: ApiClient) -> None:
        receipt = citizen.get(f"/v1/claims/{hand_in(citizen)}/receipt").get_json()

        assert (receipt["status"], receipt["expected_points"]) == ("submitted", 6)

    def test_is_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        claim_id = draft(citizen)["id"]

        assert neighbour.get(f"/v1/claims/{claim_id}/receipt").status_code == 404

    def test_knows_none_that_is_not_there(self, citizen: ApiClient) -> None:
        assert citizen.get(f"/v1/claims/{uuid.uuid4()}/receipt").status_code == 404

"""PUT /v1/claims/{claim_id}/receipt: a draft is put right."""

from tests.factories.receipts import BAKERY, draft, hand_in
from tests.support.client import ApiClient

CHANGED = BAKERY | {"receipt_number": "18", "total_yen": 540, "rates": [], "lines": BAKERY["lines"][:1]}


class TestCorrectReceipt:
    def test_takes_the_place_of_all_that_was_there(self, citizen: ApiClient) -> None:
        claim_id = draft(citizen, registration_number="T1234567890123")["id"]

        corrected = citizen.put(f"/v1/claims/{claim_id}/receipt", CHANGED).get_json()

        assert (corrected["id"], corrected["warnings"]) == (claim_id, [])
        receipt = corrected["receipt"]
        assert (receipt["registration_number"], receipt["total_yen"]) == (None, 540)
        assert citizen.get(f"/v1/claims/{claim_id}/receipt").get_json() == corrected

    def test_finds_the_shop_anew(self, citizen: ApiClient) -> None:
        claim_id = draft(citizen)["id"]

        corrected = citizen.put(f"/v1/claims/{claim_id}/receipt", CHANGED | {"shop_name": "よその店"})

        assert corrected.get_json()["shop"] is None

    def test_refuses_sums_that_cannot_be(self, citizen: ApiClient) -> None:
        claim_id = draft(citizen)["id"]

        response = citizen.put(f"/v1/claims/{claim_id}/receipt", CHANGED | {"total_yen": 541})

        assert (response.status_code, response.get_json()["code"]) == (422, "receipt_lines_mismatched")

    def test_is_over_once_it_was_handed_in(self, citizen: ApiClient) -> None:
        response = citizen.put(f"/v1/claims/{hand_in(citizen)}/receipt", CHANGED)

        assert (response.status_code, response.get_json()["code"]) == (409, "claim_not_draft")

    def test_is_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        claim_id = draft(citizen)["id"]

        assert neighbour.put(f"/v1/claims/{claim_id}/receipt", CHANGED).status_code == 404

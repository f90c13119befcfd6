"""PUT /v1/claims/{claim_id}/photos/{number}."""

import pytest

from backend.base import images
from tests.factories.offers import encoded
from tests.factories.receipts import draft, hand_in, put_photo, small_photo
from tests.support.client import ApiClient


@pytest.fixture
def claim_id(citizen: ApiClient) -> str:
    return str(draft(citizen)["id"])


class TestPutReceiptPhoto:
    def test_keeps_a_jpeg_of_it(self, citizen: ApiClient, claim_id: str) -> None:
        photo = put_photo(citizen, claim_id).get_json()["photos"][0]

        assert citizen.get(photo["path"]).mimetype == "image/jpeg"

    def test_takes_the_place_of_the_one_before(self, citizen: ApiClient, claim_id: str) -> None:
        path = put_photo(citizen, claim_id).get_json()["photos"][0]["path"]
        before = citizen.get(path).headers["ETag"]

        put_photo(citizen, claim_id, photo=small_photo("coral"))

        assert citizen.get(path).headers["ETag"] != before

    def test_may_be_several(self, citizen: ApiClient, claim_id: str) -> None:
        put_photo(citizen, claim_id, 5)

        photos = put_photo(citizen, claim_id, 1).get_json()["photos"]

        assert [photo["number"] for photo in photos] == [1, 5]

    def test_keeps_a_long_receipt_legible(self, citizen: ApiClient, claim_id: str) -> None:
        put_photo(citizen, claim_id, photo=encoded(700, 2_000))

        content = citizen.get(f"/v1/claims/{claim_id}/photos/1").data
        picture = images.read_picture(content, edge_max_pixels=9_999)
        assert (picture.width_pixels, picture.height_pixels) == (700, 2_000)

    @pytest.mark.parametrize("number", [0, 6, 10**20])
    def test_refuses_more_than_five(self, citizen: ApiClient, claim_id: str, number: int) -> None:
        response = put_photo(citizen, claim_id, number)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "receipt_photo_number_invalid")

    def test_refuses_what_is_no_picture(self, citizen: ApiClient, claim_id: str) -> None:
        response = put_photo(citizen, claim_id, photo=b"<svg/>")

        assert (response.status_code, response.get_json()["code"]) == (422, "image_unreadable")

    def test_refuses_too_many_pixels(
        self, citizen: ApiClient, claim_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(images, "SENT_MAX_PIXELS", 3_599)

        response = put_photo(citizen, claim_id)

        assert (response.status_code, response.get_json()["code"]) == (422, "image_too_large")

    def test_refuses_too_many_bytes(self, citizen: ApiClient, claim_id: str) -> None:
        response = put_photo(citizen, claim_id, photo=small_photo() + b"\0" * 5_000_000)

        assert (response.status_code, response.get_json()["code"]) == (413, "body_too_large")

    def test_is_over_once_it_was_handed_in(self, citizen: ApiClient) -> None:
        response = put_photo(citizen, hand_in(citizen))

        assert (response.status_code, response.get_json()["code"]) == (409, "claim_not_draft")

    def test_is_nobody_elses(self, neighbour: ApiClient, clerk: ApiClient, claim_id: str) -> None:
        answered = [put_photo(caller, claim_id).status_code for caller in (neighbour, clerk)]

        assert answered == [404, 403]

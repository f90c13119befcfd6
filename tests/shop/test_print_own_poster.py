"""GET /v1/shop/posters/{poster_id}/print."""

import uuid

import pytest

from tests.factories.posters import PATH, codes_in, issue_poster, pictures_of, text_in
from tests.support.client import ApiClient


class TestPrintOwnPoster:
    @pytest.mark.parametrize("size", ["a4", "a6", "card"])
    def test_is_a_pdf_whose_code_names_the_shop(
        self, manager: ApiClient, clerk: ApiClient, size: str
    ) -> None:
        poster = issue_poster(manager)

        response = clerk.get(f"{PATH}/{poster['id']}/print?size={size}")

        assert (response.status_code, response.mimetype) == (200, "application/pdf")
        (picture,) = pictures_of(response.data)
        assert codes_in(picture) == [poster["url"]]
        said = text_in(response.data)
        assert ("麦と汽笛" in said, poster["code"] in said) == (True, True)

    def test_is_not_sent_again_to_who_has_it(self, manager: ApiClient) -> None:
        path = f"{PATH}/{issue_poster(manager)['id']}/print"
        etag = manager.get(path).headers["ETag"]

        response = manager.get(path, headers={"If-None-Match": etag})

        assert (response.status_code, response.data) == (304, b"")

    def test_is_sent_anew_when_the_shop_has_another_name(self, manager: ApiClient) -> None:
        path = f"{PATH}/{issue_poster(manager)['id']}/print"
        etag = manager.get(path).headers["ETag"]
        manager.patch("/v1/shop/shop", {"name_ja": "麦と霧笛"})

        response = manager.get(path, headers={"If-None-Match": etag})

        assert response.status_code == 200
        assert "麦と霧笛" in text_in(response.data)

    def test_is_over_with_its_code(self, manager: ApiClient) -> None:
        poster_id = issue_poster(manager)["id"]
        manager.post(f"{PATH}/{poster_id}/revocation", {"reason": "盗難"})

        response = manager.get(f"{PATH}/{poster_id}/print")

        assert (response.status_code, response.get_json()["code"]) == (409, "shop_code_revoked")

    def test_knows_three_sizes(self, manager: ApiClient) -> None:
        response = manager.get(f"{PATH}/{issue_poster(manager)['id']}/print?size=a0")

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")

    def test_knows_no_other_poster(self, manager: ApiClient) -> None:
        assert manager.get(f"{PATH}/{uuid.uuid4()}/print").status_code == 404

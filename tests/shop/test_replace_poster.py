"""POST /v1/shop/posters/{poster_id}/replacement."""

import uuid

from tests.factories.posters import PATH, issue_poster
from tests.factories.world import World
from tests.support.client import ApiClient


class TestReplacePoster:
    def test_ends_the_old_code_and_gives_a_new_one(
        self, manager: ApiClient, citizen: ApiClient, world: World
    ) -> None:
        old = issue_poster(manager)

        response = manager.post(f"{PATH}/{old['id']}/replacement", {"reason": "ポスターがはがされた"})

        assert response.status_code == 201
        new = response.get_json()
        assert (new["label"], new["replaces_id"]) == (old["label"], old["id"])
        answers = [
            citizen.post("/v1/scans/shop", {"scanned": poster["url"]}).get_json() for poster in (old, new)
        ]
        assert answers[0]["code"] == "shop_code_revoked"
        assert answers[1]["id"] == str(world.shop_id)

    def test_happens_once(self, manager: ApiClient) -> None:
        path = f"{PATH}/{issue_poster(manager)['id']}/replacement"
        manager.post(path, {"reason": "汚れた"})

        response = manager.post(path, {"reason": "汚れた"})

        assert (response.status_code, response.get_json()["code"]) == (409, "shop_code_revoked")
        assert len(manager.get(PATH).get_json()["items"]) == 1

    def test_wants_a_reason(self, manager: ApiClient) -> None:
        path = f"{PATH}/{issue_poster(manager)['id']}/replacement"

        codes = [manager.post(path, body).get_json()["code"] for body in ({}, {"reason": " "})]

        assert codes == ["fields_invalid", "reason_blank"]

    def test_knows_no_other_poster(self, manager: ApiClient) -> None:
        response = manager.post(f"{PATH}/{uuid.uuid4()}/replacement", {"reason": "汚れた"})

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_code_not_found")

    def test_is_for_managers(self, manager: ApiClient, clerk: ApiClient) -> None:
        path = f"{PATH}/{issue_poster(manager)['id']}/replacement"

        assert clerk.post(path, {"reason": "汚れた"}).status_code == 403

"""POST /v1/city/stickers/{sticker_id}/unlinking."""

import uuid

from tests.factories.merchant_codes import SPECIMEN
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/city/stickers"


def registered(manager: ApiClient) -> str:
    return str(manager.post("/v1/shop/stickers", {"scanned": SPECIMEN}).get_json()["id"])


class TestUnlinkSticker:
    def test_takes_it_from_the_shop_and_keeps_who_and_why(
        self, city: ApiClient, manager: ApiClient, citizen: ApiClient, world: World
    ) -> None:
        sticker_id = registered(manager)

        response = city.post(f"{PATH}/{sticker_id}/unlinking", {"reason": "別のお店のシール"})

        assert response.status_code == 200
        (kept,) = city.get(f"{PATH}?includes_unlinked=true").get_json()["items"]
        assert kept == response.get_json()
        assert (kept["unlinked_reason"], kept["unlinked_by_staff_id"]) == (
            "別のお店のシール",
            str(world.city.id),
        )
        assert citizen.post("/v1/scans/shop", {"scanned": SPECIMEN}).get_json()["code"] == "sticker_unknown"

    def test_happens_once(self, city: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{registered(manager)}/unlinking"
        city.post(path, {"reason": "別のお店のシール"})

        assert city.post(path, {"reason": "別のお店のシール"}).status_code == 404

    def test_wants_a_reason(self, city: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{registered(manager)}/unlinking"

        codes = [city.post(path, body).get_json()["code"] for body in ({}, {"reason": " "})]

        assert codes == ["fields_invalid", "reason_blank"]

    def test_knows_no_other_sticker(self, city: ApiClient) -> None:
        response = city.post(f"{PATH}/{uuid.uuid4()}/unlinking", {"reason": "x"})

        assert (response.status_code, response.get_json()["code"]) == (404, "sticker_not_found")

    def test_is_for_officers(self, approver: ApiClient, manager: ApiClient) -> None:
        path = f"{PATH}/{registered(manager)}/unlinking"

        assert [caller.post(path, {"reason": "x"}).status_code for caller in (approver, manager)] == [
            403,
            403,
        ]

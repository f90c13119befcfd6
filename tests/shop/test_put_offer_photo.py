"""PUT /v1/shop/offers/{offer_id}/photo."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from werkzeug.test import TestResponse

from backend.base import images
from backend.base.database import Database
from backend.offers.service.offers import end_offer
from tests.factories.offers import encoded, make_draft
from tests.factories.world import World
from tests.support.client import ApiClient

Put = Callable[..., TestResponse]


@pytest.fixture
def offer_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=at).id)


@pytest.fixture
def put(manager: ApiClient, offer_id: uuid.UUID) -> Put:
    def send(
        data: bytes, content_type: str | None = "image/jpeg", caller: ApiClient = manager
    ) -> TestResponse:
        return caller.put(f"/v1/shop/offers/{offer_id}/photo", data=data, content_type=content_type)

    return send


class TestPutOfferPhoto:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_keeps_a_jpeg_of(self, put: Put, manager: ApiClient, kind: str) -> None:
        offer = put(encoded(40, 30, kind), f"image/{kind.lower()}").get_json()

        assert manager.get(offer["photo_path"]).mimetype == "image/jpeg"

    def test_takes_a_photo_larger_than_any_other_body_may_be(self, put: Put) -> None:
        photo = encoded(40, 30) + b"\0" * 2_000_000

        assert put(photo).status_code == 200

    def test_takes_the_place_of_the_one_before(self, put: Put, manager: ApiClient) -> None:
        before = manager.get(put(encoded(40, 30)).get_json()["photo_path"]).headers["ETag"]

        after = manager.get(put(encoded(40, 30, colour="coral")).get_json()["photo_path"]).headers["ETag"]

        assert before != after

    @pytest.mark.parametrize("data", [b"", b"<svg/>", b"\xff\xd8\xff\xe0broken"])
    def test_refuses_what_is_no_picture(self, put: Put, data: bytes) -> None:
        response = put(data)

        assert (response.status_code, response.get_json()["code"]) == (422, "image_unreadable")

    def test_refuses_too_many_pixels(self, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "SENT_MAX_PIXELS", 1199)

        response = put(encoded(40, 30))

        assert (response.status_code, response.get_json()["code"]) == (422, "image_too_large")

    def test_refuses_too_many_bytes(self, put: Put) -> None:
        response = put(encoded(40, 30) + b"\0" * 5_000_000)

        assert (response.status_code, response.get_json()["code"]) == (413, "body_too_large")

    @pytest.mark.parametrize("content_type", ["image/gif", "image/svg+xml", "application/json", None])
    def test_refuses_another_media_type(self, put: Put, content_type: str | None) -> None:
        response = put(encoded(40, 30), content_type)

        assert (response.status_code, response.get_json()["code"]) == (415, "media_type_not_accepted")

    def test_refuses_for_what_has_ended(
        self, put: Put, database: Database, world: World, offer_id: uuid.UUID, at: datetime
    ) -> None:
        database.run(
            lambda session: end_offer(session, offer_id=offer_id, shop_ids=[world.shop_id], at=at).id
        )

        assert put(encoded(40, 30)).get_json()["code"] == "offer_closed"

    def test_is_for_managers_whatever_the_others_send(
        self, put: Put, clerk: ApiClient, nobody: ApiClient
    ) -> None:
        answered = [put(b"no picture", caller=caller).status_code for caller in (clerk, nobody)]

        assert answered == [403, 401]

"""POST /v1/claims/{claim_id}/read: what a machine makes out of the photos."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from backend.config import Settings
from backend.web.ground import Ground, lay_ground
from tests.factories.receipts import BAKERY_TEXT, draft, put_photo
from tests.factories.world import World
from tests.support.client import ApiClient

Lay = Callable[[str | None], list[Sequence[bytes]]]


@pytest.fixture
def lay_reader(app: Any, ground: Ground) -> Lay:
    """A reader that sees just this text; the photos it was shown."""

    def lay(text: str | None) -> list[Sequence[bytes]]:
        shown: list[Sequence[bytes]] = []

        class Reader:
            def read(self, photos: Sequence[bytes]) -> str | None:
                shown.append(photos)
                return text

        lay_ground(app, replace(ground, receipt_reader=Reader()))
        return shown

    return lay


class TestReadReceiptPhotos:
    def test_suggests_what_to_send(self, citizen: ApiClient, lay_reader: Lay) -> None:
        claim_id = draft(citizen, lines=[], rates=[])["id"]
        put_photo(citizen, claim_id)
        lay_reader(BAKERY_TEXT)

        reading = citizen.post(f"/v1/claims/{claim_id}/read").get_json()

        assert (reading["was_read"], reading["text"]) == (True, BAKERY_TEXT)
        corrected = citizen.put(f"/v1/claims/{claim_id}/receipt", reading["receipt"]).get_json()
        assert corrected["receipt"] == reading["receipt"]
        assert corrected["receipt"]["registration_number"] == "8700110005901"

    def test_changes_nothing(self, citizen: ApiClient, lay_reader: Lay) -> None:
        claim_id = draft(citizen)["id"]
        before = put_photo(citizen, claim_id).get_json()
        lay_reader(BAKERY_TEXT)

        citizen.post(f"/v1/claims/{claim_id}/read")

        assert citizen.get(f"/v1/claims/{claim_id}/receipt").get_json() == before

    def test_shows_the_machine_all_photos(self, citizen: ApiClient, lay_reader: Lay) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id, 2)
        put_photo(citizen, claim_id, 1)
        shown = lay_reader(None)

        citizen.post(f"/v1/claims/{claim_id}/read")

        photos = [citizen.get(f"/v1/claims/{claim_id}/photos/{number}").data for number in (1, 2)]
        assert shown == [photos]

    def test_holds_no_connection_meanwhile(self, citizen: ApiClient, app: Any, ground: Ground) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)
        held: list[int] = []

        class Reader:
            def read(self, photos: Sequence[bytes]) -> str | None:
                held.append(ground.database.engine.pool.checkedout())  # type: ignore[attr-defined]
                return None

        lay_ground(app, replace(ground, receipt_reader=Reader()))
        citizen.post(f"/v1/claims/{claim_id}/read")

        assert held == [0]

    def test_says_that_nothing_could_be_read(self, citizen: ApiClient, lay_reader: Lay) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)
        lay_reader(None)

        reading = citizen.post(f"/v1/claims/{claim_id}/read").get_json()

        assert (reading["was_read"], reading["text"]) == (False, None)
        assert reading["receipt"]["total_yen"] is None

    def test_says_so_where_no_program_is_installed(
        self, make_app: Callable[..., Any], settings: Settings, world: World
    ) -> None:
        citizen = ApiClient(make_app(replace(settings, receipt_reader="")), world.citizen.token)
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)

        assert citizen.post(f"/v1/claims/{claim_id}/read").get_json()["was_read"] is False

    def test_says_so_where_there_is_no_photo(self, citizen: ApiClient, lay_reader: Lay) -> None:
        shown = lay_reader(BAKERY_TEXT)

        reading = citizen.post(f"/v1/claims/{draft(citizen)['id']}/read").get_json()

        assert (reading["was_read"], shown) == (False, [])

    def test_is_not_asked_for_without_end(
        self, make_app: Callable[..., Any], settings: Settings, world: World
    ) -> None:
        app = make_app(replace(settings, receipt_reader="", receipt_readings=1))
        citizen = ApiClient(app, world.citizen.token)
        claim_id = draft(citizen)["id"]
        citizen.post(f"/v1/claims/{claim_id}/read")

        assert citizen.post(f"/v1/claims/{claim_id}/read").status_code == 429

    def test_is_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient, lay_reader: Lay) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)
        shown = lay_reader(BAKERY_TEXT)

        assert neighbour.post(f"/v1/claims/{claim_id}/read").status_code == 404
        assert shown == []

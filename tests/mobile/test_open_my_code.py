"""POST /v1/me/codes."""

import io
import uuid
from datetime import datetime
from typing import Any

import pytest
import segno
import zxingcpp
from PIL import Image

from backend.base.database import Database
from backend.people.codes import read_citizen_code
from backend.web.ground import Ground
from tests.factories.codes import find_code
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/codes"
BODY: dict[str, Any] = {"scopes": ["earn"]}


class TestOpenMyCode:
    def test_gives_digits_to_type_and_the_same_as_an_address(
        self, citizen: ApiClient, ground: Ground
    ) -> None:
        response = citizen.post(PATH, BODY)

        opened = response.get_json()
        public_url = ground.settings.public_url
        assert response.status_code == 201
        assert [len(group) for group in opened["code"].split()] == [4, 4, 5]
        assert opened["url"] == f"{public_url}/m/{read_citizen_code(opened['code'], public_url)}"

    def test_holds_for_a_minute(self, citizen: ApiClient) -> None:
        opened = citizen.post(PATH, BODY).get_json()

        assert opened["expires_at"] == "2026-06-15T03:01:00+00:00"

    def test_repeats_its_scopes_in_their_order(self, citizen: ApiClient) -> None:
        opened = citizen.post(PATH, {"scopes": ["spend", "earn", "earn"]}).get_json()

        assert opened["scopes"] == ["earn", "spend"]

    def test_is_found_by_a_till_with_what_was_allowed(
        self, citizen: ApiClient, world: World, database: Database, ground: Ground, at: datetime
    ) -> None:
        coupon_id = uuid.uuid4()
        body = {"scopes": ["earn", "spend", "coupon"], "points_to_spend": 50, "coupon_ids": [str(coupon_id)]}

        code = citizen.post(PATH, body).get_json()["code"]

        found = database.run(lambda session: find_code(session, ground, code, at=at))
        assert (found.citizen_id, found.spend_mode, found.spend_points) == (world.citizen.id, "up_to", 50)
        assert found.coupon_ids == (coupon_id,)

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_can_be_photographed(self, citizen: ApiClient) -> None:
        url = citizen.post(PATH, BODY).get_json()["url"]
        picture = io.BytesIO()

        segno.make(url, error="m").save(picture, kind="png", scale=4)

        [read] = zxingcpp.read_barcodes(Image.open(picture))
        assert read.text == url

    def test_stands_in_the_export_without_its_hash(self, citizen: ApiClient) -> None:
        citizen.post(PATH, BODY)

        rows = citizen.get("/v1/me/export").get_json()["citizen_codes"]
        assert [row["scopes"] for row in rows] == [["earn"]]
        assert "code_hash" not in rows[0]

    def test_is_a_citizens(self, clerk: ApiClient, city: ApiClient, nobody: ApiClient) -> None:
        callers = (clerk, city, nobody)

        assert [caller.post(PATH, BODY).status_code for caller in callers] == [403, 403, 401]


class TestOpenMyCodeBadInput:
    @pytest.mark.parametrize(
        ("changes", "field", "code"),
        [
            ({"scopes": []}, "scopes", "fields_invalid"),
            ({"scopes": ["earn", "steal"]}, "scopes.1", "fields_invalid"),
            ({"scopes": None}, "scopes", "fields_invalid"),
            ({"scopes": ["earn"] * 4}, "scopes", "fields_invalid"),
            ({"points_to_spend": "some"}, "points_to_spend", "fields_invalid"),
            ({"points_to_spend": "300"}, "points_to_spend", "fields_invalid"),
            ({"points_to_spend": 0}, "points_to_spend", "fields_invalid"),
            ({"points_to_spend": 1.5}, "points_to_spend", "fields_invalid"),
            ({"points_to_spend": True}, "points_to_spend", "fields_invalid"),
            ({"points_to_spend": None}, "points_to_spend", "fields_invalid"),
            ({"points_to_spend": 10**30}, "points_to_spend", "fields_invalid"),
            ({"points_to_spend": [1]}, "points_to_spend", "fields_invalid"),
            ({"coupon_ids": ["x"]}, "coupon_ids.0", "fields_invalid"),
            ({"coupon_ids": [str(uuid.UUID(int=7))] * 11}, "coupon_ids", "fields_invalid"),
            ({"points_to_spend": "all"}, "points_to_spend", "citizen_code_contradictory"),
            ({"coupon_ids": [str(uuid.UUID(int=7))]}, "coupon_ids", "citizen_code_contradictory"),
            ({"account_id": str(uuid.UUID(int=7))}, "account_id", "fields_invalid"),
        ],
    )
    def test_is_refused_with_the_field_at_fault(
        self, citizen: ApiClient, changes: dict[str, Any], field: str, code: str
    ) -> None:
        response = citizen.post(PATH, BODY | changes)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, code)
        assert [error["field"] for error in problem["errors"]] == [field]

    def test_wants_scopes(self, citizen: ApiClient) -> None:
        assert citizen.post(PATH, {}).status_code == 422

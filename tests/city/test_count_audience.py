"""POST /v1/city/audiences/counts."""

from typing import Any

import pytest

from backend.base.database import Database
from backend.city.audiences.schemas import COUNT_EXAMPLE
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

PATH = "/v1/city/audiences/counts"


class TestCountAudience:
    def test_tells_each_number_and_the_words(self, city: ApiClient, citizen: ApiClient) -> None:
        citizen.patch("/v1/me", {"language": "en"})

        counted = city.post(PATH, {"audience": {"any": [{"language": ["en"]}]}}).get_json()

        assert counted == {
            "audience": {"language": ["en"]},
            "description": "表示の言葉が英語の方",
            "count": {
                "people_count": 2,
                "consenting_count": 0,
                "reachable_count": 0,
                "unmuted_count": 0,
                "is_rounded": False,
                "is_suppressed": False,
            },
        }

    def test_takes_what_the_specification_shows(self, city: ApiClient) -> None:
        assert city.post(PATH, COUNT_EXAMPLE).status_code == 200

    def test_asks_once_whatever_is_asked_for(self, city: ApiClient, database: Database) -> None:
        audience = {"any": [{"last_purchase": {"never": True}}, {"points_expiring": {"within_days": 7}}]}

        with asked_statements(database) as statements:
            city.post(PATH, {"audience": audience})

        assert len(statements) == 3  # besides: how often it was asked for, and who asks

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"audience": {}, "purpose": "push_shops"},
            {"audience": {}, "category": "local_food"},
            {"audience": {}, "shop_id": "00000000-0000-7000-8000-000000000007"},
        ],
    )
    def test_wants_what_is_the_citys(self, city: ApiClient, body: dict[str, Any]) -> None:
        assert city.post(PATH, body).get_json()["code"] == "fields_invalid"

    def test_says_where_a_description_is_wrong(self, city: ApiClient) -> None:
        problem = city.post(PATH, {"audience": {"age_band": ["old"]}}).get_json()

        assert [error["field"] for error in problem["errors"]] == ["audience.age_band[0]"]

    def test_is_asked_so_often_and_no_more(self, city: ApiClient) -> None:
        for _ in range(30):
            city.post(PATH, {"audience": {}})

        assert city.post(PATH, {"audience": {}}).status_code == 429

    def test_is_an_officers_or_an_approvers(
        self, approver: ApiClient, manager: ApiClient, citizen: ApiClient
    ) -> None:
        callers = (approver, manager, citizen)

        assert [each.post(PATH, {"audience": {}}).status_code for each in callers] == [200, 403, 403]

"""GET /v1/rings: how near is local."""

import pytest

from tests.support.client import ApiClient


class TestListRings:
    def test_goes_from_the_city_outward(self, nobody: ApiClient) -> None:
        rings = nobody.get("/v1/rings").get_json()["items"]

        assert [ring["key"] for ring in rings] == [
            "city",
            "kushiro_area",
            "kushiro_nemuro",
            "east_hokkaido",
            "outside",
        ]

    @pytest.mark.parametrize(
        ("language", "expected"), [("ja", "釧路市"), ("ja-x-easy", "くしろし"), ("en", "Kushiro City")]
    )
    def test_names_rings_in_the_callers_language(
        self, nobody: ApiClient, language: str, expected: str
    ) -> None:
        rings = nobody.get("/v1/rings", headers={"Accept-Language": language}).get_json()["items"]

        assert rings[0]["name"] == expected

    def test_names_the_municipalities_of_a_ring(self, nobody: ApiClient) -> None:
        rings = nobody.get("/v1/rings", headers={"Accept-Language": "en"}).get_json()["items"]

        assert {"code": "016624", "name": "Akkeshi", "districts": []} in rings[1]["municipalities"]

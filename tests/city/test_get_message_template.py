"""GET /v1/city/message-templates/{slug}/{version}: one version."""

import pytest

from tests.factories.messages import TEMPLATES, refusal
from tests.support.client import ApiClient


class TestGetMessageTemplate:
    def test_shows_its_words_and_their_parameters(self, city: ApiClient) -> None:
        found = city.get(f"{TEMPLATES}/notice/1").get_json()

        assert found["parameters"] == [
            {"name": "heading", "characters_max": 40},
            {"name": "text", "characters_max": 160},
        ]
        assert found["drafted_by_staff_id"] is None

    @pytest.mark.parametrize("path", ["notice/2", "unheard-of/1"])
    def test_that_nobody_wrote_is_not_there(self, city: ApiClient, path: str) -> None:
        assert refusal(city.get(f"{TEMPLATES}/{path}")) == (404, "template_not_found")

"""POST /v1/city/message-templates: an officer drafts words."""

import pytest

from tests.factories.messages import TEMPLATES, refusal, template
from tests.support.client import ApiClient


class TestDraftMessageTemplate:
    def test_keeps_a_draft_that_no_message_uses_yet(self, city: ApiClient) -> None:
        drafted = city.post(TEMPLATES, template()).get_json()

        assert (drafted["version"], drafted["status"]) == (1, "draft")
        assert refusal(
            city.post(
                "/v1/city/messages",
                {
                    "template_slug": "garbage-day",
                    "template_version": 1,
                    "category": "news",
                    "params": {"area": "鳥取", "when": "7月"},
                },
            )
        ) == (409, "template_not_approved")

    def test_of_a_template_that_there_is_becomes_its_next_version(self, city: ApiClient) -> None:
        assert city.post(TEMPLATES, template(slug="notice")).get_json()["version"] == 2

    def test_leaves_out_what_stands_around_its_words(self, city: ApiClient) -> None:
        given = template(
            titles={"ja": " 休館日：{area}{when}\n"}, bodies={"ja": "{area}は{when}に休みます。\n\n"}
        )

        drafted = city.post(TEMPLATES, given).get_json()

        assert (drafted["titles"], drafted["bodies"]) == (
            {"ja": "休館日：{area}{when}"},
            {"ja": "{area}は{when}に休みます。"},
        )

    def test_keeps_to_the_purpose_of_the_version_before(self, city: ApiClient) -> None:
        response = city.post(TEMPLATES, template(slug="disaster-water"))

        assert refusal(response) == (422, "template_invalid")

    def test_is_refused_where_its_longest_words_would_not_fit(self, city: ApiClient) -> None:
        parameters = [{"name": "area", "characters_max": 60}, {"name": "when", "characters_max": 20}]

        response = city.post(TEMPLATES, template(parameters=parameters))

        assert refusal(response) == (422, "message_text_too_long")

    @pytest.mark.parametrize("slug", ["A", "x", "-x", "a_b", "a" * 41])
    def test_has_a_plain_slug(self, city: ApiClient, slug: str) -> None:
        assert city.post(TEMPLATES, template(slug=slug)).status_code == 422

    def test_is_not_for_shops(self, manager: ApiClient) -> None:
        assert refusal(manager.post(TEMPLATES, template())) == (403, "permission_missing")

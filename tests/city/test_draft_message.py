"""POST /v1/city/messages: an officer drafts."""

from typing import Any

import pytest

from tests.factories.messages import PATH, message, refusal
from tests.support.client import ApiClient


class TestDraftMessage:
    def test_keeps_a_draft_that_nobody_gets(self, city: ApiClient) -> None:
        response = city.post(PATH, message())

        drafted = response.get_json()
        assert (response.status_code, drafted["status"], drafted["purpose"]) == (201, "draft", "push_city")
        assert drafted["recipient_count"] == 0

    def test_sends_over_a_night_and_shows_a_month_unless_told_otherwise(self, city: ApiClient) -> None:
        drafted = city.post(PATH, message(send_at="2026-06-20T18:00:00+09:00")).get_json()

        assert drafted["send_until"] == "2026-06-21T09:00:00+00:00"
        assert drafted["expires_at"] == "2026-07-20T09:00:00+00:00"

    def test_writes_the_audience_in_one_form(self, city: ApiClient) -> None:
        drafted = city.post(PATH, message(audience={"all": [{"ring": ["city"]}]})).get_json()

        assert drafted["audience"] == {"ring": ["city"]}

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"template_slug": "unheard-of"}, "template_not_found", None),
            ({"template_slug": "shop-offer"}, "message_purpose_mismatched", "template_slug"),
            ({"template_slug": "disaster-tsunami"}, "message_purpose_mismatched", "template_slug"),
            ({"category": "shopping"}, "message_category_invalid", "category"),
            ({"params": {}}, "message_params_invalid", "params.event"),
            ({"audience": {"district": []}}, "audience_invalid", "audience.district"),
            ({"link": "https://evil.example/"}, "message_link_foreign", "link"),
            ({"link": "https://[evil.example/"}, "message_link_foreign", "link"),
            ({"send_at": "2026-06-15T11:00:00+09:00"}, "message_times_invalid", "send_at"),
            ({"send_at": "2026-08-20T11:00:00+09:00"}, "message_times_invalid", "send_at"),
            ({"attachment": {"kind": "offer", "value": "no-id"}}, "attachment_invalid", "attachment.value"),
        ],
    )
    def test_is_refused_with_the_field_at_fault(
        self, city: ApiClient, changes: dict[str, Any], code: str, field: str | None
    ) -> None:
        response = city.post(PATH, message(**changes))

        assert response.get_json()["code"] == code
        assert [error["field"] for error in response.get_json().get("errors", [])] == (
            [field] if field else []
        )

    @pytest.mark.parametrize("text", ["見て evil.example", "逆\u202eさま", "あ" * 61, "二行\nに"])
    def test_refuses_words_that_a_phone_should_not_show(self, city: ApiClient, text: str) -> None:
        params = message()["params"] | {"text": text}

        response = city.post(PATH, message(params=params))

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "params.text"

    def test_refuses_fields_that_are_not_its_own(self, city: ApiClient) -> None:
        response = city.post(PATH, message(status="approved"))

        assert refusal(response) == (422, "fields_invalid")

    def test_is_not_for_approvers(self, approver: ApiClient) -> None:
        assert refusal(approver.post(PATH, message())) == (403, "permission_missing")

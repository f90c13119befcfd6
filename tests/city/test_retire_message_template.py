"""POST /v1/city/message-templates/{slug}/{version}/retirement: nothing new is written from it."""

from tests.factories.messages import TEMPLATES, made, made_approved, made_template, message, refusal
from tests.support.client import ApiClient


class TestRetireMessageTemplate:
    def test_ends_its_use(self, city: ApiClient, approver: ApiClient) -> None:
        made(approver.post(f"{TEMPLATES}/event/1/retirement"))

        assert refusal(city.post("/v1/city/messages", message())) == (409, "template_not_approved")

    def test_ends_a_draft(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_template(city)

        assert approver.post(f"{path}/retirement").get_json()["status"] == "retired"

    def test_is_done_once(self, approver: ApiClient) -> None:
        made(approver.post(f"{TEMPLATES}/event/1/retirement"))

        assert refusal(approver.post(f"{TEMPLATES}/event/1/retirement")) == (409, "template_retired")

    def test_leaves_what_was_approved_with_it(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_approved(city, approver)
        made(approver.post(f"{TEMPLATES}/event/1/retirement"))

        assert city.post(f"{path}/schedule", {}).get_json()["status"] == "scheduled"

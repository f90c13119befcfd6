"""POST /v1/city/disaster-messages: one officer, at once."""

from datetime import datetime, timedelta

import pytest
import time_machine

from backend.people.service.staff import FRESH_MINUTES
from tests.factories.messages import DISASTERS, KEY, PATH, disaster, made_disaster, made_template, refusal
from tests.factories.world import World
from tests.support.client import ApiClient


class TestSendDisasterMessage:
    def test_begins_at_once(self, city: ApiClient, at: datetime, world: World) -> None:
        response = city.post(DISASTERS, disaster(), headers=KEY)

        sent = response.get_json()
        assert (response.status_code, sent["status"], sent["purpose"]) == (201, "scheduled", "push_disaster")
        assert (sent["send_at"], sent["approved_by_staff_id"]) == (at.isoformat(), str(world.city.id))

    def test_asks_for_a_fresh_sign_in(self, city: ApiClient, clock: time_machine.Traveller) -> None:
        clock.shift(timedelta(minutes=FRESH_MINUTES + 1))

        response = city.post(DISASTERS, disaster(), headers=KEY)

        assert refusal(response) == (403, "fresh_sign_in_required")

    def test_is_sent_once_however_often_it_is_asked_for(self, city: ApiClient) -> None:
        for _ in range(2):
            city.post(DISASTERS, disaster(), headers=KEY)

        assert len(city.get(PATH).get_json()["items"]) == 1

    @pytest.mark.parametrize("slug", ["notice", "shop-offer"])
    def test_takes_templates_for_disasters_only(self, city: ApiClient, slug: str) -> None:
        response = city.post(DISASTERS, disaster(template_slug=slug), headers=KEY)

        assert refusal(response) == (422, "message_purpose_mismatched")

    def test_takes_approved_words_only(self, city: ApiClient) -> None:
        drafted = made_template(city, slug="disaster-flood", purpose="push_disaster")
        given = disaster(template_slug="disaster-flood", params={"area": "鳥取", "when": "今夜"})

        response = city.post(DISASTERS, given, headers=KEY)

        assert drafted.endswith("/disaster-flood/1")
        assert refusal(response) == (409, "template_not_approved")

    @pytest.mark.parametrize("link", ["/offers", "/v1/coupons/1", "/campaigns/1"])
    def test_leads_to_nothing_that_is_for_sale(self, city: ApiClient, link: str) -> None:
        response = city.post(DISASTERS, disaster(link=link), headers=KEY)

        assert refusal(response) == (422, "disaster_link_refused")

    def test_carries_nothing(self, city: ApiClient) -> None:
        given = disaster(attachment={"kind": "offer", "value": "x"})

        assert refusal(city.post(DISASTERS, given, headers=KEY)) == (422, "fields_invalid")

    def test_says_that_nobody_would_get_it(self, city: ApiClient) -> None:
        response = city.post(DISASTERS, disaster(audience={"district": ["鳥取"]}), headers=KEY)

        assert refusal(response) == (409, "message_audience_empty")

    def test_is_not_put_off_by_somebody_else(self, city: ApiClient) -> None:
        path = made_disaster(city)

        response = city.post(f"{path}/schedule", {"send_at": "2026-06-18T12:00:00+09:00"})

        assert refusal(response) == (409, "message_not_approved")

    def test_keeps_nothing_of_what_is_refused(self, city: ApiClient) -> None:
        city.post(DISASTERS, disaster(audience={"district": ["鳥取"]}), headers=KEY)

        assert city.get(PATH).get_json()["items"] == []

    def test_is_not_for_shops(self, manager: ApiClient) -> None:
        assert refusal(manager.post(DISASTERS, disaster(), headers=KEY)) == (403, "permission_missing")

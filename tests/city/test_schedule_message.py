"""POST /v1/city/messages/{id}/schedule: it begins at its time."""

from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.messages import (
    in_city,
    made_approved,
    made_review,
    made_scheduled,
    made_shop_approved,
    refusal,
)
from tests.factories.sendings import make_reader
from tests.support.client import ApiClient


class TestScheduleMessage:
    def test_keeps_the_time_it_was_drafted_for(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_approved(city, approver)

        scheduled = city.post(f"{path}/schedule", {}).get_json()

        assert (scheduled["status"], scheduled["send_at"]) == ("scheduled", "2026-07-10T08:30:00+00:00")

    def test_moves_its_other_times_along(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_approved(city, approver)

        scheduled = city.post(f"{path}/schedule", {"send_at": "2026-06-16T10:00:00+09:00"}).get_json()

        assert scheduled["send_until"] == "2026-06-17T01:00:00+00:00"
        assert scheduled["expires_at"] == "2026-07-16T01:00:00+00:00"

    def test_may_choose_another_time_until_it_is_begun(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_scheduled(city, approver)

        again = city.post(f"{path}/schedule", {"send_at": "2026-06-16T10:00:00+09:00"}).get_json()

        assert again["send_at"] == "2026-06-16T01:00:00+00:00"

    @pytest.mark.parametrize("send_at", ["2026-06-15T11:54:00+09:00", "2026-08-14T12:00:01+09:00"])
    def test_refuses_the_past_and_what_is_far_ahead(
        self, city: ApiClient, approver: ApiClient, send_at: str
    ) -> None:
        path = made_approved(city, approver)

        response = city.post(f"{path}/schedule", {"send_at": send_at})

        assert refusal(response) == (422, "message_times_invalid")

    def test_needs_an_approval(self, city: ApiClient) -> None:
        path = made_review(city)

        assert refusal(city.post(f"{path}/schedule", {})) == (409, "message_not_approved")

    def test_leaves_what_shops_wrote_to_them(
        self, city: ApiClient, approver: ApiClient, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_reader(session, at=at))
        path = made_shop_approved(manager, approver)

        assert refusal(city.post(f"{in_city(path)}/schedule", {})) == (404, "message_not_found")

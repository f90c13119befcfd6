"""POST /v1/city/messages/{id}/resume: it goes on."""

import uuid
from datetime import datetime, timedelta

import pytest
import time_machine

from backend.base.database import Database
from backend.web.ground import Ground
from tests.factories.messages import REASON, begin, made, made_scheduled, refusal, started
from tests.factories.sendings import make_readers, shards_of
from tests.support.client import ApiClient


class TestResumeMessage:
    def test_lets_a_stopped_message_go_on(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        path = made_scheduled(city, approver)
        begin(database, path, at)
        made(city.post(f"{path}/stop", REASON))

        assert city.post(f"{path}/resume").get_json()["status"] == "sending"

    def test_is_for_what_is_stopped(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        path = made_scheduled(city, approver)
        begin(database, path, at)

        assert refusal(city.post(f"{path}/resume")) == (409, "message_not_stopped")

    @pytest.mark.parametrize(
        ("resumed_after", "due_after"),
        [
            (timedelta(minutes=10), [10, 14, 18, 12, 16, 20]),
            (timedelta(minutes=24), [24, 25, 26, 27, 28, 29]),
        ],
        ids=["as_far_apart_as_planned", "in_time"],
    )
    def test_spreads_what_came_due_meanwhile(
        self,
        city: ApiClient,
        approver: ApiClient,
        database: Database,
        ground: Ground,
        at: datetime,
        clock: time_machine.Traveller,
        resumed_after: timedelta,
        due_after: list[int],
    ) -> None:
        """Six people, four minutes apart."""
        database.run(lambda session: make_readers(session, 4, at=at))
        until = at + timedelta(minutes=30)
        times = {"send_at": at.isoformat(), "send_until": until.isoformat(), "spread_minutes": 24}
        path = made_scheduled(city, approver, **times)
        started(database, path, ground, at)
        made(city.post(f"{path}/stop", REASON))
        clock.shift(resumed_after)

        made(city.post(f"{path}/resume"))

        message_id = uuid.UUID(path.rpartition("/")[2])
        shards = database.run(lambda session: shards_of(session, message_id))
        assert [(shard.not_before - at) / timedelta(minutes=1) for shard in shards] == due_after

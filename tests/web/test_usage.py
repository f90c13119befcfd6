"""Sessions and keys in use are noted, every few minutes, by reading requests too."""

from datetime import datetime, timedelta

import time_machine
from sqlalchemy import select

from backend.base.database import Database
from backend.organisations.models import ApiKey
from backend.people.models import StaffSession
from tests.factories.world import World
from tests.support.client import ApiClient


class TestNoteUse:
    def test_keeps_a_session_alive_that_only_reads(
        self, city: ApiClient, clock: time_machine.Traveller
    ) -> None:
        clock.shift(50 * 60)
        city.get("/v1/city/campaigns")
        clock.shift(50 * 60)

        response = city.get("/v1/city/campaigns")

        assert response.status_code == 200

    def test_lets_an_idle_session_end(self, city: ApiClient, clock: time_machine.Traveller) -> None:
        clock.shift(61 * 60)

        response = city.get("/v1/city/campaigns")

        assert response.status_code == 401
        assert response.get_json()["code"] == "token_invalid"

    def test_writes_nothing_within_five_minutes(
        self, city: ApiClient, database: Database, world: World, clock: time_machine.Traveller, at: datetime
    ) -> None:
        clock.shift(4 * 60)

        city.get("/v1/city/campaigns")

        query = select(StaffSession.last_seen_at).where(StaffSession.staff_id == world.city.id)
        assert database.run(lambda session: session.scalars(query).one(), writes=False) == at

    def test_tells_when_a_register_was_last_used(
        self, register: ApiClient, database: Database, clock: time_machine.Traveller, at: datetime
    ) -> None:
        clock.shift(60)

        register.post("/v1/shop/codes", {"amount_yen": 500})

        used_at = database.run(
            lambda session: session.scalars(select(ApiKey.last_used_at)).one(), writes=False
        )
        assert used_at == at + timedelta(seconds=60)

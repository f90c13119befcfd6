"""GET /v1/shop/messages/{id}/events: who did what when and why."""

from datetime import datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.people.models import Consent
from backend.web.ground import Ground
from tests.factories.messages import (
    REASON,
    in_city,
    made,
    made_shop_review,
    made_shop_scheduled,
    started,
)
from tests.factories.sendings import make_readers
from tests.support.client import ApiClient


def take_back_consents(session: Session, at: datetime) -> None:
    session.execute(update(Consent).where(Consent.purpose == "push_shops").values(withdrawn_at=at))


class TestListOwnMessageEvents:
    def test_tells_why_the_city_sent_it_back(self, manager: ApiClient, approver: ApiClient) -> None:
        path = made_shop_review(manager)
        made(approver.post(f"{in_city(path)}/return", REASON))

        newest = manager.get(f"{path}/events").get_json()["items"][0]

        assert (newest["act"], newest["reason"]) == ("returned", REASON["reason"])

    # Two more are in the town.
    @pytest.mark.parametrize(
        ("readers", "citys", "told"),
        [
            (3, "meant 5, no_consent 5, muted 0", "few"),
            (12, "meant 14, no_consent 14, muted 0", "meant 10, no_consent 10"),
        ],
    )
    def test_tells_why_nobody_got_it_without_small_numbers(
        self,
        manager: ApiClient,
        city: ApiClient,
        approver: ApiClient,
        database: Database,
        ground: Ground,
        at: datetime,
        readers: int,
        citys: str,
        told: str,
    ) -> None:
        database.run(lambda session: make_readers(session, readers, at=at))
        path = made_shop_scheduled(manager, approver, send_at=at.isoformat())
        database.run(lambda session: take_back_consents(session, at))
        started(database, path, ground, at)

        newest = [
            caller.get(f"{events}/events").get_json()["items"][0]["reason"]
            for caller, events in ((manager, path), (city, in_city(path)))
        ]

        assert newest == [told, citys]

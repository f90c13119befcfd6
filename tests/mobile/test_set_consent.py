"""PUT /v1/me/consents/{purpose}."""

from dataclasses import replace
from typing import Any

import time_machine
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.base.database import Database
from backend.people.models import Consent
from tests.factories.world import World
from tests.support.client import ApiClient


def give(citizen: ApiClient, purpose: str, version: str = "2026-11") -> TestResponse:
    return citizen.put(f"/v1/me/consents/{purpose}", {"given": True, "version": version})


def withdraw(citizen: ApiClient, purpose: str) -> TestResponse:
    return citizen.put(f"/v1/me/consents/{purpose}", {"given": False})


def purposes(response: TestResponse) -> list[str]:
    return sorted(consent["purpose"] for consent in response.get_json()["consents"])


class TestSetConsent:
    def test_gives_one(self, citizen: ApiClient) -> None:
        response = give(citizen, "push_shops")

        assert purposes(response) == ["push_shops", "push_transactions", "terms"]

    def test_withdraws_one(self, citizen: ApiClient) -> None:
        response = withdraw(citizen, "push_transactions")

        assert purposes(response) == ["terms"]

    def test_keeps_every_giving_and_withdrawing_with_its_date(
        self, citizen: ApiClient, world: World, database: Database, clock: time_machine.Traveller
    ) -> None:
        give(citizen, "statistics")
        clock.shift(60)
        withdraw(citizen, "statistics")
        give(citizen, "statistics")

        query = select(Consent).where(Consent.citizen_id == world.citizen.id, Consent.purpose == "statistics")
        rows = database.run(lambda session: session.scalars(query.order_by(Consent.id)).all())
        ended = [row.withdrawn_at is not None for row in rows]
        assert ended == [True, False]

    def test_changes_nothing_when_given_twice(self, citizen: ApiClient) -> None:
        first = give(citizen, "push_city").get_json()["consents"]

        assert give(citizen, "push_city").get_json()["consents"] == first

    def test_changes_nothing_when_withdrawn_twice(self, citizen: ApiClient) -> None:
        withdraw(citizen, "push_city")

        assert withdraw(citizen, "push_city").status_code == 200

    def test_is_to_the_text_in_force(self, citizen: ApiClient) -> None:
        response = give(citizen, "push_city", version="1999-12")

        assert response.get_json()["code"] == "consent_version_outdated"

    def test_replaces_an_older_version(
        self, make_app: Any, settings: Any, world: World, clock: time_machine.Traveller
    ) -> None:
        clock.shift(86_400)
        citizen = ApiClient(make_app(replace(settings, terms_version="2027-04")), world.citizen.token)

        response = give(citizen, "terms", version="2027-04")

        versions = {row["purpose"]: row["version"] for row in response.get_json()["consents"]}
        assert versions == {"terms": "2027-04", "push_transactions": "2026-11"}

    def test_leaves_the_terms_standing(self, citizen: ApiClient) -> None:
        response = withdraw(citizen, "terms")

        assert response.status_code == 422
        assert response.get_json()["code"] == "terms_not_withdrawable"

    def test_knows_no_other_purpose(self, citizen: ApiClient) -> None:
        assert give(citizen, "everything").status_code == 404

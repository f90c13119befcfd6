"""Missions that run, their codes, and those who claim them, through the services."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.base.clock import city_day
from backend.base.database import Database
from backend.campaigns.missions import ClaimRecord
from backend.campaigns.service.claiming import Claimant
from backend.campaigns.service.missions import claim_reward, report_mission
from backend.campaigns.service.reward_codes import RewardCodes, create_reward_codes
from backend.web.ground import Ground
from tests.factories.campaigns import make_campaign
from tests.factories.people import SignedInCitizen
from tests.factories.world import World
from tests.support.client import ApiClient

VOLUNTEERING: dict[str, Any] = {
    "activity": "volunteering",
    "evidence": "code",
    "unit": "hours",
    "tiers": [{"from_quantity": 1, "points": 100}, {"from_quantity": 2, "points": 200}],
}
WALKING: dict[str, Any] = {
    "activity": "health",
    "evidence": "report",
    "unit": "steps",
    "tiers": [{"from_quantity": 5_000, "points": 50}, {"from_quantity": 8_500, "points": 100}],
}
YEARLY = {"per": "person", "within": "fiscal_year", "points": 300}
DAILY = {"per": "person", "within": "day", "points": 80}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Town:
    """A town in which missions run, at one moment."""

    ground: Ground
    world: World
    at: datetime

    @property
    def database(self) -> Database:
        return self.ground.database

    def mission(self, mission: dict[str, Any] = VOLUNTEERING, **campaign: Any) -> uuid.UUID:
        """A mission that runs: the campaign's id. What is named besides is as `make_campaign` takes it."""

        def work(session: Session) -> uuid.UUID:
            approver = self.world.approver.id
            return make_campaign(session, at=self.at, approved_by=approver, mission=mission, **campaign).id

        return self.database.run(work)

    def codes(self, campaign_id: uuid.UUID, **given: Any) -> list[str]:
        """One one-time code of one hour, good from an hour ago for a day, unless told otherwise."""
        usual: dict[str, Any] = {
            "count": 1,
            "uses_each": 1,
            "quantity": 1,
            "valid_from": self.at - timedelta(hours=1),
            "valid_until": self.at + DAY,
        }
        made = self.database.run(
            lambda session: create_reward_codes(
                session,
                campaign_id=campaign_id,
                codes=RewardCodes(**(usual | given)),
                created_by=self.world.city.id,
                vault=self.ground.vault,
                at=self.at,
            )
        )
        return [code.code for code in made]

    def claiming(
        self, code: str, *, by: SignedInCitizen | None = None, at: datetime | None = None
    ) -> Callable[[Session], ClaimRecord]:
        """By the citizen, now, unless told otherwise: what `Database.run` does."""
        return lambda session: claim_reward(
            session,
            code=code,
            claimant=claimant(by or self.world.citizen),
            vault=self.ground.vault,
            region=self.ground.region,
            at=at or self.at,
        )

    def reporting(
        self,
        campaign_id: uuid.UUID,
        quantity: int,
        *,
        on: date | None = None,
        by: SignedInCitizen | None = None,
        at: datetime | None = None,
    ) -> Callable[[Session], ClaimRecord]:
        """Of today, unless told otherwise."""
        return lambda session: report_mission(
            session,
            campaign_id=campaign_id,
            quantity=quantity,
            done_on=on or city_day(at or self.at),
            claimant=claimant(by or self.world.citizen),
            region=self.ground.region,
            at=at or self.at,
        )

    def claim(self, code: str, **given: Any) -> ClaimRecord:
        return self.database.run(self.claiming(code, **given))

    def report(self, campaign_id: uuid.UUID, quantity: int, **given: Any) -> ClaimRecord:
        return self.database.run(self.reporting(campaign_id, quantity, **given))


def claimant(citizen: SignedInCitizen) -> Claimant:
    return Claimant(citizen.id, citizen.account_id)


def claim(caller: ApiClient, code: str, language: str = "ja") -> TestResponse:
    return caller.post("/v1/missions/claims", {"code": code}, headers={"Accept-Language": language})


def report(
    caller: ApiClient, campaign_id: uuid.UUID, quantity: Any, done_on: Any = "2026-06-15"
) -> TestResponse:
    body = {"quantity": quantity, "done_on": done_on}
    return caller.post(f"/v1/missions/{campaign_id}/reports", body)

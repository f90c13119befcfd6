"""POST /v1/city/campaigns/{id}/previews."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from backend.base.database import Database
from backend.points.models import PointsEntry
from tests.factories.campaigns import make_campaign
from tests.factories.decisions import PATH, made_draft, refusal
from tests.factories.purchases import KEY, OTHER_KEY, buy
from tests.factories.world import World
from tests.support.client import ApiClient

DAY = 86_400
TODAY = {"since_on": "2026-06-15", "until_on": "2026-06-15"}


def draft(city: ApiClient, **rule: Any) -> str:
    """A campaign of 50 per mille unless told otherwise; its path."""
    body = {"reward": {"rate_permille": 50}, "lifetime": {"days": 90}, **rule}
    return made_draft(city, rule=body)


class TestPreviewCampaign:
    def test_tells_what_a_draft_would_have_given(
        self, city: ApiClient, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        buy(citizen, clerk, 1_000)
        buy(citizen, clerk, 600, key=OTHER_KEY)
        buy(neighbour, clerk, 2_000)

        preview = city.post(f"{draft(city)}/previews", TODAY).get_json()

        assert preview == {
            "seen_purchases": 3,
            "purchases": 3,
            "citizens": 2,
            "shops": 1,
            "points": 180,
            "stamps": 0,
            "budget_points": 300_000,
            "budget_ends_on": None,
            "days": [{"on": "2026-06-15", "purchases": 3, "points": 180}],
        }

    def test_keeps_to_caps_over_all_purchases_of_a_person(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        buy(citizen, clerk, 1_000)
        buy(citizen, clerk, 1_000, key=OTHER_KEY)
        path = draft(city, caps=[{"per": "person", "within": "day", "points": 70}])

        preview = city.post(f"{path}/previews", TODAY).get_json()

        assert (preview["purchases"], preview["points"]) == (2, 70)

    def test_tells_the_day_on_which_the_budget_would_have_ended(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient, clock: time_machine.Traveller
    ) -> None:
        clock.shift(-DAY)
        buy(citizen, clerk, 1_000)
        clock.shift(DAY)
        buy(citizen, clerk, 1_000, key=OTHER_KEY)
        path = made_draft(
            city,
            rule={"reward": {"rate_permille": 50}, "lifetime": {"days": 90}},
            budget_points=80,
        )

        preview = city.post(f"{path}/previews", {**TODAY, "since_on": "2026-06-14"}).get_json()

        assert (preview["points"], preview["budget_ends_on"]) == (80, "2026-06-15")

    def test_counts_stamps(self, city: ApiClient, citizen: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk, 1_000)
        buy(citizen, clerk, 1_000, key=OTHER_KEY)
        card = {"distinct": "shops", "target": 2, "reward": {"points": 100}}
        path = made_draft(city, rule={"stamp_card": card, "lifetime": {"days": 90}})

        preview = city.post(f"{path}/previews", TODAY).get_json()

        assert (preview["stamps"], preview["points"]) == (1, 0)

    def test_takes_the_history_as_it_was_at_each_purchase(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        buy(citizen, clerk, 1_000)
        buy(citizen, clerk, 1_000, key=OTHER_KEY)
        path = draft(city, who={"is_first_purchase": True})

        preview = city.post(f"{path}/previews", TODAY).get_json()

        assert (preview["seen_purchases"], preview["purchases"]) == (2, 1)

    def test_multiplies_what_the_base_programme_gives(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        buy(citizen, clerk, 1_000)
        path = draft(city, reward={"multiplier_permille": 2_000})

        preview = city.post(f"{path}/previews", TODAY).get_json()

        assert preview["points"] == 20

    def test_looks_at_the_days_asked_for_only(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient, clock: time_machine.Traveller
    ) -> None:
        clock.shift(-DAY)
        buy(citizen, clerk, 1_000)
        clock.shift(DAY)

        preview = city.post(f"{draft(city)}/previews", TODAY).get_json()

        assert (preview["seen_purchases"], preview["days"]) == (0, [])

    def test_gives_what_the_campaign_would_give_if_it_had_run(
        self,
        city: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        world: World,
        database: Database,
        at: datetime,
    ) -> None:
        campaign = database.run(
            lambda session: make_campaign(session, at=at, approved_by=world.approver.id, rate_permille=37)
        )
        purchases = [buy(citizen, clerk, amount, key=f"{KEY[:-4]}{amount}") for amount in (1234, 4321)]

        preview = city.post(f"{PATH}/{campaign.id}/previews", TODAY).get_json()

        given = [
            verdict["points"]
            for purchase in purchases
            for verdict in purchase["verdicts"]
            if verdict["campaign_id"] == str(campaign.id)
        ]
        assert preview["points"] == sum(given)

    def test_writes_nothing(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        buy(citizen, clerk, 1_000)
        path = draft(city)
        before = database.run(lambda session: session.scalar(select(func.count()).select_from(PointsEntry)))

        city.post(f"{path}/previews", TODAY)

        after = database.run(lambda session: session.scalar(select(func.count()).select_from(PointsEntry)))
        assert after == before

    @pytest.mark.parametrize(
        ("since_on", "until_on"),
        [("2026-06-16", "2026-06-15"), ("2026-06-15", "2026-06-16"), ("2025-06-14", "2026-06-15")],
    )
    def test_refuses_days_that_are_none(self, city: ApiClient, since_on: str, until_on: str) -> None:
        response = city.post(f"{draft(city)}/previews", {"since_on": since_on, "until_on": until_on})

        assert refusal(response) == (422, "preview_period_invalid")

    def test_refuses_a_mission(self, city: ApiClient) -> None:
        mission = {
            "activity": "volunteering",
            "evidence": "code",
            "unit": "hours",
            "tiers": [{"from_quantity": 1, "points": 1}],
        }
        path = made_draft(city, rule={"mission": mission, "lifetime": {"days": 90}})

        assert refusal(city.post(f"{path}/previews", TODAY)) == (422, "mission_not_previewable")

    def test_is_not_for_shops(self, city: ApiClient, manager: ApiClient) -> None:
        assert manager.post(f"{draft(city)}/previews", TODAY).status_code == 403

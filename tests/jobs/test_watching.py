"""The job that watches campaigns, once a minute."""

import time_machine

from backend.base.database import Database
from backend.campaigns.models import Campaign
from backend.config import Settings
from backend.jobs.watching import watch_budgets
from tests.factories.jobs import list_jobs
from tests.factories.world import World
from tests.support.statements import asked_statements


class TestWatchBudgets:
    def test_ends_what_is_over(self, database: Database, world: World, clock: time_machine.Traveller) -> None:
        clock.shift(30 * 86_400)

        assert watch_budgets(database) is False

        campaign = database.run(lambda session: session.get_one(Campaign, world.base_campaign_id))
        assert campaign.status == "ended"

    def test_asks_once_and_writes_nothing_while_nothing_is_due(
        self, database: Database, world: World
    ) -> None:
        with asked_statements(database, frames=True) as statements:
            watch_budgets(database)

        begun = {"sqlite": "BEGIN", "postgresql": "BEGIN READ ONLY"}
        assert [statement for statement in statements if statement in begun.values()] == [
            begun[database.engine.dialect.name]
        ]

    def test_is_one_of_the_workers_jobs(self, database: Database, settings: Settings) -> None:
        [job] = [job for job in list_jobs(settings, database) if job.name == "watch_budgets"]

        assert job.every_seconds == 60
        assert job.run() is False

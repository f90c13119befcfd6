"""Campaigns under the clock's eye: periods that are over, budgets that near their end."""

from functools import partial

import structlog

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.campaigns.service.watching import list_due_campaigns, watch_campaign

log = structlog.get_logger()


def watch_budgets(database: Database) -> bool:
    """Each campaign in a transaction of its own, for telling all who earned from one may take a while."""
    at = utc_now()
    for campaign_id in database.run(lambda session: list_due_campaigns(session, at=at), writes=False):
        step = database.run(partial(watch_campaign, campaign_id=campaign_id, at=at))
        log.info("campaign_watched", campaign_id=str(campaign_id), step=step.value if step else None)
    return False

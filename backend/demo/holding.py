"""What a database holds: asked at every start, so it imports little."""

import enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign
from backend.demo.identifiers import staff_id
from backend.organisations.models import Shop
from backend.people.models import Citizen, Staff


class Holding(enum.Enum):
    NOTHING = "nothing"
    DEMO = "demo"
    SOMETHING_ELSE = "something else"


def what_is_held(session: Session) -> Holding:
    """Told by a row that only the loader can make, so that nobody passes a real database off as the demo."""
    if session.get(Staff, staff_id("city")) is not None:
        return Holding.DEMO
    holds_any = any(session.scalar(select(model.id).limit(1)) for model in (Citizen, Shop, Campaign))
    return Holding.SOMETHING_ELSE if holds_any else Holding.NOTHING

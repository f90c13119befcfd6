"""From a description to one SELECT of citizens."""

import uuid
from datetime import datetime

from sqlalchemy import Select, select

from backend.audiences.rules import Audience
from backend.people.models import Citizen


def select_citizens(audience: Audience, *, at: datetime) -> Select[uuid.UUID]:
    """The ids of whom `audience` means at that moment, each once, in no order. Consent is not looked at."""
    return select(Citizen.id)

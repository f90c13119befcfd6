"""What tests of the city office's face share."""

from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.budgets import make_budget


@pytest.fixture
def budget(database: Database, at: datetime) -> str:
    """The id of a funding account with 1,000 points."""
    return str(database.run(lambda session: make_budget(session, at=at)))

"""A budget, a purse and a till; and what lets tests look at them."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.points.models import AccountKind
from backend.points.service.movements import (
    fund,
    grant,
    open_account,
)

DAY = timedelta(days=1)


@pytest.fixture
def budget(session: Session, at: datetime) -> uuid.UUID:
    """A budget of 1,000 points in one slice."""
    account_id = open_account(session, kind=AccountKind.FUNDING, at=at)
    fund(session, account_id=account_id, points=1_000, at=at)
    return account_id


@pytest.fixture
def purse(session: Session, at: datetime) -> uuid.UUID:
    return open_account(session, kind=AccountKind.CITIZEN, at=at)


@pytest.fixture
def till(session: Session, at: datetime) -> uuid.UUID:
    return open_account(session, kind=AccountKind.SHOP, at=at)


Give = Callable[..., uuid.UUID]


@pytest.fixture
def give(session: Session, budget: uuid.UUID, purse: uuid.UUID, at: datetime) -> Give:
    """Grant points to the purse; they last ten days unless told otherwise."""

    def give(points: int, **changes: Any) -> uuid.UUID:
        usual = {
            "account_id": purse,
            "funding_account_id": budget,
            "points": points,
            "expires_at": at + 10 * DAY,
            "at": at,
        }
        return grant(session, **(usual | changes))

    return give

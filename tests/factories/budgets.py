"""Budget lines, and points that move under them, through the services that move them."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.points.budget_rules import Shares
from backend.points.models import AccountKind, BudgetLine
from backend.points.service.budgets import BudgetLineDraft, create_budget_line
from backend.points.service.movements import fund, grant, open_account, spend


def make_budget_line(
    session: Session, *, at: datetime, name: str = "地域ポイント事業", fiscal_year: int = 2026
) -> BudgetLine:
    """Borne by the city with 700, the shops with 200, the chamber with 100 per mille."""
    draft = BudgetLineDraft(
        fiscal_year=fiscal_year,
        kan="商工費",
        kou="商工費",
        moku="商業振興費",
        name=name,
        shares=Shares(700, 200, 100),
    )
    return create_budget_line(session, draft=draft, at=at)


def make_budget(
    session: Session, *, at: datetime, points: int = 1_000, budget_line_id: uuid.UUID | None = None
) -> uuid.UUID:
    """A funded account."""
    account_id = open_account(session, kind=AccountKind.FUNDING, at=at, budget_line_id=budget_line_id)
    fund(session, account_id=account_id, points=points, at=at)
    return account_id


def give(
    session: Session,
    *,
    account_id: uuid.UUID,
    budget_id: uuid.UUID,
    points: int,
    at: datetime,
    days: int = 30,
) -> None:
    grant(
        session,
        account_id=account_id,
        funding_account_id=budget_id,
        points=points,
        expires_at=at + timedelta(days=days),
        at=at,
    )


def spend_at_shop(session: Session, *, account_id: uuid.UUID, points: int, at: datetime) -> uuid.UUID:
    """At a shop of its own. Returns the transaction's id."""
    till = open_account(session, kind=AccountKind.SHOP, at=at)
    return spend(session, account_id=account_id, to_account_id=till, points=points, at=at)

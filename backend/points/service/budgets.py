"""Budget lines: who bears the points, and what became of them, now or at any past moment."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, case, cast, func, literal, literal_column, select, union_all
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.points.budget_rules import (
    ENTRIES,
    LOTS,
    REPAY,
    USES,
    Figures,
    SharedFigures,
    Shares,
    add_figures,
    make_figures,
    share_figures,
)
from backend.points.models import (
    BudgetLine,
    PointsAccount,
    PointsDebt,
    PointsEntry,
    PointsLot,
    PointsLotUse,
    PointsTransaction,
)


class BudgetLineTaken(Conflict):
    """The fiscal year has a line of these words already."""


class BudgetLineNotFound(NotFound):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLineDraft:
    """`fiscal_year` (年度) is the year in which April begins it; 款, 項, 目 as the city's budget spells them."""

    fiscal_year: int
    kan: str
    kou: str
    moku: str
    name: str
    shares: Shares


@dataclass(frozen=True, slots=True)
class BudgetReport:
    """What one funding account did."""

    account_id: uuid.UUID
    opened_at: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class BudgetLineReport:
    """A line as it stood at a moment; `shares` split each figure of `total`, not those of each account."""

    line: BudgetLine
    at: datetime
    total: Figures
    shares: SharedFigures
    accounts: Sequence[BudgetReport]


def create_budget_line(session: Session, *, draft: BudgetLineDraft, at: datetime) -> BudgetLine:
    """Raises BudgetLineTaken. Accounts that are opened for it name it (`open_account`)."""
    words = (draft.fiscal_year, draft.kan, draft.kou, draft.moku, draft.name)
    columns = (
        BudgetLine.fiscal_year,
        BudgetLine.kan,
        BudgetLine.kou,
        BudgetLine.moku,
        BudgetLine.name,
    )
    same = [column == word for column, word in zip(columns, words, strict=True)]
    if session.scalar(select(BudgetLine.id).where(*same)):
        raise BudgetLineTaken(field="name")
    line = BudgetLine(
        id=new_id(),
        fiscal_year=draft.fiscal_year,
        kan=draft.kan,
        kou=draft.kou,
        moku=draft.moku,
        name=draft.name,
        city_permille=draft.shares.city_permille,
        shop_permille=draft.shares.shop_permille,
        chamber_permille=draft.shares.chamber_permille,
        created_at=at,
    )
    session.add(line)
    session.flush()
    return line


def get_budget_line(session: Session, *, budget_line_id: uuid.UUID) -> BudgetLine:
    """Raises BudgetLineNotFound."""
    line = session.get(BudgetLine, budget_line_id)
    if line is None:
        raise BudgetLineNotFound
    return line


def list_budget_lines(
    session: Session, *, page: PageRequest, fiscal_year: int | None = None
) -> Page[BudgetLine]:
    """Newest first."""
    query = select(BudgetLine).order_by(BudgetLine.id.desc()).limit(page.limit + 1)
    if fiscal_year is not None:
        query = query.where(BudgetLine.fiscal_year == fiscal_year)
    if after := page.after(uuid.UUID):
        query = query.where(BudgetLine.id < after[0])
    return make_page(session.scalars(query).all(), page, lambda line: str(line.id))


def report_budget_line(session: Session, *, budget_line_id: uuid.UUID, at: datetime) -> BudgetLineReport:
    """Raises BudgetLineNotFound."""
    line = get_budget_line(session, budget_line_id=budget_line_id)
    return report_budget_lines(session, lines=[line], at=at)[0]


def report_budget_lines(
    session: Session, *, lines: Sequence[BudgetLine], at: datetime
) -> list[BudgetLineReport]:
    """As they stood at the moment, from the ledger's rows; two statements, however many lines."""
    accounts = session.execute(
        select(PointsAccount.budget_line_id, PointsAccount.id, PointsAccount.opened_at)
        .where(PointsAccount.budget_line_id.in_([line.id for line in lines]), PointsAccount.opened_at <= at)
        .order_by(PointsAccount.id)
    ).all()
    figures = get_figures(session, account_ids=[row.id for row in accounts], at=at)
    reports: defaultdict[uuid.UUID, list[BudgetReport]] = defaultdict(list)
    for row in accounts:
        reports[row.budget_line_id].append(BudgetReport(row.id, row.opened_at, figures[row.id]))
    return [_report(line, reports[line.id], at) for line in lines]


def _report(line: BudgetLine, accounts: Sequence[BudgetReport], at: datetime) -> BudgetLineReport:
    total = add_figures(account.figures for account in accounts)
    shares = Shares(line.city_permille, line.shop_permille, line.chamber_permille)
    return BudgetLineReport(line, at, total, share_figures(total, shares), accounts)


def get_figures(
    session: Session, *, account_ids: Sequence[uuid.UUID], at: datetime
) -> Mapping[uuid.UUID, Figures]:
    """Of each funding account, as of a moment: what was recorded until then."""
    if not account_ids:
        return {}
    sums: dict[uuid.UUID, dict[tuple[str, str], int]] = {account_id: {} for account_id in account_ids}
    for row in session.execute(_sums(account_ids, at)):
        sums[row.account_id][row.source, row.kind] = int(row.points)
    return {account_id: make_figures(found) for account_id, found in sums.items()}


def _sums(account_ids: Sequence[uuid.UUID], at: datetime) -> Any:
    """One statement, so that its parts are of one moment also while purchases go on."""
    recorded = PointsTransaction.recorded_at <= at
    # A reclaim whose source is a debt repays it.
    # As text of the statement: PostgreSQL takes two parameters of one value for two expressions.
    kind = case((PointsDebt.id.is_not(None), literal_column(f"'{REPAY}'")), else_=PointsTransaction.kind)
    entries = (
        select(*_columns(PointsEntry.account_id, ENTRIES, kind, PointsEntry.amount_points))
        .join(PointsTransaction, PointsTransaction.id == PointsEntry.transaction_id)
        .outerjoin(PointsDebt, PointsDebt.id == PointsTransaction.source_id)
        .where(PointsEntry.account_id.in_(account_ids), recorded)
        .group_by(PointsEntry.account_id, kind)
    )
    lots = (
        select(
            *_columns(PointsLot.funding_account_id, LOTS, PointsTransaction.kind, PointsLot.granted_points)
        )
        .join(PointsTransaction, PointsTransaction.id == PointsLot.transaction_id)
        .where(PointsLot.funding_account_id.in_(account_ids), recorded)
        .group_by(PointsLot.funding_account_id, PointsTransaction.kind)
    )
    uses = (
        select(*_columns(PointsLot.funding_account_id, USES, PointsTransaction.kind, PointsLotUse.points))
        .join(PointsLot, PointsLot.id == PointsLotUse.lot_id)
        .join(PointsTransaction, PointsTransaction.id == PointsLotUse.transaction_id)
        .where(PointsLot.funding_account_id.in_(account_ids), recorded)
        .group_by(PointsLot.funding_account_id, PointsTransaction.kind)
    )
    return union_all(entries, lots, uses)


def _columns(account_id: Any, source: str, kind: Any, points: Any) -> list[Any]:
    # PostgreSQL sums bigint as numeric; points are whole.
    total = cast(func.sum(points), BigInteger)
    return [
        account_id.label("account_id"),
        literal(source).label("source"),
        kind.label("kind"),
        total.label("points"),
    ]

"""Purchases of a batch recorded in their order: as many as can be by one list of writes, the others one by one.

By themselves go purchases of somebody who owes points, those that meet a campaign with stamps, and codes that a till
signed without a network.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import connection_of, is_last_try, is_locking, new_id
from backend.base.errors import StaleRead, StateChanged
from backend.campaigns.rules.deciding import RunningCampaign
from backend.campaigns.service.budgets import mark_budget_exhausted
from backend.campaigns.writes import COUNTERS
from backend.organisations.regions import Region
from backend.people.writes import CITIZEN_CODE_USE, OFFLINE_CODE_USE
from backend.points.models import PointsBalance
from backend.points.queries import list_slices
from backend.points.writes import Movement, ledger_rows
from backend.purchases.basis import complete_basis, read_basis
from backend.purchases.batches.bought import BATCH_MAX, Bought, Outcome
from backend.purchases.batches.reading import read_accounts, read_all
from backend.purchases.batches.tally import Slices, Tally
from backend.purchases.deciding import NOTHING_EARNED
from backend.purchases.rows import Rows, Settled, movements_of, record_of, told_rows
from backend.purchases.rules.paying import Payment
from backend.purchases.service.recording import RecordedPurchase
from backend.purchases.service.settling import Wishes, settle, weigh
from backend.purchases.writes import CODE_USE, RECORD

Campaigns = Sequence[RunningCampaign]


def record_all(
    session: Session, *, bought: Sequence[Bought], region: Region, at: datetime
) -> Sequence[Outcome]:
    """What becomes of each, in their order; of codes and keys no two may be the same.

    First in hope, then with all locks held that any of them takes, in one order; the last time each by itself,
    so that one which cannot be recorded stops no other: its outcome is StateChanged. Raises StaleRead before that.
    """
    if not bought:
        return []
    found = accounts, campaigns = read_accounts(session, bought=bought, at=at)
    if is_locking(session):
        _lock(session, accounts, campaigns, bought)
        found = accounts, campaigns = read_accounts(session, bought=bought, at=at)
    if is_last_try(session):
        return [_attempt(session, each, region, at) for each in bought]
    debtors = {account_id for account_id, row in accounts.items() if row.owed_points}

    def is_simple(each: Bought) -> bool:
        return (
            each.evidence.offline_code is None
            and each.buyer.account_id not in debtors
            and not _meets_stamps(campaigns, each.done_at)
        )

    outcomes: list[Outcome] = []
    for run in _runs(bought, is_simple):
        if outcomes:  # which the next ones are decided upon
            found = read_accounts(session, bought=run, at=at)
        if is_simple(run[0]):
            slices = _budgets(session, campaigns, bought) if is_locking(session) else None
            tally = Tally(read_all(session, bought=run, found=found, region=region), slices)
            outcomes += _record_run(session, run, tally, at)
        else:
            outcomes += [_record_alone(session, each, region, at) for each in run]
    return outcomes


def _runs(bought: Sequence[Bought], is_simple: Callable[[Bought], bool]) -> Iterator[list[Bought]]:
    """Neighbours that go the same way, at most BATCH_MAX of them."""
    for _, neighbours in groupby(bought, key=is_simple):
        while run := list(islice(neighbours, BATCH_MAX)):
            yield run


def _meets_stamps(campaigns: Campaigns, done_at: datetime) -> bool:
    return any(campaign.rule.stamp_card and campaign.runs_at(done_at) for campaign in campaigns)


def _lock(
    session: Session, account_ids: Iterable[uuid.UUID], campaigns: Campaigns, bought: Sequence[Bought]
) -> None:
    """Everything that the purchases write and others may, after their codes: balances, then budgets, as all do."""
    query = (
        select(PointsBalance.slice)
        .where(PointsBalance.account_id.in_(account_ids))
        .order_by(PointsBalance.account_id)
    )
    session.execute(query.with_for_update())
    _budgets(session, campaigns, bought)


def _budgets(session: Session, campaigns: Campaigns, bought: Sequence[Bought]) -> Slices:
    """Of all campaigns that run at one of the moments: which of them give depends on what the others have left."""
    first, last = min(each.done_at for each in bought), max(each.done_at for each in bought)
    accounts = {
        campaign.funding_account_id
        for campaign in campaigns
        if campaign.starts_at <= last and first < campaign.ends_at
    }
    return list_slices(session, account_ids=sorted(accounts), lock=True)


def _record_run(session: Session, bought: Sequence[Bought], tally: Tally, at: datetime) -> list[Outcome]:
    """All decisions, one write."""
    rows: Rows = {}
    movements: list[Movement] = []
    outcomes: list[Outcome] = []
    for each in bought:
        settled, recorded = _decide(tally, each, at, movements)
        for name, some in told_rows(settled, recorded.record, at).items():
            rows.setdefault(name, []).extend(some)
        outcomes.append(recorded)
    for account_id in tally.emptied_budgets():
        mark_budget_exhausted(session, funding_account_id=account_id, at=at)
    if movements:
        rows |= ledger_rows(movements, at=at)
    rows[COUNTERS.name] = tally.counter_rows()
    _sort(rows, CODE_USE.name, "code_id")
    _sort(rows, CITIZEN_CODE_USE.name, "citizen_code_id")
    _sort(rows, OFFLINE_CODE_USE.name, "key_id", "step")
    RECORD.run(session, rows)
    return outcomes


def _decide(
    tally: Tally, bought: Bought, at: datetime, movements: list[Movement]
) -> tuple[Settled, RecordedPurchase]:
    """The next purchase, which counts for those after it; what it moves is added to `movements`."""
    basis, payment = tally.basis_of(bought), Payment(bought.sale.amount_yen, 0, 0)
    facts = basis.facts(payment)
    decision = tally.decide(basis, facts) if bought.may_earn else NOTHING_EARNED
    settled = Settled(
        id=new_id(),
        basis=basis,
        payment=payment,
        decision=decision,
        evidence=bought.evidence,
        left_points=tally.spendable_points(bought.buyer.account_id),
    )
    moved = movements_of(settled, at)
    movements += moved
    record = record_of(settled, moved, at)
    tally.take(basis, facts, decision, record.balance_points)
    return settled, RecordedPurchase(record, False, decision.verdicts)


def _sort(rows: Rows, name: str, *key: str) -> None:
    """Rows that others may write too are written in one order, or two batches could wait for each other for ever."""
    if name in rows:
        rows[name].sort(key=itemgetter(*key))


def _record_alone(session: Session, bought: Bought, region: Region, at: datetime) -> RecordedPurchase:
    """As it would be recorded if it had been sent alone."""
    rows = read_basis(session, buyer=bought.buyer, shop_id=bought.shop_id, on=city_day(bought.done_at), at=at)
    basis = complete_basis(
        session, rows=rows, buyer=bought.buyer, sale=bought.sale, done_at=bought.done_at, region=region
    )
    weighed = weigh(session, basis=basis, wishes=Wishes(may_earn=bought.may_earn), at=at)
    record, verdicts = settle(session, weighed=weighed, evidence=bought.evidence, purchase_id=new_id(), at=at)
    return RecordedPurchase(record, False, verdicts)


def _attempt(session: Session, bought: Bought, region: Region, at: datetime) -> Outcome:
    try:
        with connection_of(session).begin_nested():
            return _record_alone(session, bought, region, at)
    except (StaleRead, IntegrityError, DataError):
        return StateChanged()

"""The demonstration city goes into an empty database, once, and never beside anything real."""

import uuid
from collections.abc import Sequence
from datetime import date

import sqlalchemy
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from backend.base.secrets import Vault
from backend.base.writes import WriteList
from backend.campaigns.service.recording import count_up_revision
from backend.demo.holding import Holding, what_is_held
from backend.demo.identifiers import Identifiers
from backend.demo.ledger import Ledger
from backend.demo.messages import list_messages
from backend.demo.past import Past
from backend.demo.town import Founding, Row, Table, found_town
from backend.points.models import PointsBalance
from backend.points.service.movements import ISSUANCE_ACCOUNT_ID, LAPSED_ACCOUNT_ID
from backend.points.writes import ENTRIES

SEED = 2026
OPENED_BY_MIGRATIONS = (ISSUANCE_ACCOUNT_ID, LAPSED_ACCOUNT_ID)

# In one statement: PostgreSQL looks at the end of each whether the entries of its transactions sum to zero.
BOOKKEEPING = WriteList([ENTRIES])


class DatabaseNotEmpty(Exception):
    """There are citizens, shops or campaigns, and they are not the demonstration's."""


def load_demo(session: Session, *, today: date, vault: Vault, terms_version: str, seed: int = SEED) -> bool:
    """False when it is there already: then all is left as it is. Raises DatabaseNotEmpty.

    The same for the same seed and day (but for salts): 300 citizens, 44 shops, 12 campaigns, 17 offers, about 7,000
    purchases with what was spent, refunded and lapsed of their points.
    """
    held = what_is_held(session)
    if held is Holding.DEMO:
        return False
    if held is Holding.SOMETHING_ELSE:
        raise DatabaseNotEmpty
    founding = Founding(seed, today, Identifiers(seed), vault, terms_version)
    town = found_town(founding)
    past = Past(founding, town)
    (budget_lines, funding_accounts, *happened) = past.write()
    _insert(session, [*town.tables, budget_lines, funding_accounts])
    _open_books(session, past.ledger, list(town.account_ids.values()), town.till_accounts)
    _insert(session, happened)
    _insert(session, list_messages(session, founding, town))
    BOOKKEEPING.run(session, {ENTRIES.name: past.ledger.entries})
    count_up_revision(session)
    return True


def _open_books(
    session: Session,
    ledger: Ledger,
    citizen_accounts: Sequence[uuid.UUID],
    shop_accounts: frozenset[uuid.UUID],
) -> None:
    """The balances as the entries leave them; those of the migrations have their rows already."""
    balances = dict(ledger.balances)
    moved = {account_id: balances.pop(account_id, {0: 0})[0] for account_id in OPENED_BY_MIGRATIONS}
    for account_id in (*citizen_accounts, *shop_accounts):
        balances.setdefault(account_id, {0: 0})
    rows: list[Row] = [
        {
            "account_id": account_id,
            "slice": number,
            "balance_points": points,
            "may_overdraw": account_id in shop_accounts,
        }
        for account_id, slices in balances.items()
        for number, points in slices.items()
    ]
    _insert(session, [(PointsBalance, rows)])
    for account_id, points in moved.items():
        session.execute(
            update(PointsBalance)
            .where(PointsBalance.account_id == account_id)
            .values(balance_points=PointsBalance.balance_points + points)
        )


def _insert(session: Session, tables: Sequence[Table]) -> None:
    for model, rows in tables:
        table = model.__table__
        assert isinstance(table, sqlalchemy.Table)  # noqa: S101 (every model of ours is one)
        session.execute(insert(table), list(rows))

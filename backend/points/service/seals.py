"""Seals blocks of the ledger off the hot path, and finds what was changed behind them.

A block holds the digests of up to BLOCK transactions in the order of their ids and the hash of the block before.
Whoever alters, removes or puts in a transaction later must also write every following block anew; against that,
keep the head's hash somewhere else.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, union
from sqlalchemy.orm import Session

from backend.base.database import first_id_at
from backend.points.models import PointsEntry, PointsLot, PointsLotUse, PointsSeal, PointsTransaction
from backend.points.seal_rules import (
    GENESIS_HASH,
    SealedEntry,
    SealedLot,
    SealedTransaction,
    SealedUse,
    chain_hash,
    compare,
    digest,
    join_digests,
    split_digests,
)
from backend.points.verification import Finding

BLOCK = 1_000
# Nothing may come to rest below a sealed id. A transaction draws its ids while it runs, each try anew, and writes at
# once: at most 60 s idle, 5 s waiting for a lock and 15 s in a statement lie between drawing and committing. The
# rest is for clocks of several machines that differ. What runs for longer is seen running (`_settled_before`).
SETTLED_AFTER = timedelta(minutes=5)
NO_ID = uuid.UUID(int=0)
SEALING = 2_027  # PostgreSQL's advisory lock, by a number that nothing else of ours takes

ALTERED = "a sealed transaction was altered"
MISSING = "a sealed transaction is missing"
INSERTED = "a transaction was put in among sealed ones"
BLOCK_BROKEN = "a sealed block is not as it was"
BLOCK_MISSING = "a sealed block is missing"
HEAD_LOST = "a kept hash is not in the chain"


@dataclass(frozen=True, slots=True)
class SealHead:
    """The newest block. Its hash vouches for everything before it."""

    number: int
    hash: bytes
    last_transaction_id: uuid.UUID
    transaction_count: int
    sealed_at: datetime

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


_HEAD = (
    PointsSeal.number,
    PointsSeal.hash,
    PointsSeal.last_transaction_id,
    PointsSeal.transaction_count,
    PointsSeal.sealed_at,
)


def find_head(session: Session) -> SealHead | None:
    row = session.execute(select(*_HEAD).order_by(PointsSeal.number.desc()).limit(1)).first()
    return SealHead(*row) if row else None


def seal_ledger(session: Session, *, at: datetime, limit: int = BLOCK) -> SealHead | None:
    """Seal the next block of transactions that have come to rest; None when there are none.

    Two at once: on PostgreSQL one waits for the other, and on SQLite there is one writer. Were it otherwise, the
    number is a primary key: one would fail, run again and find the other's block.
    """
    before = _settled_before(session, at)
    head = find_head(session)
    after, previous_hash = (head.last_transaction_id, head.hash) if head else (NO_ID, GENESIS_HASH)
    newest = session.scalars(
        select(PointsTransaction.id)
        .where(PointsTransaction.id > after, PointsTransaction.id < first_id_at(before))
        .order_by(PointsTransaction.id)
        .limit(limit)
    ).all()
    if not newest:
        return None
    number = head.number + 1 if head else 1
    digests = join_digests({found.id: digest(found) for found in _read(session, after, newest[-1])})
    seal = PointsSeal(
        number=number,
        last_transaction_id=newest[-1],
        transaction_count=len(newest),
        digests=digests,
        previous_hash=previous_hash,
        hash=chain_hash(number, previous_hash, digests),
        sealed_at=at,
    )
    session.add(seal)
    session.flush()
    return SealHead(seal.number, seal.hash, seal.last_transaction_id, seal.transaction_count, at)


def _settled_before(session: Session, at: datetime) -> datetime:
    """SQLite has one writer, which is us. On PostgreSQL, nothing later than the oldest that still writes."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({SEALING})"))
        oldest = session.scalar(
            text(
                "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
            )
        )
        at = min(at, oldest or at)
    return at - SETTLED_AFTER


def verify_seals(session: Session, *, kept: tuple[int, bytes] | None = None) -> Iterator[Finding]:
    """Names every transaction that is not as it was sealed, and every block that is not; block by block.

    `kept`: number and hash of a former head, from wherever it was kept.
    """
    number, after, hashes = 0, NO_ID, {GENESIS_HASH}
    is_kept = kept is None
    while seal := _next_seal(session, number):
        yield from (Finding(BLOCK_MISSING, str(gap)) for gap in range(number + 1, seal.number))
        is_next = seal.number == number + 1
        sealed = _sealed_digests(seal)
        if not sealed or not _is_whole(seal, sealed, after) or (is_next and seal.previous_hash not in hashes):
            yield Finding(BLOCK_BROKEN, str(seal.number))
        if sealed:
            # What a missing block held cannot be told from what was put in: only what this one holds is looked at.
            yield from _compare(session, sealed, after if is_next else _before(min(sealed)))
        is_kept = is_kept or kept == (seal.number, seal.hash)
        number, after = seal.number, max(sealed, default=seal.last_transaction_id)
        # So that one altered hash breaks one block: the next one follows either what stands there or what should.
        hashes = {seal.hash, chain_hash(seal.number, seal.previous_hash, seal.digests)}
    if kept is not None and not is_kept:
        yield Finding(HEAD_LOST, f"{kept[0]}:{kept[1].hex()}")


def _next_seal(session: Session, number: int) -> Any:
    """As a row: a chain of objects would be kept by the session."""
    query = select(*PointsSeal.__table__.columns).where(PointsSeal.number > number)
    return session.execute(query.order_by(PointsSeal.number).limit(1)).first()


def _sealed_digests(seal: Any) -> dict[uuid.UUID, bytes]:
    """Empty when they cannot be read."""
    try:
        return split_digests(seal.digests)
    except ValueError:
        return {}


def _is_whole(seal: Any, sealed: dict[uuid.UUID, bytes], after: uuid.UUID) -> bool:
    return (
        seal.hash == chain_hash(seal.number, seal.previous_hash, seal.digests)
        and seal.transaction_count == len(sealed)
        and seal.last_transaction_id == max(sealed)
        and after < min(sealed)
    )


def _before(transaction_id: uuid.UUID) -> uuid.UUID:
    return uuid.UUID(int=max(transaction_id.int - 1, 0))


def _compare(session: Session, sealed: dict[uuid.UUID, bytes], after: uuid.UUID) -> Iterator[Finding]:
    last = max(sealed)
    found: dict[uuid.UUID, bytes | None] = dict.fromkeys(_ids_of_parts(session, after, last))
    found |= {transaction.id: digest(transaction) for transaction in _read(session, after, last)}
    differences = compare(sealed, found)
    for law, ids in (
        (ALTERED, differences.altered),
        (MISSING, differences.missing),
        (INSERTED, differences.inserted),
    ):
        yield from (Finding(law, str(transaction_id)) for transaction_id in ids)


_PARTS: Sequence[tuple[type[SealedEntry | SealedLot | SealedUse], Any, Sequence[Any]]] = (
    (
        SealedEntry,
        PointsEntry.transaction_id,
        (PointsEntry.position, PointsEntry.account_id, PointsEntry.slice, PointsEntry.amount_points),
    ),
    (
        SealedLot,
        PointsLot.transaction_id,
        (
            PointsLot.id,
            PointsLot.account_id,
            PointsLot.funding_account_id,
            PointsLot.granted_points,
            PointsLot.issued_at,
            PointsLot.spendable_at,
            PointsLot.expires_at,
            PointsLot.returned_from_transaction_id,
            PointsLot.returned_from_lot_id,
        ),
    ),
    (SealedUse, PointsLotUse.transaction_id, (PointsLotUse.lot_id, PointsLotUse.points)),
)


def _read(session: Session, after: uuid.UUID, last: uuid.UUID) -> Iterator[SealedTransaction]:
    """Transactions after one id up to and with another; four statements, each along an index."""
    entries, lots, uses = (_parts(session, kind, key, columns, after, last) for kind, key, columns in _PARTS)
    query = select(
        PointsTransaction.id,
        PointsTransaction.kind,
        PointsTransaction.source_id,
        PointsTransaction.occurred_at,
        PointsTransaction.recorded_at,
    ).where(PointsTransaction.id > after, PointsTransaction.id <= last)
    for row in session.execute(query):
        yield SealedTransaction(*row, entries=entries[row.id], lots=lots[row.id], uses=uses[row.id])


def _parts(
    session: Session, kind: Any, key: Any, columns: Sequence[Any], after: uuid.UUID, last: uuid.UUID
) -> defaultdict[uuid.UUID, list[Any]]:
    found: defaultdict[uuid.UUID, list[Any]] = defaultdict(list)
    for transaction_id, *values in session.execute(select(key, *columns).where(key > after, key <= last)):
        found[transaction_id].append(kind(*values))
    return found


def _ids_of_parts(session: Session, after: uuid.UUID, last: uuid.UUID) -> set[uuid.UUID]:
    """Also of transactions whose own row is not there any more, or never was."""
    queries = [select(key).where(key > after, key <= last) for _, key, _ in _PARTS]
    return set(session.scalars(union(*queries)))

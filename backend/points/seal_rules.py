"""How blocks of the ledger are sealed: what bytes a transaction is, what is hashed, what a comparison finds. Pure.

The bytes depend on the values only: not on the database, its types, its time zone or the order of its rows.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# Counts up when the encoding changes; what was sealed in an older one stays verifiable.
ENCODING = 1
DIGEST_BYTES = 16
RECORD_BYTES = 16 + DIGEST_BYTES
GENESIS_HASH = bytes(32)  # what the first block follows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SealedEntry:
    position: int
    account_id: uuid.UUID
    slice: int
    amount_points: int


@dataclass(frozen=True, slots=True)
class SealedLot:
    """What of a lot never changes; what is left of it and held does."""

    id: uuid.UUID
    account_id: uuid.UUID
    funding_account_id: uuid.UUID
    granted_points: int
    issued_at: datetime
    spendable_at: datetime | None
    expires_at: datetime
    returned_from_transaction_id: uuid.UUID | None
    returned_from_lot_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class SealedUse:
    lot_id: uuid.UUID
    points: int


@dataclass(frozen=True, slots=True)
class SealedTransaction:
    """A transaction with all the rows that were written with it."""

    id: uuid.UUID
    kind: str
    source_id: uuid.UUID | None
    occurred_at: datetime
    recorded_at: datetime
    entries: Sequence[SealedEntry] = ()
    lots: Sequence[SealedLot] = ()
    uses: Sequence[SealedUse] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """Ids of transactions that are not as a block says, each in order."""

    altered: Sequence[uuid.UUID]
    missing: Sequence[uuid.UUID]
    inserted: Sequence[uuid.UUID]


def encode(transaction: SealedTransaction) -> bytes:
    """Every field in its place, each of a known length: two transactions never have the same bytes."""
    parts = [
        bytes([ENCODING]),
        transaction.id.bytes,
        _text(transaction.kind),
        _optional_id(transaction.source_id),
        _moment(transaction.occurred_at),
        _moment(transaction.recorded_at),
    ]
    parts += _list(map(_entry, sorted(transaction.entries, key=lambda entry: entry.position)))
    parts += _list(map(_lot, sorted(transaction.lots, key=lambda lot: lot.id)))
    parts += _list(map(_use, sorted(transaction.uses, key=lambda use: use.lot_id)))
    return b"".join(parts)


def digest(transaction: SealedTransaction) -> bytes:
    return hashlib.sha256(encode(transaction)).digest()[:DIGEST_BYTES]


def join_digests(digests: Mapping[uuid.UUID, bytes]) -> bytes:
    """Of each transaction, in the order of their ids: id and digest."""
    return b"".join(key.bytes + value for key, value in sorted(digests.items()))


def split_digests(joined: bytes) -> dict[uuid.UUID, bytes]:
    """Raises ValueError when the bytes are not what `join_digests` makes."""
    if len(joined) % RECORD_BYTES:
        raise ValueError("a part of a record")
    records = [joined[start : start + RECORD_BYTES] for start in range(0, len(joined), RECORD_BYTES)]
    found = {uuid.UUID(bytes=record[:16]): record[16:] for record in records}
    if join_digests(found) != joined:
        raise ValueError("not in the order of their ids, or one of them twice")
    return found


def chain_hash(number: int, previous_hash: bytes, digests: bytes) -> bytes:
    return hashlib.sha256(_whole(number) + previous_hash + digests).digest()


def compare(sealed: Mapping[uuid.UUID, bytes], found: Mapping[uuid.UUID, bytes | None]) -> Differences:
    """`found`: None for rows whose transaction itself is not there."""
    return Differences(
        altered=[key for key in sorted(sealed) if found.get(key) not in (None, sealed[key])],
        missing=[key for key in sorted(sealed) if found.get(key) is None],
        inserted=[key for key in sorted(found) if key not in sealed],
    )


def _entry(entry: SealedEntry) -> bytes:
    return b"".join(
        (_whole(entry.position), entry.account_id.bytes, _whole(entry.slice), _whole(entry.amount_points))
    )


def _lot(lot: SealedLot) -> bytes:
    return b"".join(
        (
            lot.id.bytes,
            lot.account_id.bytes,
            lot.funding_account_id.bytes,
            _whole(lot.granted_points),
            _moment(lot.issued_at),
            _optional_moment(lot.spendable_at),
            _moment(lot.expires_at),
            _optional_id(lot.returned_from_transaction_id),
            _optional_id(lot.returned_from_lot_id),
        )
    )


def _use(use: SealedUse) -> bytes:
    return use.lot_id.bytes + _whole(use.points)


def _whole(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def _moment(value: datetime) -> bytes:
    return _whole((value - _EPOCH) // _MICROSECOND)


def _optional_moment(value: datetime | None) -> bytes:
    return b"\x00" if value is None else b"\x01" + _moment(value)


def _optional_id(value: uuid.UUID | None) -> bytes:
    return b"\x00" if value is None else b"\x01" + value.bytes


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _whole(len(encoded)) + encoded


def _list(items: Iterable[bytes]) -> list[bytes]:
    found = list(items)
    return [_whole(len(found)), *found]

"""The bytes of a transaction: the same wherever they come from, others for anything else."""

import dataclasses
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.base.database import first_id_at
from backend.points.seal_rules import (
    GENESIS_HASH,
    SealedEntry,
    SealedLot,
    SealedTransaction,
    SealedUse,
    chain_hash,
    compare,
    digest,
    encode,
    join_digests,
    split_digests,
)

ids = st.uuids()
whole = st.integers(min_value=-(2**63), max_value=2**63 - 1)
moments = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2199, 12, 31), timezones=st.just(UTC)
)
entries = st.builds(SealedEntry, position=whole, account_id=ids, slice=whole, amount_points=whole)
lots = st.builds(
    SealedLot,
    id=ids,
    account_id=ids,
    funding_account_id=ids,
    granted_points=whole,
    issued_at=moments,
    spendable_at=st.none() | moments,
    expires_at=moments,
    returned_from_transaction_id=st.none() | ids,
    returned_from_lot_id=st.none() | ids,
)
uses = st.builds(SealedUse, lot_id=ids, points=whole)
transactions = st.builds(
    SealedTransaction,
    id=ids,
    kind=st.text(max_size=16),
    source_id=st.none() | ids,
    occurred_at=moments,
    recorded_at=moments,
    entries=st.lists(entries, max_size=3, unique_by=lambda entry: entry.position),
    lots=st.lists(lots, max_size=3, unique_by=lambda lot: lot.id),
    uses=st.lists(uses, max_size=3, unique_by=lambda use: use.lot_id),
)
digests = st.dictionaries(ids, st.binary(min_size=16, max_size=16), max_size=8)
AN_ID = uuid.UUID("019dd398-f8d8-7f31-8cac-eb4e39e44f51")
A_MOMENT = datetime(2026, 6, 15, 3, 0, 0, 123456, tzinfo=UTC)
ENTRY = SealedEntry(1, AN_ID, 0, 30)
LOT = SealedLot(AN_ID, AN_ID, AN_ID, 30, A_MOMENT, None, A_MOMENT + timedelta(days=1), None, None)
USE = SealedUse(AN_ID, 30)
TRANSACTION = SealedTransaction(AN_ID, "grant", None, A_MOMENT, A_MOMENT, [ENTRY], [LOT], [USE])


def changed_parts() -> list[Any]:
    """One transaction for every field there is, changed in that field only."""
    other: dict[Any, Any] = {
        AN_ID: uuid.UUID(int=AN_ID.int + 1),
        None: AN_ID,
        A_MOMENT: A_MOMENT + timedelta(microseconds=1),
        LOT.expires_at: LOT.expires_at + timedelta(microseconds=1),
        "grant": "fund",
        30: 31,
        1: 2,
        0: 1,
    }
    found = [
        dataclasses.replace(TRANSACTION, **{name: other[getattr(TRANSACTION, name)]})
        for name in ("id", "kind", "source_id", "occurred_at", "recorded_at")
    ]
    for name, part in (("entries", ENTRY), ("lots", LOT), ("uses", USE)):
        for field in dataclasses.fields(part):
            value = getattr(part, field.name)
            # None of a moment becomes a moment.
            new = A_MOMENT if field.name == "spendable_at" else other[value]
            found.append(
                dataclasses.replace(TRANSACTION, **{name: [dataclasses.replace(part, **{field.name: new})]})
            )
    return found


class TestEncode:
    @given(transactions, transactions)
    def test_gives_different_transactions_different_bytes(
        self, one: SealedTransaction, other: SealedTransaction
    ) -> None:
        assert (encode(one) == encode(other)) == (one == other)

    @pytest.mark.parametrize("changed", changed_parts())
    def test_sees_every_field(self, changed: SealedTransaction) -> None:
        assert digest(changed) != digest(TRANSACTION)

    @pytest.mark.parametrize("part", ["entries", "lots", "uses"])
    def test_sees_a_row_that_is_gone(self, part: str) -> None:
        assert digest(dataclasses.replace(TRANSACTION, **{part: []})) != digest(TRANSACTION)

    @given(transactions, st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_of_rows(self, transaction: SealedTransaction, random: Any) -> None:
        shuffled = dataclasses.replace(
            transaction,
            entries=random.sample(list(transaction.entries), len(transaction.entries)),
            lots=random.sample(list(transaction.lots), len(transaction.lots)),
            uses=random.sample(list(transaction.uses), len(transaction.uses)),
        )

        assert encode(shuffled) == encode(transaction)

    @given(transactions, st.integers(min_value=-720, max_value=720))
    def test_does_not_depend_on_the_time_zone(self, transaction: SealedTransaction, minutes: int) -> None:
        elsewhere = transaction.occurred_at.astimezone(timezone(timedelta(minutes=minutes)))

        assert encode(dataclasses.replace(transaction, occurred_at=elsewhere)) == encode(transaction)

    def test_stays_as_it_is(self) -> None:
        """Blocks that were sealed must verify for good: a new encoding needs a new number."""
        assert digest(TRANSACTION).hex() == "ab571f98c24b1385b3be6f37e5832b93"


class TestDigests:
    @given(digests)
    def test_are_split_as_they_were_joined(self, found: dict[uuid.UUID, bytes]) -> None:
        assert split_digests(join_digests(found)) == found

    @given(digests, st.binary(min_size=1, max_size=31))
    def test_are_refused_with_a_part_too_many(self, found: dict[uuid.UUID, bytes], rest: bytes) -> None:
        with pytest.raises(ValueError, match="a part"):
            split_digests(join_digests(found) + rest)

    def test_are_refused_out_of_order(self) -> None:
        with pytest.raises(ValueError, match="order"):
            split_digests(b"\x02" * 32 + b"\x01" * 32)


class TestChainHash:
    @pytest.mark.parametrize(
        ("number", "previous", "digests"),
        [(2, GENESIS_HASH, b"digests"), (1, b"\x01" * 32, b"digests"), (1, GENESIS_HASH, b"others")],
    )
    def test_depends_on_all_it_is_of(self, number: int, previous: bytes, digests: bytes) -> None:
        assert chain_hash(number, previous, digests) != chain_hash(1, GENESIS_HASH, b"digests")


class TestCompare:
    @given(digests)
    def test_finds_nothing_where_nothing_changed(self, sealed: dict[uuid.UUID, bytes]) -> None:
        found = compare(sealed, dict(sealed))

        assert (found.altered, found.missing, found.inserted) == ([], [], [])

    @given(digests, digests)
    def test_tells_each_difference_by_its_kind(
        self, sealed: dict[uuid.UUID, bytes], found: dict[uuid.UUID, bytes]
    ) -> None:
        differences = compare(sealed, found)

        assert set(differences.missing) == set(sealed) - set(found)
        assert set(differences.inserted) == set(found) - set(sealed)
        assert set(differences.altered) == {
            key for key in set(sealed) & set(found) if sealed[key] != found[key]
        }

    def test_takes_rows_without_their_transaction_for_missing_or_put_in(self) -> None:
        other = uuid.UUID(int=7)

        differences = compare({AN_ID: b"d"}, {AN_ID: None, other: None})

        assert (differences.missing, differences.inserted) == ([AN_ID], [other])


class TestFirstIdAt:
    @given(moments, st.integers(min_value=0, max_value=2**62 - 1))
    def test_is_the_smallest_of_its_millisecond(self, moment: datetime, rest: int) -> None:
        first = first_id_at(moment)
        later = uuid.UUID(int=first.int | rest)

        assert first.version == 7
        assert first_id_at(moment - timedelta(milliseconds=1)) < first <= later

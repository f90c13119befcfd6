"""Blocks of the ledger are sealed once they have come to rest; whatever changes behind them is named."""

import dataclasses
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session
from structlog.testing import CapturingLogger

from backend.base.database import Base, Database
from backend.base.secrets import Vault
from backend.demo.loading import load_demo
from backend.jobs import sealing
from backend.points.models import (
    AccountKind,
    PointsEntry,
    PointsLot,
    PointsLotUse,
    PointsSeal,
    PointsTransaction,
)
from backend.points.seal_rules import SealedEntry, SealedLot, SealedTransaction, SealedUse
from backend.points.service.movements import (
    ISSUANCE_ACCOUNT_ID,
    LAPSED_ACCOUNT_ID,
    fund,
    grant,
    open_account,
    spend,
)
from backend.points.service.seals import (
    ALTERED,
    BLOCK_BROKEN,
    BLOCK_MISSING,
    HEAD_LOST,
    INSERTED,
    MISSING,
    SETTLED_AFTER,
    SealHead,
    find_head,
    seal_ledger,
    verify_seals,
)
from backend.points.verification import Finding
from tests.conftest import NOW

# Ids are drawn by the true clock, whatever the test's says.
LATER = datetime(2100, 1, 1, tzinfo=UTC)
GUARDED = ("points_transactions", "points_entries", "points_lot_uses", "points_seals")

Tamper = Callable[[Session, uuid.UUID], object]


@pytest.fixture
def history(database: Database, at: datetime) -> list[uuid.UUID]:
    """The ids of seven transactions: a fund, three grants with a lot each, three spends of a whole lot."""

    def work(session: Session) -> list[uuid.UUID]:
        budget = open_account(session, kind=AccountKind.FUNDING, at=at)
        purse = open_account(session, kind=AccountKind.CITIZEN, at=at)
        till = open_account(session, kind=AccountKind.SHOP, at=at)
        ids = [fund(session, account_id=budget, points=100, at=at)]
        for days in (1, 2, 3):
            ids.append(
                grant(
                    session,
                    account_id=purse,
                    funding_account_id=budget,
                    points=10,
                    expires_at=at + timedelta(days=days),
                    at=at,
                )
            )
        for _ in range(3):
            ids.append(spend(session, account_id=purse, to_account_id=till, points=10, at=at))
        return ids

    return database.run(work)


def seal(database: Database, limit: int = 1_000) -> SealHead | None:
    return database.run(lambda session: seal_ledger(session, at=LATER, limit=limit))


def seal_all(database: Database, limit: int) -> list[SealHead]:
    return list(iter(lambda: seal(database, limit), None))


def findings(database: Database, kept: tuple[int, bytes] | None = None) -> list[Finding]:
    return database.run(lambda session: list(verify_seals(session, kept=kept)))


def unguarded(database: Database, change: Callable[[Session], object]) -> None:
    """As an insider would who owns the tables."""

    def work(session: Session) -> None:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        for table in GUARDED:
            for event in ("update", "delete"):
                session.execute(
                    text(f"DROP TRIGGER {table}_no_{event}" + ("" if is_sqlite else f" ON {table}"))
                )
        change(session)

    database.run(work)


def remove(session: Session, transaction_id: uuid.UUID) -> None:
    for model in (PointsLotUse, PointsEntry):
        session.execute(delete(model).where(model.transaction_id == transaction_id))
    session.execute(delete(PointsTransaction).where(PointsTransaction.id == transaction_id))


def put_in(session: Session, transaction_id: uuid.UUID) -> None:
    """Right after the transaction."""
    session.execute(
        insert(PointsTransaction).values(
            id=uuid.UUID(int=transaction_id.int + 1),
            kind="grant",
            source_id=None,
            occurred_at=LATER,
            recorded_at=LATER,
        )
    )


def altered_kind(session: Session, transaction_id: uuid.UUID) -> object:
    return session.execute(
        update(PointsTransaction).where(PointsTransaction.id == transaction_id).values(kind="correct")
    )


def altered_moment(session: Session, transaction_id: uuid.UUID) -> object:
    return session.execute(
        update(PointsTransaction)
        .where(PointsTransaction.id == transaction_id)
        .values(occurred_at=NOW + timedelta(microseconds=1))
    )


def altered_entries(session: Session, transaction_id: uuid.UUID) -> object:
    doubled = PointsEntry.amount_points * 2
    return session.execute(
        update(PointsEntry).where(PointsEntry.transaction_id == transaction_id).values(amount_points=doubled)
    )


def exchanged_accounts(session: Session, transaction_id: uuid.UUID) -> object:
    own = PointsEntry.transaction_id == transaction_id
    return session.execute(update(PointsEntry).where(own).values(amount_points=-PointsEntry.amount_points))


def altered_use(session: Session, transaction_id: uuid.UUID) -> object:
    return session.execute(
        update(PointsLotUse).where(PointsLotUse.transaction_id == transaction_id).values(points=9)
    )


def altered_lot(session: Session, transaction_id: uuid.UUID) -> object:
    return session.execute(
        update(PointsLot).where(PointsLot.transaction_id == transaction_id).values(expires_at=LATER)
    )


class TestSealedRows:
    @pytest.mark.parametrize(
        ("model", "sealed", "changing"),
        [
            (PointsTransaction, SealedTransaction, {"entries", "lots", "uses"}),
            (PointsEntry, SealedEntry, {"transaction_id"}),
            (PointsLot, SealedLot, {"transaction_id", "remaining_points", "held_points"}),
            (PointsLotUse, SealedUse, {"transaction_id"}),
        ],
    )
    def test_leave_out_no_column_that_never_changes(
        self, model: type[Base], sealed: Any, changing: set[str]
    ) -> None:
        """A column added tomorrow belongs into the seals, or among those that change."""
        fields = {field.name for field in dataclasses.fields(sealed)}

        assert set(model.__table__.columns.keys()) ^ fields == changing


class TestSealLedger:
    def test_has_nothing_to_seal_in_an_empty_ledger(self, database: Database) -> None:
        assert seal(database) is None

    def test_seals_what_there_is_in_the_order_of_ids(
        self, database: Database, history: list[uuid.UUID]
    ) -> None:
        head = seal(database)

        assert head is not None
        assert (head.number, head.transaction_count) == (1, 7)
        assert head.last_transaction_id == max(history)

    def test_goes_on_where_the_block_before_ended(self, database: Database, history: list[uuid.UUID]) -> None:
        heads = seal_all(database, limit=3)

        assert [(head.number, head.transaction_count) for head in heads] == [(1, 3), (2, 3), (3, 1)]
        assert [head.last_transaction_id for head in heads] == [history[2], history[5], history[6]]

    def test_leaves_what_may_still_be_under_way(self, database: Database, history: list[uuid.UUID]) -> None:
        drawn_at = datetime.fromtimestamp((history[0].int >> 80) / 1000, UTC)

        head = database.run(lambda session: seal_ledger(session, at=drawn_at + SETTLED_AFTER))

        assert head is None

    @pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
    def test_leaves_what_is_younger_than_the_oldest_writer(
        self, database: Database, history: list[uuid.UUID], at: datetime
    ) -> None:
        """However long it takes: an id it drew early must not come to rest below a sealed one."""
        with database.engine.begin() as writing:
            writing.execute(text("UPDATE points_accounts SET closed_at = now()"))

            during = seal(database)

        assert during is None
        assert seal(database) is not None

    def test_gives_the_same_hash_on_every_database(self, database: Database, at: datetime) -> None:
        transaction_id, lot_id = uuid.UUID(int=7 << 76 | 2 << 62 | 1), uuid.UUID(int=2)
        moment = datetime(2026, 6, 15, 12, 0, 0, 5, tzinfo=UTC)

        def work(session: Session) -> None:
            row = {"id": transaction_id, "kind": "grant", "source_id": lot_id}
            session.execute(insert(PointsTransaction).values(**row, occurred_at=moment, recorded_at=moment))
            entries = [(1, ISSUANCE_ACCOUNT_ID, -5), (2, LAPSED_ACCOUNT_ID, 5)]
            columns = ("position", "account_id", "amount_points")
            session.execute(
                insert(PointsEntry).values(
                    [
                        {
                            "transaction_id": transaction_id,
                            "slice": 0,
                            **dict(zip(columns, entry, strict=True)),
                        }
                        for entry in entries
                    ]
                )
            )
            lot = {"id": lot_id, "account_id": LAPSED_ACCOUNT_ID, "funding_account_id": ISSUANCE_ACCOUNT_ID}
            session.execute(
                insert(PointsLot).values(
                    **lot,
                    transaction_id=transaction_id,
                    granted_points=5,
                    remaining_points=3,
                    issued_at=moment,
                    expires_at=moment + timedelta(days=1),
                )
            )
            session.execute(
                insert(PointsLotUse).values(transaction_id=transaction_id, lot_id=lot_id, points=2)
            )

        database.run(work)
        head = seal(database)

        assert head is not None
        assert head.hash.hex() == "a65ca710a087afe077534b2be5b9995db9ff2de1f6a86cd1af8b3a05a6c10c60"

    @pytest.mark.slow
    def test_seals_the_past_of_the_demonstration(
        self, database: Database, clock: time_machine.Traveller
    ) -> None:
        database.run(
            lambda session: load_demo(
                session, today=date(2026, 6, 15), vault=Vault("for this test"), terms_version="2026-11"
            )
        )

        heads = seal_all(database, limit=1_000)

        count = database.run(lambda session: session.query(PointsTransaction).count())
        assert sum(head.transaction_count for head in heads) == count > 1_000
        assert findings(database) == []


@pytest.mark.slow
class TestSealLedgerAtOnce:
    @pytest.mark.parametrize("round", range(5))
    def test_seals_each_block_once(self, database: Database, history: list[uuid.UUID], round: int) -> None:
        gate = Barrier(4)

        def work(_number: int) -> list[SealHead]:
            gate.wait()
            return seal_all(database, limit=2)

        with ThreadPoolExecutor(4) as pool:
            sealed = [head for heads in pool.map(work, range(4)) for head in heads]
        sealed += seal_all(database, limit=2)

        assert sorted(head.number for head in sealed) == [1, 2, 3, 4]
        assert sum(head.transaction_count for head in sealed) == len(history)
        assert findings(database) == []


class TestSealBlock:
    @pytest.fixture
    def log(self, monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
        log = CapturingLogger()
        monkeypatch.setattr(sealing, "log", log)
        return log

    def test_logs_each_new_head(
        self,
        database: Database,
        history: list[uuid.UUID],
        clock: time_machine.Traveller,
        log: CapturingLogger,
    ) -> None:
        clock.move_to(LATER)

        more = sealing.seal_block(database)

        head = database.run(find_head)
        assert head is not None
        assert not more
        assert [(call.method_name, call.args, call.kwargs) for call in log.calls] == [
            (
                "info",
                ("ledger_sealed",),
                {
                    "number": 1,
                    "hash": head.hash.hex(),
                    "transactions": 7,
                    "last_transaction_id": str(history[-1]),
                },
            )
        ]

    def test_says_nothing_when_nothing_was_sealed(self, database: Database, log: CapturingLogger) -> None:
        more = sealing.seal_block(database)

        assert (more, log.calls) == (False, [])


class TestVerifySeals:
    def test_finds_nothing_where_all_is_well(self, database: Database, history: list[uuid.UUID]) -> None:
        seal_all(database, limit=2)

        assert findings(database) == []

    def test_does_not_mind_what_is_spent_of_a_lot(self, database: Database, history: list[uuid.UUID]) -> None:
        seal_all(database, limit=2)

        database.run(lambda session: session.execute(update(PointsLot).values(remaining_points=3)))

        assert findings(database) == []

    @pytest.mark.parametrize(
        ("index", "tamper"),
        [
            (0, altered_kind),
            (1, altered_moment),
            (2, altered_entries),
            (3, exchanged_accounts),
            (2, altered_lot),
            (5, altered_use),
            (6, altered_kind),
        ],
    )
    def test_names_an_altered_transaction(
        self, database: Database, history: list[uuid.UUID], index: int, tamper: Tamper
    ) -> None:
        seal_all(database, limit=2)

        unguarded(database, lambda session: tamper(session, history[index]))

        assert findings(database) == [Finding(ALTERED, str(history[index]))]

    @pytest.mark.parametrize("model", [PointsEntry, PointsLotUse])
    def test_names_a_transaction_that_lost_a_row(
        self, database: Database, history: list[uuid.UUID], model: type[PointsEntry | PointsLotUse]
    ) -> None:
        seal_all(database, limit=2)

        own = model.transaction_id == history[4]
        unguarded(database, lambda session: session.execute(delete(model).where(own)))

        assert findings(database) == [Finding(ALTERED, str(history[4]))]

    @pytest.mark.parametrize("index", [4, 5, 6])
    def test_names_a_transaction_that_is_gone(
        self, database: Database, history: list[uuid.UUID], index: int
    ) -> None:
        seal_all(database, limit=2)

        unguarded(database, lambda session: remove(session, history[index]))

        assert findings(database) == [Finding(MISSING, str(history[index]))]

    @pytest.mark.parametrize("index", [0, 1, 2, 5])
    def test_names_a_transaction_put_in(
        self, database: Database, history: list[uuid.UUID], index: int
    ) -> None:
        seal_all(database, limit=2)

        database.run(lambda session: put_in(session, history[index]))

        assert findings(database) == [Finding(INSERTED, str(uuid.UUID(int=history[index].int + 1)))]

    def test_names_all_of_several(self, database: Database, history: list[uuid.UUID]) -> None:
        seal_all(database, limit=2)

        def change(session: Session) -> None:
            altered_kind(session, history[0])
            altered_kind(session, history[1])
            remove(session, history[5])
            put_in(session, history[2])

        unguarded(database, change)

        assert findings(database) == [
            Finding(ALTERED, str(history[0])),
            Finding(ALTERED, str(history[1])),
            Finding(INSERTED, str(uuid.UUID(int=history[2].int + 1))),
            Finding(MISSING, str(history[5])),
        ]

    def test_lets_new_transactions_follow_the_last_block(
        self, database: Database, history: list[uuid.UUID], at: datetime
    ) -> None:
        seal_all(database, limit=2)

        account_id = database.run(
            lambda session: session.scalars(select(PointsLot.funding_account_id)).first()
        )
        assert account_id is not None
        database.run(lambda session: fund(session, account_id=account_id, points=5, at=at))

        assert findings(database) == []


class TestVerifySealsOfBlocks:
    @pytest.fixture
    def heads(self, database: Database, history: list[uuid.UUID]) -> list[SealHead]:
        """Four blocks."""
        return seal_all(database, limit=2)

    @pytest.mark.parametrize(
        "values",
        [
            {"hash": b"\x01" * 32},
            {"previous_hash": b"\x01" * 32},
            {"digests": b"too short"},
            {"digests": b""},
            {"transaction_count": 3},
            {"last_transaction_id": uuid.UUID(int=2**128 - 1)},
        ],
    )
    def test_names_one_that_was_altered(
        self, database: Database, heads: list[SealHead], values: dict[str, object]
    ) -> None:
        second = update(PointsSeal).where(PointsSeal.number == 2).values(**values)

        unguarded(database, lambda session: session.execute(second))

        assert Finding(BLOCK_BROKEN, "2") in findings(database)
        assert {finding.law for finding in findings(database)} == {BLOCK_BROKEN}

    def test_names_one_that_is_gone(self, database: Database, heads: list[SealHead]) -> None:
        second = delete(PointsSeal).where(PointsSeal.number == 2)

        unguarded(database, lambda session: session.execute(second))

        assert findings(database) == [Finding(BLOCK_MISSING, "2")]

    def test_names_the_first_one_when_it_is_gone(self, database: Database, heads: list[SealHead]) -> None:
        first = delete(PointsSeal).where(PointsSeal.number == 1)

        unguarded(database, lambda session: session.execute(first))

        assert findings(database) == [Finding(BLOCK_MISSING, "1")]

    def test_knows_a_head_that_was_kept(self, database: Database, heads: list[SealHead]) -> None:
        assert findings(database, kept=(2, heads[1].hash)) == []

    def test_misses_a_kept_head_when_the_chain_was_written_anew(
        self, database: Database, history: list[uuid.UUID], heads: list[SealHead]
    ) -> None:
        """Nothing in the database tells: only what is kept outside does."""

        def change(session: Session) -> None:
            session.execute(delete(PointsSeal))
            altered_kind(session, history[0])

        unguarded(database, change)
        seal_all(database, limit=2)

        lost = Finding(HEAD_LOST, f"4:{heads[3].hash.hex()}")
        assert findings(database) == []
        assert findings(database, kept=(4, heads[3].hash)) == [lost]

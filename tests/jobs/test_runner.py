"""The worker's loops: a failing job harms no other, and the process ends when asked."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.errors import DatabaseUnavailable
from backend.config import Settings
from backend.jobs.runner import JobsFailed, run_once, run_until, run_worker
from backend.jobs.work import PAUSE_MAX_SECONDS, Job, pause_seconds
from tests.factories.budgets import give, make_budget
from tests.factories.notices import make_device, make_notice
from tests.factories.people import make_citizen

PATIENCE_SECONDS = 20


def job(name: str, run: Callable[[], bool], every_seconds: float = 0.01) -> Job:
    return Job(name, every_seconds, run)


class TestRunOnce:
    def test_runs_each_job_until_nothing_is_due(self) -> None:
        batches = [True, True, False]

        run_once([job("work", lambda: batches.pop(0))], threading.Event())

        assert batches == []

    def test_finishes_the_others_before_it_tells_which_failed(self) -> None:
        done: list[str] = []

        def fail() -> bool:
            raise RuntimeError("broken")

        def work() -> bool:
            done.append("work")
            return False

        with pytest.raises(JobsFailed, match=r"^broken, away$"):
            run_once([job("broken", fail), job("away", _away), job("work", work)], threading.Event())

        assert done == ["work"]

    def test_ends_what_is_begun_and_no_more_when_asked(self) -> None:
        done: list[str] = []

        def work() -> bool:
            signal.raise_signal(signal.SIGTERM)
            done.append("work")
            return True

        run_once([job("work", work), job("more", work)], threading.Event())

        assert done == ["work"]


def _away() -> bool:
    raise DatabaseUnavailable


class TestRunUntil:
    def test_ends_when_told(self) -> None:
        stop = threading.Event()
        runs: list[int] = []

        def work() -> bool:
            runs.append(1)
            if len(runs) == 3:
                stop.set()
            return False

        run_until([job("work", work)], stop)

        assert len(runs) == 3

    def test_a_job_that_fails_or_hangs_holds_up_no_other(self) -> None:
        stop, hanging = threading.Event(), threading.Event()
        runs: list[int] = []

        def hang() -> bool:
            hanging.wait(PATIENCE_SECONDS)
            return False

        def work() -> bool:
            runs.append(1)
            if len(runs) == 5:
                stop.set()
                hanging.set()
            return False

        run_until([job("away", _away), job("hanging", hang), job("work", work)], stop)

        assert len(runs) >= 5

    def test_runs_again_at_once_while_more_waits(self) -> None:
        stop = threading.Event()
        batches = [True, True, True]

        def work() -> bool:
            more = bool(batches) and batches.pop()
            if not more:
                stop.set()
            return more

        run_until([job("work", work, every_seconds=3600)], stop)

        assert batches == []

    def test_leaves_the_signals_as_it_found_them(self) -> None:
        before = [signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)]
        stop = threading.Event()
        stop.set()

        run_until([], stop)

        assert [signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)] == before


class TestPauseSeconds:
    def test_is_ever_longer_while_a_job_fails(self) -> None:
        often = job("often", _away, every_seconds=1)

        assert [pause_seconds(often, failures) for failures in (0, 1, 2, 3, 20)] == [
            1,
            1,
            2,
            4,
            PAUSE_MAX_SECONDS,
        ]

    def test_tries_a_rare_job_again_soon(self) -> None:
        rare = job("rare", _away, every_seconds=21_600)

        assert [pause_seconds(rare, failures) for failures in (0, 1, 2, 40)] == [21_600, 1, 2, 21_600]


@pytest.fixture
def push_log(database: Database, at: datetime, tmp_path: Path) -> Path:
    """Where a push that waits will be seen."""
    citizen = database.run(lambda session: make_citizen(session, at=at))
    database.run(lambda session: make_device(session, citizen_id=citizen.id, at=at))
    database.run(lambda session: make_notice(session, citizen_id=citizen.id, at=at))
    return tmp_path / "push.log"


class TestRunWorker:
    def test_once_sends_what_waits_to_the_visible_log(
        self, database_url: str, push_log: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run_worker(Settings(database_url=database_url, push_log_file=push_log), once=True)

        [line] = push_log.read_text(encoding="utf-8").splitlines()
        assert "麦と汽笛でのお買い物 | お支払い 1,480円" in line
        assert line in capsys.readouterr().err

    def test_once_sends_what_the_clock_makes_meanwhile(
        self, database: Database, database_url: str, at: datetime, tmp_path: Path
    ) -> None:
        push_log = tmp_path / "push.log"

        def give_points_that_end_soon(session: Session) -> None:
            citizen = make_citizen(session, at=at)
            make_device(session, citizen_id=citizen.id, at=at)
            give(
                session,
                account_id=citizen.account_id,
                budget_id=make_budget(session, at=at),
                points=5,
                at=at,
                days=3,
            )

        database.run(give_points_that_end_soon)

        run_worker(Settings(database_url=database_url, push_log_file=push_log), once=True)

        [line] = push_log.read_text(encoding="utf-8").splitlines()
        assert "5ポイント" in line

    def test_once_tells_when_the_database_is_away(self, tmp_path: Path) -> None:
        with pytest.raises(JobsFailed):
            run_worker(Settings(database_url=f"sqlite:///{tmp_path}/no-such-folder/x.db"), once=True)

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_the_process_ends_cleanly_when_asked(
        self, database_url: str, tmp_path: Path, number: signal.Signals
    ) -> None:
        program = (
            "import sys; from backend.config import read_settings;"
            "from backend.jobs.runner import run_worker; run_worker(read_settings())"
        )
        worker = subprocess.Popen(
            [sys.executable, "-c", program],
            env=os.environ | {"DATABASE_URL": database_url, "LOG_LEVEL": "INFO"},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert worker.stderr is not None
        assert "worker_started" in worker.stderr.readline()

        worker.send_signal(number)
        _, log = worker.communicate(timeout=PATIENCE_SECONDS)

        assert worker.returncode == 0, log
        assert '"unfinished":[]' in log

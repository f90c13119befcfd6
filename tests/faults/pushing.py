"""A real worker whose pushes take their time and are noted in a file, until it is killed.

`python -m tests.faults.pushing DATABASE_URL FILE`: a line in FILE for each target, written when it would be sent.
Further settings come from the environment.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from time import sleep

from backend.base.push import Push, PushOutcome, PushResult
from backend.config import read_settings
from backend.jobs import messages, runner
from backend.notices.terms import load_terms

BATCH = 50
SECONDS_A_BATCH = 0.03
LEASE_SECONDS = 2


class NotingSender:
    def __init__(self, file: str) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        os.write(self._file, "".join(f"{push.target}\n" for push in pushes).encode())
        sleep(SECONDS_A_BATCH)
        return [PushOutcome(PushResult.ACCEPTED) for _ in pushes]

    def close(self) -> None:
        os.close(self._file)


def main(database_url: str, file: str) -> None:
    messages.BATCH_FIRST = BATCH
    messages.next_batch_size = lambda size, **_: size
    # At any hour at which the tests run.
    runner.load_notice_terms = lambda _: replace(load_terms(), quiet_from=time(0), quiet_until=time(0))
    make_senders = runner.make_senders
    runner.make_senders = lambda settings: replace(make_senders(settings), push=NotingSender(file))
    runner.run_worker(
        replace(
            read_settings(),
            database_url=database_url,
            push_lease_seconds=LEASE_SECONDS,
            log_level="WARNING",
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The worker makes way for the server. In processes of their own, for it holds until they end."""

import os
import subprocess
import sys

import pytest

from backend.cli.priority import NICENESS

NICEST = 19

SCRIPT = """
import os
os.nice({before})
from backend.cli.priority import make_way
make_way()
make_way()
print(os.getpriority(os.PRIO_PROCESS, 0))
"""


@pytest.mark.parametrize("more", [0, 7])
def test_makes_way_and_never_takes_more(more: int) -> None:
    before = min(os.getpriority(os.PRIO_PROCESS, 0) + more, NICEST)

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(before=more)], capture_output=True, text=True, check=True
    )

    assert int(done.stdout) == max(before, NICENESS)

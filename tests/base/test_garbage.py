"""What is loaded is no garbage. In a process of its own, for it holds until the process ends."""

import subprocess
import sys

SCRIPT = """
import gc
from backend.base.garbage import spare_what_is_loaded
loaded = len(gc.get_objects())
spare_what_is_loaded()
print(loaded, gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_what_is_loaded_is_looked_through_no_more() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)

    loaded, frozen, left = map(int, done.stdout.split())
    assert frozen >= loaded * 0.9
    assert left < 1_000

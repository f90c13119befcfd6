"""A process that serves another must not outlive it: it would hold the port that the next one needs."""

import os
import threading
from collections.abc import Callable

LOOK_EVERY_SECONDS = 1.0


def stop_with_parent(parent: int, stop: Callable[[], None]) -> None:
    """Call `stop` once this process is no longer a child of `parent`, however that one ended."""

    def watch() -> None:
        while os.getppid() == parent:
            asleep.wait(LOOK_EVERY_SECONDS)
        stop()

    asleep = threading.Event()
    threading.Thread(target=watch, name="stop_with_parent", daemon=True).start()

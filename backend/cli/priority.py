"""How the operating system ranks us."""

import os

# A third of the weight of others: who waits in front of a till goes first, and a message still goes out when all
# processors are busy.
NICENESS = 5


def make_way() -> None:
    """Let what people wait for, such as the server's answers, go first. A higher niceness given to us stays."""
    if hasattr(os, "setpriority") and os.getpriority(os.PRIO_PROCESS, 0) < NICENESS:
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)

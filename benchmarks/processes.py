"""What a server and its children use of the machine."""

import psutil


def family(pid: int) -> list[psutil.Process]:
    """A process and everything below it, the oldest first."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """User and system time a process and everything below it have used so far, ended children included."""
    total = 0.0
    for process in family(pid):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # ended just now: its parent's children_* hold its time
        total += times.user + times.system + times.children_user + times.children_system
    return total


def stolen_seconds() -> float:
    """CPU time that the host of a virtual machine has given to others so far; 0 where that is not told."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


def largest_memory_mb(pid: int) -> float:
    """Resident memory, in 1,000,000 bytes, of the largest process of the family."""
    return max(process.memory_info().rss for process in family(pid)) / 1e6

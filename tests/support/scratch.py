"""Where files lie that need not survive a power cut: in memory, if the machine has room for them there."""

import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 (only its room is used: every folder in it is made by tempfile)
ROOM_BYTES = 4 << 30


def scratch_directory() -> Path | None:
    """A parent for temporary folders; None: the usual one."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return None
    return MEMORY

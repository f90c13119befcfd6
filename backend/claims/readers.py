"""Reading the text off a photo: a machine's guess, never a fact, and nothing depends on there being a machine.

Tesseract runs as a process of its own, with bounds on time and memory, without our settings in its environment. It
sees only pictures that `base.images` has encoded.
"""

import math
import resource
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Protocol

LANGUAGES = "jpn"
# One block of text, lines of different size.
PAGE_MODE = "6"
MEMORY_MAX_BYTES = 1_000_000_000
TEXT_MAX_BYTES = 40_000
# Reading takes a whole core for seconds: one photo at a time in each process, and nobody waits for long.
TURN_SECONDS = 5.0


class ReceiptReader(Protocol):
    def read(self, photos: Sequence[bytes]) -> str | None:
        """The text of JPEGs of one receipt, as lines; None: nothing could be read.

        Takes seconds: never inside a transaction.
        """


class NoReceiptReader:
    """Where nothing is installed that reads."""

    def read(self, photos: Sequence[bytes]) -> str | None:
        return None


class TesseractReader:
    def __init__(self, program: str, *, seconds: int) -> None:
        """`program`: its path. `seconds`: of processor time and of waiting, for all photos of a receipt."""
        self._program = program
        self._seconds = seconds
        self._turn = threading.Lock()

    def read(self, photos: Sequence[bytes]) -> str | None:
        if not self._turn.acquire(timeout=TURN_SECONDS):
            return None
        try:
            texts = list(self._read_each(photos))
        finally:
            self._turn.release()
        return "\n".join(filter(None, texts)) or None

    def _read_each(self, photos: Sequence[bytes]) -> Iterator[str]:
        over_at = monotonic() + self._seconds
        for photo in photos:
            left_seconds = over_at - monotonic()
            if left_seconds <= 0:
                return
            with suppress(
                OSError, subprocess.SubprocessError
            ):  # no memory for it, no time left, or it is gone
                yield self._run(photo, left_seconds)

    def _run(self, photo: bytes, seconds: float) -> str:
        command = [self._program, "stdin", "stdout", "-l", LANGUAGES, "--psm", PAGE_MODE]
        with subprocess.Popen(  # noqa: S603 (a program that the operator named, and no argument of anybody's)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
        ) as process:
            try:
                _bound(process.pid, math.ceil(seconds))  # it waits for its photo meanwhile
                text, _ = process.communicate(photo, timeout=seconds)
            finally:
                process.kill()
        if process.returncode != 0:
            return ""
        return text[:TEXT_MAX_BYTES].decode(errors="replace").strip()


def _bound(pid: int, seconds: int) -> None:
    """Where the system can: elsewhere the waiting alone is bounded."""
    prlimit = getattr(resource, "prlimit", None)
    if prlimit is not None:
        prlimit(pid, resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
        prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds))
        prlimit(pid, resource.RLIMIT_FSIZE, (0, 0))


def find_reader(program: str, *, seconds: int) -> ReceiptReader:
    """The program by its name or path, if it is there; an empty name: none. One without Japanese reads nothing."""
    path = shutil.which(program) if program else None
    return TesseractReader(path, seconds=seconds) if path else NoReceiptReader()

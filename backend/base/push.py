"""Pushes to phones: what one is, what became of it, and the sender for where no push service is set up.

A sender never raises for one message: each has its own outcome, because a batch of which only some were
accepted must not be repeated as a whole.
"""

import enum
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol, TextIO

import structlog

from backend.base.clock import in_jst, utc_now

TARGET_CHARACTERS_SHOWN = 6
ANALYTICS_LABEL_CHARACTERS = 50
RETRY_AFTER_MAX_SECONDS = 86_400

log = structlog.get_logger()


class PushResult(enum.StrEnum):
    ACCEPTED = "accepted"  # by the push service; whether it was seen nobody can tell
    RETIRED = "retired"  # the target is gone for good
    RETRY = "retry"  # certainly not sent; later it may be
    FAILED = "failed"
    UNKNOWN = "unknown"  # sent, but the answer never came


@dataclass(frozen=True, slots=True, eq=False)
class PushContent:
    """What is shown, told apart by identity: to be sent to many it is made once, and senders encode it once.

    `collapse_key`: of two with the same key a phone shows the later one only. `is_urgent` wakes a phone that
    sleeps: for disasters. `analytics_label`: at most ANALYTICS_LABEL_CHARACTERS of `A-Z a-z 0-9 - _ . ~ %`.
    """

    title: str
    body: str
    data: Mapping[str, str]
    collapse_key: str
    ttl_seconds: int
    is_urgent: bool = False
    analytics_label: str | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """A content on its way to one target."""

    content: PushContent
    platform: str
    target_kind: str
    target: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """`reason` is short and holds no target; `after_seconds`: not before that, if the service said so."""

    result: PushResult
    reason: str | None = None
    after_seconds: int | None = None


class PushSender(Protocol):
    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        """One outcome a push, in the same order. Asks the network: never inside a transaction.

        Several threads may call at once.
        """

    def close(self) -> None:
        """Let go of connections. Nothing is sent afterwards."""


def read_retry_after(value: str | None) -> int | None:
    """Seconds from now, from either form of the header; a day at most, whatever it says."""
    value = (value or "").strip()
    if value.isdecimal():
        return RETRY_AFTER_MAX_SECONDS if len(value) > 6 else min(int(value), RETRY_AFTER_MAX_SECONDS)
    try:
        seconds = (parsedate_to_datetime(value) - utc_now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0, int(seconds)), RETRY_AFTER_MAX_SECONDS)


class LogPushSender:
    """Writes each push as one readable line to stderr, and to a file when there is one."""

    def __init__(self, file: Path | None = None, stream: TextIO | None = None) -> None:
        """Raises OSError when the file cannot be written, before anything counts as sent."""
        self._file = file
        self._stream = stream
        self._write_file([])

    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        lines = [f"{_line(push)}\n" for push in pushes]
        stream = self._stream or sys.stderr
        stream.writelines(lines)
        stream.flush()
        self._write_file(lines)
        return [PushOutcome(PushResult.ACCEPTED) for _ in pushes]

    def close(self) -> None:
        """Nothing is held."""

    def _write_file(self, lines: Sequence[str]) -> None:
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as file:
                file.writelines(lines)


class MissingPushSender:
    """Where no push service is set up and the log is no place for what people bought."""

    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        return [PushOutcome(PushResult.FAILED, "push_service_not_set_up") for _ in pushes]

    def close(self) -> None:
        """Nothing is held."""


class RoutingPushSender:
    """Gives each push to the sender of its target's kind, one sender after the other."""

    def __init__(self, by_kind: Mapping[str, PushSender], otherwise: PushSender) -> None:
        self._by_kind = by_kind
        self._otherwise = otherwise

    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        numbers: dict[PushSender, list[int]] = {}
        for number, push in enumerate(pushes):
            sender = self._by_kind.get(push.target_kind, self._otherwise)
            numbers.setdefault(sender, []).append(number)
        outcomes: dict[int, PushOutcome] = {}
        for sender, own in numbers.items():
            outcomes.update(zip(own, _send_by(sender, [pushes[number] for number in own]), strict=True))
        return [outcomes[number] for number in range(len(pushes))]

    def close(self) -> None:
        for sender in {*self._by_kind.values(), self._otherwise}:
            sender.close()


def _send_by(sender: PushSender, pushes: Sequence[Push]) -> list[PushOutcome]:
    try:
        return sender.send(pushes)
    except Exception as error:  # what the other senders were told must not be lost with it
        log.error("push_sender_failed", sender=type(sender).__name__, exc_info=error)
        return [PushOutcome(PushResult.UNKNOWN, type(error).__name__) for _ in pushes]


def _line(push: Push) -> str:
    moment = in_jst(utc_now()).isoformat(timespec="seconds")
    target = f"…{push.target[-TARGET_CHARACTERS_SHOWN:]}" if len(push.target) > 20 else "…"
    words = " | ".join(" ".join(part.split()) for part in (push.content.title, push.content.body))
    return f"{moment} push to {push.platform} {push.target_kind} {target}: {words}"

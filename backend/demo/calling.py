"""HTTP as the apps and tills of the played story speak it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

ANSWER_SECONDS = 15.0


class Teller:
    """Tells a story: by lines, and by steps, which are numbered as they come."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._steps = 0

    def __call__(self, text: str) -> None:
        self._say(text)

    def step(self, text: str) -> None:
        self._steps += 1
        self._say(f"{self._steps}. {text}")


class PlayFailed(Exception):
    """Nobody answers, or the answer is not what the story needs; the message is for people."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`body`: of JSON what it says, of a PDF its bytes."""

    status: int
    headers: Mapping[str, str]
    body: Any
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Caller:
    """One of the cast with a phone or a till; without a token, nobody yet.

    Without a language, texts come in the caller's own.
    """

    url: str
    token: str = field(repr=False)
    language: str | None

    def get(self, path: str) -> Any:
        """Raises PlayFailed unless it is there."""
        return self.ask("GET", path).body

    def ask(
        self, method: str, path: str, body: Any = None, *, expect: int = 200, key: str | None = None
    ) -> Reply:
        """Raises PlayFailed when nobody answers, or with another status."""
        headers = {"Accept": "application/json"}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Accept-Language": self.language} if self.language else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        data = None if body is None else json.dumps(body).encode()
        reply = _exchange(urllib.request.Request(f"{self.url}{path}", data, headers, method=method))  # noqa: S310
        if reply.status != expect:
            said = json.dumps(reply.body, ensure_ascii=False)
            raise PlayFailed(f"{method} {path} answered {reply.status} instead of {expect}: {said}")
        return reply


def _exchange(request: urllib.request.Request) -> Reply:
    started = time.perf_counter()
    try:
        # By itself urllib would send a request for this machine to the network's proxy.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=ANSWER_SECONDS) as response:
            status, headers, raw = response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        status, headers, raw = error.code, error.headers, error.read()
    except (OSError, HTTPException) as error:
        raise PlayFailed(f"nobody answers at {request.full_url}: start the server with `make run`") from error
    milliseconds = (time.perf_counter() - started) * 1000
    if headers.get_content_type() == "application/pdf":
        return Reply(status, headers, raw, milliseconds)
    try:
        return Reply(status, headers, json.loads(raw) if raw else None, milliseconds)
    except ValueError as error:
        raise PlayFailed(f"{request.full_url} does not answer in JSON: is this Meguri?") from error


def line(what: str, reply: Reply) -> str:
    """Of the transcript."""
    return f"   {what} → {reply.status} ({reply.milliseconds:.0f} ms)"


def need(holds: bool, otherwise: str) -> None:
    """Raises PlayFailed."""
    if not holds:
        raise PlayFailed(otherwise)

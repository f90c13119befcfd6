"""The main job played from end to end against a running server: over HTTP, as the apps and tills do it."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

AMOUNT_YEN = 1_480
ANSWER_SECONDS = 15.0
PUSH_SECONDS = 10.0

Say = Callable[[str], None]


class PlayFailed(Exception):
    """Nobody answers, or the answer is not what the story needs; the message is for people."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The tokens of those who play, and how the transcript calls the citizens."""

    till: str = field(repr=False)
    citizen: str = field(repr=False)
    neighbour: str = field(repr=False)
    citizen_name: str
    neighbour_name: str


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: Any
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Caller:
    """One of the cast with a phone or a till. Without a language, texts come in the caller's own."""

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
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
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
    try:
        return Reply(status, headers, json.loads(raw) if raw else None, milliseconds)
    except ValueError as error:
        raise PlayFailed(f"{request.full_url} does not answer in JSON: is this Meguri?") from error


def play(url: str, cast: Cast, say: Say, *, language: str = "en", push_log: Path | None = None) -> None:
    """Tell the story, a step at a time. Raises PlayFailed where it goes another way than it should.

    `push_log`: the file to which the server's worker writes pushes, if it is within reach.
    """
    till, citizen, neighbour = (
        Caller(url, token, language) for token in (cast.till, cast.citizen, cast.neighbour)
    )
    pushes_before = push_log.stat().st_size if push_log and push_log.exists() else 0
    say(f"Meguri, one purchase from end to end, at {url}\n")
    points_before = citizen.get("/v1/me/points")["balance_points"]
    say(f"0. Before\n   {cast.citizen_name} (citizen) has {points_before:,} points.\n")
    code = _issue(till, say)
    _resolve(citizen, code["url"], cast, say)
    key = str(uuid.uuid4())
    purchase = _record(citizen, code["url"], key, cast, say)
    _replay(citizen, code["url"], key, purchase, say)
    _refuse(neighbour, code["url"], cast, say)
    _poll(till, code["id"], purchase, say)
    _balance(citizen, points_before, purchase, cast, say)
    body = _inbox(citizen, Caller(url, cast.citizen, None), purchase, say)
    _push(push_log, pushes_before, body, say)
    say("Played to the end: recorded once, points granted once, told once.")


def _issue(till: Caller, say: Say) -> Any:
    say(f"1. The shop's till rings up {AMOUNT_YEN:,} yen and asks for a code")
    reply = till.ask("POST", "/v1/shop/codes", {"amount_yen": AMOUNT_YEN}, expect=201)
    say(_line("POST /v1/shop/codes", reply))
    say(f"   on its screen, as a QR code: {reply.body['url']}")
    say(f"   good for one purchase, until {reply.body['expires_at']}\n")
    return reply.body


def _resolve(citizen: Caller, code_url: str, cast: Cast, say: Say) -> None:
    say(f"2. {cast.citizen_name} scans it; the app asks what it means, which uses nothing up")
    reply = citizen.ask("POST", "/v1/scans", {"scanned": code_url})
    scan = reply.body
    say(_line("POST /v1/scans", reply))
    say(f"   {scan['shop']['name']}, {scan['amount_yen']:,} yen")
    say(f"   would earn {scan['earned_points']:,} points\n")


def _record(citizen: Caller, code_url: str, key: str, cast: Cast, say: Say) -> Any:
    say(f"3. {cast.citizen_name} confirms; the purchase is recorded and earns its points")
    reply = citizen.ask("POST", "/v1/purchases", {"scanned": code_url}, expect=201, key=key)
    purchase = reply.body
    say(_line("POST /v1/purchases", reply))
    for verdict in purchase["verdicts"]:
        say(f"   {verdict['points']:>+5,}  {verdict['campaign']}: {verdict['text']}")
    say(f"   {purchase['earned_points']:,} points earned; balance {purchase['balance_points']:,}\n")
    return purchase


def _replay(citizen: Caller, code_url: str, key: str, purchase: Any, say: Say) -> None:
    say("4. The answer got lost on the way, so the phone sends the same request again")
    reply = citizen.ask("POST", "/v1/purchases", {"scanned": code_url}, expect=201, key=key)
    say(_line("POST /v1/purchases", reply))
    replayed = reply.headers.get("Idempotent-Replayed") == "true"
    _need(replayed and reply.body["id"] == purchase["id"], "the retry was not answered as a replay")
    say("   Idempotent-Replayed: true; the same purchase, no second points\n")


def _refuse(neighbour: Caller, code_url: str, cast: Cast, say: Say) -> None:
    say(f"5. {cast.neighbour_name} (neighbour) photographed the code and tries it")
    key = str(uuid.uuid4())
    reply = neighbour.ask("POST", "/v1/purchases", {"scanned": code_url}, expect=409, key=key)
    say(_line("POST /v1/purchases", reply))
    say(f"   refused, {reply.body['code']}: {reply.body['detail']}\n")


def _poll(till: Caller, code_id: str, purchase: Any, say: Say) -> None:
    say("6. The till asks what became of its code")
    reply = till.ask("GET", f"/v1/shop/codes/{code_id}")
    say(_line("GET /v1/shop/codes/…", reply))
    _need(reply.body["purchase_id"] == purchase["id"], "the till does not see the purchase")
    say(f"   {reply.body['status']}: {reply.body['earned_points']:,} points went to the customer\n")


def _balance(citizen: Caller, points_before: int, purchase: Any, cast: Cast, say: Say) -> None:
    say("7. The balance")
    reply = citizen.ask("GET", "/v1/me/points")
    balance, earned = reply.body["balance_points"], purchase["earned_points"]
    say(_line("GET /v1/me/points", reply))
    _need(balance == points_before + earned, f"the balance is {balance}, not {points_before} + {earned}")
    say(f"   {cast.citizen_name} has {points_before:,} + {earned:,} = {balance:,} points\n")


def _inbox(citizen: Caller, phone: Caller, purchase: Any, say: Say) -> str:
    """Gives the body in the citizen's own language, which is how the push says it."""
    say("8. The notice")
    reply = citizen.ask("GET", "/v1/notices?limit=1")
    say(_line("GET /v1/notices", reply))
    newest = reply.body["items"][0]
    _need(newest["kind"] == "purchase_recorded", "the newest notice is about something else")
    _need(newest["created_at"] == purchase["recorded_at"], "the newest notice is of another purchase")
    say(f"   {newest['title']} | {newest['body']} ({reply.body['unread_count']} unread)\n")
    said: str = phone.get("/v1/notices?limit=1")["items"][0]["body"]
    return said


def _push(push_log: Path | None, offset: int, body: str, say: Say) -> None:
    say("9. The push to the citizen's phone")
    if push_log is None:
        say("   without Firebase it is a line in the log of the server (PUSH_LOG_FILE names a file for it)\n")
        return
    give_up_at = time.monotonic() + PUSH_SECONDS
    while (line := _find_line(push_log, offset, body)) is None:
        if time.monotonic() > give_up_at:
            say(f"   none in {push_log} yet: is the worker running, and does it write there?\n")
            return
        time.sleep(0.1)
    say(f"   {push_log}: {line}\n")


def _find_line(push_log: Path, offset: int, body: str) -> str | None:
    if not push_log.exists():
        return None
    with push_log.open(encoding="utf-8") as file:
        file.seek(offset)
        return next((line.rstrip("\n") for line in file if " ".join(body.split()) in line), None)


def _line(what: str, reply: Reply) -> str:
    return f"   {what} → {reply.status} ({reply.milliseconds:.0f} ms)"


def _need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise PlayFailed(otherwise)

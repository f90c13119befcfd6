"""The main job: a purchase is rung up, scanned, recorded once, and told."""

import time
import uuid
from pathlib import Path
from typing import Any

from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast

AMOUNT_YEN = 1_480
PUSH_SECONDS = 10.0


def play_purchase(cast: Cast, url: str, language: str, push_log: Path | None, say: Teller) -> None:
    till, citizen, neighbour = (
        Caller(url, token, language) for token in (cast.till, cast.citizen, cast.neighbour)
    )
    pushes_before = push_log.stat().st_size if push_log and push_log.exists() else 0
    points_before = citizen.get("/v1/me/points")["balance_points"]
    say.step(f"Before\n   {cast.citizen_name} (citizen) has {points_before:,} points.\n")
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


def _issue(till: Caller, say: Teller) -> Any:
    say.step(f"The shop's till rings up {AMOUNT_YEN:,} yen and asks for a code")
    reply = till.ask("POST", "/v1/shop/codes", {"amount_yen": AMOUNT_YEN}, expect=201)
    say(line("POST /v1/shop/codes", reply))
    say(f"   on its screen, as a QR code: {reply.body['url']}")
    say(f"   good for one purchase, until {reply.body['expires_at']}\n")
    return reply.body


def _resolve(citizen: Caller, code_url: str, cast: Cast, say: Teller) -> None:
    say.step(f"{cast.citizen_name} scans it; the app asks what it means, which uses nothing up")
    reply = citizen.ask("POST", "/v1/scans", {"scanned": code_url})
    scan = reply.body
    say(line("POST /v1/scans", reply))
    say(f"   {scan['shop']['name']}, {scan['amount_yen']:,} yen")
    say(f"   would earn {scan['earned_points']:,} points\n")


def _record(citizen: Caller, code_url: str, key: str, cast: Cast, say: Teller) -> Any:
    say.step(f"{cast.citizen_name} confirms; the purchase is recorded and earns its points")
    reply = citizen.ask("POST", "/v1/purchases", {"scanned": code_url}, expect=201, key=key)
    purchase = reply.body
    say(line("POST /v1/purchases", reply))
    for verdict in purchase["verdicts"]:
        say(f"   {verdict['points']:>+5,}  {verdict['campaign']}: {verdict['text']}")
    say(f"   {purchase['earned_points']:,} points earned; balance {purchase['balance_points']:,}\n")
    return purchase


def _replay(citizen: Caller, code_url: str, key: str, purchase: Any, say: Teller) -> None:
    say.step("The answer got lost on the way, so the phone sends the same request again")
    reply = citizen.ask("POST", "/v1/purchases", {"scanned": code_url}, expect=201, key=key)
    say(line("POST /v1/purchases", reply))
    replayed = reply.headers.get("Idempotent-Replayed") == "true"
    need(replayed and reply.body["id"] == purchase["id"], "the retry was not answered as a replay")
    say("   Idempotent-Replayed: true; the same purchase, no second points\n")


def _refuse(neighbour: Caller, code_url: str, cast: Cast, say: Teller) -> None:
    say.step(f"{cast.neighbour_name} (neighbour) photographed the code and tries it")
    key = str(uuid.uuid4())
    reply = neighbour.ask("POST", "/v1/purchases", {"scanned": code_url}, expect=409, key=key)
    say(line("POST /v1/purchases", reply))
    say(f"   refused, {reply.body['code']}: {reply.body['detail']}\n")


def _poll(till: Caller, code_id: str, purchase: Any, say: Teller) -> None:
    say.step("The till asks what became of its code")
    reply = till.ask("GET", f"/v1/shop/codes/{code_id}")
    say(line("GET /v1/shop/codes/…", reply))
    need(reply.body["purchase_id"] == purchase["id"], "the till does not see the purchase")
    say(f"   {reply.body['status']}: {reply.body['earned_points']:,} points went to the customer\n")


def _balance(citizen: Caller, points_before: int, purchase: Any, cast: Cast, say: Teller) -> None:
    say.step("The balance")
    reply = citizen.ask("GET", "/v1/me/points")
    balance, earned = reply.body["balance_points"], purchase["earned_points"]
    say(line("GET /v1/me/points", reply))
    need(balance == points_before + earned, f"the balance is {balance}, not {points_before} + {earned}")
    say(f"   {cast.citizen_name} has {points_before:,} + {earned:,} = {balance:,} points\n")


def _inbox(citizen: Caller, phone: Caller, purchase: Any, say: Teller) -> str:
    """Gives the body in the citizen's own language, which is how the push says it."""
    say.step("The notice")
    reply = citizen.ask("GET", "/v1/notices?limit=1")
    say(line("GET /v1/notices", reply))
    newest = reply.body["items"][0]
    need(newest["kind"] == "purchase_recorded", "the newest notice is about something else")
    need(newest["created_at"] == purchase["recorded_at"], "the newest notice is of another purchase")
    say(f"   {newest['title']} | {newest['body']} ({reply.body['unread_count']} unread)\n")
    said: str = phone.get("/v1/notices?limit=1")["items"][0]["body"]
    return said


def _push(push_log: Path | None, offset: int, body: str, say: Teller) -> None:
    say.step("The push to the citizen's phone")
    if push_log is None:
        say("   without Firebase it is a line in the log of the server (PUSH_LOG_FILE names a file for it)\n")
        return
    give_up_at = time.monotonic() + PUSH_SECONDS
    while (line := _findline(push_log, offset, body)) is None:
        if time.monotonic() > give_up_at:
            say(f"   none in {push_log} yet: is the worker running, and does it write there?\n")
            return
        time.sleep(0.1)
    say(f"   {push_log}: {line}\n")


def _findline(push_log: Path, offset: int, body: str) -> str | None:
    if not push_log.exists():
        return None
    with push_log.open(encoding="utf-8") as file:
        file.seek(offset)
        return next((line.rstrip("\n") for line in file if " ".join(body.split()) in line), None)

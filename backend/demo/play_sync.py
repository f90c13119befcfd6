"""The app keeps a copy for where there is no network: everything once, then what changed."""

from typing import Any

from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast

KINDS = ("shops", "products", "offers", "campaigns", "notices")


def play_sync(cast: Cast, url: str, language: str, say: Teller) -> None:
    citizen = Caller(url, cast.citizen, language)
    cursor = _fetch_everything(citizen, cast, say)
    _fetch_change(citizen, cursor, say)


def _fetch_everything(citizen: Caller, cast: Cast, say: Teller) -> str:
    say.step(f"{cast.citizen_name}'s app fetches all there is, to show it where there is no network")
    reply = citizen.ask("GET", "/v1/sync")
    say(line("GET /v1/sync", reply))
    need(reply.body["starts_over"], "a first copy does not begin at the beginning")
    counts, pages = _counts(reply.body), 1
    while reply.body["has_more"]:
        reply = citizen.ask("GET", f"/v1/sync?since={reply.body['next_cursor']}")
        counts, pages = [sum(pair) for pair in zip(counts, _counts(reply.body), strict=True)], pages + 1
    told = ", ".join(f"{count:,} {kind}" for count, kind in zip(counts, KINDS, strict=True))
    say(f"   pages: {pages}; {told}\n")
    cursor: str = reply.body["next_cursor"]
    return cursor


def _fetch_change(citizen: Caller, cursor: str, say: Teller) -> None:
    say.step("A notice is read on another phone; the app asks what changed since")
    unread = [notice for notice in citizen.get("/v1/notices")["items"] if notice["read_at"] is None]
    need(bool(unread), "nobody was told of the purchases")
    citizen.ask("POST", f"/v1/notices/{unread[0]['id']}/read")
    reply = citizen.ask("GET", f"/v1/sync?since={cursor}")
    say(line("GET /v1/sync?since=…", reply))
    told = [notice["id"] for notice in reply.body["notices"]]
    need(unread[0]["id"] in told, "the app does not hear that the notice was read")
    say(f"   told anew: {sum(_counts(reply.body)):,}, of which notices: {len(told):,}\n")


def _counts(page: Any) -> list[int]:
    return [len(page[kind]) for kind in KINDS]

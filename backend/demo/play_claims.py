"""Purchases in front of a poster: a small one passes, one is confirmed, one is rejected, appealed and accepted."""

import uuid
from dataclasses import dataclass
from typing import Any

from backend.demo.calling import Caller, PlayFailed, Teller, line, need
from backend.demo.cast import Cast

SMALL_YEN, CONFIRMED_YEN, DOUBTED_YEN = 480, 3_260, 2_870


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    neighbour: Caller
    clerk: Caller
    city: Caller


def play_claims(cast: Cast, url: str, language: str, say: Teller) -> None:
    people = _People(
        neighbour=Caller(url, cast.neighbour, language),
        clerk=Caller(url, cast.clerk, language),
        city=Caller(url, cast.city, language),
    )
    poster = _poster(Caller(url, cast.manager, language))
    say.step(f"{cast.neighbour_name} buys in front of the shop's poster and types {SMALL_YEN:,} yen")
    try:
        small = _state(people.neighbour, poster, SMALL_YEN, say)
    except PlayFailed as failed:
        if "claim_limit_reached" not in str(failed):
            raise
        say("   refused, claim_limit_reached: this story was played today already\n")
        return
    say(f"   {small['status']}: {small['decision']['text']}")
    say(f"   {'; '.join(left['text'] for left in small['left'][:2])}\n")
    _confirm(people, poster, say)
    _appeal(people, poster, say)


def _poster(manager: Caller) -> str:
    """The first one's address; the owner hangs one up where there is none."""
    for poster in manager.get("/v1/shop/posters")["items"]:
        return str(poster["url"])
    return str(manager.ask("POST", "/v1/shop/posters", {"label": "レジ横"}, expect=201).body["url"])


def _state(neighbour: Caller, poster: str, amount_yen: int, say: Teller) -> Any:
    body = {"scanned": poster, "amount_yen": amount_yen}
    reply = neighbour.ask("POST", "/v1/claims/poster", body, expect=201, key=str(uuid.uuid4()))
    say(line("POST /v1/claims/poster", reply))
    return reply.body


def _confirm(people: _People, poster: str, say: Teller) -> None:
    say.step(f"{CONFIRMED_YEN:,} yen are too much to pass: the shop is asked, and the clerk confirms")
    claim = _state(people.neighbour, poster, CONFIRMED_YEN, say)
    need(claim["waits_for"] == "shop", f"it waits for {claim['waits_for']} instead of the shop")
    waiting = people.clerk.get("/v1/shop/claims")["items"]
    need(claim["id"] in [other["id"] for other in waiting], "the shop is not asked")
    reply = people.clerk.ask("POST", f"/v1/shop/claims/{claim['id']}/confirmation")
    say(line("POST /v1/shop/claims/…/confirmation", reply))
    need(reply.body["status"] == "accepted", f"it is {reply.body['status']}")
    say(f"   {reply.body['status']}; {claim['expected_points']:,} points were expected\n")


def _appeal(people: _People, poster: str, say: Teller) -> None:
    say.step(f"{DOUBTED_YEN:,} yen the clerk does not find; the citizen appeals, and the city looks")
    claim = _state(people.neighbour, poster, DOUBTED_YEN, say)
    path = f"/v1/shop/claims/{claim['id']}/refusal"
    reply = people.clerk.ask("POST", path, {"reason": "レジの控えにありません"})
    say(line("POST /v1/shop/claims/…/refusal", reply))
    path = f"/v1/claims/{claim['id']}/appeal"
    reply = people.neighbour.ask("POST", path, {"text": "現金で払いました。レシートがあります。"})
    say(line("POST /v1/claims/…/appeal", reply))
    path = f"/v1/city/claims/{claim['id']}/decisions"
    body = {"verdict": "accept", "code": "evidence_fits", "reason": "レシートを確認しました"}
    reply = people.city.ask("POST", path, body)
    say(line("POST /v1/city/claims/…/decisions", reply))
    acts = " → ".join(event["act"] for event in reply.body["events"])
    need(reply.body["status"] == "accepted", f"it is {reply.body['status']}")
    say(f"   {acts}\n")

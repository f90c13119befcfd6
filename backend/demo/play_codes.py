"""A phone without a network shows a code of its own; a paper card is handed out, buys, and is joined to an app."""

import uuid
from typing import Any

from backend.base.clock import utc_now
from backend.base.digits import group_digits
from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast
from backend.people.offline_codes import OfflineMode, make_offline_code, step_at

AMOUNT_YEN = 1_260
PIN = "2718"
PASSWORD = "hamanasu no saku oka 9"  # noqa: S105 (of somebody who is made up)


def play_codes(cast: Cast, url: str, language: str, say: Teller) -> None:
    citizen, clerk, city = (Caller(url, token, language) for token in (cast.citizen, cast.clerk, cast.city))
    _play_offline(citizen, clerk, cast, say)
    _play_card(clerk, city, Caller(url, "", language), say)


def _play_offline(citizen: Caller, clerk: Caller, cast: Cast, say: Teller) -> None:
    say.step(f"{cast.citizen_name}'s phone is given a key, loses the network, and shows a code of its own")
    key = citizen.ask("POST", "/v1/me/offline-code-keys", {"installation_id": str(uuid.uuid4())}, expect=201)
    say(line("POST /v1/me/offline-code-keys", key))
    code = make_offline_code(
        bytes.fromhex(key.body["secret"]),
        number=key.body["number"],
        step=step_at(utc_now()),
        mode=OfflineMode.EARN,
    )
    say(f"   made on the phone: {group_digits(code)}")
    sale = _sell(clerk, code, say)
    need(sale["earned_points"] > 0, "nothing was earned without a network")
    citizen.ask("DELETE", f"/v1/me/offline-code-keys/{key.body['id']}", expect=204)
    say("")


def _play_card(clerk: Caller, city: Caller, newcomer: Caller, say: Teller) -> None:
    say.step("The city's desk hands a paper card to somebody without a telephone, who buys with it")
    batch = city.ask("POST", "/v1/city/cards/batches", {"count": 1}, expect=201)
    say(line("POST /v1/city/cards/batches", batch))
    [card] = batch.body["cards"]
    requirements = newcomer.get("/v1/registrations/requirements")
    terms = [
        {"purpose": text["purpose"], "version": text["version"]}
        for text in requirements["consents"]
        if text["is_required"]
    ]
    handed = city.ask(
        "POST",
        "/v1/city/cards/handovers",
        {"card": card["number"], "pin": PIN, "consents": terms},
        expect=201,
    )
    say(line("POST /v1/city/cards/handovers", handed))
    say(f"   {card['number']}, and a slip with {card['serial']} to keep at home")
    sale = _sell(clerk, card["url"], say)
    if requirements["provider"] != "embedded":
        say("   joining it to an app is not played where Firebase signs citizens in\n")
        return
    login = {"email": f"{uuid.uuid4()}@demo.meguri.example", "password": PASSWORD}
    joined = newcomer.ask(
        "POST",
        "/v1/registrations",
        {"nickname": "はまなす", "consents": terms, "login": login},
        expect=201,
    )
    app = Caller(newcomer.url, joined.body["session"]["token"], newcomer.language)
    linked = app.ask("POST", "/v1/me/cards", {"card": card["number"], "pin": PIN}, expect=201)
    say(line("POST /v1/me/cards", linked))
    points = app.get("/v1/me/points")["balance_points"]
    need(points == sale["earned_points"], "the card's points are not in the app")
    say(f"   joined to their new app: {points:,} points and the purchase are there\n")


def _sell(clerk: Caller, code: str, say: Teller) -> Any:
    sale = {"citizen_code": code, "amount_yen": AMOUNT_YEN}
    reply = clerk.ask("POST", "/v1/shop/purchases", sale, expect=201, key=str(uuid.uuid4()))
    say(line("POST /v1/shop/purchases", reply))
    say(f"   {AMOUNT_YEN:,} yen, {reply.body['earned_points']:,} points earned")
    return reply.body

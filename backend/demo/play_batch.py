"""The till had no network in the morning: it sends what it stored, and sends it again."""

import uuid

from backend.base.clock import utc_now
from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast

AMOUNTS_YEN = (540, 1_130)


def play_batch(cast: Cast, url: str, language: str, say: Teller) -> None:
    till = Caller(url, cast.till, language)
    phones = [Caller(url, token, language) for token in (cast.citizen, cast.neighbour)]
    say.step("The till was without network in the morning and stored what it sold; now it sends it")
    items = [
        {
            "id": str(uuid.uuid4()),
            "citizen_code": phone.ask("POST", "/v1/me/codes", {"scopes": ["earn"]}, expect=201).body["code"],
            "amount_yen": amount_yen,
            "done_at": utc_now().isoformat(),
        }
        for phone, amount_yen in zip(phones, AMOUNTS_YEN, strict=True)
    ]
    reply = till.ask("POST", "/v1/shop/purchases/batch", {"items": items})
    say(line("POST /v1/shop/purchases/batch", reply))
    for outcome in reply.body["items"]:
        need(outcome["status"] == 201, "a stored sale was refused")
        purchase = outcome["purchase"]
        say(f"   recorded: {purchase['amount_yen']:,} yen, {purchase['earned_points']:,} points")
    again = till.ask("POST", "/v1/shop/purchases/batch", {"items": items})
    say(line("POST /v1/shop/purchases/batch", again))
    need(all(outcome["is_replay"] for outcome in again.body["items"]), "a sale sent again was counted again")
    say("   sent again: each was recorded before, and counts once\n")

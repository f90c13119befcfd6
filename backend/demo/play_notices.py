"""Why did I get this, how do I stop it, and when may my phone ring: the inbox answers."""

from typing import Any

from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast

PREFERENCES = "/v1/me/notice-preferences"
EVENING = {"starts": "20:00", "ends": "09:00"}


def play_notices(cast: Cast, url: str, language: str, say: Teller) -> None:
    citizen = Caller(url, cast.citizen, language)
    _ask_why(citizen, cast, say)
    _choose_hours(citizen, cast, say)
    _mute_shop(citizen, cast, say)


def _ask_why(citizen: Caller, cast: Cast, say: Teller) -> None:
    say.step(f"{cast.citizen_name} wonders about a notice")
    reply = citizen.ask("GET", "/v1/notices?limit=1")
    say(line("GET /v1/notices?limit=1", reply))
    [notice] = reply.body["items"]
    need(bool(notice["reason"] and notice["stops"]), "a notice does not say why it came or how to stop it")
    say(f"   {notice['title']} | from {notice['sender']}, for {notice['purpose']}")
    say(f"   why: {notice['reason']}")
    say(f"   a tap leads to {notice['link'].rpartition('/')[0]}/…")
    for stop in notice["stops"]:
        say(f"   a button says: {stop['title']}")
    say("")


def _choose_hours(citizen: Caller, cast: Cast, say: Teller) -> None:
    say.step("No phone should ring in the evening")
    reply = citizen.ask("PUT", PREFERENCES, {"quiet_hours": EVENING, "interests": ["local_food"]})
    say(line(f"PUT {PREFERENCES}", reply))
    hours = reply.body["quiet_hours"]
    need(hours == EVENING, "the quiet hours are not those that were chosen")
    say(
        f"   quiet from {hours['starts']} to {hours['ends']}; receipts of one's own purchases still come at once"
    )
    say(f"   {cast.citizen_name} likes to hear of: {', '.join(reply.body['interests'])}\n")


def _mute_shop(citizen: Caller, cast: Cast, say: Teller) -> None:
    say.step(f"{cast.citizen_name} wants no advertising of one shop, and changes their mind")
    shop: Any = citizen.get("/v1/shops?limit=1")["items"][0]
    path = f"{PREFERENCES}/muted-shops/{shop['id']}"
    reply = citizen.ask("PUT", path, expect=204)
    say(line(f"PUT {PREFERENCES}/muted-shops/…", reply))
    muted = [one["name"] for one in citizen.get(PREFERENCES)["muted_shops"]]
    need(shop["name"] in muted, "the shop is not muted")
    say(f"   muted: {', '.join(muted)}")
    say(line(f"DELETE {PREFERENCES}/muted-shops/…", citizen.ask("DELETE", path, expect=204)))
    need(citizen.get(PREFERENCES)["muted_shops"] == [], "the shop is still muted")
    say("   muted: none\n")

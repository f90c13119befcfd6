"""A till without a network signs a code by itself; in the evening its day is compared with what was recorded."""

import base64
import uuid
from typing import Any

from backend.base.clock import city_day, utc_now
from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast
from backend.purchases.rules.offline_codes import make_offline_token, sale_name

OFFLINE_YEN = 980
LOST_YEN = 540
SCOPES = ["codes", "offline", "reconciliation"]


def play_tills(cast: Cast, url: str, language: str, say: Teller) -> None:
    manager, citizen = Caller(url, cast.manager, language), Caller(url, cast.citizen, language)
    wish = {"name": "レジ二番", "scopes": SCOPES}
    register = manager.ask("POST", "/v1/shop/registers", wish, expect=201).body
    till = Caller(url, register["key"], language)
    sold = _honour(till, citizen, cast, say)
    _reconcile(till, sold, say)
    manager.ask("DELETE", f"/v1/shop/registers/{register['register']['id']}", expect=204)


def _honour(till: Caller, citizen: Caller, cast: Cast, say: Teller) -> str:
    """Gives the sale as the till calls it."""
    say.step("The shop's second till loses its network; an allowance from before lets it sign codes itself")
    reply = till.ask("POST", "/v1/shop/offline-allowances", {"hours": 12, "count_max": 50}, expect=201)
    say(line("POST /v1/shop/offline-allowances", reply))
    allowance = reply.body["allowance"]
    say(
        f"   {allowance['count_max']} codes, {allowance['total_max_yen']:,} yen, until {allowance['ends_at']}"
    )
    allowance_id = uuid.UUID(allowance["id"])
    token = make_offline_token(
        allowance_id=allowance_id,
        secret=base64.urlsafe_b64decode(reply.body["secret"] + "="),
        serial_number=1,
        amount_yen=OFFLINE_YEN,
        made_at=utc_now(),
    )
    scan = {"scanned": reply.body["code_prefix"] + token}
    say(f"   signed without asking anybody, number 1, {OFFLINE_YEN:,} yen: {scan['scanned']}")
    reply = citizen.ask("POST", "/v1/purchases", scan, expect=201, key=str(uuid.uuid4()))
    purchase = reply.body
    say(line("POST /v1/purchases", reply))
    need(purchase["amount_yen"] == OFFLINE_YEN, "the code was honoured with another amount")
    say(f"   honoured: {cast.citizen_name} earned {purchase['earned_points']:,} points\n")
    return sale_name(allowance_id, 1)


def _reconcile(till: Caller, sold: str, say: Teller) -> None:
    say.step("At the end of the day the till sends its sales; one of its codes was never scanned")
    lost = till.ask("POST", "/v1/shop/codes", {"amount_yen": LOST_YEN}, expect=201).body["id"]
    sales = [{"sale": sold, "amount_yen": OFFLINE_YEN}, {"sale": lost, "amount_yen": LOST_YEN}]
    day = {
        "sold_on": city_day(utc_now()).isoformat(),
        "count": len(sales),
        "amount_yen": OFFLINE_YEN + LOST_YEN,
        "sales": sales,
    }
    reply = till.ask("POST", "/v1/shop/reconciliations", day)
    say(line("POST /v1/shop/reconciliations", reply))
    _tell(reply.body, lost, say)


def _tell(compared: Any, lost: str, say: Teller) -> None:
    told = compared["reconciliation"]
    say(f"   the till says {told['stated_count']} sales of {told['stated_yen']:,} yen")
    say(f"   recorded were {told['recorded_count']} of {told['recorded_yen']:,} yen")
    missing = [found for found in compared["differences"] if found["kind"] == "missing_here"]
    need([found["sale"] for found in missing] == [lost], "the lost sale was not found")
    say(f"   missing here: {missing[0]['stated']:,} yen, code {lost}\n")

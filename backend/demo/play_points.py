"""Points are spent: with the till's code, and part of the purchase is taken back."""

import uuid
from typing import Any

from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast

AMOUNT_YEN = 1_260
SPENT_MAX_POINTS = 100
REFUNDED_YEN = 420


def play_points(cast: Cast, url: str, language: str, say: Teller) -> None:
    till, citizen, clerk = (Caller(url, token, language) for token in (cast.till, cast.citizen, cast.clerk))
    balance = citizen.get("/v1/me/points")["balance_points"]
    points = min(SPENT_MAX_POINTS, balance)
    code = till.ask("POST", "/v1/shop/codes", {"amount_yen": AMOUNT_YEN}, expect=201).body
    scan = {"scanned": code["url"], "points_to_spend": points}
    _foresee(citizen, scan, cast, say)
    purchase = _pay(citizen, scan, say)
    _tell_till(till, code["id"], purchase, say)
    _refund(clerk, purchase, say)


def _foresee(citizen: Caller, scan: dict[str, Any], cast: Cast, say: Teller) -> None:
    say.step(f"{cast.citizen_name} comes again and wants to pay with {scan['points_to_spend']:,} points")
    reply = citizen.ask("POST", "/v1/scans", scan)
    foreseen = reply.body
    say(line("POST /v1/scans", reply))
    say(f"   {foreseen['amount_yen']:,} yen, of which {foreseen['to_pay_yen']:,} are left to pay in money")
    say(f"   could spend up to {foreseen['spendable_points']:,} points\n")


def _pay(citizen: Caller, scan: dict[str, Any], say: Teller) -> Any:
    say.step("The purchase is recorded; points are earned on what was paid in money")
    reply = citizen.ask("POST", "/v1/purchases", scan, expect=201, key=str(uuid.uuid4()))
    purchase = reply.body
    say(line("POST /v1/purchases", reply))
    spent, earned = purchase["spent_points"], purchase["earned_points"]
    need(spent == scan["points_to_spend"], f"{spent} points were spent instead of {scan['points_to_spend']}")
    say(f"   -{spent:,} +{earned:,} points; balance {purchase['balance_points']:,}\n")
    return purchase


def _tell_till(till: Caller, code_id: str, purchase: Any, say: Teller) -> None:
    say.step("The till learns what is left to pay, and takes it")
    reply = till.ask("GET", f"/v1/shop/codes/{code_id}")
    to_pay_yen = reply.body["to_pay_yen"]
    say(line("GET /v1/shop/codes/…", reply))
    need(to_pay_yen == purchase["to_pay_yen"], "the till is told another amount than the citizen")
    say(f"   to_pay_yen: {to_pay_yen:,}; the shop's account has {purchase['spent_points']:,} points more\n")


def _refund(clerk: Caller, purchase: Any, say: Teller) -> None:
    say.step(f"A loaf comes back: the clerk refunds {REFUNDED_YEN:,} yen of it")
    path = f"/v1/shop/purchases/{purchase['id']}/refunds"
    body = {"amount_yen": REFUNDED_YEN, "reason": "a loaf came back"}
    reply = clerk.ask("POST", path, body, expect=201, key=str(uuid.uuid4()))
    refund = reply.body
    say(line("POST /v1/shop/purchases/…/refunds", reply))
    parts = refund["cash_yen"] + refund["returned_points"]
    need(parts == REFUNDED_YEN, f"{parts} come back instead of {REFUNDED_YEN}")
    say(f"   {refund['cash_yen']:,} yen in money and {refund['returned_points']:,} points come back")
    say(f"   {refund['reclaimed_points']:,} of the points it earned return to their budgets\n")

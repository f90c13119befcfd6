"""A receipt typed at home: handed in, believed by the city, and refused when it is handed in once more."""

import uuid
from datetime import timedelta
from typing import Any

from backend.base.clock import in_jst, utc_now
from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast

AGO = timedelta(minutes=40)
BREAD_YEN, BAG_YEN = 864, 110
BREAD_TAX_YEN, BAG_TAX_YEN = 64, 10


def play_receipts(cast: Cast, url: str, language: str, say: Teller) -> None:
    citizen, neighbour, clerk, city = (
        Caller(url, token, language) for token in (cast.citizen, cast.neighbour, cast.clerk, cast.city)
    )
    receipt = _receipt(clerk)
    claim_id = _hand_in(citizen, receipt, cast, say)
    _refuse(neighbour, receipt, cast, say)
    _accept(citizen, city, claim_id, say)


def _receipt(clerk: Caller) -> dict[str, Any]:
    """Of the clerk's shop, with a number of its own each time this is played."""
    shop = clerk.get("/v1/shop/shop")
    return {
        "shop_id": shop["id"],
        "shop_name": shop["name_ja"],
        "receipt_number": uuid.uuid4().hex[:12],
        "done_at": in_jst(utc_now() - AGO).isoformat(timespec="minutes"),
        "total_yen": BREAD_YEN + BAG_YEN,
        "rates": [
            {"tax_permille": 80, "amount_yen": BREAD_YEN, "tax_yen": BREAD_TAX_YEN},
            {"tax_permille": 100, "amount_yen": BAG_YEN, "tax_yen": BAG_TAX_YEN},
        ],
        "lines": [
            {"name": "食パン", "quantity": 2, "amount_yen": BREAD_YEN, "tax_permille": 80},
            {"name": "紙袋", "amount_yen": BAG_YEN},
        ],
    }


def _hand_in(citizen: Caller, receipt: dict[str, Any], cast: Cast, say: Teller) -> str:
    say.step(f"{cast.citizen_name} forgot the phone, and types the receipt at home")
    reply = citizen.ask("POST", "/v1/claims/receipt", receipt, expect=201, key=str(uuid.uuid4()))
    say(line("POST /v1/claims/receipt", reply))
    claim_id: str = reply.body["id"]
    reply = citizen.ask("POST", f"/v1/claims/{claim_id}/submit")
    say(line("POST /v1/claims/…/submit", reply))
    say(f"   {receipt['total_yen']:,} yen at {reply.body['shop']['name']}: waits for the city\n")
    return claim_id


def _refuse(neighbour: Caller, receipt: dict[str, Any], cast: Cast, say: Teller) -> None:
    say.step(f"{cast.neighbour_name} found the receipt, and hands it in too")
    drafted = neighbour.ask("POST", "/v1/claims/receipt", receipt, expect=201, key=str(uuid.uuid4()))
    reply = neighbour.ask("POST", f"/v1/claims/{drafted.body['id']}/submit", expect=409)
    say(line("POST /v1/claims/…/submit", reply))
    need(reply.body["code"] == "receipt_claimed", "a receipt was taken twice")
    say(f"   refused, {reply.body['code']}: {reply.body['detail']}\n")


def _accept(citizen: Caller, city: Caller, claim_id: str, say: Teller) -> None:
    say.step("The city's office reads it and believes it: a purchase like any other")
    decision = {"verdict": "accept", "code": "evidence_fits"}
    reply = city.ask("POST", f"/v1/city/claims/{claim_id}/decisions", decision)
    say(line("POST /v1/city/claims/…/decisions", reply))
    purchase = citizen.get(f"/v1/purchases/{reply.body['purchase_id']}")
    need(purchase["amount_yen"] == BREAD_YEN + BAG_YEN, "another amount was recorded")
    say(f"   {purchase['earned_points']:,} points earned\n")

"""A coupon is taken, and used at a till together with the code that the citizen shows; stamps are counted."""

import uuid
from typing import Any

from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast

AMOUNT_YEN = 820
SPENT_MAX_POINTS = 50
UNLIMITED = "as many as are wanted"


def play_offers(cast: Cast, url: str, language: str, say: Teller) -> None:
    citizen, clerk = (Caller(url, token, language) for token in (cast.citizen, cast.clerk))
    token = _take(citizen, clerk, cast, say)
    _sell(citizen, clerk, token, cast, say)
    _stamps(citizen, cast, say)


def _take(citizen: Caller, clerk: Caller, cast: Cast, say: Teller) -> str | None:
    """What to show for the coupon; None where the shop offers nothing now."""
    say.step(f"{cast.citizen_name} looks what the shop offers, and takes a coupon")
    shop_id = clerk.get("/v1/shop/shop")["id"]
    reply = citizen.ask("GET", f"/v1/offers?shop_id={shop_id}")
    say(line("GET /v1/offers", reply))
    found = [offer for offer in reply.body["items"] if offer["benefit"]["discount_yen"]]
    if not found:
        say("   nothing with a discount is offered here now: the demo city was loaded long ago\n")
        return None
    offer = found[0]
    left = UNLIMITED if offer["stock_left"] is None else f"{offer['stock_left']:,}"
    say(f"   {offer['name']} (coupons left: {left})")
    reply = citizen.ask("POST", f"/v1/offers/{offer['id']}/coupons", expect=201)
    say(line("POST /v1/offers/…/coupons", reply))
    reply = citizen.ask("POST", f"/v1/me/coupons/{reply.body['id']}/tokens", expect=201)
    say(line("POST /v1/me/coupons/…/tokens", reply))
    say(f"   to show at the till, for three minutes: {reply.body['text']}\n")
    token: str = reply.body["token"]
    return token


def _sell(citizen: Caller, clerk: Caller, token: str | None, cast: Cast, say: Teller) -> None:
    say.step(f"{cast.citizen_name} shows a code of a minute: earn, spend up to {SPENT_MAX_POINTS}, redeem")
    wish = {"scopes": ["earn", "spend", "coupon"], "points_to_spend": SPENT_MAX_POINTS}
    reply = citizen.ask("POST", "/v1/me/codes", wish, expect=201)
    say(line("POST /v1/me/codes", reply))
    say(f"   as a QR code, or read aloud: {reply.body['code']}\n")
    say.step(f"The clerk types it, {AMOUNT_YEN:,} yen" + (", and the coupon" if token else ""))
    sale = {"citizen_code": reply.body["code"], "amount_yen": AMOUNT_YEN}
    sale |= {"coupon_tokens": [token]} if token else {}
    reply = clerk.ask("POST", "/v1/shop/purchases", sale, expect=201, key=str(uuid.uuid4()))
    _tell_sale(reply.body, line("POST /v1/shop/purchases", reply), token is not None, say)


def _tell_sale(sold: Any, said: str, has_coupon: bool, say: Teller) -> None:
    say(said)
    discount_yen, points = sold["discount_yen"], sold["spent_points"]
    need(bool(discount_yen) == has_coupon, "the coupon was not taken off")
    need(sold["to_pay_yen"] == AMOUNT_YEN - discount_yen - points, "the till is told a wrong amount")
    say(
        f"   {AMOUNT_YEN:,} - {discount_yen:,} (coupon) - {points:,} (points) = {sold['to_pay_yen']:,} yen to pay"
    )
    say(f"   {sold['earned_points']:,} points earned\n")


def _stamps(citizen: Caller, cast: Cast, say: Teller) -> None:
    say.step(f"{cast.citizen_name}'s stamp cards")
    reply = citizen.ask("GET", "/v1/me/stamp-cards")
    say(line("GET /v1/me/stamp-cards", reply))
    for card in reply.body["items"]:
        marks = "●" * card["given"] + "○" * (card["target"] - card["given"])
        say(f"   {card['campaign']}: {marks} (cards filled before: {card['completed_cards']})")
    say("")

"""What is printed: a poster is fetched and read as a camera reads it; a label on a package proves a purchase."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from backend.base.clock import utc_now
from backend.demo.calling import Caller, Say, line, need
from backend.demo.cast import Cast

LABELS = 24
DAYS = 90
PRICE_MAX_YEN = 2_000
NO_READER = "   nothing here reads a code from a PDF (pip install '.[test]' brings what does)\n"


def play_posters(cast: Cast, url: str, language: str, say: Say) -> None:
    manager = Caller(url, cast.manager, language)
    _poster(manager, say)
    _serial(manager, Caller(url, cast.city, language), Caller(url, cast.neighbour, language), cast, say)


def _poster(manager: Caller, say: Say) -> None:
    say("24. The shop prints a poster for one more place; a camera reads it from the paper")
    poster = manager.ask("POST", "/v1/shop/posters", {"label": "朝市の屋台"}, expect=201).body
    reply = manager.ask("GET", f"/v1/shop/posters/{poster['id']}/print?size=a6")
    say(line("GET /v1/shop/posters/…/print", reply))
    say(f"   {len(reply.body):,} bytes of PDF; beneath the code stands {poster['code']}")
    codes = _read_codes(reply.body)
    if codes is None:
        say(NO_READER)
    else:
        need(codes == [poster["url"]], f"the poster says {codes}")
        say(f"   the code says {codes[0]}\n")
    # Each play would leave one more behind.
    manager.ask("POST", f"/v1/shop/posters/{poster['id']}/revocation", {"reason": "見本だった"})


def _serial(manager: Caller, city: Caller, neighbour: Caller, cast: Cast, say: Say) -> None:
    say(f"25. The city gives a producer {LABELS} numbers for packages; one label proves a purchase")
    products = manager.get("/v1/shop/products?limit=100")["items"]
    found = [product for product in products if 0 < (product["price_yen"] or 0) <= PRICE_MAX_YEN]
    if not found:
        say("   the shop sells nothing small at a registered price\n")
        return
    until = (utc_now() + timedelta(days=DAYS)).isoformat()
    wanted = {"product_id": found[0]["id"], "quantity": LABELS, "valid_until": until}
    reply = city.ask("POST", "/v1/city/serial-batches", wanted, expect=201)
    say(line("POST /v1/city/serial-batches", reply))
    batch = reply.body
    reply = manager.ask("GET", f"/v1/shop/serial-batches/{batch['id']}/labels")
    say(line("GET /v1/shop/serial-batches/…/labels", reply))
    codes = _read_codes(reply.body)
    if codes is None:
        say(NO_READER)
        return
    need(len(codes) == LABELS, f"{len(codes)} labels can be read")
    body = {"scanned": codes[0], "shop_id": batch["shop_id"]}
    reply = neighbour.ask("POST", "/v1/claims/serial", body, expect=201, key=str(uuid.uuid4()))
    say(line("POST /v1/claims/serial", reply))
    need(reply.body["amount_yen"] == batch["price_yen"], "another price than the registered one")
    say(
        f"   {cast.neighbour_name} bought {batch['product']}, {batch['price_yen']:,} yen: {reply.body['status']}"
    )
    again = neighbour.ask("POST", "/v1/claims/serial", body, expect=409, key=str(uuid.uuid4()))
    say(f"   the same label once more: {again.body['code']}\n")


def _read_codes(pdf: bytes) -> Sequence[str] | None:
    """What a camera reads on its first page; None where nothing is installed that can tell."""
    try:
        import pypdfium2
        import zxingcpp
    except ImportError:
        return None
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(picture)]

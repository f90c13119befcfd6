"""A shop's posters: their codes, and the printed things; and the payment stickers by which it is known as well."""

import uuid
from typing import Any

import segno
from flask import render_template

from backend.base.digits import group_digits
from backend.base.pages import Page
from backend.organisations import code_queries
from backend.organisations.code_queries import ShopCodeNotFound
from backend.organisations.jpqr import JPQR_ERRORS
from backend.organisations.models import ShopCode, ShopSticker
from backend.organisations.posters import Poster, PosterSize, in_one_line, print_poster, what_to_do
from backend.organisations.queries import ShopNotFound, get_shop
from backend.organisations.service import shop_codes, stickers
from backend.organisations.service.shops import ShopEnded
from backend.organisations.shop_codes import shop_code_url
from backend.organisations.texts import NameBlank, ReasonBlank
from backend.people.permissions import Permission
from backend.shop.posters.schemas import (
    EndPosterIn,
    IssuePosterIn,
    PosterListQuery,
    PosterOut,
    PosterPage,
    PosterSizeQuery,
    RegisterStickerIn,
    StickerListQuery,
    StickerOut,
    StickerPage,
)
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.web.binaries import Blob
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face(
    "posters",
    __name__,
    url_prefix="/v1/shop",
    description="What hangs in the shop and names it, never an amount.",
    template_folder="templates",
)


@face.operation(
    "GET",
    "/posters",
    permission=Permission.READ_OWN_SHOP,
    query=PosterListQuery,
    answer=PosterPage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_posters(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """My shop's posters in use; or all there ever were, with who ended them, when and why."""
    page = code_queries.list_shop_codes(
        call.session,
        shop_id=choose_shop(call, Permission.READ_OWN_SHOP, query["shop_id"]),
        includes_revoked=query["includes_revoked"],
        page=page_request(query),
    )
    return {"items": [_present(code, call) for code in page.items], "next_cursor": page.next_cursor}


@face.operation(
    "POST",
    "/posters",
    permission=Permission.EDIT_OWN_SHOP,
    body=IssuePosterIn,
    answer=PosterOut,
    status=201,
    errors=[ShopNotFound, ShopChoiceRequired, ShopEnded, NameBlank, shop_codes.ShopCodesExhausted],
    example={"label": "レジ横"},
)
def issue_poster(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Get a code for one more place: the counter, a table, a stall."""
    code = shop_codes.issue_shop_code(
        call.session,
        shop_id=choose_shop(call, Permission.EDIT_OWN_SHOP, body["shop_id"]),
        label=body["label"],
        issued_by=call.staff.staff_id,
        at=call.at,
    )
    return _present(code, call)


@face.operation(
    "POST",
    "/posters/<uuid:poster_id>/replacement",
    permission=Permission.EDIT_OWN_SHOP,
    body=EndPosterIn,
    answer=PosterOut,
    status=201,
    errors=[ShopCodeNotFound, shop_codes.ShopCodeRevoked, ShopEnded, ReasonBlank],
    example={"reason": "ポスターがはがされた"},
)
def replace_poster(call: Call, poster_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Get a new code for the same place. The old one ends at once: print the new poster and hang it up."""
    code = shop_codes.replace_shop_code(
        call.session,
        shop_code_id=poster_id,
        shop_ids=own_shops(call, Permission.EDIT_OWN_SHOP),
        reason=body["reason"],
        replaced_by=call.staff.staff_id,
        at=call.at,
    )
    return _present(code, call)


@face.operation(
    "POST",
    "/posters/<uuid:poster_id>/revocation",
    permission=Permission.EDIT_OWN_SHOP,
    body=EndPosterIn,
    answer=PosterOut,
    errors=[ShopCodeNotFound, shop_codes.ShopCodeRevoked, ReasonBlank],
    example={"reason": "朝市の出店が終わった"},
)
def revoke_poster(call: Call, poster_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """End a code. Whoever scans it from now on is told so."""
    code = shop_codes.revoke_shop_code(
        call.session,
        shop_code_id=poster_id,
        shop_ids=own_shops(call, Permission.EDIT_OWN_SHOP),
        reason=body["reason"],
        revoked_by=call.staff.staff_id,
        at=call.at,
    )
    return _present(code, call)


@face.operation(
    "GET",
    "/posters/<uuid:poster_id>/print",
    permission=Permission.READ_OWN_SHOP,
    query=PosterSizeQuery,
    answer=("application/pdf",),
    errors=[ShopCodeNotFound, shop_codes.ShopCodeRevoked],
)
def print_own_poster(call: Call, poster_id: uuid.UUID, query: dict[str, Any]) -> Blob:
    """The poster to print, as PDF with its font in it."""
    poster, size = _poster(call, poster_id), PosterSize(query["size"])
    return Blob("application/pdf", poster.etag(f"pdf {size}"), lambda: print_poster(poster, size))


@face.operation(
    "GET",
    "/posters/<uuid:poster_id>/page",
    permission=Permission.READ_OWN_SHOP,
    query=PosterSizeQuery,
    answer=("text/html",),
    errors=[ShopCodeNotFound, shop_codes.ShopCodeRevoked],
)
def show_own_poster(call: Call, poster_id: uuid.UUID, query: dict[str, Any]) -> Blob:
    """The same as a page that prints at its size, for a browser whose fonts are at hand."""
    poster, size = _poster(call, poster_id), PosterSize(query["size"])
    return Blob("text/html", poster.etag(f"html {size}"), lambda: _page(poster, size).encode())


@face.operation(
    "GET",
    "/stickers",
    permission=Permission.READ_OWN_SHOP,
    query=StickerListQuery,
    answer=StickerPage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_own_stickers(call: Call, query: dict[str, Any]) -> Page[ShopSticker]:
    """The JPQR stickers by which my shop is known."""
    return code_queries.list_stickers(
        call.session,
        shop_id=choose_shop(call, Permission.READ_OWN_SHOP, query["shop_id"]),
        includes_unlinked=False,
        page=page_request(query),
    )


@face.operation(
    "POST",
    "/stickers",
    permission=Permission.EDIT_OWN_SHOP,
    body=RegisterStickerIn,
    answer=StickerOut,
    status=201,
    errors=[ShopNotFound, ShopChoiceRequired, ShopEnded, stickers.StickerTaken, *JPQR_ERRORS],
    example={"scanned": "00020101021126680019jp.or.paymentsjapan0113…6304DEE9"},
)
def register_own_sticker(call: Call, body: dict[str, Any]) -> ShopSticker:
    """Register the JPQR sticker that my shop has already, so that citizens may scan it instead of a poster.

    It is read, and only the 29 digits that name the store are kept; no payment is made with it.
    """
    return stickers.register_sticker(
        call.session,
        shop_id=choose_shop(call, Permission.EDIT_OWN_SHOP, body["shop_id"]),
        scanned=body["scanned"],
        registered_by=call.staff.staff_id,
        at=call.at,
    )


def _present(code: ShopCode, call: Call) -> dict[str, Any]:
    return {
        **{name: getattr(code, name) for name in COLUMNS},
        "code": group_digits(code.digits),
        "url": shop_code_url(call.settings.public_url, code.digits),
    }


COLUMNS = (
    "id",
    "shop_id",
    "label",
    "replaces_id",
    "issued_at",
    "issued_by_staff_id",
    "revoked_at",
    "revoked_by_staff_id",
    "revoked_reason",
)


def _poster(call: Call, poster_id: uuid.UUID) -> Poster:
    """Raises ShopCodeNotFound, ShopCodeRevoked."""
    shop_ids = own_shops(call, Permission.READ_OWN_SHOP)
    code = code_queries.get_shop_code(call.session, shop_code_id=poster_id, shop_ids=shop_ids)
    if code.revoked_at is not None:
        raise shop_codes.ShopCodeRevoked
    shop = get_shop(call.session, shop_id=code.shop_id).shop
    return Poster(
        name_ja=shop.name_ja,
        name_en=shop.name_en,
        label=code.label,
        digits=code.digits,
        url=shop_code_url(call.settings.public_url, code.digits),
        issued_at=code.issued_at,
    )


def _page(poster: Poster, size: PosterSize) -> str:
    said = {language: in_one_line(line) for language, line in what_to_do().items()}
    picture = segno.make_qr(poster.url, error="q").svg_data_uri(border=4)
    return render_template("poster.html", poster=poster, size=size.value, said=said, picture=picture)

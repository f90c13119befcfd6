"""JPQR stickers that shops registered: looked through, and unlinked from a shop whose it is not."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.city.stickers.schemas import StickerListQuery, StickerOut, StickerPage, UnlinkStickerIn
from backend.organisations import code_queries
from backend.organisations.code_queries import StickerNotFound
from backend.organisations.models import ShopSticker
from backend.organisations.service import stickers
from backend.organisations.texts import ReasonBlank
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("stickers", __name__, url_prefix="/v1/city", description="Shops' JPQR stickers.")


@face.operation(
    "GET", "/stickers", permission=Permission.APPROVE_SHOPS, query=StickerListQuery, answer=StickerPage
)
def list_stickers(call: Call, query: dict[str, Any]) -> Page[ShopSticker]:
    """Stickers by which shops are known, oldest first."""
    return code_queries.list_stickers(
        call.session,
        shop_id=query["shop_id"],
        includes_unlinked=query["includes_unlinked"],
        page=page_request(query),
    )


@face.operation(
    "POST",
    "/stickers/<uuid:sticker_id>/unlinking",
    permission=Permission.APPROVE_SHOPS,
    body=UnlinkStickerIn,
    answer=StickerOut,
    errors=[StickerNotFound, ReasonBlank],
    example={"reason": "別のお店のシールだった"},
)
def unlink_sticker(call: Call, sticker_id: uuid.UUID, body: dict[str, Any]) -> ShopSticker:
    """Take a sticker from the shop that registered it. Whose it is may register it then."""
    return stickers.unlink_sticker(
        call.session,
        sticker_id=sticker_id,
        reason=body["reason"],
        unlinked_by=call.staff.staff_id,
        at=call.at,
    )

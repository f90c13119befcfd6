"""Shapes of shops' JPQR stickers as the city office sees them."""

from marshmallow import fields

from backend.web.schemas import In, Out, PageQuery, page_of, text_field


class StickerListQuery(PageQuery):
    shop_id = fields.UUID(load_default=None, metadata={"description": "Left out: of every shop."})
    includes_unlinked = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)


class UnlinkStickerIn(In):
    reason = text_field(200, required=True, metadata={"description": "Kept beside the sticker."})


class StickerOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    store_id = fields.String(required=True, metadata={"description": "The 29 digits that JPQR gave it."})
    name_on_sticker = fields.String(
        required=True, metadata={"description": "As the sticker has it: compare it with the shop's name."}
    )
    registered_at = fields.AwareDateTime(required=True)
    registered_by_staff_id = fields.UUID(required=True, allow_none=True)
    unlinked_at = fields.AwareDateTime(required=True, allow_none=True)
    unlinked_by_staff_id = fields.UUID(required=True, allow_none=True)
    unlinked_reason = fields.String(required=True, allow_none=True)


StickerPage = page_of(StickerOut)

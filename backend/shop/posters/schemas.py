"""Shapes of a shop's posters and of the payment stickers it registers."""

from marshmallow import fields, validate

from backend.base.emvco import MAX_CHARACTERS
from backend.organisations.posters import PosterSize
from backend.shop.shapes import ShopChoiceQuery
from backend.web.schemas import In, Out, PageQuery, Query, page_of, text_field


class PosterListQuery(PageQuery, ShopChoiceQuery):
    includes_revoked = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)


class IssuePosterIn(In):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
    label = text_field(40, required=True, metadata={"description": "Where it will hang."})


class EndPosterIn(In):
    reason = text_field(200, required=True, metadata={"description": "Kept beside the code."})


class PosterSizeQuery(Query):
    size = fields.String(
        validate=validate.OneOf(list(PosterSize)),
        load_default=PosterSize.A4.value,
        metadata={"description": "`a4`, `a6` (both upright) or `card`, 91 by 55 mm, for a shelf."},
    )


class PosterOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    label = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "Thirteen digits in groups, for typing."})
    url = fields.String(required=True, metadata={"description": "What the QR says. It names the shop only."})
    replaces_id = fields.UUID(required=True, allow_none=True)
    issued_at = fields.AwareDateTime(required=True)
    issued_by_staff_id = fields.UUID(required=True, allow_none=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)
    revoked_by_staff_id = fields.UUID(required=True, allow_none=True)
    revoked_reason = fields.String(required=True, allow_none=True)


PosterPage = page_of(PosterOut)


class RegisterStickerIn(In):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
    scanned = text_field(
        MAX_CHARACTERS, required=True, metadata={"description": "The whole text of the sticker's QR code."}
    )


class StickerListQuery(PageQuery, ShopChoiceQuery):
    pass


class StickerOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    store_id = fields.String(required=True, metadata={"description": "The 29 digits that JPQR gave it."})
    name_on_sticker = fields.String(required=True)
    registered_at = fields.AwareDateTime(required=True)


StickerPage = page_of(StickerOut)

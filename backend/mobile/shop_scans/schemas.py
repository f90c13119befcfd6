"""Shapes of a scan that names a shop only."""

from marshmallow import fields

from backend.organisations.shop_codes import SCANNED_MAX_CHARACTERS
from backend.web.schemas import In, Out, text_field


class ResolveShopScanIn(In):
    scanned = text_field(
        SCANNED_MAX_CHARACTERS,
        required=True,
        metadata={
            "description": "The whole text of a poster's or a JPQR sticker's code, or the digits typed from beneath."
        },
    )


class ScannedShopOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    municipality = fields.String(
        required=True, allow_none=True, metadata={"description": "Its name; null outside of the region."}
    )
    district = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)

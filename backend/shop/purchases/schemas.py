"""Shapes of purchases as a shop sees them: what was sold, nothing of who bought it."""

from marshmallow import fields, validate

from backend.people.codes import TEXT_MAX_CHARACTERS
from backend.purchases.batches.bought import BATCH_MAX
from backend.purchases.rules.sales import LINES_MAX, QUANTITY_MAX
from backend.shop.sales import SaleIn, lines_field
from backend.shop.shapes import ShopChoiceQuery
from backend.web.batches import items_field, outcomes_of
from backend.web.schemas import In, Moment, Out, PageQuery, Whole, Yen, page_of, text_field

COUPON_TOKENS_MAX = 10
SALE_KEY = r"^[A-Za-z0-9_-]{1,64}$(?!\n)"


def sale_key_field() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Regexp(SALE_KEY, error="1 to 64 letters, digits, - or _."),
        metadata={
            "description": "The till's own for this sale, never again for another of the shop: a receipt number "
            "that starts anew each day needs the date before it."
        },
    )


class CitizenSaleIn(SaleIn):
    """A sale to whoever shows their code."""

    citizen_code = text_field(
        TEXT_MAX_CHARACTERS,
        required=True,
        metadata={
            "description": "As scanned, or typed: thirteen digits, or sixteen of a phone without a network."
        },
    )
    coupon_tokens = fields.List(
        text_field(TEXT_MAX_CHARACTERS),
        load_default=list,
        validate=validate.Length(max=COUPON_TOKENS_MAX),
        metadata={"description": "Of coupons that the citizen shows; those the code carries need none."},
    )


class StoredSaleIn(In):
    """A sale that the till stored, to whoever showed their code then."""

    id = sale_key_field()
    citizen_code = text_field(
        TEXT_MAX_CHARACTERS, required=True, metadata={"description": "As it was scanned or typed then."}
    )
    amount_yen = Yen(required=True)
    lines = lines_field(load_default=None)
    done_at = Moment(required=True, metadata={"description": "When it was sold, by the till's clock."})


class StoredSalesIn(In):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by a clerk who works for several shops."}
    )
    items = items_field(StoredSaleIn, BATCH_MAX)


class SaleListQuery(PageQuery, ShopChoiceQuery):
    pass


class SaleOut(Out):
    id = fields.UUID(required=True)
    amount_yen = fields.Integer(required=True)
    discount_yen = fields.Integer(required=True)
    spent_points = fields.Integer(required=True)
    to_pay_yen = fields.Integer(required=True, metadata={"description": "What the till takes in money."})
    earned_points = fields.Integer(required=True)
    refunded_yen = fields.Integer(required=True)
    done_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)


SalePage = page_of(SaleOut)
SaleOutcomes = outcomes_of(SaleOut)


class FileFault(Out):
    line = fields.Integer(required=True, metadata={"description": "Of the file, its header being the first."})
    id = fields.String(required=True, allow_none=True, metadata={"description": "Of the row."})
    code = fields.String(required=True)
    detail = fields.String(required=True, metadata={"description": "For people, in the caller's language."})
    field = fields.String(required=True, allow_none=True, metadata={"description": "The column at fault."})


class SalesFileOut(Out):
    recorded = fields.Integer(required=True)
    replayed = fields.Integer(required=True, metadata={"description": "Recorded by an earlier upload."})
    refused = fields.Integer(required=True)
    faults = fields.List(fields.Nested(FileFault), required=True, metadata={"description": "By line."})


class SoldLineOut(Out):
    position = fields.Integer(required=True)
    name = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    amount_yen = fields.Integer(required=True)
    gtin = fields.String(required=True, allow_none=True)
    in_store_code = fields.String(required=True, allow_none=True)
    tax_permille = fields.Integer(required=True, allow_none=True)
    discount_yen = fields.Integer(required=True)
    product_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "The registered product that the codes named."},
    )


class RefundLineIn(In):
    position = Whole(minimum=1, maximum=LINES_MAX, required=True)
    quantity = Whole(minimum=1, maximum=QUANTITY_MAX, required=True)


class RefundIn(In):
    """An amount, or pieces of lines; neither: all that is left."""

    amount_yen = Yen(load_default=None)
    lines = fields.List(
        fields.Nested(RefundLineIn), load_default=None, validate=validate.Length(min=1, max=LINES_MAX)
    )
    reason = text_field(200, load_default=None)


class RefundOut(Out):
    id = fields.UUID(required=True)
    purchase_id = fields.UUID(required=True)
    amount_yen = fields.Integer(required=True)
    cash_yen = fields.Integer(required=True, metadata={"description": "To hand back in money."})
    returned_points = fields.Integer(
        required=True, metadata={"description": "Spent points that the citizen has again."}
    )
    discount_yen = fields.Integer(required=True)
    reclaimed_points = fields.Integer(required=True, metadata={"description": "Earned points taken back."})
    reason = fields.String(required=True, allow_none=True)
    refunded_at = fields.AwareDateTime(required=True)


class SaleDetailOut(SaleOut):
    lines = fields.List(fields.Nested(SoldLineOut), required=True)
    refunds = fields.List(fields.Nested(RefundOut), required=True)

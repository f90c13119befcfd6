"""Shapes of receipts that citizens send in."""

from typing import Any

from marshmallow import fields, validate

from backend.claims.rules.receipts import RECEIPT_LINES_MAX, TAX_PERMILLES
from backend.mobile.purchases.schemas import ShopCardOut
from backend.purchases.rules.sales import QUANTITY_MAX
from backend.web.schemas import AMOUNT_MAX_YEN, In, Moment, Out, Whole, Yen, text_field

TAX = "100: ten per cent; 80: the reduced rate (※ on the receipt); 0: no tax."


def _tax_permille(**kwargs: Any) -> Whole:
    return Whole(
        minimum=0,
        maximum=100,
        validate=[validate.OneOf(TAX_PERMILLES)],
        metadata={"description": TAX},
        **kwargs,
    )


class ReceiptRateIn(In):
    tax_permille = _tax_permille(required=True)
    amount_yen = Yen(required=True, metadata={"description": "Everything of this rate, with tax."})
    tax_yen = Whole(
        minimum=0,
        maximum=AMOUNT_MAX_YEN,
        load_default=None,
        metadata={"description": "How much of it is tax, rounded once, if the receipt says so."},
    )


class ReceiptLineIn(In):
    name = text_field(80, required=True)
    quantity = Whole(minimum=1, maximum=QUANTITY_MAX, load_default=1)
    amount_yen = Whole(
        minimum=0,
        maximum=AMOUNT_MAX_YEN,
        required=True,
        metadata={"description": "Of the whole line, after its discount, as printed."},
    )
    tax_permille = _tax_permille(load_default=100)
    gtin = text_field(20, load_default=None, metadata={"description": "The number under its bar code."})


class ReceiptIn(In):
    """What stands on the receipt. A draft may lack anything; submitting takes a shop, a total and a time."""

    shop_id = fields.UUID(
        load_default=None, metadata={"description": "My pick; left out: by what is printed on the receipt."}
    )
    registration_number = text_field(
        20,
        load_default=None,
        metadata={"description": "登録番号: T and 13 digits.", "example": "T8700110005901"},
    )
    phone = text_field(20, load_default=None)
    shop_name = text_field(80, load_default=None)
    receipt_number = text_field(40, load_default=None)
    done_at = Moment(load_default=None, metadata={"description": "The time printed on it."})
    total_yen = Yen(
        load_default=None,
        metadata={"description": "合計 with tax, before points or vouchers that pay for it."},
    )
    rates = fields.List(
        fields.Nested(ReceiptRateIn),
        load_default=list,
        validate=validate.Length(max=len(TAX_PERMILLES)),
        metadata={"description": "The totals of each tax rate; they sum to the total."},
    )
    lines = fields.List(
        fields.Nested(ReceiptLineIn), load_default=list, validate=validate.Length(max=RECEIPT_LINES_MAX)
    )
    lines_exclude_tax = fields.Boolean(
        truthy={True},
        falsy={False},
        load_default=False,
        metadata={"description": "Prices are printed without tax (外税); the rates must tell the tax then."},
    )


class ReceiptRateOut(Out):
    tax_permille = fields.Integer(required=True)
    amount_yen = fields.Integer(required=True)
    tax_yen = fields.Integer(required=True, allow_none=True)


class ReceiptLineOut(Out):
    name = fields.String(required=True)
    quantity = fields.Integer(required=True)
    amount_yen = fields.Integer(required=True)
    tax_permille = fields.Integer(required=True)
    gtin = fields.String(required=True, allow_none=True)


class ReceiptOut(Out):
    registration_number = fields.String(
        required=True, allow_none=True, metadata={"description": "13 digits, without the T."}
    )
    phone = fields.String(required=True, allow_none=True)
    shop_name = fields.String(required=True, allow_none=True)
    receipt_number = fields.String(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    total_yen = fields.Integer(required=True, allow_none=True)
    rates = fields.List(fields.Nested(ReceiptRateOut), required=True)
    lines = fields.List(fields.Nested(ReceiptLineOut), required=True)
    lines_exclude_tax = fields.Boolean(required=True)


class ReceiptWarningOut(Out):
    code = fields.String(required=True, metadata={"example": "registration_number_unverified"})
    text = fields.String(required=True, metadata={"description": "The same for people."})


class ReceiptPhotoOut(Out):
    number = fields.Integer(required=True)
    path = fields.String(
        required=True, allow_none=True, metadata={"description": "null: removed after the decision."}
    )


class ReceiptClaimOut(Out):
    id = fields.UUID(required=True, metadata={"description": "Of the claim."})
    status = fields.String(required=True, metadata={"description": "`draft` until it is submitted."})
    receipt = fields.Nested(ReceiptOut, required=True)
    shop = fields.Nested(ShopCardOut, required=True, allow_none=True)
    shop_candidates = fields.List(
        fields.Nested(ShopCardOut),
        required=True,
        metadata={"description": "While no shop is sure: those to pick `shop_id` from."},
    )
    photos = fields.List(fields.Nested(ReceiptPhotoOut), required=True)
    warnings = fields.List(
        fields.Nested(ReceiptWarningOut),
        required=True,
        metadata={"description": "Nothing is refused for them, but the city looks twice."},
    )
    expected_points = fields.Integer(
        required=True, metadata={"description": "What it would earn, once it is submitted."}
    )


class ReceiptReadingOut(Out):
    """Suggestions of a machine: to be looked at, corrected and sent as the receipt."""

    was_read = fields.Boolean(
        required=True, metadata={"description": "false: nothing could be read; type it."}
    )
    text = fields.String(required=True, allow_none=True, metadata={"description": "As the machine saw it."})
    receipt = fields.Nested(
        ReceiptOut, required=True, metadata={"description": "What of it seems to make sense."}
    )


RECEIPT_EXAMPLE: dict[str, Any] = {
    "registration_number": "T8700110005901",
    "shop_name": "麦と汽笛",
    "receipt_number": "004217",
    "done_at": "2026-06-15T11:48:00+09:00",
    "total_yen": 650,
    "rates": [
        {"tax_permille": 80, "amount_yen": 540, "tax_yen": 40},
        {"tax_permille": 100, "amount_yen": 110, "tax_yen": 10},
    ],
    "lines": [
        {"name": "バターロール", "quantity": 2, "amount_yen": 540, "tax_permille": 80},
        {"name": "紙袋", "amount_yen": 110},
    ],
}

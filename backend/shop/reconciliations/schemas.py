"""Shapes of a till's day beside ours."""

from marshmallow import fields, validate

from backend.purchases.rules.reconciling import (
    COUNT_MAX,
    RATES_MAX,
    SALE_MAX_CHARACTERS,
    SALES_MAX,
    TOTAL_MAX_YEN,
)
from backend.shop.shapes import ShopChoiceQuery
from backend.web.schemas import AMOUNT_MAX_YEN, In, Out, PageQuery, Whole, page_of, text_field

SALE = "Its purchase, till code or checkout; or `ALLOWANCE/NUMBER` of a code made without a network."


class StatedRateIn(In):
    tax_permille = Whole(minimum=0, maximum=1000, required=True)
    amount_yen = Whole(minimum=0, maximum=TOTAL_MAX_YEN, required=True)


class StatedSaleIn(In):
    sale = text_field(SALE_MAX_CHARACTERS, required=True, metadata={"description": SALE})
    amount_yen = Whole(minimum=1, maximum=AMOUNT_MAX_YEN, required=True)


class RecordReconciliationIn(In):
    """All amounts as sold: with tax, before points, coupons and refunds."""

    sold_on = fields.Date(required=True, metadata={"description": "The city's day."})
    count = Whole(minimum=0, maximum=COUNT_MAX, required=True)
    amount_yen = Whole(minimum=0, maximum=TOTAL_MAX_YEN, required=True)
    rates = fields.List(
        fields.Nested(StatedRateIn),
        load_default=None,
        validate=validate.Length(max=RATES_MAX),
        metadata={"description": "By rate of tax, if the till knows; they sum to `amount_yen`."},
    )
    sales = fields.List(
        fields.Nested(StatedSaleIn),
        load_default=None,
        validate=validate.Length(max=SALES_MAX),
        metadata={"description": "Each sale, so that single ones can be compared; or left out."},
    )
    register_id = fields.UUID(
        load_default=None,
        metadata={
            "description": "Whose day it is, if staff send it; null: all tills together. A register sends its own."
        },
    )
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by a clerk who works for several shops."}
    )


class ReconciliationListQuery(PageQuery, ShopChoiceQuery):
    sold_on = fields.Date(load_default=None)
    only_differing = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)


class ReconciliationOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    register_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: all tills of the shop together."}
    )
    sold_on = fields.Date(required=True)
    version = fields.Integer(
        required=True, metadata={"description": "Counts up when the day is sent again and something changed."}
    )
    stated_count = fields.Integer(required=True)
    stated_yen = fields.Integer(required=True)
    recorded_count = fields.Integer(required=True)
    recorded_yen = fields.Integer(required=True)
    difference_count = fields.Integer(required=True)
    sent_at = fields.AwareDateTime(required=True)
    replaced_at = fields.AwareDateTime(required=True, allow_none=True)


ReconciliationPage = page_of(ReconciliationOut)


class DifferenceOut(Out):
    kind = fields.String(
        required=True,
        metadata={
            "description": "`count_differs`, `total_differs`, `rate_differs`; of single sales `missing_here`, "
            "`missing_there` (the till does not list it), `amount_differs`, `stated_twice`."
        },
    )
    stated = fields.Integer(
        required=True, metadata={"description": "What the till says: yen, or a count for `count_differs`."}
    )
    recorded = fields.Integer(required=True)
    sale = fields.String(required=True, allow_none=True, metadata={"description": "As the till calls it."})
    purchase_id = fields.UUID(required=True, allow_none=True)
    tax_permille = fields.Integer(required=True, allow_none=True)


class ReconciliationDetailOut(Out):
    reconciliation = fields.Nested(ReconciliationOut, required=True)
    differences = fields.List(
        fields.Nested(DifferenceOut),
        required=True,
        attribute="reconciliation.differences",
        metadata={"description": "The first thousand of them."},
    )
    versions = fields.List(
        fields.Nested(ReconciliationOut),
        required=True,
        metadata={"description": "All of this till and day, the newest first."},
    )

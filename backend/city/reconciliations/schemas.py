"""Shapes of tills' days beside ours, as the city sees them."""

from marshmallow import fields

from backend.web.schemas import Out, PageQuery, page_of


class ReconciliationListQuery(PageQuery):
    shop_id = fields.UUID(load_default=None)
    sold_on = fields.Date(load_default=None)
    only_differing = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)


class ReconciliationOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    register_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: all tills of the shop together."}
    )
    sold_on = fields.Date(required=True)
    version = fields.Integer(required=True)
    stated_count = fields.Integer(required=True)
    stated_yen = fields.Integer(required=True)
    recorded_count = fields.Integer(required=True)
    recorded_yen = fields.Integer(required=True)
    difference_count = fields.Integer(required=True)
    sent_at = fields.AwareDateTime(required=True)
    replaced_at = fields.AwareDateTime(required=True, allow_none=True)


ReconciliationPage = page_of(ReconciliationOut)


class DifferenceOut(Out):
    kind = fields.String(required=True)
    stated = fields.Integer(required=True)
    recorded = fields.Integer(required=True)
    sale = fields.String(required=True, allow_none=True)
    purchase_id = fields.UUID(required=True, allow_none=True)
    tax_permille = fields.Integer(required=True, allow_none=True)


class ReconciliationDetailOut(Out):
    reconciliation = fields.Nested(ReconciliationOut, required=True)
    differences = fields.List(
        fields.Nested(DifferenceOut), required=True, attribute="reconciliation.differences"
    )
    versions = fields.List(fields.Nested(ReconciliationOut), required=True)

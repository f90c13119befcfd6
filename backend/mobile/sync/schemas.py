"""Shapes of what changed."""

from marshmallow import fields

from backend.changes.queries import LIMIT_DEFAULT, LIMIT_MAX
from backend.mobile.campaigns.schemas import CampaignOut
from backend.mobile.notices.schemas import NoticeOut
from backend.mobile.offers.schemas import OfferOut
from backend.mobile.products.schemas import ProductOut
from backend.mobile.shops.schemas import ShopHoursOut, ShopOut
from backend.web.schemas import Out, Query, QueryWhole, text_field


class ChangeListQuery(Query):
    since = text_field(
        400,
        load_default=None,
        metadata={"description": "`next_cursor` of the answer before; leave out to begin."},
    )
    limit = QueryWhole(
        minimum=1,
        maximum=LIMIT_MAX,
        load_default=LIMIT_DEFAULT,
        metadata={"description": "Things a page, of all kinds together."},
    )


class KeptShopOut(ShopOut):
    """With its week: without network `is_open` is soon out of date."""

    hours = fields.List(
        fields.Nested(ShopHoursOut), required=True, metadata={"description": "None: the shop told no hours."}
    )


class RemovedOut(Out):
    """Ids to delete; one that is not known was never told."""

    shops = fields.List(fields.UUID(), required=True)
    products = fields.List(fields.UUID(), required=True)
    offers = fields.List(fields.UUID(), required=True)
    campaigns = fields.List(fields.UUID(), required=True)
    notices = fields.List(fields.UUID(), required=True)


class ChangesOut(Out):
    starts_over = fields.Boolean(
        required=True,
        metadata={"description": "Forget everything first: this is the beginning of all there is."},
    )
    shops = fields.List(fields.Nested(KeptShopOut), required=True)
    products = fields.List(fields.Nested(ProductOut), required=True)
    offers = fields.List(
        fields.Nested(OfferOut), required=True, metadata={"description": "Hide one at `displayed_until`."}
    )
    campaigns = fields.List(
        fields.Nested(CampaignOut),
        required=True,
        metadata={
            "description": "Hide one at `ends_at`. `budget_used_percent` is of the moment when it was told;"
            " it is told again when most or all of the budget is used."
        },
    )
    notices = fields.List(fields.Nested(NoticeOut), required=True)
    removed = fields.Nested(RemovedOut, required=True)
    has_more = fields.Boolean(
        required=True, metadata={"description": "Ask again at once; the copy is whole when it is false."}
    )
    next_cursor = fields.String(
        required=True, metadata={"description": "Keep it with the copy, and send it as `since`."}
    )

"""What several nouns of this face say of a sale: its amount and lines, who rang it up."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marshmallow import fields, validate

from backend.offers.redeeming import REDEEMING_ERRORS
from backend.organisations.models import ProductCategory
from backend.organisations.rules import GtinInvalid, InStoreCodeInvalid
from backend.people.codes import CitizenCodeMistyped, CitizenCodeUnknown, CitizenCodeUsed
from backend.people.offline_codes import OfflinePolicy
from backend.people.principals import StaffPrincipal
from backend.people.service.citizen_codes import CitizenCodeExpired
from backend.people.service.offline_codes import OfflineCodeOutdated, OfflineCodePremature, OfflineKeyRevoked
from backend.purchases.batches.sales import StoredSale, StoredSalesContext
from backend.purchases.models import IssuerKind
from backend.purchases.rules.sales import (
    LINES_MAX,
    QUANTITY_MAX,
    LinesNotSummingToAmount,
    Sale,
    SaleLine,
)
from backend.purchases.service.codes import Issuer
from backend.purchases.service.lines import ring_up
from backend.purchases.service.selling import SaleContext, SaleRequest
from backend.web.calls import Call
from backend.web.schemas import AMOUNT_MAX_YEN, In, Whole, Yen, text_field


class SaleLineIn(In):
    """A product is known by its GTIN or by the shop's own code; without either the line counts as nothing special."""

    name = text_field(80, load_default=None)
    quantity = Whole(minimum=1, maximum=QUANTITY_MAX, load_default=1)
    amount_yen = Whole(
        minimum=0,
        maximum=AMOUNT_MAX_YEN,
        required=True,
        metadata={"description": "Of the whole line, with tax and after its own discounts."},
    )
    gtin = text_field(20, load_default=None)
    in_store_code = text_field(20, load_default=None)
    tax_permille = Whole(minimum=0, maximum=1000, load_default=None)
    discount_yen = Whole(
        minimum=0,
        maximum=AMOUNT_MAX_YEN,
        load_default=0,
        metadata={"description": "What the line's own discounts took off; `amount_yen` is without it."},
    )
    category = fields.String(
        validate=validate.OneOf(list(ProductCategory)),
        load_default=None,
        metadata={"description": "Of goods without a registered product; tobacco and the like earn nothing."},
    )


def lines_field(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(SaleLineIn),
        validate=validate.Length(min=1, max=LINES_MAX),
        metadata={"description": "They sum to `amount_yen`. Only with lines are products rewarded."},
        **kwargs,
    )


class SaleIn(In):
    amount_yen = Yen(required=True)
    lines = lines_field(load_default=None)
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by a clerk who works for several shops."}
    )


SALE_ERRORS = (LinesNotSummingToAmount, GtinInvalid, InStoreCodeInvalid)
CITIZEN_CODE_ERRORS = (
    CitizenCodeMistyped,
    CitizenCodeUnknown,
    CitizenCodeUsed,
    CitizenCodeExpired,
    OfflineCodeOutdated,
    OfflineCodePremature,
    OfflineKeyRevoked,
    *REDEEMING_ERRORS,
)


def sale_of(call: Call, shop_id: uuid.UUID, body: Mapping[str, Any]) -> Sale:
    """Raises SALE_ERRORS."""
    lines = [SaleLine(**line) for line in body["lines"] or ()]
    return ring_up(call.session, shop_id=shop_id, amount_yen=body["amount_yen"], lines=lines)


def sale_request_of(call: Call, shop_id: uuid.UUID, body: Mapping[str, Any]) -> SaleRequest:
    """Raises SALE_ERRORS."""
    return SaleRequest(
        citizen_code=body["citizen_code"],
        sale=sale_of(call, shop_id, body),
        coupon_tokens=tuple(dict.fromkeys(body["coupon_tokens"])),
    )


def sale_context(call: Call) -> SaleContext:
    settings = call.settings
    offline = OfflinePolicy(settings.offline_code_skew_steps, settings.offline_spend_max_points)
    return SaleContext(settings.public_url, call.ground.vault, call.ground.region, offline)


def stored_sale_of(item: Mapping[str, Any]) -> StoredSale:
    return StoredSale(
        key=item["id"],
        citizen_code=item["citizen_code"],
        amount_yen=item["amount_yen"],
        lines=[SaleLine(**line) for line in item["lines"] or ()],
        done_at=item["done_at"],
    )


def stored_context(call: Call) -> StoredSalesContext:
    return StoredSalesContext(sale_context(call), timedelta(days=call.settings.stored_sale_days))


def issuer_of(call: Call) -> Issuer:
    principal = call.shop_side
    if isinstance(principal, StaffPrincipal):
        return Issuer(IssuerKind.CLERK, principal.staff_id)
    return Issuer(IssuerKind.REGISTER, principal.register_id)

"""The end of a day: what the till sold beside what was recorded."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from backend.base.pages import Page
from backend.organisations.queries import ShopNotFound
from backend.organisations.register_queries import RegisterNotFound
from backend.people.permissions import Permission
from backend.people.principals import RegisterPrincipal
from backend.purchases import days
from backend.purchases.days import ReconciliationNotFound, ReconciliationRecord
from backend.purchases.models import Reconciliation
from backend.purchases.rules.reconciling import (
    DayNotReconcilable,
    DayTotalContradicted,
    StatedDay,
    read_parts,
)
from backend.purchases.service import reconciling
from backend.purchases.service.reconciling import DayStatement
from backend.shop.reconciliations.schemas import (
    ReconciliationDetailOut,
    ReconciliationListQuery,
    ReconciliationPage,
    RecordReconciliationIn,
)
from backend.shop.sales import issuer_of
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("reconciliations", __name__, url_prefix="/v1/shop", description="The till's day beside ours.")


@face.operation(
    "POST",
    "/reconciliations",
    permission=Permission.RECONCILE_SALES,
    body=RecordReconciliationIn,
    answer=ReconciliationDetailOut,
    errors=[ShopNotFound, ShopChoiceRequired, RegisterNotFound, DayNotReconcilable, DayTotalContradicted],
    example={
        "sold_on": "2026-06-15",
        "count": 2,
        "amount_yen": 2060,
        "rates": [{"tax_permille": 80, "amount_yen": 2060}],
    },
)
def record_reconciliation(call: Call, body: dict[str, Any]) -> ReconciliationRecord:
    """Send a day's total: it is compared with what was recorded, and every difference is told.

    Send it again as often as you like: what changed becomes a new version, the old ones stay.
    """
    shop_id = choose_shop(call, Permission.RECONCILE_SALES, body["shop_id"])
    found = reconciling.record_reconciliation(
        call.session,
        statement=DayStatement(
            shop_id=shop_id,
            register_id=_register_of(call, body["register_id"]),
            sold_on=body["sold_on"],
            day=_day(body),
        ),
        issuer=issuer_of(call),
        at=call.at,
    )
    return days.get_reconciliation(call.session, reconciliation_id=found.id, shop_ids=[shop_id])


@face.operation(
    "GET",
    "/reconciliations",
    permission=Permission.RECONCILE_SALES,
    query=ReconciliationListQuery,
    answer=ReconciliationPage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_own_reconciliations(call: Call, query: dict[str, Any]) -> Page[Reconciliation]:
    """My shop's days as its tills told them, the latest first."""
    return days.list_reconciliations(
        call.session,
        shop_id=choose_shop(call, Permission.RECONCILE_SALES, query["shop_id"]),
        sold_on=query["sold_on"],
        only_differing=query["only_differing"],
        page=page_request(query),
    )


@face.operation(
    "GET",
    "/reconciliations/<uuid:reconciliation_id>",
    permission=Permission.RECONCILE_SALES,
    answer=ReconciliationDetailOut,
    errors=[ReconciliationNotFound],
)
def get_own_reconciliation(call: Call, reconciliation_id: uuid.UUID) -> ReconciliationRecord:
    """One version of a day with its differences, and every other version."""
    return days.get_reconciliation(
        call.session,
        reconciliation_id=reconciliation_id,
        shop_ids=own_shops(call, Permission.RECONCILE_SALES),
    )


def _register_of(call: Call, wished: uuid.UUID | None) -> uuid.UUID | None:
    """A register speaks of itself, whatever it says."""
    principal = call.shop_side
    if isinstance(principal, RegisterPrincipal):
        if wished not in (None, principal.register_id):
            raise RegisterNotFound(field="register_id")
        return principal.register_id
    return wished


def _day(body: Mapping[str, Any]) -> StatedDay:
    return StatedDay(
        count=body["count"],
        amount_yen=body["amount_yen"],
        rates=read_parts(_pairs(body["rates"], "tax_permille"), field="rates"),
        sales=read_parts(_pairs(body["sales"], "sale"), field="sales"),
    )


def _pairs(parts: Sequence[Mapping[str, Any]] | None, key: str) -> list[tuple[Any, int]] | None:
    return None if parts is None else [(part[key], part["amount_yen"]) for part in parts]

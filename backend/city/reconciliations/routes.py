"""Tills' days beside ours, of all shops."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.city.reconciliations.schemas import (
    ReconciliationDetailOut,
    ReconciliationListQuery,
    ReconciliationPage,
)
from backend.people.permissions import Permission
from backend.purchases import days
from backend.purchases.days import ReconciliationNotFound, ReconciliationRecord
from backend.purchases.models import Reconciliation
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("reconciliations", __name__, url_prefix="/v1/city", description="Tills' days beside ours.")


@face.operation(
    "GET",
    "/reconciliations",
    permission=Permission.READ_RECONCILIATIONS,
    query=ReconciliationListQuery,
    answer=ReconciliationPage,
)
def list_reconciliations(call: Call, query: dict[str, Any]) -> Page[Reconciliation]:
    """Days as shops' tills told them, the latest first; of one shop or day, or only those that differ."""
    return days.list_reconciliations(
        call.session,
        shop_id=query["shop_id"],
        sold_on=query["sold_on"],
        only_differing=query["only_differing"],
        page=page_request(query),
    )


@face.operation(
    "GET",
    "/reconciliations/<uuid:reconciliation_id>",
    permission=Permission.READ_RECONCILIATIONS,
    answer=ReconciliationDetailOut,
    errors=[ReconciliationNotFound],
)
def get_reconciliation(call: Call, reconciliation_id: uuid.UUID) -> ReconciliationRecord:
    """One version of a day with its differences, and every other version."""
    return days.get_reconciliation(call.session, reconciliation_id=reconciliation_id, shop_ids=None)

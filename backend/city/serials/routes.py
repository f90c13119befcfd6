"""Serials of local products: the city gives them out by the batch and calls batches back."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.city.serials.schemas import (
    IssueSerialBatchIn,
    RevokeSerialBatchIn,
    SerialBatchOut,
    SerialBatchPage,
)
from backend.organisations import serial_queries
from backend.organisations.queries import ProductNotFound
from backend.organisations.serial_queries import BatchDescription, SerialBatchNotFound
from backend.organisations.service import serials
from backend.organisations.service.shops import ShopEnded
from backend.organisations.texts import ReasonBlank
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face("serials", __name__, url_prefix="/v1/city", description="Numbers on packages of local products.")


@face.operation(
    "POST",
    "/serial-batches",
    permission=Permission.APPROVE_SHOPS,
    body=IssueSerialBatchIn,
    answer=SerialBatchOut,
    status=201,
    errors=[ProductNotFound, ShopEnded, serials.SerialPeriodInvalid],
    example={
        "product_id": "01977a3e-0000-7000-8000-000000000001",
        "quantity": 240,
        "valid_until": "2027-03-31T15:00:00Z",
    },
)
def issue_serial_batch(call: Call, body: dict[str, Any]) -> BatchDescription:
    """Give the producer of a product numbers for its packages. The product's price counts as it is now.

    The producer prints them; the city never sees the numbers themselves.
    """
    return serials.issue_batch(
        call.session, issued_by=call.staff.staff_id, vault=call.ground.vault, at=call.at, **body
    )


@face.operation(
    "GET",
    "/serial-batches",
    permission=Permission.APPROVE_SHOPS,
    query=PageQuery,
    answer=SerialBatchPage,
)
def list_serial_batches(call: Call, query: dict[str, Any]) -> Page[BatchDescription]:
    """All batches, newest first, with how much of each was claimed."""
    return serial_queries.list_batches(call.session, shop_ids=None, page=page_request(query))


@face.operation(
    "POST",
    "/serial-batches/<uuid:batch_id>/revocation",
    permission=Permission.APPROVE_SHOPS,
    body=RevokeSerialBatchIn,
    answer=SerialBatchOut,
    errors=[SerialBatchNotFound, serials.SerialBatchRevoked, ReasonBlank],
    example={"reason": "シールの束が盗まれた"},
)
def revoke_serial_batch(call: Call, batch_id: uuid.UUID, body: dict[str, Any]) -> BatchDescription:
    """Call a batch back: none of it can be claimed any more. What was claimed stays."""
    return serials.revoke_batch(
        call.session,
        batch_id=batch_id,
        reason=body["reason"],
        revoked_by=call.staff.staff_id,
        at=call.at,
    )

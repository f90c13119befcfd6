"""Numbers for the packages of the shop's own products: which there are, and the labels to print."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.organisations import serial_queries
from backend.organisations.queries import get_shop
from backend.organisations.serial_queries import BatchDescription, SerialBatchNotFound
from backend.organisations.serial_sheets import Labels, print_sheet_of_labels
from backend.organisations.service import serials
from backend.people.permissions import Permission
from backend.shop.scope import own_shops
from backend.shop.serials.schemas import OwnSerialBatchOut, OwnSerialBatchPage, SerialSheetQuery
from backend.web.binaries import Blob
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face("serials", __name__, url_prefix="/v1/shop", description="Numbers on the shop's packages.")


@face.operation(
    "GET",
    "/serial-batches",
    permission=Permission.READ_OWN_SHOP,
    query=PageQuery,
    answer=OwnSerialBatchPage,
)
def list_own_serial_batches(call: Call, query: dict[str, Any]) -> Page[BatchDescription]:
    """Batches of numbers that the city gave my products, newest first."""
    return serial_queries.list_batches(
        call.session, shop_ids=own_shops(call, Permission.READ_OWN_SHOP), page=page_request(query)
    )


@face.operation(
    "GET",
    "/serial-batches/<uuid:batch_id>",
    permission=Permission.READ_OWN_SHOP,
    answer=OwnSerialBatchOut,
    errors=[SerialBatchNotFound],
)
def get_own_serial_batch(call: Call, batch_id: uuid.UUID) -> BatchDescription:
    """One of them, with how much of it was claimed."""
    shop_ids = own_shops(call, Permission.READ_OWN_SHOP)
    return serial_queries.get_batch(call.session, batch_id=batch_id, shop_ids=shop_ids)


@face.operation(
    "GET",
    "/serial-batches/<uuid:batch_id>/labels",
    permission=Permission.EDIT_OWN_SHOP,
    query=SerialSheetQuery,
    answer=("application/pdf",),
    errors=[SerialBatchNotFound, serials.SerialBatchRevoked, serials.SerialSheetNotFound],
)
def print_own_labels(call: Call, batch_id: uuid.UUID, query: dict[str, Any]) -> Blob:
    """A sheet of 24 labels, 70 by 37 mm, as PDF. Each is worth a claim: put it where only a buyer sees it."""
    shop_ids = own_shops(call, Permission.EDIT_OWN_SHOP)
    found = serial_queries.get_batch(call.session, batch_id=batch_id, shop_ids=shop_ids)
    shop = get_shop(call.session, shop_id=found.product.shop_id)
    digits = serials.list_serials(
        call.session, batch=found.batch, sheet=query["sheet"], vault=call.ground.vault
    )
    labels = Labels(
        product=found.product.name_ja,
        producer=shop.organisation.name,
        public_url=call.settings.public_url,
        issued_at=found.batch.issued_at,
        valid_until=found.batch.valid_until,
    )
    return Blob("application/pdf", labels.etag(digits), lambda: print_sheet_of_labels(labels, digits))

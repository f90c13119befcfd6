"""Serials on packages, as the city issues them and citizens claim them."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.base.secrets import Vault
from backend.config import INSECURE_SECRET_KEY
from backend.organisations.models import SerialBatch
from backend.organisations.service.serials import issue_batch, list_serials
from tests.factories.organisations import make_product
from tests.factories.purchases import KEY
from tests.support.client import ApiClient

VAULT = Vault(INSECURE_SECRET_KEY)  # that of the tests' settings
CITY_PATH = "/v1/city/serial-batches"
SHOP_PATH = "/v1/shop/serial-batches"
CLAIM_PATH = "/v1/claims/serial"
PRICE_YEN = 580


def make_batch(
    session: Session,
    *,
    shop_id: uuid.UUID,
    at: datetime,
    quantity: int = 3,
    days: int = 90,
    price_yen: int | None = PRICE_YEN,
    **product: Any,
) -> SerialBatch:
    """Of a product made for it."""
    sold = make_product(session, shop_id=shop_id, at=at, price_yen=price_yen, **product)
    valid_until = at + timedelta(days=days)
    return issue_batch(
        session,
        product_id=sold.id,
        quantity=quantity,
        valid_until=valid_until,
        issued_by=None,
        vault=VAULT,
        at=at,
    ).batch


def digits_of(session: Session, batch: SerialBatch) -> Sequence[str]:
    """Those of its first sheet."""
    return list_serials(session, batch=batch, sheet=1, vault=VAULT)


def claim_serial(caller: ApiClient, scanned: str, key: str = KEY, **body: Any) -> TestResponse:
    return caller.post(CLAIM_PATH, {"scanned": scanned, **body}, headers={"Idempotency-Key": key})

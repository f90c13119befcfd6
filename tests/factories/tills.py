"""What tills do besides selling, over HTTP: keep offline allowances and sign with them, send their day."""

import base64
import uuid
from datetime import datetime
from typing import Any

from werkzeug.test import TestResponse

from backend.purchases.rules.offline_codes import make_offline_token
from tests.support.client import ApiClient

NOON = datetime.fromisoformat("2026-06-15T03:00:00+00:00")


def get_allowance(register: ApiClient, **body: Any) -> dict[str, Any]:
    """As the register was told it, secret and all."""
    response = register.post("/v1/shop/offline-allowances", body)
    assert response.status_code == 201, response.get_json()
    issued: dict[str, Any] = response.get_json()
    return issued


def sign(
    issued: dict[str, Any], amount_yen: int = 1280, *, serial_number: int = 1, made_at: datetime = NOON
) -> str:
    """The address that a register without a network shows."""
    token = make_offline_token(
        allowance_id=uuid.UUID(issued["allowance"]["id"]),
        secret=base64.urlsafe_b64decode(issued["secret"] + "="),
        serial_number=serial_number,
        amount_yen=amount_yen,
        made_at=made_at,
    )
    return f"{issued['code_prefix']}{token}"


def reconcile(till: ApiClient, sold_on: str = "2026-06-15", **body: Any) -> TestResponse:
    return till.post("/v1/shop/reconciliations", {"sold_on": sold_on, **body})

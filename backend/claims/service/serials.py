"""A purchase proven by the number on the package of a local product; each number is good for one claim."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from backend.base.errors import Refused
from backend.base.secrets import Vault
from backend.claims.models import ClaimKind, WaitsFor
from backend.claims.service.recording import ClaimContext
from backend.claims.service.stating import (
    ClaimRequest,
    StatedClaim,
    Statement,
    Way,
    draft_claim,
    find_replay,
    submit_claim,
)
from backend.organisations.queries import get_active_shop
from backend.organisations.serial_queries import SerialRow, list_sellers
from backend.organisations.service.serials import get_serial, use_serial
from backend.purchases.basis import Buyer
from backend.purchases.rules.sales import SaleLine


class SerialAmountRequired(Refused):
    """The product has no registered price: what was paid?"""


class SerialShopRequired(Refused):
    """Several shops sell the product, or none of them takes part now: where was it bought?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialScan:
    """What a citizen's phone sends. `shop_id` and `amount_yen` where the number does not tell them."""

    scanned: str
    shop_id: uuid.UUID | None = None
    amount_yen: int | None = None
    done_at: datetime | None = None

    def hash(self) -> bytes:
        """What makes two requests the same."""
        moment = self.done_at.astimezone(UTC).isoformat() if self.done_at else None
        said = [self.scanned.strip(), self.shop_id and str(self.shop_id), self.amount_yen, moment]
        return hashlib.sha256(orjson.dumps(said)).digest()


def state_serial_claim(
    session: Session,
    *,
    scan: SerialScan,
    request_key: str,
    public_url: str,
    vault: Vault,
    buyer: Buyer,
    context: ClaimContext,
    at: datetime,
) -> StatedClaim:
    """A small amount passes at once. A number found where the product is not sold waits for the city.

    The price is the one registered when the number was issued, and only without one what the citizen says. Raises
    SERIAL_ERRORS, SerialAmountRequired, SerialShopRequired, ShopNotFound and what `state_claim` raises.
    """
    request = ClaimRequest(request_key, scan.hash())
    if replayed := find_replay(session, buyer=buyer, request=request):
        return replayed
    serial = get_serial(session, scanned=scan.scanned, public_url=public_url, vault=vault, at=at)
    amount_yen = serial.price_yen or scan.amount_yen
    if amount_yen is None:
        raise SerialAmountRequired(field="amount_yen")
    shop_id, reports = _place(session, serial, scan.shop_id)
    stated = draft_claim(
        session,
        statement=Statement(
            kind=ClaimKind.SERIAL,
            shop_id=shop_id,
            amount_yen=amount_yen,
            done_at=scan.done_at or at,
            lines=(_line(serial, amount_yen),),
            evidence={"batch_id": str(serial.batch_id), "product": serial.name_ja},
        ),
        buyer=buyer,
        request=request,
        at=at,
    )
    if not stated.is_replay:
        use_serial(session, serial_id=serial.serial_id, claim_id=stated.claim.id, at=at)
        way = Way(may_pass=not reports, waits_for=WaitsFor.CITY, reports=reports)
        submit_claim(session, claim=stated.claim, way=way, context=context, at=at)
    return stated


def _place(
    session: Session, serial: SerialRow, told: uuid.UUID | None
) -> tuple[uuid.UUID, Mapping[str, Any]]:
    """The shop, and what is odd about it."""
    sellers = list_sellers(session, serial=serial)
    if told is None:
        if len(sellers) != 1:
            raise SerialShopRequired(field="shop_id")
        return sellers[0], {}
    if told in sellers:
        return told, {}
    shop_id = get_active_shop(session, shop_id=told).shop.id
    return shop_id, {"sold_at": [str(seller) for seller in sellers]}


def _line(serial: SerialRow, amount_yen: int) -> SaleLine:
    return SaleLine(
        name=serial.name_ja,
        quantity=1,
        amount_yen=amount_yen,
        gtin=serial.gtin,
        in_store_code=serial.in_store_code,
        product_id=serial.product_id,
        category=serial.category,
        certifications=tuple(serial.certifications),
        origin_ring=serial.origin_ring,
    )

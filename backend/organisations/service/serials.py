"""Serials of local products: the city issues them to a producer, who prints them; each proves one purchase."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, NotFound, Refused
from backend.base.secrets import Vault
from backend.organisations import serial_queries
from backend.organisations.models import Product, ProductSerial, SerialBatch
from backend.organisations.queries import ProductNotFound
from backend.organisations.serial_queries import BatchDescription, SerialRow
from backend.organisations.serials import (
    SerialForeign,
    SerialMistyped,
    draw_serial,
    hash_serial,
    read_serial,
)
from backend.organisations.service.shops import lock_living_shop
from backend.organisations.texts import reason_line

SALT_BYTES = 16


class SerialBatchRevoked(Conflict):
    """The whole batch was called back."""


class SerialExpired(Conflict):
    """Its batch's time is over."""


class SerialPeriodInvalid(Refused):
    """It must end later than it begins."""


class SerialSheetNotFound(NotFound):
    """The batch has fewer."""


class SerialUnknown(NotFound):
    """Well written, but on no package."""


class SerialUsed(Conflict):
    """Somebody has claimed it already."""


SERIAL_ERRORS = (SerialBatchRevoked, SerialExpired, SerialForeign, SerialMistyped, SerialUnknown, SerialUsed)


def issue_batch(
    session: Session,
    *,
    product_id: uuid.UUID,
    quantity: int,
    valid_until: datetime,
    issued_by: uuid.UUID | None,
    vault: Vault,
    at: datetime,
) -> BatchDescription:
    """So many serials for one product, to the organisation whose it is.

    Raises ProductNotFound (also for one withdrawn), ShopEnded, SerialPeriodInvalid.
    """
    if valid_until <= at:
        raise SerialPeriodInvalid(field="valid_until")
    product = session.get(Product, product_id)
    if product is None or product.withdrawn_at is not None:
        raise ProductNotFound(field="product_id")
    shop = lock_living_shop(session, product.shop_id)
    batch = SerialBatch(
        id=new_id(),
        product_id=product.id,
        organisation_id=shop.organisation_id,
        quantity=quantity,
        salt=secrets.token_bytes(SALT_BYTES),
        price_yen=product.price_yen,
        valid_until=valid_until,
        issued_by_staff_id=issued_by,
        issued_at=at,
    )
    session.add(batch)
    session.flush()
    _add_serials(session, batch, vault)
    return serial_queries.get_batch(session, batch_id=batch.id)


def revoke_batch(
    session: Session, *, batch_id: uuid.UUID, reason: str, revoked_by: uuid.UUID, at: datetime
) -> BatchDescription:
    """None of it can be claimed any more; what was, stays. Raises SerialBatchNotFound, -Revoked, ReasonBlank."""
    revoked = session.scalar(
        update(SerialBatch)
        .where(SerialBatch.id == batch_id, SerialBatch.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by_staff_id=revoked_by, revoked_reason=reason_line(reason))
        .returning(SerialBatch.id)
    )
    found = serial_queries.get_batch(session, batch_id=batch_id)
    if revoked is None:
        raise SerialBatchRevoked
    return found


def list_serials(session: Session, *, batch: SerialBatch, sheet: int, vault: Vault) -> Sequence[str]:
    """The digits of one sheet, counted from 1, for printing. Raises SerialBatchRevoked, SerialSheetNotFound."""
    if batch.revoked_at is not None:
        raise SerialBatchRevoked
    draws = serial_queries.list_draws(session, batch_id=batch.id, sheet=sheet)
    if not draws:
        raise SerialSheetNotFound(field="sheet")
    return [draw_serial(vault, batch.salt, draw) for draw in draws]


def get_serial(session: Session, *, scanned: str, public_url: str, vault: Vault, at: datetime) -> SerialRow:
    """One that can be claimed now. Raises SERIAL_ERRORS."""
    digits = read_serial(scanned, public_url)
    serial = serial_queries.find_serial_by_hash(session, code_hash=hash_serial(vault, digits))
    if serial is None:
        raise SerialUnknown(field="scanned")
    if serial.claim_id is not None:
        raise SerialUsed(field="scanned")
    if serial.revoked_at is not None:
        raise SerialBatchRevoked(field="scanned")
    if serial.valid_until <= at:
        raise SerialExpired(field="scanned")
    return serial


def use_serial(session: Session, *, serial_id: uuid.UUID, claim_id: uuid.UUID, at: datetime) -> None:
    """For good, whatever becomes of the claim. Raises SerialUsed: one of many at once is the first."""
    used = session.scalar(
        update(ProductSerial)
        .where(ProductSerial.id == serial_id, ProductSerial.claim_id.is_(None))
        .values(claim_id=claim_id, claimed_at=at)
        .returning(ProductSerial.id)
    )
    if used is None:
        raise SerialUsed(field="scanned")


def _add_serials(session: Session, batch: SerialBatch, vault: Vault) -> None:
    """Draws on where a number is taken already, which is as good as never."""
    missing, draw = batch.quantity, 0
    while missing:
        drawn = {
            hash_serial(vault, draw_serial(vault, batch.salt, each)): each
            for each in range(draw, draw + missing)
        }
        draw += missing
        taken = session.scalars(select(ProductSerial.code_hash).where(ProductSerial.code_hash.in_(drawn)))
        for code_hash in taken.all():
            del drawn[code_hash]
        rows = [
            {"id": new_id(), "batch_id": batch.id, "draw": each, "code_hash": code_hash}
            for code_hash, each in drawn.items()
        ]
        if rows:
            session.execute(insert(ProductSerial), rows)
        missing -= len(rows)

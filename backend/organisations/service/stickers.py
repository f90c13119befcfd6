"""JPQR stickers: a shop registers the one it has, the city unlinks what is not the shop's."""

import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict
from backend.organisations.code_queries import StickerNotFound
from backend.organisations.jpqr import read_jpqr
from backend.organisations.models import ShopSticker
from backend.organisations.service.shops import lock_living_shop
from backend.organisations.texts import reason_line


class StickerTaken(Conflict):
    """Another shop has registered it; only the city can tell whose it is."""


def register_sticker(
    session: Session, *, shop_id: uuid.UUID, scanned: str, registered_by: uuid.UUID | None, at: datetime
) -> ShopSticker:
    """From now on whoever scans it stands in this shop; registering it again changes nothing.

    Raises ShopNotFound, ShopEnded, StickerTaken, JPQR_ERRORS.
    """
    store_id, name = read_jpqr(scanned.strip())
    lock_living_shop(session, shop_id)
    query = select(ShopSticker).where(ShopSticker.store_id == store_id, ShopSticker.unlinked_at.is_(None))
    held = session.scalar(query)
    if held is not None and held.shop_id != shop_id:
        raise StickerTaken(field="scanned")
    if held is not None:
        return held
    sticker = ShopSticker(
        id=new_id(),
        shop_id=shop_id,
        store_id=store_id,
        name_on_sticker=name,
        registered_by_staff_id=registered_by,
        registered_at=at,
    )
    session.add(sticker)
    session.flush()
    return sticker


def unlink_sticker(
    session: Session, *, sticker_id: uuid.UUID, reason: str, unlinked_by: uuid.UUID, at: datetime
) -> ShopSticker:
    """By the city: it names no shop until one registers it again. Raises StickerNotFound, ReasonBlank."""
    unlinked = session.scalar(
        update(ShopSticker)
        .where(ShopSticker.id == sticker_id, ShopSticker.unlinked_at.is_(None))
        .values(unlinked_at=at, unlinked_by_staff_id=unlinked_by, unlinked_reason=reason_line(reason))
        .returning(ShopSticker)
        .execution_options(populate_existing=True)
    )
    if unlinked is None:
        raise StickerNotFound
    return unlinked

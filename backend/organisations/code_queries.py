"""Reads of what tells a shop by a scan: the codes of its posters and its payment stickers."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Session

from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.base.statements import Prepared
from backend.organisations.models import Shop, ShopCode, ShopSticker


class ShopCodeNotFound(NotFound):
    """Not there, or not of the caller's shop."""


class StickerNotFound(NotFound):
    """Not there, or unlinked already."""


CODE_BY_DIGITS = Prepared(
    lambda _dialect: (
        select(ShopCode.shop_id, ShopCode.revoked_at, Shop.status)
        .join(Shop, Shop.id == ShopCode.shop_id)
        .where(ShopCode.digits == bindparam("digits", type_=String()))
    )
)
STICKER_BY_STORE = Prepared(
    lambda _dialect: (
        select(ShopSticker.shop_id, Shop.status)
        .join(Shop, Shop.id == ShopSticker.shop_id)
        .where(
            ShopSticker.store_id == bindparam("store_id", type_=String()), ShopSticker.unlinked_at.is_(None)
        )
    )
)


def find_code_by_digits(session: Session, *, digits: str) -> Any | None:
    """`shop_id`, `revoked_at` and the shop's `status`."""
    return CODE_BY_DIGITS.first(session, digits=digits)


def find_sticker_by_store(session: Session, *, store_id: str) -> Any | None:
    """`shop_id` and the shop's `status`, of the sticker that is linked."""
    return STICKER_BY_STORE.first(session, store_id=store_id)


def get_shop_code(session: Session, *, shop_code_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> ShopCode:
    """Raises ShopCodeNotFound."""
    query = select(ShopCode).where(ShopCode.id == shop_code_id, ShopCode.shop_id.in_(shop_ids))
    code = session.scalar(query)
    if code is None:
        raise ShopCodeNotFound
    return code


def list_shop_codes(
    session: Session, *, shop_id: uuid.UUID, includes_revoked: bool, page: PageRequest
) -> Page[ShopCode]:
    """Oldest first."""
    query = select(ShopCode).where(ShopCode.shop_id == shop_id).order_by(ShopCode.id).limit(page.limit + 1)
    if not includes_revoked:
        query = query.where(ShopCode.revoked_at.is_(None))
    if after := page.after(uuid.UUID):
        query = query.where(ShopCode.id > after[0])
    return make_page(session.scalars(query).all(), page, lambda code: code.id)


def list_stickers(
    session: Session, *, shop_id: uuid.UUID | None, includes_unlinked: bool, page: PageRequest
) -> Page[ShopSticker]:
    """Of one shop, or of all; oldest first."""
    query = select(ShopSticker).order_by(ShopSticker.id).limit(page.limit + 1)
    if shop_id is not None:
        query = query.where(ShopSticker.shop_id == shop_id)
    if not includes_unlinked:
        query = query.where(ShopSticker.unlinked_at.is_(None))
    if after := page.after(uuid.UUID):
        query = query.where(ShopSticker.id > after[0])
    return make_page(session.scalars(query).all(), page, lambda sticker: sticker.id)

"""Favourite shops: a citizen adds and removes them, as often as they like."""

import uuid
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.organisations.models import FavouriteShop, Shop, ShopStatus
from backend.organisations.queries import ShopNotFound


def add_favourite_shop(session: Session, *, citizen_id: uuid.UUID, shop_id: uuid.UUID, at: datetime) -> None:
    """Adding it again keeps the day it was added first. Raises ShopNotFound for one that does not take part."""
    if session.scalar(select(Shop.status).where(Shop.id == shop_id)) != ShopStatus.ACTIVE:
        raise ShopNotFound(field="shop_id")
    if session.get(FavouriteShop, (citizen_id, shop_id)) is None:
        session.add(FavouriteShop(citizen_id=citizen_id, shop_id=shop_id, added_at=at))
        session.flush()


def remove_favourite_shop(session: Session, *, citizen_id: uuid.UUID, shop_id: uuid.UUID) -> None:
    """Removing what is none changes nothing."""
    session.execute(
        delete(FavouriteShop).where(FavouriteShop.citizen_id == citizen_id, FavouriteShop.shop_id == shop_id)
    )

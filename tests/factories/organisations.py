"""Shops, their hours, tags and products, and registers, straight into their tables."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.secrets import hash_token, new_token
from backend.organisations.models import ApiKey, Organisation, Product, Shop, ShopCode, ShopHours, ShopTag
from backend.organisations.service.shop_codes import issue_shop_code
from backend.points.models import AccountKind
from backend.points.service.movements import open_account


def make_shop(session: Session, *, at: datetime, name_ja: str = "麦と汽笛", **columns: Any) -> Shop:
    """Small, locally owned, active, in the city, unless told otherwise."""
    organisation = Organisation(id=new_id(), kind="firm", name=f"{name_ja}商店", created_at=at)
    session.add(organisation)
    session.flush()
    values: dict[str, Any] = {
        "status": "active",
        "name_en": None,
        "search_text": name_ja,
        "municipality_code": "012068",
        "ring": "city",
        "district": "北大通",
        "size_class": "small",
        "is_locally_owned": True,
        "contact_email": "shop@example.jp",
        "created_at": at,
        "updated_at": at,
    }
    shop = Shop(id=new_id(), organisation_id=organisation.id, name_ja=name_ja, **(values | columns))
    session.add(shop)
    session.flush()
    if shop.status not in ("applied", "rejected"):
        open_account(session, kind=AccountKind.SHOP, account_id=shop.id, at=at)
    return shop


def make_register_key(
    session: Session,
    *,
    shop_id: uuid.UUID,
    at: datetime,
    scopes: tuple[str, ...] = ("codes", "sales", "shop", "offline", "reconciliation"),
) -> str:
    key = new_token("mgk")
    session.add(
        ApiKey(
            id=new_id(),
            shop_id=shop_id,
            name="レジ1",
            prefix=key[:12],
            key_hash=hash_token(key),
            scopes=sorted(scopes),
            created_at=at,
        )
    )
    session.flush()
    return key


def make_hours(session: Session, *stretches: tuple[int, int, int], shop_id: uuid.UUID) -> None:
    """Each (weekday from Monday 0, opens_minute, closes_minute)."""
    session.add_all(
        ShopHours(shop_id=shop_id, weekday=weekday, opens_minute=opens, closes_minute=closes)
        for weekday, opens, closes in stretches
    )
    session.flush()


def make_tags(session: Session, *tags: str, shop_id: uuid.UUID) -> None:
    session.add_all(ShopTag(shop_id=shop_id, tag=tag) for tag in tags)
    session.flush()


def make_product(
    session: Session, *, shop_id: uuid.UUID, at: datetime, name_ja: str = "秋鮭の切り身", **columns: Any
) -> Product:
    """From the city, under a code of the shop's own, unless told otherwise."""
    values: dict[str, Any] = {
        "search_text": name_ja,
        "origin_municipality_code": "012068",
        "origin_ring": "city",
        "in_store_code": None if "gtin" in columns else name_ja.encode().hex()[:20],
        "created_at": at,
    }
    product = Product(id=new_id(), shop_id=shop_id, name_ja=name_ja, **(values | columns))
    session.add(product)
    session.flush()
    return product


def make_shop_code(session: Session, *, shop_id: uuid.UUID, at: datetime, label: str = "レジ横") -> ShopCode:
    return issue_shop_code(session, shop_id=shop_id, label=label, issued_by=None, at=at)

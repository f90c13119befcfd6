"""Shops and registers, straight into their tables."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.secrets import hash_token, new_token
from backend.organisations.models import ApiKey, Organisation, Shop


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
    return shop


def make_register_key(
    session: Session, *, shop_id: uuid.UUID, at: datetime, scopes: tuple[str, ...] = ("codes", "shop")
) -> str:
    key = new_token("mgk")
    session.add(
        ApiKey(
            id=new_id(),
            shop_id=shop_id,
            name="レジ1",
            prefix=key[:12],
            key_hash=hash_token(key),
            scopes=list(scopes),
            created_at=at,
        )
    )
    session.flush()
    return key

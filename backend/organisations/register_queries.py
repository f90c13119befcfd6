"""Reads of registers and their API keys."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, Uuid, bindparam, func, or_, select
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.base.secrets import hash_token
from backend.base.statements import Prepared
from backend.organisations.models import ApiKey
from backend.people.principals import RegisterPrincipal


class RegisterNotFound(NotFound):
    """Not there, or another shop's."""


EXPIRED_KEY_SHOWN = timedelta(days=30)

REGISTER_BY_KEY = Prepared(
    lambda _dialect: select(
        ApiKey.id,
        func.coalesce(ApiKey.first_key_id, ApiKey.id, type_=Uuid()).label("register_id"),
        ApiKey.shop_id,
        ApiKey.scopes,
        ApiKey.last_used_at,
    ).where(
        ApiKey.key_hash == bindparam("key_hash", type_=LargeBinary()),
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > bindparam("at", type_=UtcDateTime())),
    )
)


def find_register_by_key(session: Session, *, key: str, at: datetime) -> RegisterPrincipal | None:
    """None for a key that is unknown, revoked or over."""
    row = REGISTER_BY_KEY.first(session, key_hash=hash_token(key), at=at)
    if row is None:
        return None
    return RegisterPrincipal(row.id, row.register_id, row.shop_id, tuple(row.scopes), row.last_used_at)


def list_api_keys(session: Session, *, shop_id: uuid.UUID, at: datetime, page: PageRequest) -> Page[ApiKey]:
    """Those that open something, and for a month those whose time is over; oldest first."""
    query = (
        select(ApiKey)
        .where(
            ApiKey.shop_id == shop_id,
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > at - EXPIRED_KEY_SHOWN),
        )
        .order_by(ApiKey.id)
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(ApiKey.id > after[0])
    return make_page(session.scalars(query).all(), page, lambda key: key.id)


def get_register_shop(
    session: Session, *, register_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]
) -> uuid.UUID:
    """The shop of a register, even of one whose keys have ended. Raises RegisterNotFound."""
    shop_id = session.scalar(
        select(ApiKey.shop_id).where(
            ApiKey.id == register_id, ApiKey.first_key_id.is_(None), ApiKey.shop_id.in_(shop_ids)
        )
    )
    if shop_id is None:
        raise RegisterNotFound(field="register_id")
    return shop_id

"""Reads of organisations, shops, products, keys."""

from sqlalchemy import LargeBinary, bindparam, select
from sqlalchemy.orm import Session

from backend.base.secrets import hash_token
from backend.base.statements import Prepared
from backend.organisations.models import ApiKey
from backend.people.principals import RegisterPrincipal

REGISTER_BY_KEY = Prepared(
    lambda _dialect: select(ApiKey.id, ApiKey.shop_id, ApiKey.scopes).where(
        ApiKey.key_hash == bindparam("key_hash", type_=LargeBinary()), ApiKey.revoked_at.is_(None)
    )
)


def find_register_by_key(session: Session, *, key: str) -> RegisterPrincipal | None:
    row = REGISTER_BY_KEY.first(session, key_hash=hash_token(key))
    return RegisterPrincipal(row.id, row.shop_id, tuple(row.scopes)) if row else None

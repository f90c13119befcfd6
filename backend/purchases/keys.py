"""Signing keys of till codes: the table holds salts, the key itself is derived from the configured secret."""

import secrets
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.base.secrets import Vault
from backend.purchases.models import SigningKey

PURPOSE = "till-code"
SALT_BYTES = 16


def derive_key(vault: Vault, salt: bytes) -> bytes:
    return vault.derive(PURPOSE, salt)


def get_current_key(session: Session, *, at: datetime) -> SigningKey:
    """The newest key in use; the first is made when first needed."""
    found = session.scalar(
        select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.id.desc()).limit(1)
    )
    return found or add_key(session, at=at)


def add_key(session: Session, *, at: datetime) -> SigningKey:
    highest = session.scalar(select(func.max(SigningKey.id))) or 0
    key = SigningKey(id=highest + 1, salt=secrets.token_bytes(SALT_BYTES), created_at=at)
    session.add(key)
    session.flush()
    return key


def rotate_keys(session: Session, *, at: datetime, retire_old: bool = False) -> SigningKey:
    """A new key signs from now on. Codes of older keys stay good, unless those are retired at once."""
    if retire_old:
        session.execute(update(SigningKey).where(SigningKey.retired_at.is_(None)).values(retired_at=at))
    return add_key(session, at=at)

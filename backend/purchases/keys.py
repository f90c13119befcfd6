"""Keys of till codes: tables hold salts or ids, the keys themselves are derived from the configured secret."""

import secrets
import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.secrets import Vault
from backend.purchases.models import SigningKey

PURPOSE = "till-code"
OFFLINE_PURPOSE = "offline till code"
SALT_BYTES = 16


def derive_key(vault: Vault, salt: bytes) -> bytes:
    return vault.derive(PURPOSE, salt)


def derive_offline_secret(vault: Vault, allowance_id: uuid.UUID) -> bytes:
    """32 bytes. Of each allowance its own: whoever takes a till's learns nothing of another's."""
    return vault.keyed_hash(OFFLINE_PURPOSE, str(allowance_id))


def get_current_key(session: Session, *, at: datetime) -> SigningKey:
    """The newest key, unless it is retired; the first is made when first needed."""
    newest = _find_newest(session)
    if newest is not None and newest.retired_at is None:
        return newest
    return _add_after(session, newest, at)


def add_key(session: Session, *, at: datetime) -> SigningKey:
    return _add_after(session, _find_newest(session), at)


def _find_newest(session: Session) -> SigningKey | None:
    return session.scalar(select(SigningKey).order_by(SigningKey.id.desc()).limit(1))


def _add_after(session: Session, newest: SigningKey | None, at: datetime) -> SigningKey:
    """The next number: of two who add at once, the second fails on it, looks again and finds the first one's."""
    key = SigningKey(id=(newest.id if newest else 0) + 1, salt=secrets.token_bytes(SALT_BYTES), created_at=at)
    session.add(key)
    session.flush()
    return key


def rotate_keys(session: Session, *, at: datetime, retire_old: bool = False) -> SigningKey:
    """A new key signs from now on. Codes of older keys stay good, unless those are retired at once."""
    if retire_old:
        session.execute(update(SigningKey).where(SigningKey.retired_at.is_(None)).values(retired_at=at))
    return add_key(session, at=at)

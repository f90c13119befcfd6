"""Registers: keys are issued with scopes, shown once, revoked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import NotFound, Refused
from backend.base.secrets import hash_token, new_token
from backend.organisations.models import ApiKey
from backend.organisations.service.shops import lock_living_shop
from backend.organisations.texts import one_line
from backend.people.permissions import SCOPE_PERMISSIONS

PREFIX_CHARACTERS = 12
USED_EVERY_MINUTES = 5


class ApiKeyNotFound(NotFound):
    """Not there, revoked already, or of another shop."""


class ScopeUnknown(Refused):
    """No such scope, or none at all."""


@dataclass(frozen=True, slots=True)
class IssuedApiKey:
    """`key` is told this once."""

    api_key: ApiKey
    key: str = field(repr=False)


def issue_api_key(
    session: Session,
    *,
    shop_id: uuid.UUID,
    name: str,
    scopes: Sequence[str],
    issued_by: uuid.UUID | None,
    at: datetime,
) -> IssuedApiKey:
    """A key for one register; `issued_by` staff. Raises ShopNotFound, ShopEnded, NameBlank, ScopeUnknown."""
    if not scopes or not SCOPE_PERMISSIONS.keys() >= set(scopes):
        raise ScopeUnknown(field="scopes", known=", ".join(SCOPE_PERMISSIONS))
    shop = lock_living_shop(session, shop_id)
    key = new_token("mgk")
    api_key = ApiKey(
        id=new_id(),
        shop_id=shop.id,
        name=one_line(name, field="name"),
        prefix=key[:PREFIX_CHARACTERS],
        key_hash=hash_token(key),
        scopes=sorted(set(scopes)),
        created_by_staff_id=issued_by,
        created_at=at,
    )
    session.add(api_key)
    session.flush()
    return IssuedApiKey(api_key, key)


def revoke_api_key(
    session: Session, *, api_key_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> None:
    """It opens nothing from the next request on. Raises ApiKeyNotFound."""
    revoked = session.scalar(
        update(ApiKey)
        .where(ApiKey.id == api_key_id, ApiKey.shop_id.in_(shop_ids), ApiKey.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(ApiKey.id)
    )
    if revoked is None:
        raise ApiKeyNotFound


def note_key_used(session: Session, *, api_key_id: uuid.UUID, at: datetime) -> None:
    """The register is in use; written at most every five minutes, so that reading stays reading."""
    before = at - timedelta(minutes=USED_EVERY_MINUTES)
    session.execute(
        update(ApiKey)
        .where(ApiKey.id == api_key_id, or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= before))
        .values(last_used_at=at)
    )

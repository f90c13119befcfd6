"""Registers: keys are issued with scopes, shown once, followed by another, revoked."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, NotFound, Refused
from backend.base.secrets import hash_token, new_token
from backend.organisations.models import ApiKey
from backend.organisations.service.shops import lock_living_shop
from backend.organisations.texts import one_line
from backend.people.permissions import SCOPE_PERMISSIONS

PREFIX_CHARACTERS = 12
USED_EVERY_MINUTES = 5


class ApiKeyNotFound(NotFound):
    """Not there, revoked already, or of another shop."""


class ApiKeyRotated(Conflict):
    """It has a successor already."""


class ApiKeyEndPassed(Refused):
    """A key that would never have opened anything."""


class ScopeUnknown(Refused):
    """No such scope, or none at all."""


@dataclass(frozen=True, slots=True)
class IssuedApiKey:
    """`key` is told this once."""

    api_key: ApiKey
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RotatedApiKey:
    """`api_key` follows `replaced`; `key` is told this once."""

    api_key: ApiKey
    key: str = field(repr=False)
    replaced: ApiKey


def issue_api_key(
    session: Session,
    *,
    shop_id: uuid.UUID,
    name: str,
    scopes: Sequence[str],
    issued_by: uuid.UUID | None,
    expires_at: datetime | None = None,
    at: datetime,
) -> IssuedApiKey:
    """A key for one register; `issued_by` staff; without `expires_at` until it is revoked.

    Raises ShopNotFound, ShopEnded, NameBlank, ScopeUnknown, ApiKeyEndPassed.
    """
    if not scopes or not SCOPE_PERMISSIONS.keys() >= set(scopes):
        raise ScopeUnknown(field="scopes", known=", ".join(SCOPE_PERMISSIONS))
    _check_end(expires_at, at)
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
        expires_at=expires_at,
    )
    session.add(api_key)
    session.flush()
    return IssuedApiKey(api_key, key)


def rotate_api_key(
    session: Session,
    *,
    api_key_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    overlap: timedelta,
    rotated_by: uuid.UUID,
    expires_at: datetime | None = None,
    at: datetime,
) -> RotatedApiKey:
    """A successor of the same name and scopes for the same register; the old key ends after `overlap`.

    Until then both work. Raises ApiKeyNotFound, ApiKeyRotated, ShopEnded, ApiKeyEndPassed.
    """
    replaced = session.scalar(
        select(ApiKey).where(
            ApiKey.id == api_key_id, ApiKey.shop_id.in_(shop_ids), ApiKey.revoked_at.is_(None)
        )
    )
    if replaced is None:
        raise ApiKeyNotFound
    issued = issue_api_key(
        session,
        shop_id=replaced.shop_id,
        name=replaced.name,
        scopes=replaced.scopes,
        issued_by=rotated_by,
        expires_at=expires_at,
        at=at,
    )
    # The shop is locked by now: of two who rotate at once the second finds the first one's successor.
    session.refresh(replaced, with_for_update=True)
    if replaced.successor_id is not None:
        raise ApiKeyRotated
    issued.api_key.first_key_id = replaced.register_id
    replaced.successor_id = issued.api_key.id
    replaced.expires_at = min(replaced.expires_at or at + overlap, at + overlap)
    session.flush()
    return RotatedApiKey(issued.api_key, issued.key, replaced)


def _check_end(expires_at: datetime | None, at: datetime) -> None:
    if expires_at is not None and expires_at <= at:
        raise ApiKeyEndPassed(field="expires_at")


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

"""Who is calling: resolved once a request, frozen, passed down."""

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Nobody:
    """A caller without a credential."""


@dataclass(frozen=True, slots=True)
class CitizenPrincipal:
    citizen_id: uuid.UUID
    account_id: uuid.UUID
    session_id: uuid.UUID | None  # None when Firebase keeps the session
    language: str


@dataclass(frozen=True, slots=True)
class UnregisteredPrincipal:
    """A Firebase user, proven, who has no account yet."""

    subject: str


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    role: str
    shop_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class StaffPrincipal:
    staff_id: uuid.UUID
    session_id: uuid.UUID
    face: str  # shop or city
    roles: tuple[RoleAssignment, ...]
    language: str
    # When the session was last noted as in use; `web` notes it anew every few minutes.
    last_seen_at: datetime | None = None

    @property
    def shop_ids(self) -> tuple[uuid.UUID, ...]:
        return tuple(dict.fromkeys(role.shop_id for role in self.roles if role.shop_id))


@dataclass(frozen=True, slots=True)
class RegisterPrincipal:
    """A register of a shop, by its API key. `register_id` stays when the key changes."""

    api_key_id: uuid.UUID
    register_id: uuid.UUID
    shop_id: uuid.UUID
    scopes: tuple[str, ...]
    # Likewise.
    last_used_at: datetime | None = None


Principal = Nobody | CitizenPrincipal | UnregisteredPrincipal | StaffPrincipal | RegisterPrincipal

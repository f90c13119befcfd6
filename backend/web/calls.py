"""One call of one operation: everything a route may know of its request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.config import Settings
from backend.people.principals import (
    CitizenPrincipal,
    Principal,
    RegisterPrincipal,
    StaffPrincipal,
    UnregisteredPrincipal,
)
from backend.web.ground import Ground


@dataclass(frozen=True, slots=True)
class Call:
    """`at` is the moment the request arrived: one for everything it does."""

    session: Session
    at: datetime
    principal: Principal
    language: str
    ground: Ground

    @property
    def settings(self) -> Settings:
        return self.ground.settings

    @property
    def citizen(self) -> CitizenPrincipal:
        assert isinstance(self.principal, CitizenPrincipal)  # noqa: S101 (the permission admits no other)
        return self.principal

    @property
    def unregistered(self) -> UnregisteredPrincipal | None:
        return self.principal if isinstance(self.principal, UnregisteredPrincipal) else None

    @property
    def staff(self) -> StaffPrincipal:
        assert isinstance(self.principal, StaffPrincipal)  # noqa: S101
        return self.principal

    @property
    def register(self) -> RegisterPrincipal:
        assert isinstance(self.principal, RegisterPrincipal)  # noqa: S101
        return self.principal

    @property
    def shop_side(self) -> StaffPrincipal | RegisterPrincipal:
        assert isinstance(self.principal, StaffPrincipal | RegisterPrincipal)  # noqa: S101
        return self.principal


@dataclass(frozen=True, slots=True)
class Answer:
    """A value with a status or headers other than the contract's usual ones."""

    value: Any
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Later:
    """A value that takes seconds to find: `find` is called once the transaction is over, and touches no data."""

    find: Callable[[], Any]

"""Fixed windows counted in our database, so that they hold over processes and restarts."""

import enum
import hashlib
import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from flask import g, request
from sqlalchemy import Integer, LargeBinary, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.errors import Conflict, NotFound, Refused
from backend.base.statements import Prepared
from backend.people.rules import fold_login
from backend.web.ground import Ground
from backend.web.models import RateLimitWindow
from backend.web.problems import RateLimitExceeded

WINDOW_SECONDS = 900


class By(enum.Enum):
    ADDRESS = "address"
    ACCOUNT = "account"  # the login named in the body
    TOKEN = "token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `settings.<setting>` × `factor` in a quarter of an hour.

    `refusals_only`: an answer that succeeds costs nothing; what is refused is counted after the fact, and past
    the limit the refusal no longer tells anything.
    """

    name: str
    setting: str
    by: By
    factor: int = 1
    refusals_only: bool = False


def _count(dialect: str) -> object:
    window = RateLimitWindow.__table__.c
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(RateLimitWindow)
    insert = insert.values(
        key_hash=bindparam("key_hash", type_=LargeBinary()),
        starts_at=bindparam("starts_at", type_=UtcDateTime()),
        count=bindparam("times", type_=Integer()),
    )
    return insert.on_conflict_do_update(
        index_elements=[window.key_hash, window.starts_at],
        set_={"count": window["count"] + insert.excluded["count"]},
    ).returning(window["count"])


COUNT = Prepared(_count)


@contextmanager
def limited(limits: Sequence[RateLimit], token: str | None, at: datetime, ground: Ground) -> Iterator[None]:
    """Around a request's transaction. Raises RateLimitExceeded."""
    for limit in limits:
        if not limit.refusals_only:
            _spend(limit, _key(limit, token), at, ground)
    try:
        yield
        if refused := g.pop("refused_items", 0):
            for limit in limits:
                if limit.refusals_only:
                    _spend(limit, _key(limit, token), at, ground, times=refused)
    except (Refused, NotFound, Conflict):
        for limit in limits:
            if limit.refusals_only:
                _spend(limit, _key(limit, token), at, ground)
        raise


def count_refused_items(count: int) -> None:
    """Of a batch that succeeds: so many of its items count as refusals do, once it is done."""
    g.refused_items = count


def _spend(limit: RateLimit, key: str, at: datetime, ground: Ground, times: int = 1) -> None:
    start = int(at.timestamp()) // WINDOW_SECONDS * WINDOW_SECONDS
    digest = hashlib.sha256(f"{limit.name}|{limit.by.value}|{key}".encode()).digest()

    def work(session: Session) -> int:
        row = COUNT.first(session, key_hash=digest, starts_at=datetime.fromtimestamp(start, UTC), times=times)
        return int(row[0]) if row else 0

    if ground.database.run(work) > getattr(ground.settings, limit.setting) * limit.factor:
        raise RateLimitExceeded(retry_after_seconds=max(1, start + WINDOW_SECONDS - int(at.timestamp())))


def _key(limit: RateLimit, token: str | None) -> str:
    if limit.by is By.TOKEN and token:
        return token
    if limit.by is By.ACCOUNT:
        try:
            body = orjson.loads(request.get_data())
            # Folded as signing in folds it, or each way of writing one login would have its own counter.
            return fold_login(str(body.get("login") or body.get("email") or client_address()))
        except (orjson.JSONDecodeError, AttributeError):
            pass
    return client_address()


def client_address() -> str:
    """The caller's address; an IPv6 caller counts as its /64, of which one person has plenty."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)

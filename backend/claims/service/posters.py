"""A purchase stated in front of a shop's poster: the citizen types the amount, for the poster names the shop only."""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson
from sqlalchemy.orm import Session

from backend.claims.models import ClaimKind, WaitsFor
from backend.claims.service.recording import ClaimContext
from backend.claims.service.stating import (
    ClaimRequest,
    StatedClaim,
    Statement,
    Way,
    find_replay,
    state_claim,
)
from backend.organisations.models import Shop
from backend.organisations.rules import Position, distance_metres
from backend.organisations.service.shop_codes import find_shop_by_scan
from backend.purchases.basis import Buyer


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterScan:
    """What a citizen's phone sends. `position` is looked at and forgotten."""

    scanned: str
    amount_yen: int
    done_at: datetime | None = None
    position: Position | None = field(default=None, repr=False)

    def hash(self) -> bytes:
        """What makes two requests the same; where the person stood is not kept, not even so."""
        moment = self.done_at.astimezone(UTC).isoformat() if self.done_at else None
        return hashlib.sha256(orjson.dumps([self.scanned.strip(), self.amount_yen, moment])).digest()


def state_poster_claim(
    session: Session,
    *,
    scan: PosterScan,
    request_key: str,
    public_url: str,
    buyer: Buyer,
    context: ClaimContext,
    at: datetime,
) -> StatedClaim:
    """A small amount passes at once; else the shop is asked.

    Raises what `find_shop_by_scan` and `state_claim` raise.
    """
    request = ClaimRequest(request_key, scan.hash())
    if replayed := find_replay(session, buyer=buyer, request=request):
        return replayed
    shop_id = find_shop_by_scan(session, scanned=scan.scanned, public_url=public_url)
    radius = context.terms.kinds[ClaimKind.POSTER].position_radius_metres
    near = None if radius is None else _is_near(session, shop_id, scan.position, radius)
    statement = Statement(
        kind=ClaimKind.POSTER,
        shop_id=shop_id,
        amount_yen=scan.amount_yen,
        done_at=scan.done_at or at,
        evidence={} if near is None else {"is_near": near},
    )
    return state_claim(
        session,
        statement=statement,
        way=Way(may_pass=near is not False, waits_for=WaitsFor.SHOP),
        buyer=buyer,
        request=request,
        context=context,
        at=at,
    )


def _is_near(session: Session, shop_id: uuid.UUID, position: Position | None, radius_metres: int) -> bool:
    """Not known to be near is not near. A shop that has no position cannot be missed."""
    shop = session.get_one(Shop, shop_id)
    if shop.latitude is None or shop.longitude is None:
        return True
    if position is None:
        return False
    return distance_metres(Position(shop.latitude, shop.longitude), position) <= radius_metres

"""A claim that is believed becomes a purchase; and what happens to claims is written down."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import is_locking, new_id
from backend.claims.models import ActorKind, Claim, ClaimAct, ClaimEvent, DecisionCode
from backend.claims.terms import ClaimTerms
from backend.organisations.models import ShopStatus
from backend.organisations.regions import Region
from backend.purchases.basis import Basis, Buyer, complete_basis, lock_basis, read_basis
from backend.purchases.deciding import foresee
from backend.purchases.queries import PurchaseRecord
from backend.purchases.rows import Evidence
from backend.purchases.rules.sales import Sale, SaleLine
from backend.purchases.service.codes import ShopNotActive
from backend.purchases.service.settling import Wishes, settle, weigh


@dataclass(frozen=True, slots=True)
class ClaimContext:
    """What deciding a claim takes besides the claim."""

    region: Region
    terms: ClaimTerms


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something. `id`: of a staff member or an API key; citizens and rules have none."""

    kind: ActorKind
    id: uuid.UUID | None = None


CITIZEN = Actor(ActorKind.CITIZEN)
RULE = Actor(ActorKind.RULE)


def record_claimed(
    session: Session,
    *,
    claim: Claim,
    amount_yen: int,
    lines: tuple[SaleLine, ...],
    context: ClaimContext,
    at: datetime,
) -> PurchaseRecord:
    """The purchase, with what it earns by the moment it was done. Raises ShopNotActive, StaleRead."""
    if is_locking(session):
        lock_basis(session, account_id=claim.account_id, at=at)
    basis = _read_basis(session, claim, Sale(amount_yen, lines), context.region, at)
    weighed = weigh(session, basis=basis, wishes=Wishes(), at=at)
    evidence = Evidence(claim_id=claim.id)
    record, _ = settle(session, weighed=weighed, evidence=evidence, purchase_id=new_id(), at=at)
    return record


def expect_points(
    session: Session, *, claim: Claim, lines: tuple[SaleLine, ...], context: ClaimContext, at: datetime
) -> int:
    """What it would earn now. Raises ShopNotActive."""
    assert claim.amount_yen is not None  # noqa: S101 (only drafts lack it)
    basis = _read_basis(session, claim, Sale(claim.amount_yen, lines), context.region, at)
    facts = weigh(session, basis=basis, wishes=Wishes(), at=at).facts
    return sum(verdict.points for verdict in foresee(session, basis=basis, facts=facts))


def _read_basis(session: Session, claim: Claim, sale: Sale, region: Region, at: datetime) -> Basis:
    assert claim.citizen_id is not None  # noqa: S101 (who leaves withdraws)
    assert claim.done_at is not None  # noqa: S101 (only drafts lack it)
    buyer = Buyer(claim.citizen_id, claim.account_id)
    rows = read_basis(session, buyer=buyer, shop_id=claim.shop_id, on=city_day(claim.done_at), at=at)
    if rows[0].shop_status != ShopStatus.ACTIVE:
        raise ShopNotActive
    return complete_basis(session, rows=rows, buyer=buyer, sale=sale, done_at=claim.done_at, region=region)


def note_event(
    session: Session,
    *,
    claim: Claim,
    act: ClaimAct,
    actor: Actor,
    at: datetime,
    amount_yen: int | None = None,
    code: DecisionCode | str | None = None,
    reason: str | None = None,
) -> None:
    """Written with the next flush. `reason` must hold nothing that a citizen wrote: events are kept for good."""
    session.add(
        ClaimEvent(
            id=new_id(),
            claim_id=claim.id,
            at=at,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            act=act.value,
            amount_yen=amount_yen,
            code=code,
            reason=reason,
        )
    )

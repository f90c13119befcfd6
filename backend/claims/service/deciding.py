"""Who waits for whom: the shop confirms or refuses, the city reviews; of two who decide at once the second is told."""

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.errors import Conflict, Forbidden, Refused, SecondPersonRequired
from backend.claims.models import ActorKind, Claim, ClaimAct, ClaimStatus, DecisionCode, WaitsFor
from backend.claims.queries import ClaimNotFound, is_own_account, lock_claim
from backend.claims.service.closing import accept_claim, reject_claim
from backend.claims.service.recording import Actor, ClaimContext, note_event
from backend.purchases.rules.sales import SaleLine, read_lines


class ClaimNotWaiting(Conflict):
    """It is decided, withdrawn, or no longer the caller's to decide."""


class OwnClaimRefused(Forbidden):
    """Nobody decides a claim of their own."""


class ClaimShopUnknown(Conflict):
    """Without a shop there is nothing to record: name one with the decision."""


class DecisionContradictory(Refused):
    """A part is an amount below what was stated, or some of its lines; a whole and a rejection are neither."""


class DecisionReasonRequired(Refused):
    """Whoever takes something away says why."""


class Verdict(enum.StrEnum):
    ACCEPT = "accept"
    ACCEPT_PARTLY = "accept_partly"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A part is `amount_yen`, or the lines at `positions` (from 1). `shop_id`: of a claim whose shop was unknown.

    Raises DecisionContradictory, DecisionReasonRequired.
    """

    verdict: Verdict
    code: DecisionCode
    reason: str | None = None
    amount_yen: int | None = None
    positions: Sequence[int] = ()
    shop_id: uuid.UUID | None = None

    def __post_init__(self) -> None:
        parts = (self.amount_yen is not None) + bool(self.positions)
        if parts != (self.verdict is Verdict.ACCEPT_PARTLY):
            raise DecisionContradictory(field="amount_yen")
        if self.verdict is Verdict.REJECT and self.code is DecisionCode.EVIDENCE_FITS:
            raise DecisionContradictory(field="code")
        if self.verdict is not Verdict.ACCEPT and not self.reason:
            raise DecisionReasonRequired(field="reason")


@dataclass(frozen=True, slots=True)
class _Part:
    amount_yen: int
    lines: tuple[SaleLine, ...]


def decide_by_shop(
    session: Session,
    *,
    claim_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    decision: Decision,
    actor: Actor,
    context: ClaimContext,
    at: datetime,
) -> Claim:
    """Confirm or refuse a claim at one of the shops.

    Raises ClaimNotFound, ClaimNotWaiting, OwnClaimRefused, DecisionContradictory, ShopNotActive.
    """
    claim = lock_claim(session, claim_id=claim_id)
    if claim.shop_id not in shop_ids:
        raise ClaimNotFound
    if _waits_for(claim, at) is not WaitsFor.SHOP:
        raise ClaimNotWaiting
    if actor.kind is ActorKind.CLERK:
        refuse_own(session, staff_id=actor.id, account_id=claim.account_id)
    _carry_out(session, claim, decision, actor, context, at)
    return claim


def decide_by_city(
    session: Session,
    *,
    claim_id: uuid.UUID,
    decision: Decision,
    staff_id: uuid.UUID,
    context: ClaimContext,
    at: datetime,
) -> Claim:
    """Decide a claim in the review queue. A large amount takes a second person who accepts just the same: the
    first acceptance is noted, and the claim waits on. An appeal is decided by another than who rejected.

    Raises ClaimNotFound, ClaimNotWaiting, OwnClaimRefused, SecondPersonRequired, ClaimShopUnknown,
    DecisionContradictory, ShopNotActive.
    """
    claim = lock_claim(session, claim_id=claim_id)
    if _waits_for(claim, at) is not WaitsFor.CITY:
        raise ClaimNotWaiting
    refuse_own(session, staff_id=staff_id, account_id=claim.account_id)
    if claim.status == ClaimStatus.APPEALED and claim.decided_by_id == staff_id:
        raise SecondPersonRequired
    actor = Actor(ActorKind.CITY, staff_id)
    if decision.verdict is not Verdict.REJECT:
        if claim.shop_id is None:
            claim.shop_id = decision.shop_id
        if claim.shop_id is None:
            raise ClaimShopUnknown(field="shop_id")
        accepted_yen = _part_of(claim, decision).amount_yen
        if accepted_yen >= context.terms.second_person_from_yen:
            if claim.seconded_yen != accepted_yen:
                return _second(session, claim, accepted_yen, decision, actor, at)
            if claim.seconded_by_staff_id == staff_id:
                raise SecondPersonRequired
    _carry_out(session, claim, decision, actor, context, at)
    return claim


def _waits_for(claim: Claim, at: datetime) -> WaitsFor | None:
    """What the shop did not decide in time is the city's, before any job has moved it."""
    if claim.waits_for == WaitsFor.SHOP and claim.expires_at is not None and claim.expires_at <= at:
        return WaitsFor.CITY
    return WaitsFor(claim.waits_for) if claim.waits_for else None


def refuse_own(session: Session, *, staff_id: uuid.UUID | None, account_id: uuid.UUID) -> None:
    """Raises OwnClaimRefused."""
    if staff_id is not None and is_own_account(session, staff_id=staff_id, account_id=account_id):
        raise OwnClaimRefused


def _second(
    session: Session, claim: Claim, accepted_yen: int, decision: Decision, actor: Actor, at: datetime
) -> Claim:
    claim.seconded_by_staff_id, claim.seconded_yen = actor.id, accepted_yen
    note_event(
        session,
        claim=claim,
        act=ClaimAct.SECONDED,
        actor=actor,
        at=at,
        amount_yen=accepted_yen,
        code=decision.code,
        reason=decision.reason,
    )
    session.flush()
    return claim


def _carry_out(
    session: Session,
    claim: Claim,
    decision: Decision,
    actor: Actor,
    context: ClaimContext,
    at: datetime,
) -> None:
    if decision.verdict is Verdict.REJECT:
        reject_claim(
            session, claim=claim, code=decision.code, reason=decision.reason or "", actor=actor, at=at
        )
        return
    part = _part_of(claim, decision)
    accept_claim(
        session,
        claim=claim,
        amount_yen=part.amount_yen,
        lines=part.lines,
        code=decision.code,
        reason=decision.reason,
        actor=actor,
        context=context,
        at=at,
    )


def _part_of(claim: Claim, decision: Decision) -> _Part:
    """What of the claim is accepted. Raises DecisionContradictory."""
    assert claim.amount_yen is not None  # noqa: S101 (only drafts lack it)
    lines = read_lines(claim.lines)
    if decision.verdict is Verdict.ACCEPT:
        return _Part(claim.amount_yen, lines)
    if decision.positions:
        wanted = set(decision.positions)
        if not wanted <= set(range(1, len(lines) + 1)):
            raise DecisionContradictory(field="lines")
        lines = tuple(line for position, line in enumerate(lines, 1) if position in wanted)
        amount_yen, field = sum(line.amount_yen for line in lines), "lines"
    else:
        amount_yen, lines, field = decision.amount_yen or 0, (), "amount_yen"
    if not 0 < amount_yen < claim.amount_yen:
        raise DecisionContradictory(field=field)
    return _Part(amount_yen, lines)

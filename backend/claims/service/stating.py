"""A citizen states a purchase: it is counted, looked at, and passes by rule or waits for people."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, IdempotencyKeyReused
from backend.base.text import Phrase
from backend.claims.counting import Counters, count_claim, read_counters
from backend.claims.facts import Subject, count_facts
from backend.claims.models import (
    Claim,
    ClaimAct,
    ClaimKind,
    ClaimStatus,
    DecisionCode,
    FlagKind,
    Measure,
    WaitsFor,
)
from backend.claims.queries import find_claim_by_request, lock_claim
from backend.claims.rules.flags import Oddity, find_oddities
from backend.claims.rules.limits import first_exceeded
from backend.claims.service.closing import accept_claim
from backend.claims.service.flagging import flag_claim
from backend.claims.service.recording import CITIZEN, RULE, ClaimContext, expect_points, note_event
from backend.claims.terms import KindTerms
from backend.purchases.basis import Buyer
from backend.purchases.rules.offline_codes import CLOCK_SKEW
from backend.purchases.rules.sales import Sale, SaleLine, read_lines
from backend.purchases.service.recording import DoneAtOutsideWindow


class ClaimLimitReached(Conflict):
    """More than may be stated; `left` says of which limit how much is left."""


class ClaimIncomplete(Conflict):
    """A draft that says neither how much nor when cannot be submitted."""


class ClaimNotDraft(Conflict):
    """It was submitted already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a citizen says. Raises LinesNotSummingToAmount.

    `shop_id` None: not known yet; then nobody but the city can decide. Amount and moment may be missing from a
    draft only. `evidence`: by kind, as JSON; what a citizen writes may stand here and nowhere else.
    """

    kind: ClaimKind
    shop_id: uuid.UUID | None
    amount_yen: int | None
    done_at: datetime | None
    lines: tuple[SaleLine, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.amount_yen is not None:
            Sale(self.amount_yen, self.lines)


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """What makes a retry known: the key the app made up, and the hash of what it sent."""

    key: str
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a claim goes. `may_pass`: by rule, within the limits, if nothing is odd; else it waits for whom?

    `reports`: what the kind itself finds odd, as evidence of a flag; such a claim waits for the city.
    """

    may_pass: bool
    waits_for: WaitsFor
    reports: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatedClaim:
    claim: Claim
    is_replay: bool


def state_claim(
    session: Session,
    *,
    statement: Statement,
    way: Way,
    buyer: Buyer,
    request: ClaimRequest,
    context: ClaimContext,
    at: datetime,
) -> StatedClaim:
    """Draft and submit at once, once for each request key.

    Raises IdempotencyKeyReused and what `submit_claim` raises.
    """
    stated = draft_claim(session, statement=statement, buyer=buyer, request=request, at=at)
    if not stated.is_replay:
        submit_claim(session, claim=stated.claim, way=way, context=context, at=at)
    return stated


def find_replay(session: Session, *, buyer: Buyer, request: ClaimRequest) -> StatedClaim | None:
    """The claim that this request made before, as it is now. Raises IdempotencyKeyReused."""
    before = find_claim_by_request(session, account_id=buyer.account_id, request_key=request.key)
    if before is None:
        return None
    if before.request_hash != request.hash:
        raise IdempotencyKeyReused(field="Idempotency-Key")
    return StatedClaim(before, True)


def draft_claim(
    session: Session, *, statement: Statement, buyer: Buyer, request: ClaimRequest, at: datetime
) -> StatedClaim:
    """Counts and earns nothing yet. Raises IdempotencyKeyReused."""
    if replayed := find_replay(session, buyer=buyer, request=request):
        return replayed
    claim = Claim(
        id=new_id(),
        kind=statement.kind.value,
        citizen_id=buyer.citizen_id,
        account_id=buyer.account_id,
        shop_id=statement.shop_id,
        amount_yen=statement.amount_yen,
        done_at=statement.done_at,
        lines=[line.to_json() for line in statement.lines] or None,
        evidence=dict(statement.evidence),
        status=ClaimStatus.DRAFT.value,
        request_key=request.key,
        request_hash=request.hash,
        expected_points=0,
        created_at=at,
    )
    session.add(claim)
    session.flush()
    note_event(
        session, claim=claim, act=ClaimAct.DRAFTED, actor=CITIZEN, at=at, amount_yen=statement.amount_yen
    )
    return StatedClaim(claim, False)


def submit_claim(session: Session, *, claim: Claim, way: Way, context: ClaimContext, at: datetime) -> Claim:
    """Let a draft be counted and looked at: it passes, which records the purchase, or waits.

    Raises ClaimNotDraft, ClaimIncomplete, DoneAtOutsideWindow, ClaimLimitReached, ShopNotActive.
    """
    claim = lock_claim(session, claim_id=claim.id)
    if claim.status != ClaimStatus.DRAFT:
        raise ClaimNotDraft
    if claim.amount_yen is None or claim.done_at is None:
        raise ClaimIncomplete
    kind = ClaimKind(claim.kind)
    terms = context.terms.kinds[kind]
    window = timedelta(hours=terms.window_hours)
    if not at - window <= claim.done_at <= at + CLOCK_SKEW:
        raise DoneAtOutsideWindow(field="done_at")
    counters = read_counters(session, account_id=claim.account_id, shop_id=claim.shop_id, kind=kind, at=at)
    if exceeded := first_exceeded(counters.lefts(terms, Measure.STATED), claim.amount_yen):
        phrase = Phrase(f"claim_left.{exceeded.code}", {"left": exceeded.left})
        raise ClaimLimitReached(field="amount_yen", left=phrase)
    lines = read_lines(claim.lines)
    if claim.shop_id is not None:
        claim.expected_points = expect_points(session, claim=claim, lines=lines, context=context, at=at)
    oddities = _find_oddities(session, claim, way, context, at)
    passes = _passes(claim, way, oddities, counters, terms)
    measures = (Measure.STATED, Measure.PASSED) if passes else (Measure.STATED,)
    count_claim(session, counters=counters, measures=measures, amount_yen=claim.amount_yen)
    claim.submitted_at = at
    note_event(
        session, claim=claim, act=ClaimAct.SUBMITTED, actor=CITIZEN, at=at, amount_yen=claim.amount_yen
    )
    if passes:
        accept_claim(
            session,
            claim=claim,
            amount_yen=claim.amount_yen,
            lines=lines,
            code=DecisionCode.WITHIN_LIMITS,
            reason=None,
            actor=RULE,
            context=context,
            at=at,
        )
        return claim
    to_shop = way.waits_for is WaitsFor.SHOP and claim.shop_id is not None and not oddities
    claim.status = ClaimStatus.SUBMITTED.value
    claim.waits_for = (WaitsFor.SHOP if to_shop else WaitsFor.CITY).value
    claim.expires_at = at + timedelta(hours=terms.confirm_hours) if to_shop else None
    flag_claim(session, claim=claim, oddities=oddities, at=at)
    session.flush()
    return claim


def _find_oddities(
    session: Session, claim: Claim, way: Way, context: ClaimContext, at: datetime
) -> Sequence[Oddity]:
    assert claim.amount_yen is not None  # noqa: S101 (looked at before)
    assert claim.done_at is not None  # noqa: S101 (likewise)
    subject = Subject(
        id=claim.id,
        account_id=claim.account_id,
        shop_id=claim.shop_id,
        amount_yen=claim.amount_yen,
        done_at=claim.done_at,
        seen_at=at,
        is_stated=True,
    )
    thresholds = context.terms.flags
    facts = count_facts(session, subject=subject, thresholds=thresholds, round_yen=context.terms.round_yen)
    found = find_oddities(facts, thresholds)
    return [*found, Oddity(FlagKind.REPORTED, dict(way.reports))] if way.reports else found


def _passes(claim: Claim, way: Way, oddities: Sequence[Oddity], counters: Counters, terms: KindTerms) -> bool:
    if not way.may_pass or oddities or terms.passing is None or claim.shop_id is None:
        return False
    assert claim.amount_yen is not None  # noqa: S101 (looked at before)
    return first_exceeded(counters.lefts(terms, Measure.PASSED), claim.amount_yen) is None

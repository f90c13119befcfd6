"""How a claim ends: accepted as a purchase, whole or in part, or rejected with a reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.text import LANGUAGES, text
from backend.claims.models import ActorKind, Claim, ClaimAct, ClaimStatus, DecisionCode, FlagStatus
from backend.claims.queries import list_open_flags_of_claim
from backend.claims.service.recording import Actor, ClaimContext, note_event, record_claimed
from backend.notices.kinds import NoticeKind
from backend.notices.service import announce
from backend.organisations.models import Shop
from backend.purchases.rules.sales import SaleLine


def accept_claim(
    session: Session,
    *,
    claim: Claim,
    amount_yen: int,
    lines: tuple[SaleLine, ...],
    code: DecisionCode,
    reason: str | None,
    actor: Actor,
    context: ClaimContext,
    at: datetime,
) -> None:
    """Record the purchase and end the claim, which the caller holds locked. Raises ShopNotActive, StaleRead.

    Of a claim that is accepted whole the purchase's own notice tells.
    """
    record = record_claimed(session, claim=claim, amount_yen=amount_yen, lines=lines, context=context, at=at)
    is_whole = amount_yen == claim.amount_yen
    claim.status = (ClaimStatus.ACCEPTED if is_whole else ClaimStatus.PARTLY_ACCEPTED).value
    claim.accepted_yen, claim.purchase_id = amount_yen, record.id
    act = ClaimAct.ACCEPTED if is_whole else ClaimAct.PARTLY_ACCEPTED
    _end(session, claim, act, amount_yen, code, reason, actor, FlagStatus.CLEARED, at)
    if not is_whole:
        _tell(session, claim, NoticeKind.CLAIM_PARTLY_ACCEPTED, at)


def reject_claim(
    session: Session, *, claim: Claim, code: DecisionCode, reason: str, actor: Actor, at: datetime
) -> None:
    """End the claim, which the caller holds locked."""
    claim.status = ClaimStatus.REJECTED.value
    _end(session, claim, ClaimAct.REJECTED, None, code, reason, actor, FlagStatus.CONFIRMED, at)
    is_final = claim.appealed_at is not None
    _tell(session, claim, NoticeKind.CLAIM_REJECTED_FINALLY if is_final else NoticeKind.CLAIM_REJECTED, at)


def _end(
    session: Session,
    claim: Claim,
    act: ClaimAct,
    amount_yen: int | None,
    code: DecisionCode,
    reason: str | None,
    actor: Actor,
    flags_become: FlagStatus,
    at: datetime,
) -> None:
    """What all ends have in common; what was odd about the claim is decided with it."""
    claim.waits_for = claim.expires_at = None
    claim.decision_code, claim.decision_reason = code.value, reason
    claim.decided_by_kind, claim.decided_by_id, claim.decided_at = actor.kind.value, actor.id, at
    note_event(
        session, claim=claim, act=act, actor=actor, at=at, amount_yen=amount_yen, code=code, reason=reason
    )
    for flag in list_open_flags_of_claim(session, claim_id=claim.id):
        flag.status, flag.decided_at = flags_become.value, at
        flag.decision_reason = reason or code.value
        flag.decided_by_staff_id = actor.id if actor.kind is ActorKind.CITY else None
    session.flush()


def _tell(session: Session, claim: Claim, kind: NoticeKind, at: datetime) -> None:
    if claim.citizen_id is None:
        return
    shop = session.get(Shop, claim.shop_id) if claim.shop_id else None
    params = {
        "shop": {"ja": shop.name_ja, "en": shop.name_en} if shop else _in_all("claim.shop_unknown"),
        "amount_yen": claim.amount_yen,
        "accepted_yen": claim.accepted_yen or 0,
        "why": _in_all(f"claim_decision.{claim.decision_code}"),
        "reason": claim.decision_reason or "",
        "claim_id": str(claim.id),
    }
    announce(session, citizen_id=claim.citizen_id, kind=kind, params=params, at=at)


def _in_all(key: str) -> dict[str, str]:
    return {language: text(key, language) for language in LANGUAGES}

"""A person decides what a flag means: it is cleared, or confirmed, which takes the purchase back."""

import enum
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.errors import Conflict
from backend.claims.models import Flag, FlagStatus
from backend.claims.queries import get_flag, list_flags_of_purchase, lock_claim
from backend.claims.service.deciding import refuse_own
from backend.points.models import PointsAccount
from backend.points.service.holds import free_kept
from backend.purchases.models import IssuerKind, Purchase
from backend.purchases.service.codes import Issuer
from backend.purchases.service.refunds import Wanted, refund_purchase


class FlagDecided(Conflict):
    pass


class FlagDecidedWithClaim(Conflict):
    """The claim still waits: whoever decides it decides its flags."""


class FlagVerdict(enum.StrEnum):
    CLEAR = "clear"
    CONFIRM = "confirm"


def decide_flag(
    session: Session,
    *,
    flag_id: uuid.UUID,
    verdict: FlagVerdict,
    reason: str,
    staff_id: uuid.UUID,
    at: datetime,
) -> Flag:
    """Once. A purchase's points are free again when none of its flags is open any more; one that is confirmed is
    taken back as a refund does it, and ends all its flags.

    Raises FlagNotFound, FlagDecided, FlagDecidedWithClaim, OwnClaimRefused.
    """
    flag = get_flag(session, flag_id=flag_id)
    refuse_own(session, staff_id=staff_id, account_id=flag.account_id)
    together = _lock_flags(session, flag)
    if flag.status != FlagStatus.OPEN:
        raise FlagDecided
    opened = [other for other in together if other.status == FlagStatus.OPEN]
    ended = opened if verdict is FlagVerdict.CONFIRM else [flag]
    for each in ended:
        each.status = (FlagStatus.CONFIRMED if verdict is FlagVerdict.CONFIRM else FlagStatus.CLEARED).value
        each.decided_by_staff_id, each.decided_at, each.decision_reason = staff_id, at, reason
    session.flush()
    if flag.purchase_id is not None and len(ended) == len(opened):
        free_kept(session, account_id=flag.account_id, source_id=flag.purchase_id, at=at)
        if verdict is FlagVerdict.CONFIRM:
            _take_back(session, flag.purchase_id, staff_id, reason, at)
    return flag


def _lock_flags(session: Session, flag: Flag) -> Sequence[Flag]:
    """All that are about the same purchase, the flag among them; or a flag of a claim that is decided, alone.

    Raises FlagDecidedWithClaim.
    """
    if flag.purchase_id is not None:
        return list_flags_of_purchase(session, purchase_id=flag.purchase_id, lock=True)
    assert flag.claim_id is not None  # noqa: S101 (a flag is of either)
    if lock_claim(session, claim_id=flag.claim_id).waits_for is not None:
        raise FlagDecidedWithClaim
    session.refresh(flag, with_for_update=True)
    return [flag]


def _take_back(
    session: Session, purchase_id: uuid.UUID, staff_id: uuid.UUID, reason: str, at: datetime
) -> None:
    """What is left of it. Who left took nothing along: their points lapsed."""
    purchase = session.get_one(Purchase, purchase_id, populate_existing=True)
    account = session.get_one(PointsAccount, purchase.account_id, populate_existing=True)
    if account.closed_at is not None or purchase.refunded_yen == purchase.amount_yen:
        return
    refund_purchase(
        session,
        purchase_id=purchase_id,
        shop_ids=[purchase.shop_id],
        issuer=Issuer(IssuerKind.CITY, staff_id),
        wanted=Wanted(None, {}),
        reason=reason,
        at=at,
    )

"""A scan is resolved, a purchase recorded: read once, decide purely, write once."""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import is_locking, new_id
from backend.base.errors import Refused
from backend.base.secrets import Vault
from backend.campaigns import service as campaigns_service
from backend.campaigns.queries import list_running_campaigns
from backend.campaigns.rules import (
    Facts,
    Limits,
    RunningCampaign,
    Verdict,
    awards_of,
    decide,
    earned_points,
)
from backend.campaigns.writes import COUNTERS
from backend.notices.writes import announce_rows
from backend.organisations.models import ShopStatus
from backend.points.models import TransactionKind
from backend.points.queries import list_slices
from backend.points.rules import Leg, Lifetime, LotGrant, draw_from_slices, expiry_of
from backend.points.writes import lot_rows, transaction_rows
from backend.purchases.codes import ShopNotActive, TillCodeCancelled, TillCodeExpired, TillCodeUsed
from backend.purchases.keys import derive_key
from backend.purchases.queries import PurchaseRecord, ShopCard, get_purchase, lock_basis, read_basis
from backend.purchases.rules import CodeUnreadable, TillCodeText, hash_request, read_scanned
from backend.purchases.writes import CODE_USE, PURCHASES, RECORD

# A till's and a phone's clock may differ by this much from ours.
CLOCK_SKEW = timedelta(minutes=2)
NO_REQUEST = ""


class IdempotencyKeyReused(Refused):
    """The same key with another body."""


class DoneAtOutsideWindow(Refused):
    """The phone's clock is a hint, within bounds."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """The citizen who scans."""

    citizen_id: uuid.UUID
    account_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ScanContext:
    """What reading a code takes besides the code."""

    public_url: str
    vault: Vault
    done_at_window: timedelta


@dataclass(frozen=True, slots=True)
class ResolvedScan:
    """What a code means, and what it would earn now."""

    shop: ShopCard
    amount_yen: int
    expires_at: datetime
    earned_points: int
    verdicts: Sequence[Verdict]


@dataclass(frozen=True, slots=True)
class RecordedPurchase:
    """`verdicts` of what was decided just now: none for a replay, whose record holds them."""

    record: PurchaseRecord
    is_replay: bool
    verdicts: Sequence[Verdict]


@dataclass(frozen=True, slots=True)
class _Basis:
    """Everything a decision is made from, as of one read."""

    code: TillCodeText
    row: Any
    done_at: datetime
    facts: Facts
    campaigns: Sequence[RunningCampaign]
    awarded_today: Mapping[uuid.UUID, int]
    award_counts: Mapping[uuid.UUID, int]

    @property
    def shop(self) -> ShopCard:
        return ShopCard(self.row.shop_id, self.row.name_ja, self.row.name_en, self.row.district)


@dataclass(frozen=True, slots=True)
class _Decision:
    verdicts: Sequence[Verdict]
    awards: Sequence[Verdict]
    # Funding account → slice → points to draw.
    draws: Mapping[uuid.UUID, Mapping[int, int]]


def resolve_scan(
    session: Session, *, scanned: str, scanner: Scanner, context: ScanContext, at: datetime
) -> ResolvedScan:
    """Say what a scanned text means without using it up. Raises what recording it would raise."""
    code = read_scanned(scanned, context.public_url)
    basis = _read(session, code, scanner, NO_REQUEST, None, context, at)
    assert isinstance(basis, _Basis)  # noqa: S101 (nobody's request key is empty)
    accounts = [
        campaign.funding_account_id for campaign in basis.campaigns if campaign.runs_at(basis.done_at)
    ]
    left = {
        account_id: sum(slices.values())
        for account_id, slices in list_slices(session, account_ids=accounts).items()
    }
    verdicts = decide(basis.facts, basis.campaigns, Limits(basis.awarded_today, left))
    return ResolvedScan(
        basis.shop,
        basis.row.amount_yen,
        basis.row.expires_at,
        earned_points(verdicts),
        verdicts,
    )


def record_purchase(
    session: Session,
    *,
    scanned: str,
    done_at: datetime | None,
    request_key: str,
    scanner: Scanner,
    context: ScanContext,
    at: datetime,
) -> RecordedPurchase:
    """Record what was scanned, once for each request key, with the points it earns.

    Raises CodeUnreadable, CodeForeign, TillCodeUsed, TillCodeCancelled, TillCodeExpired, ShopNotActive,
    DoneAtOutsideWindow, IdempotencyKeyReused.
    """
    code = read_scanned(scanned, context.public_url)
    if is_locking(session):
        lock_basis(session, account_id=scanner.account_id, code_id=code.code_id)
    basis = _read(session, code, scanner, request_key, done_at, context, at)
    request_hash = hash_request(scanned, done_at)
    if not isinstance(basis, _Basis):
        return _replay(session, scanner, basis, request_hash)
    decision = _decide(session, basis, at)
    record = _record_of(basis, decision, request_hash, at)
    rows = _rows(basis, record, scanner, request_key, at)
    if decision.awards:
        rows |= _award_rows(basis, decision, record, scanner, at)
    RECORD.run(session, rows)
    return RecordedPurchase(record, False, decision.verdicts)


def _read(
    session: Session,
    code: TillCodeText,
    scanner: Scanner,
    request_key: str,
    done_at: datetime | None,
    context: ScanContext,
    at: datetime,
) -> _Basis | uuid.UUID:
    """One read, checked; or the id of the purchase that this request made before."""
    moment = done_at or at
    rows = read_basis(
        session,
        account_id=scanner.account_id,
        code_id=code.code_id,
        request_key=request_key,
        on=city_day(moment),
        at=at,
    )
    row = rows[0]
    if row.replayed_id:
        replayed: uuid.UUID = row.replayed_id
        return replayed
    _check_code(code, row, context.vault, at)
    if done_at and not _is_within_window(done_at, row.issued_at, context.done_at_window, at):
        raise DoneAtOutsideWindow(field="done_at")
    counted = [found for found in rows if found.campaign_id]
    return _Basis(
        code=code,
        row=row,
        done_at=moment,
        facts=Facts(
            amount_yen=row.amount_yen,
            done_at=moment,
            size_class=row.size_class,
            is_locally_owned=row.is_locally_owned,
            ring=row.ring,
        ),
        campaigns=list_running_campaigns(session, revision=row.revision),
        awarded_today={found.campaign_id: found.awarded_points for found in counted},
        award_counts={found.campaign_id: found.award_count for found in counted},
    )


def _check_code(code: TillCodeText, row: Any, vault: Vault, at: datetime) -> None:
    """Signature first: an altered code learns nothing of the real one."""
    if row.code_id is None or row.key_retired_at or not code.is_signed_with(derive_key(vault, row.salt)):
        raise CodeUnreadable(field="scanned")
    if row.used_at:
        raise TillCodeUsed(field="scanned")
    if row.cancelled_at:
        raise TillCodeCancelled(field="scanned")
    if row.expires_at <= at:
        raise TillCodeExpired(field="scanned")
    if row.shop_status != ShopStatus.ACTIVE:
        raise ShopNotActive(field="scanned")


def _is_within_window(done_at: datetime, issued_at: datetime, window: timedelta, at: datetime) -> bool:
    return max(issued_at - CLOCK_SKEW, at - window) <= done_at <= at + CLOCK_SKEW


def _replay(
    session: Session, scanner: Scanner, purchase_id: uuid.UUID, request_hash: bytes
) -> RecordedPurchase:
    record = get_purchase(session, account_id=scanner.account_id, purchase_id=purchase_id)
    if record.request_hash != request_hash:
        raise IdempotencyKeyReused(field="Idempotency-Key")
    return RecordedPurchase(record, True, ())


def _decide(session: Session, basis: _Basis, at: datetime) -> _Decision:
    """At first in the hope that any one slice has enough; with locks held, from what the budgets really have."""
    verdicts = decide(basis.facts, basis.campaigns, Limits(basis.awarded_today))
    awards = awards_of(verdicts)
    if not is_locking(session):
        return _Decision(verdicts, awards, _hopeful_draws(awards))
    accounts = {award.campaign.funding_account_id for award in awards}
    slices = list_slices(session, account_ids=sorted(accounts), lock=True)
    left = {account_id: sum(found.values()) for account_id, found in slices.items()}
    verdicts = decide(basis.facts, basis.campaigns, Limits(basis.awarded_today, left))
    awards = awards_of(verdicts)
    needed = _points_by_account(awards)
    for account_id in sorted(accounts):
        if left[account_id] == needed.get(account_id, 0):
            campaigns_service.mark_budget_exhausted(session, funding_account_id=account_id, at=at)
    draws = {
        account_id: draw_from_slices(slices[account_id], points) for account_id, points in needed.items()
    }
    return _Decision(verdicts, awards, draws)


def _hopeful_draws(awards: Sequence[Verdict]) -> dict[uuid.UUID, dict[int, int]]:
    """One slice a budget, at random, so that shops do not queue for one row; the write's guard tells if it is short."""
    slice_counts = {award.campaign.funding_account_id: award.campaign.slice_count for award in awards}
    return {
        account_id: {int(random.random() * slice_counts[account_id]): points}  # noqa: S311 (spreading, not secrecy)
        for account_id, points in _points_by_account(awards).items()
    }


def _points_by_account(awards: Sequence[Verdict]) -> dict[uuid.UUID, int]:
    needed: dict[uuid.UUID, int] = {}
    for award in awards:
        account_id = award.campaign.funding_account_id
        needed[account_id] = needed.get(account_id, 0) + award.points
    return needed


def _record_of(basis: _Basis, decision: _Decision, request_hash: bytes, at: datetime) -> PurchaseRecord:
    earned = earned_points(decision.verdicts)
    return PurchaseRecord(
        id=new_id(),
        shop=basis.shop,
        amount_yen=basis.row.amount_yen,
        done_at=basis.done_at,
        recorded_at=at,
        earned_points=earned,
        balance_points=basis.row.balance_points - basis.row.unspendable_points + earned,
        verdicts=[verdict_document(verdict) for verdict in decision.verdicts],
        request_hash=request_hash,
    )


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict as kept with its purchase."""
    return {
        "campaign_id": str(verdict.campaign_id),
        "code": verdict.code,
        "points": verdict.points,
        "params": dict(verdict.params),
    }


def _rows(
    basis: _Basis, record: PurchaseRecord, scanner: Scanner, request_key: str, at: datetime
) -> dict[str, list[Any]]:
    """What every purchase writes, whether or not it earns."""
    purchase = {
        "id": record.id,
        "account_id": scanner.account_id,
        "shop_id": record.shop.id,
        "till_code_id": basis.code.code_id,
        "amount_yen": record.amount_yen,
        "done_at": record.done_at,
        "recorded_at": at,
        "request_key": request_key,
        "request_hash": record.request_hash,
        "earned_points": record.earned_points,
        "balance_points": record.balance_points,
        "verdicts": record.verdicts,
    }
    return {
        CODE_USE.name: [{"code_id": basis.code.code_id, "used_at": at}],
        PURCHASES.name: [purchase],
        **announce_rows(
            citizen_id=scanner.citizen_id,
            kind="purchase_recorded",
            params={
                "shop": {"ja": record.shop.name_ja, "en": record.shop.name_en},
                "amount_yen": record.amount_yen,
                "points": record.earned_points,
                "balance_points": record.balance_points,
                "purchase_id": str(record.id),
            },
            at=at,
        ),
    }


def _award_rows(
    basis: _Basis, decision: _Decision, record: PurchaseRecord, scanner: Scanner, at: datetime
) -> dict[str, list[Any]]:
    """What the awards write: the ledger's transaction and the day's counters."""
    return {
        **_ledger_rows(basis, decision, record, scanner, at),
        COUNTERS.name: _counter_rows(basis, decision, scanner),
    }


def _ledger_rows(
    basis: _Basis, decision: _Decision, record: PurchaseRecord, scanner: Scanner, at: datetime
) -> dict[str, list[Any]]:
    draws = [
        Leg(account_id, number, -points)
        for account_id, drawn in decision.draws.items()
        for number, points in drawn.items()
    ]
    credit = Leg(scanner.account_id, 0, record.earned_points, expected_points=basis.row.balance_points)
    transaction_id, rows = transaction_rows(
        kind=TransactionKind.GRANT,
        source_id=record.id,
        occurred_at=record.done_at,
        at=at,
        legs=[*draws, credit],
    )
    return {**rows, **lot_rows(transaction_id, _lots(decision, scanner, at), at)}


def _lots(decision: _Decision, scanner: Scanner, at: datetime) -> list[LotGrant]:
    """One lot for each award: what one budget gave, with its end."""
    return [
        LotGrant(
            account_id=scanner.account_id,
            funding_account_id=award.campaign.funding_account_id,
            points=award.points,
            spendable_at=None,
            expires_at=expiry_of(at, Lifetime(days=award.campaign.lifetime_days)),
        )
        for award in decision.awards
    ]


def _counter_rows(basis: _Basis, decision: _Decision, scanner: Scanner) -> list[dict[str, Any]]:
    """Only campaigns with a daily cap need counting."""
    return [
        {
            "account_id": scanner.account_id,
            "counted_on": city_day(basis.done_at),
            "campaign_id": award.campaign_id,
            "awarded_points": basis.awarded_today.get(award.campaign_id, 0) + award.points,
            "award_count": basis.award_counts.get(award.campaign_id, 0) + 1,
        }
        for award in decision.awards
        if award.campaign.rule.day_cap_points is not None
    ]

"""A citizen scans the code on the till: the purchase is recorded once, paid in part with points, and earns."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import is_locking, new_id
from backend.base.errors import IdempotencyKeyReused, Refused
from backend.base.records import made_often
from backend.base.secrets import Vault
from backend.campaigns.rules.deciding import Verdict
from backend.offers.redeeming import list_redeemable
from backend.organisations.models import ShopStatus
from backend.organisations.regions import Region
from backend.purchases.basis import Basis, Buyer, complete_basis, lock_basis, read_basis
from backend.purchases.deciding import foresee
from backend.purchases.keys import derive_key
from backend.purchases.queries import PurchaseRecord, ShopCard, get_purchase
from backend.purchases.rows import Evidence
from backend.purchases.rules.offline_codes import CLOCK_SKEW, OfflineCodeText
from backend.purchases.rules.paying import ALL_POINTS, NO_POINTS, PointsChoice
from backend.purchases.rules.sales import Sale, read_lines
from backend.purchases.rules.till_codes import CodeUnreadable, TillCodeText, hash_request, read_scanned
from backend.purchases.service.codes import (
    ShopNotActive,
    TillCodeCancelled,
    TillCodeExpired,
    TillCodeUsed,
)
from backend.purchases.service.honouring import OfflineCodeEarnsOnly, read_offline_basis
from backend.purchases.service.settling import Wishes, settle, spendable_by, weigh


class DoneAtOutsideWindow(Refused):
    """The phone's clock is a hint, within bounds."""


@dataclass(frozen=True, slots=True)
class ScanContext:
    """What reading a code takes besides the code."""

    public_url: str
    vault: Vault
    region: Region
    done_at_window: timedelta
    # How long after it was made a code of a till without a network is honoured.
    offline_window: timedelta = timedelta(hours=72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a citizen's phone sends. `coupon_ids`: their own coupons to redeem with the purchase.

    A code that was made without a network tells itself when: then `done_at` is not looked at.
    """

    scanned: str
    done_at: datetime | None = None
    points: PointsChoice = NO_POINTS
    coupon_ids: tuple[uuid.UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolvedScan:
    """What a code means, and what it would cost and earn now."""

    shop: ShopCard
    amount_yen: int
    discount_yen: int
    spent_points: int
    to_pay_yen: int
    spendable_points: int
    expires_at: datetime
    earned_points: int
    verdicts: Sequence[Verdict]


@made_often
@dataclass(frozen=True, slots=True)
class RecordedPurchase:
    """`verdicts` of what was decided just now: none for a replay, whose record holds them."""

    record: PurchaseRecord
    is_replay: bool
    verdicts: Sequence[Verdict]


def resolve_scan(
    session: Session, *, scan: Scan, buyer: Buyer, context: ScanContext, at: datetime
) -> ResolvedScan:
    """Say what a scanned text means without using it up. Raises what recording it would raise."""
    code = read_scanned(scan.scanned, context.public_url)
    found = _read(session, code, buyer, None, scan, context, at)
    assert isinstance(found, Basis)  # noqa: S101 (without a request key nothing is replayed)
    weighed = weigh(session, basis=found, wishes=_wishes(session, scan, buyer), at=at)
    verdicts = foresee(session, basis=found, facts=weighed.facts)
    payment = weighed.payment
    return ResolvedScan(
        found.shop_card,
        payment.amount_yen,
        payment.discount_yen,
        payment.spent_points,
        payment.to_pay_yen,
        spendable_by(session, found, ALL_POINTS, at),
        _end_of(code, found, context),
        sum(verdict.points for verdict in verdicts),
        verdicts,
    )


def record_purchase(
    session: Session, *, scan: Scan, request_key: str, buyer: Buyer, context: ScanContext, at: datetime
) -> RecordedPurchase:
    """Record what was scanned, once for each request key, with the points it costs and earns.

    Raises CodeUnreadable, CodeForeign, TillCodeUsed, TillCodeCancelled, TillCodeExpired, ShopNotActive,
    DoneAtOutsideWindow, IdempotencyKeyReused, and what `weigh` raises; of a code made without a network
    OfflineCodeEarnsOnly and what `honouring` raises.
    """
    code = read_scanned(scan.scanned, context.public_url)
    if is_locking(session) and isinstance(code, TillCodeText):
        lock_basis(session, account_id=buyer.account_id, code_id=code.code_id, at=at)
    found = _read(session, code, buyer, request_key, scan, context, at)
    request_hash = hash_request(scan.scanned, scan.done_at, scan.points, scan.coupon_ids)
    if not isinstance(found, Basis):
        return _replay(session, buyer, found, request_hash)
    evidence = Evidence(
        till_code_id=code.code_id if isinstance(code, TillCodeText) else None,
        offline_code=code if isinstance(code, OfflineCodeText) else None,
        request_key=request_key,
        request_hash=request_hash,
    )
    weighed = weigh(session, basis=found, wishes=_wishes(session, scan, buyer), at=at)
    record, verdicts = settle(session, weighed=weighed, evidence=evidence, purchase_id=new_id(), at=at)
    return RecordedPurchase(record, False, verdicts)


def _wishes(session: Session, scan: Scan, buyer: Buyer) -> Wishes:
    coupons = list_redeemable(session, coupon_ids=scan.coupon_ids, account_id=buyer.account_id)
    return Wishes(points=scan.points, coupons=coupons, coupons_field="coupon_ids")


def _read(
    session: Session,
    code: TillCodeText | OfflineCodeText,
    buyer: Buyer,
    request_key: str | None,
    scan: Scan,
    context: ScanContext,
    at: datetime,
) -> Basis | uuid.UUID:
    """One read, checked; or the id of the purchase that this request made before."""
    if isinstance(code, OfflineCodeText):
        return _read_offline(session, code, buyer, request_key, scan, context, at)
    moment = scan.done_at or at
    rows = read_basis(
        session, buyer=buyer, code_id=code.code_id, request_key=request_key, on=city_day(moment), at=at
    )
    row = rows[0]
    if row.replayed_id:
        replayed: uuid.UUID = row.replayed_id
        return replayed
    _check_code(code, row, context.vault, at)
    if scan.done_at and not _is_within_window(scan.done_at, row.issued_at, context.done_at_window, at):
        raise DoneAtOutsideWindow(field="done_at")
    return complete_basis(
        session,
        rows=rows,
        buyer=buyer,
        sale=Sale(row.amount_yen, read_lines(row.lines)),
        done_at=moment,
        region=context.region,
    )


def _read_offline(
    session: Session,
    code: OfflineCodeText,
    buyer: Buyer,
    request_key: str | None,
    scan: Scan,
    context: ScanContext,
    at: datetime,
) -> Basis | uuid.UUID:
    if scan.points != NO_POINTS or scan.coupon_ids:
        raise OfflineCodeEarnsOnly(field="coupon_ids" if scan.coupon_ids else "points_to_spend")
    return read_offline_basis(
        session,
        code=code,
        buyer=buyer,
        request_key=request_key,
        region=context.region,
        vault=context.vault,
        window=context.offline_window,
        at=at,
    )


def _end_of(code: TillCodeText | OfflineCodeText, found: Basis, context: ScanContext) -> datetime:
    if isinstance(code, OfflineCodeText):
        return code.made_at + context.offline_window
    ends_at: datetime = found.row.expires_at
    return ends_at


def _check_code(code: TillCodeText, row: Any, vault: Vault, at: datetime) -> None:
    check_signature(code, row, vault)
    if row.used_at:
        raise TillCodeUsed(field="scanned")
    if row.cancelled_at:
        raise TillCodeCancelled(field="scanned")
    if row.expires_at <= at:
        raise TillCodeExpired(field="scanned")
    if row.shop_status != ShopStatus.ACTIVE:
        raise ShopNotActive(field="scanned")


def check_signature(code: TillCodeText, row: Any, vault: Vault) -> None:
    """Before all else: an altered code learns nothing of the real one. Raises CodeUnreadable."""
    if row.code_id is None or row.key_retired_at or not code.is_signed_with(derive_key(vault, row.salt)):
        raise CodeUnreadable(field="scanned")


def _is_within_window(done_at: datetime, issued_at: datetime, window: timedelta, at: datetime) -> bool:
    return max(issued_at - CLOCK_SKEW, at - window) <= done_at <= at + CLOCK_SKEW


def _replay(session: Session, buyer: Buyer, purchase_id: uuid.UUID, request_hash: bytes) -> RecordedPurchase:
    record = get_purchase(session, account_id=buyer.account_id, purchase_id=purchase_id)
    if record.request_hash != request_hash:
        raise IdempotencyKeyReused(field="Idempotency-Key")
    return RecordedPurchase(record, True, ())

"""Everything a decided purchase writes, as rows of the one list: see `base.writes`."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.base.database import new_id
from backend.base.records import made_often
from backend.campaigns.models import EVERY_SHOP, EVERYBODY
from backend.campaigns.rules.caps import CounterKey, Per
from backend.campaigns.rules.deciding import counter_keys, earned_points
from backend.campaigns.verdicts import verdict_document
from backend.campaigns.writes import CARDS, COUNTERS, STAMPS, STAMPS_KEPT
from backend.notices.webhooks.writes import WEBHOOK_DELIVERIES
from backend.notices.writes import announce_rows
from backend.offers.redeeming import Grantable
from backend.offers.rules import Redeemable
from backend.offers.writes import CouponGrant, grant_rows, use_rows
from backend.points.models import TransactionKind
from backend.points.rules import Leg, LotGrant, LotMove, OpenDebt
from backend.points.service.debts import repay_from
from backend.points.writes import Movement, ledger_rows
from backend.purchases.basis import UNTOUCHED, Basis
from backend.purchases.deciding import Decision
from backend.purchases.events import purchase_events
from backend.purchases.queries import PurchaseRecord
from backend.purchases.rules.offline_codes import OfflineCodeText
from backend.purchases.rules.paying import Payment
from backend.purchases.writes import ALLOWANCE_USE, CODE_USE, LINES, OFFLINE_CODES, PURCHASES

Rows = dict[str, list[Any]]


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How a purchase came about: exactly one of the first five. With a till code, the citizen's own request.

    `code_use`: with a citizen's code, the rows that use it up, from `people.writes`. `issuer_id`: whoever rang it up,
    where no till code says so.
    `used_at`: when the till code was used, if that was before. `sale_key`: of a sale that the till stored.
    """

    till_code_id: uuid.UUID | None = None
    citizen_code_id: uuid.UUID | None = None
    code_use: Mapping[str, list[Any]] = field(default_factory=dict)
    checkout_id: uuid.UUID | None = None
    offline_code: OfflineCodeText | None = None
    claim_id: uuid.UUID | None = None
    issuer_id: uuid.UUID | None = None
    used_at: datetime | None = None
    request_key: str | None = None
    request_hash: bytes | None = None
    sale_key: str | None = None
    sale_hash: bytes | None = None

    def __post_init__(self) -> None:
        if (self.citizen_code_id is None) != (not self.code_use):
            raise ValueError("a citizen's code is used up with the purchase it made")


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A purchase with all that was decided about it.

    `lot_moves` pay the points, after which `left_points` can still be spent; `debts` are repaid first.
    """

    id: uuid.UUID
    basis: Basis
    payment: Payment
    decision: Decision
    evidence: Evidence
    coupons: Sequence[Redeemable] = ()
    grantable: Mapping[uuid.UUID, Grantable] = field(default_factory=dict)
    left_points: int
    lot_moves: Sequence[LotMove] = ()
    debts: Sequence[OpenDebt] = ()


def record_of(settled: Settled, movements: Sequence[Movement], at: datetime) -> PurchaseRecord:
    """As it is answered."""
    basis, payment, verdicts = settled.basis, settled.payment, settled.decision.verdicts
    return PurchaseRecord(
        id=settled.id,
        shop=basis.shop_card,
        amount_yen=payment.amount_yen,
        discount_yen=payment.discount_yen,
        spent_points=payment.spent_points,
        refunded_yen=0,
        done_at=basis.done_at,
        recorded_at=at,
        earned_points=earned_points(verdicts),
        balance_points=settled.left_points + _free_at_once(movements),
        verdicts=[verdict_document(verdict) for verdict in verdicts],
        request_hash=settled.evidence.request_hash,
    )


def _free_at_once(movements: Sequence[Movement]) -> int:
    """Of what it earned: neither pending nor gone to a debt."""
    free = {lot.id: lot.points for movement in movements for lot in movement.lots if lot.spendable_at is None}
    repaid = sum(
        move.taken_points for movement in movements for move in movement.lot_moves if move.lot_id in free
    )
    return sum(free.values()) - repaid


def purchase_rows(
    settled: Settled, movements: Sequence[Movement], record: PurchaseRecord, at: datetime
) -> Rows:
    """What RECORD writes."""
    rows = told_rows(settled, record, at)
    if settled.coupons:
        rows |= use_rows(settled.coupons, purchase_id=record.id, at=at)
    if movements:
        rows |= ledger_rows(movements, at=at)
    if settled.decision.awards:
        rows[COUNTERS.name] = _counter_rows(settled)
    if any(verdict.stamp for verdict in settled.decision.verdicts):
        rows |= _stamp_rows(settled, at)
    return rows


def told_rows(settled: Settled, record: PurchaseRecord, at: datetime) -> Rows:
    """What only this purchase writes: its code is used, it is kept with its lines, and those concerned are told."""
    basis = settled.basis
    rows: Rows = {
        **_evidence_rows(settled, at),
        PURCHASES.name: [_purchase_row(settled, record)],
        **_announcement_rows(basis, record, at),
    }
    if basis.sale.lines:
        rows[LINES.name] = _line_rows(settled)
    if basis.row.has_webhook:
        rows[WEBHOOK_DELIVERIES.name] = purchase_events(
            record, lines=basis.sale.lines, coupons=settled.coupons, at=at
        )
    return rows


def _evidence_rows(settled: Settled, at: datetime) -> Rows:
    evidence = settled.evidence
    if evidence.till_code_id is not None:
        return {CODE_USE.name: [{"code_id": evidence.till_code_id, "used_at": evidence.used_at or at}]}
    if evidence.offline_code is not None:
        return _offline_rows(settled, evidence.offline_code, at)
    return dict(evidence.code_use)


def _offline_rows(settled: Settled, code: OfflineCodeText, at: datetime) -> Rows:
    used = {"allowance_id": code.allowance_id, "amount_yen": code.amount_yen}
    row = {
        **used,
        "serial_number": code.serial_number,
        "purchase_id": settled.id,
        "made_at": code.made_at,
        "used_at": at,
    }
    return {ALLOWANCE_USE.name: [used], OFFLINE_CODES.name: [row]}


def _purchase_row(settled: Settled, record: PurchaseRecord) -> dict[str, Any]:
    evidence = settled.evidence
    return {
        "id": record.id,
        "account_id": settled.basis.buyer.account_id,
        "shop_id": record.shop.id,
        "till_code_id": evidence.till_code_id,
        "citizen_code_id": evidence.citizen_code_id,
        "checkout_id": evidence.checkout_id,
        "issuer_id": evidence.issuer_id,
        "claim_id": evidence.claim_id,
        "amount_yen": record.amount_yen,
        "discount_yen": record.discount_yen,
        "spent_points": record.spent_points,
        "done_at": record.done_at,
        "recorded_at": record.recorded_at,
        "request_key": evidence.request_key,
        "request_hash": evidence.request_hash,
        "sale_key": evidence.sale_key,
        "sale_hash": evidence.sale_hash,
        "earned_points": record.earned_points,
        "balance_points": record.balance_points,
        "verdicts": record.verdicts,
    }


def _line_rows(settled: Settled) -> list[dict[str, Any]]:
    return [
        {
            "purchase_id": settled.id,
            "position": position,
            "name": line.name,
            "quantity": line.quantity,
            "amount_yen": line.amount_yen,
            "gtin": line.gtin,
            "in_store_code": line.in_store_code,
            "tax_permille": line.tax_permille,
            "discount_yen": line.discount_yen,
            "product_id": line.product_id,
            "category": line.category,
            "certifications": list(line.certifications),
            "origin_ring": line.origin_ring,
        }
        for position, line in enumerate(settled.basis.sale.lines, 1)
    ]


def _announcement_rows(basis: Basis, record: PurchaseRecord, at: datetime) -> Rows:
    return announce_rows(
        citizen_id=basis.buyer.citizen_id,
        kind="purchase_paid_with_points" if record.spent_points else "purchase_recorded",
        params={
            "shop": {"ja": record.shop.name_ja, "en": record.shop.name_en},
            "amount_yen": record.amount_yen,
            "points": record.earned_points,
            "spent_points": record.spent_points,
            "balance_points": record.balance_points,
            "purchase_id": str(record.id),
        },
        at=at,
    )


def movements_of(settled: Settled, at: datetime) -> list[Movement]:
    """What was spent leaves the lots that were there before; what was earned becomes new ones."""
    movements = []
    if settled.payment.spent_points:
        movements.append(_spending(settled))
    if settled.decision.awards:
        movements += repay_from(_granting(settled, at), settled.debts).movements
    return movements


def _spending(settled: Settled) -> Movement:
    basis, points = settled.basis, settled.payment.spent_points
    return Movement(
        kind=TransactionKind.SPEND,
        source_id=settled.id,
        occurred_at=basis.done_at,
        legs=[_leg(basis, -points), Leg(basis.shop.id, 0, points)],
        lot_moves=settled.lot_moves,
    )


def _granting(settled: Settled, at: datetime) -> Movement:
    draws = [
        Leg(account_id, number, -points)
        for account_id, drawn in settled.decision.draws.items()
        for number, points in drawn.items()
    ]
    return Movement(
        kind=TransactionKind.GRANT,
        source_id=settled.id,
        occurred_at=settled.basis.done_at,
        legs=[*draws, _leg(settled.basis, earned_points(settled.decision.verdicts))],
        lots=_lots(settled, at),
    )


def _leg(basis: Basis, points: int) -> Leg:
    """Of the citizen, upon the balance that was read."""
    return Leg(basis.buyer.account_id, 0, points, expected_points=basis.row.balance_points)


def _lots(settled: Settled, at: datetime) -> list[LotGrant]:
    """One lot for each award: what one budget gave, with its end."""
    return [
        LotGrant(
            id=new_id(),
            account_id=settled.basis.buyer.account_id,
            funding_account_id=award.campaign.funding_account_id,
            points=award.points,
            spendable_at=award.campaign.spendable_at(at),
            expires_at=award.campaign.expires_at(at),
        )
        for award in settled.decision.awards
    ]


def _counter_rows(settled: Settled) -> list[dict[str, Any]]:
    """Only campaigns with caps need counting."""
    basis = settled.basis
    facts = basis.facts(settled.payment)
    return [
        {
            **counted(key, basis),
            "awarded_points": before.count.points + award.points,
            "award_count": before.count.awards + 1,
            "change_count": before.change_count + 1,
        }
        for award in settled.decision.awards
        for key in counter_keys(award.campaign, facts)
        for before in (basis.counters.get(key, UNTOUCHED),)
    ]


def counted(key: CounterKey, basis: Basis) -> dict[str, Any]:
    """The key of its row."""
    return {
        "account_id": EVERYBODY if key.per is Per.SHOP else basis.buyer.account_id,
        "shop_id": EVERY_SHOP if key.per is Per.PERSON else basis.shop.id,
        "period_on": key.period_on,
        "campaign_id": key.campaign_id,
        "within": key.within.value,
    }


def _stamp_rows(settled: Settled, at: datetime) -> Rows:
    account_id = settled.basis.buyer.account_id
    kept, stamps, cards, grants = [], [], [], []
    for verdict in settled.decision.verdicts:
        stamp = verdict.stamp
        if stamp is None:
            continue
        card = {
            "campaign_id": verdict.campaign_id,
            "account_id": account_id,
            "card_number": stamp.card_number,
        }
        held = settled.basis.cards.get(verdict.campaign_id)
        stamps.append(
            {
                **card,
                "position": held.free_position(stamp.card_number) if held else 1,
                "distinct_key": stamp.key,
                "purchase_id": settled.id,
                "stamped_at": settled.basis.done_at,
            }
        )
        if not stamp.completes:
            continue
        cards.append({**card, "completed_at": settled.basis.done_at, "purchase_id": settled.id})
        taken = held.taken_positions(stamp.card_number) if held else ()
        kept += [{**card, "position": position} for position in sorted(taken)]
        if stamp.offer_id is not None and stamp.offer_id in settled.grantable:
            grants.append(CouponGrant(stamp.offer_id, account_id, verdict.campaign_id))
    rows: Rows = {STAMPS_KEPT.name: kept, STAMPS.name: stamps, CARDS.name: cards}
    return rows | grant_rows(grants, offers=settled.grantable, at=at) if grants else rows

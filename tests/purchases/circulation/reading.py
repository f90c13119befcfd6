"""The town's books as they stand in the database, in the words of the model."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from backend.campaigns.models import Campaign as CampaignRow
from backend.campaigns.models import CampaignCard, CampaignStamp
from backend.offers.models import Coupon as CouponRow
from backend.offers.models import Offer
from backend.points.models import (
    PointsBalance,
    PointsDebt,
    PointsHold,
    PointsHoldLot,
    PointsLot,
    PointsLotUse,
    PointsTransaction,
)
from backend.purchases.models import Checkout as CheckoutRow
from backend.purchases.models import Purchase as PurchaseRow
from backend.purchases.models import Refund
from tests.purchases.circulation.buying import TownModel
from tests.purchases.circulation.model import WITHDRAWN, Campaign, Checkout, Coupon, Debt, Lot, Purchase
from tests.purchases.circulation.terms import RALLY
from tests.purchases.circulation.town import Town

Numbers = dict[uuid.UUID, int]
REWARDED = "stamp_card_completed_with_offer"


def read_town(session: Session, town: Town) -> TownModel:
    """Refreshes the town's lists of ids, too."""
    reader = _Reader(session, town)
    lots, lot_rows = reader.lots()
    purchases = reader.purchases(lot_rows)
    return TownModel(
        campaigns=reader.campaigns(),
        budgets=reader.balances(town.places.budgets),
        tills=list(reader.balances({shop_id: shop_id for shop_id in town.places.shops}).values()),
        stocks=reader.stocks(),
        lots=lots,
        debts=reader.debts(),
        coupons=reader.coupons(),
        checkouts=reader.checkouts(),
        purchases=purchases,
        stamps=reader.stamps(),
        full_cards=reader.full_cards(),
    )


@cache
def rows_of(model: Any) -> Any:
    """In the order of the ids. Built once, for building costs more than running."""
    return select(*model.__table__.c).order_by(*model.__table__.primary_key)


USES = select(PointsLotUse.lot_id, PointsTransaction.kind, PointsLotUse.points).join(PointsTransaction)
_back = aliased(PointsLot)
_returned = (
    select(func.coalesce(func.sum(_back.granted_points), 0))
    .where(
        _back.returned_from_transaction_id == PointsLotUse.transaction_id,
        _back.returned_from_lot_id == PointsLotUse.lot_id,
    )
    .correlate(PointsLotUse)
    .scalar_subquery()
)
SPENDS = (
    select(PointsTransaction.source_id, PointsLotUse.lot_id, PointsLotUse.points - _returned)
    .join(PointsTransaction)
    .where(PointsTransaction.kind == "spend")
)


def _numbers(rows: Sequence[Any]) -> Numbers:
    return {row.id: number for number, row in enumerate(rows)}


def _names(named: dict[str, uuid.UUID]) -> dict[uuid.UUID, str]:
    return {identity: name for name, identity in named.items()}


class _Reader:
    def __init__(self, session: Session, town: Town) -> None:
        self.session, self.town, places = session, town, town.places
        self.people = {person.account_id: number for number, person in enumerate(places.people)}
        self.shops = {shop_id: number for number, shop_id in enumerate(places.shops)}
        self.budgets, self.slugs = _names(places.budgets), _names(places.campaigns)
        self.offers = _names(places.offers)
        self.lot_numbers: Numbers = {}
        self.purchase_numbers: Numbers = {}
        self.coupon_numbers: Numbers = {}
        self.rewarded: dict[Any, int] = {}

    def all_of(self, model: Any) -> Sequence[Any]:
        return self.session.execute(rows_of(model)).all()

    def campaigns(self) -> dict[str, Campaign]:
        return {self.slugs[row.id]: Campaign(row.status, row.ends_at) for row in self.all_of(CampaignRow)}

    def balances(self, accounts: dict[Any, uuid.UUID]) -> dict[Any, int]:
        sums: Counter[uuid.UUID] = Counter()
        for row in self.all_of(PointsBalance):
            sums[row.account_id] += row.balance_points
        return {name: sums[account_id] for name, account_id in accounts.items()}

    def stocks(self) -> dict[str, int]:
        return {self.offers[row.id]: row.stock_left for row in self.all_of(Offer)}

    def lots(self) -> tuple[list[Lot], Sequence[Any]]:
        rows = self.all_of(PointsLot)
        self.lot_numbers = _numbers(rows)
        used: defaultdict[tuple[uuid.UUID, str], int] = defaultdict(int)
        for lot_id, kind, points in self.session.execute(USES):
            used[lot_id, kind] += points
        asked: Counter[str] = Counter()
        for refund in self.all_of(Refund):
            asked.update(refund.awards)
        return [
            Lot(
                person=self.people[row.account_id],
                budget=self.budgets[row.funding_account_id],
                granted=row.granted_points,
                left=row.remaining_points,
                spendable_at=row.spendable_at,
                expires_at=row.expires_at,
                held=row.held_points,
                lapsed=used[row.id, "lapse"],
                asked=asked[str(row.id)],
                reclaimed=used[row.id, "reclaim"],
            )
            for row in rows
        ], rows

    def debts(self) -> list[Debt]:
        return [
            Debt(self.people[row.account_id], self.budgets[row.funding_account_id], row.owed_points)
            for row in self.all_of(PointsDebt)
        ]

    def purchases(self, lot_rows: Sequence[Any]) -> list[Purchase]:
        rows = self.all_of(PurchaseRow)
        self.town.purchases = [row.id for row in rows]
        self.purchase_numbers = _numbers(rows)
        self.rewarded = {
            (row.account_id, row.recorded_at): number
            for number, row in enumerate(rows)
            if any(verdict["code"] == REWARDED for verdict in row.verdicts)
        }
        purchases = [
            Purchase(
                person=self.people[row.account_id],
                shop=self.shops[row.shop_id],
                amount=row.amount_yen,
                discount=row.discount_yen,
                spent=row.spent_points,
                done_at=row.done_at,
                told_balance=row.balance_points,
            )
            for row in rows
        ]
        causes = {row.id: row.source_id for row in self.all_of(PointsTransaction)}
        for row in lot_rows:
            number = self.purchase_numbers.get(causes[row.transaction_id])
            if number is not None:
                purchases[number].awards[self.lot_numbers[row.id]] = row.granted_points
        self._add_uses(purchases)
        self._add_refunds(purchases)
        return purchases

    def _add_uses(self, purchases: list[Purchase]) -> None:
        for purchase_id, lot_id, points in self.session.execute(SPENDS):
            used = purchases[self.purchase_numbers[purchase_id]].used
            used[self.lot_numbers[lot_id]] = int(points)

    def _add_refunds(self, purchases: list[Purchase]) -> None:
        for refund in self.all_of(Refund):
            purchase = purchases[self.purchase_numbers[refund.purchase_id]]
            purchase.cash_back += refund.cash_yen
            purchase.points_back += refund.returned_points
            purchase.discount_back += refund.discount_yen

    def coupons(self) -> list[Coupon]:
        rows = self.all_of(CouponRow)
        self.town.coupons = [row.id for row in rows]
        self.coupon_numbers = _numbers(rows)
        return [
            Coupon(
                offer=self.offers[row.offer_id],
                person=self.people[row.account_id],
                usable_until=row.usable_until,
                purchase=self.purchase_numbers[row.purchase_id] if row.purchase_id else None,
                earned_with=self.rewarded[row.account_id, row.taken_at]
                if row.granted_by_campaign_id
                else None,
            )
            for row in rows
        ]

    def checkouts(self) -> list[Checkout]:
        """Once coupons and lots have their numbers."""
        rows = self.all_of(CheckoutRow)
        self.town.checkouts = [row.id for row in rows]
        holds = {row.id: row.status for row in self.all_of(PointsHold)}
        held: defaultdict[uuid.UUID | None, dict[int, int]] = defaultdict(dict)
        for hold_id, lot_id, points in self.all_of(PointsHoldLot):
            held[hold_id][self.lot_numbers[lot_id]] = points
        return [
            Checkout(
                person=self.people[row.account_id],
                shop=self.shops[row.shop_id],
                amount=row.amount_yen,
                coupon=next(
                    (self.coupon_numbers.get(uuid.UUID(each), WITHDRAWN) for each in row.coupon_ids), None
                ),
                earns=row.may_earn,
                lots=held[row.hold_id],
                expires_at=row.expires_at,
                status=row.status,
                hold=holds.get(row.hold_id),
            )
            for row in rows
        ]

    def stamps(self) -> dict[tuple[str, int, int], dict[str, int]]:
        found: defaultdict[tuple[str, int, int], dict[str, int]] = defaultdict(dict)
        for row in self.all_of(CampaignStamp):
            slug = self.slugs[row.campaign_id]
            key = str(self.shops[uuid.UUID(row.distinct_key)]) if slug == RALLY else row.distinct_key
            card = (slug, self.people[row.account_id], row.card_number)
            found[card][key] = self.purchase_numbers[row.purchase_id]
        return dict(found)

    def full_cards(self) -> dict[tuple[str, int, int], int]:
        return {
            (self.slugs[row.campaign_id], self.people[row.account_id], row.card_number): (
                self.purchase_numbers[row.purchase_id]
            )
            for row in self.all_of(CampaignCard)
        }

"""What has happened in the demonstration city: purchases, what they earned and cost, and what came of that.

The same pure rules decide as in a running service, purchase by purchase, with balances, budgets, counters and
cards kept in memory; only the rows are written all at once.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from backend.base.clock import city_day, start_of_city_day
from backend.campaigns.models import (
    Campaign,
    CampaignCard,
    CampaignCounter,
    CampaignEvent,
    CampaignStamp,
    CampaignVersion,
)
from backend.campaigns.rules.deciding import (
    Limits,
    RunningCampaign,
    Verdict,
    awards_of,
    decide,
    earned_points,
)
from backend.campaigns.rules.facts import Facts
from backend.campaigns.verdicts import verdict_document
from backend.demo.audiences import list_audiences
from backend.demo.buying import Sold, Till, fit_budget
from backend.demo.campaigning import Office
from backend.demo.city import shapes
from backend.demo.city.accounts import ACCOUNTS
from backend.demo.city.campaigns_of_seasons import campaigns_on
from backend.demo.city.generator import generate_purchases
from backend.demo.counting import Cards, Counters
from backend.demo.inboxes import list_notices
from backend.demo.ledger import Ledger
from backend.demo.memberships import Memberships, list_likings
from backend.demo.offering import Offers, Redeemed
from backend.demo.taking_back import Recorded, Refunds
from backend.demo.town import Founding, Row, Table, Town
from backend.notices.models import Notice
from backend.offers.models import Coupon
from backend.people.models import SpendMode
from backend.points.models import (
    BudgetLine,
    PointsAccount,
    PointsLot,
    PointsLotUse,
    PointsTransaction,
    TransactionKind,
)
from backend.points.rules import Leg, LotGrant, consume_lots
from backend.purchases.models import Purchase, PurchaseLine, Refund
from backend.purchases.rules.paying import ALL_POINTS, NO_POINTS, Payment, PointsChoice, pay
from backend.purchases.rules.till_codes import hash_request

# Of the purchases of whoever has so many points, so many in a hundred are paid with points.
SPENT_FROM_POINTS = 100
SPENT_PERCENT = 8
ALL_SPENT_PERCENT = 25
# Whoever can sign in spends at most one part of so many at once.
KEPT_PARTS = 4
WISHES = (50, 100, 100, 200, 300, 500)
# Only of a budget with less than that must the rules know how much is left.
SCARCE_POINTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bill:
    """How a purchase is paid. `uses`: lot → points; `points_left` can still be spent after it."""

    purchase_id: uuid.UUID
    account_id: uuid.UUID
    lines: Sequence[Sold]
    coupon: Redeemed | None
    payment: Payment
    uses: Mapping[uuid.UUID, int]
    points_left: int
    facts: Facts


class Past:
    """Writes the history down in the order in which it happened."""

    def __init__(self, founding: Founding, town: Town) -> None:
        self._founding = founding
        self._ids = founding.ids
        self._town = town
        self._till = Till(town)
        self._wishes = Random(f"{founding.seed}:wishes")
        self.ledger = Ledger(founding.ids, Random(f"{founding.seed}:slices"))
        self._office = Office(founding, self.ledger)
        self._counters = Counters()
        self._cards = Cards()
        self._memberships = Memberships(founding, town)
        self._offers = Offers(founding, town, self._memberships)
        self._refunds = Refunds(founding.ids, Random(f"{founding.seed}:refunds"), self.ledger, self._counters)
        self._purchases: list[Row] = []
        self._lines: list[Row] = []
        self._signing_in = {account.citizen_key for account in ACCOUNTS}

    def write(self) -> Sequence[Table]:
        """What accounts need, then accounts; then all other tables but balances and entries, which are `ledger`'s."""
        today = self._founding.today
        purchases = generate_purchases(self._founding.seed, today)
        campaigns = campaigns_on(today, self._offers.ids)
        for campaign in campaigns:
            budget_points = fit_budget(
                campaign, purchases, till=self._till, account_ids=self._town.account_ids, today=today
            )
            self._office.take_up(campaign, budget_points)
        self._live_through(purchases)
        self._office.close_over(campaigns)
        self._offers.take_the_rest()
        return self._tables()

    def _live_through(self, purchases: Sequence[shapes.Purchase]) -> None:
        """Purchases as they come; refunds when they are due; at each midnight, what has expired lapses."""
        midnight_at = start_of_city_day(city_day(purchases[0].done_at) + timedelta(days=1))
        today_at = start_of_city_day(self._founding.today)
        for purchase in purchases:
            while purchase.done_at >= midnight_at:
                self._take_back(midnight_at)
                self.ledger.lapse(midnight_at)
                midnight_at += timedelta(days=1)
            self._take_back(purchase.done_at)
            self._record(purchase)
        while midnight_at <= today_at:
            self._take_back(midnight_at)
            self.ledger.lapse(midnight_at)
            midnight_at += timedelta(days=1)

    def _take_back(self, until_at: datetime) -> None:
        for due in self._refunds.take_due(until_at):
            self._refunds.carry_out(due)

    def _record(self, purchase: shapes.Purchase) -> None:
        bill = self._bill(purchase)
        account_id, facts, at = bill.account_id, bill.facts, purchase.done_at
        running = self._office.running_at(at)
        limits = Limits(
            self._counters.read(account_id, running, facts),
            self._scarce(running),
            self._cards.read(account_id),
        )
        verdicts = decide(facts, running, limits)
        awards = awards_of(verdicts)
        spend_id = self._spend(purchase, bill)
        lot_ids = self._grant(account_id, bill.purchase_id, awards, at)
        row = self._purchase_row(purchase, bill, verdicts)
        self._purchases.append(row)
        line_rows = self._line_rows(bill)
        self._lines += line_rows
        for award in awards:
            self._counters.count(account_id, award, facts)
        self._stamp(purchase, verdicts, bill.purchase_id)
        if bill.coupon:
            self._offers.use(bill.coupon, account_id, purchase_id=bill.purchase_id, at=at)
        self._office.note_reach(
            awards, account_id=account_id, shop_id=facts.shop.id, purchase_id=bill.purchase_id
        )
        self._office.look_at_budgets(awards, at)
        if not any(self._office.is_to_end_empty(award.campaign) for award in awards):
            recorded = Recorded(
                row=row,
                shop_key=purchase.shop_key,
                facts=facts,
                awards=awards,
                lot_ids=lot_ids,
                spend_id=spend_id,
                line_rows=line_rows,
            )
            is_stamped = any(verdict.stamp for verdict in verdicts)
            self._refunds.foresee(recorded, may_be_whole=not bill.coupon and not is_stamped)

    def _bill(self, purchase: shapes.Purchase) -> _Bill:
        """Coupons first, then points, the rest in money."""
        account_id, at = self._town.account_ids[purchase.citizen_key], purchase.done_at
        purchase_id = self._ids.at(at)
        lines = self._till.ring_up(purchase)
        coupon = self._offers.choose(purchase, account_id)
        discount_yen = coupon.discount_yen if coupon else 0
        lots = self.ledger.spendable_lots(account_id, at)
        spendable = sum(lot.free_points for lot in lots)
        wish = self._wish(purchase, purchase.amount_yen - discount_yen, spendable)
        payment = pay(purchase.amount_yen, discount_yen, wish, spendable)
        offer_ids = frozenset({coupon.offer_id}) if coupon else frozenset[uuid.UUID]()
        return _Bill(
            purchase_id=purchase_id,
            account_id=account_id,
            lines=lines,
            coupon=coupon,
            payment=payment,
            uses=consume_lots(lots, payment.spent_points),
            points_left=spendable - payment.spent_points,
            facts=self._till.facts(purchase, lines, payment, offer_ids),
        )

    def _wish(self, purchase: shapes.Purchase, price_yen: int, spendable: int) -> PointsChoice:
        """How many points to pay with. Whoever can sign in keeps most of them, so that there is something to show."""
        if spendable < SPENT_FROM_POINTS or self._wishes.randrange(100) >= SPENT_PERCENT:
            return NO_POINTS
        signs_in = purchase.citizen_key in self._signing_in
        if not signs_in and self._wishes.randrange(100) < ALL_SPENT_PERCENT:
            return ALL_POINTS
        kept = KEPT_PARTS if signs_in else 1
        points = min(self._wishes.choice(WISHES), spendable // kept, price_yen // 2)
        return PointsChoice(SpendMode.UP_TO, points) if points else NO_POINTS

    def _scarce(self, running: Sequence[RunningCampaign]) -> Mapping[uuid.UUID, int]:
        return {
            campaign.funding_account_id: left
            for campaign in running
            if (left := self.ledger.total(campaign.funding_account_id)) < SCARCE_POINTS
        }

    def _spend(self, purchase: shapes.Purchase, bill: _Bill) -> uuid.UUID | None:
        """From the citizen to the shop's account."""
        points = bill.payment.spent_points
        if points == 0:
            return None
        legs = [Leg(bill.account_id, 0, -points), Leg(bill.facts.shop.id, 0, points)]
        return self.ledger.post(
            TransactionKind.SPEND, legs, source_id=bill.purchase_id, at=purchase.done_at, uses=bill.uses
        )

    def _grant(
        self, account_id: uuid.UUID, purchase_id: uuid.UUID, awards: Sequence[Verdict], at: datetime
    ) -> list[uuid.UUID]:
        """The ids of the lots, one for each award."""
        if not awards:
            return []
        lot_ids = [self._ids.at(at) for _ in awards]
        lots = [
            LotGrant(
                id=lot_id,
                account_id=account_id,
                funding_account_id=award.campaign.funding_account_id,
                points=award.points,
                spendable_at=award.campaign.spendable_at(at),
                expires_at=award.campaign.expires_at(at),
            )
            for lot_id, award in zip(lot_ids, awards, strict=True)
        ]
        legs = [Leg(account_id, 0, earned_points(awards))]
        for lot in lots:
            legs += self.ledger.draw(lot.funding_account_id, lot.points)
        self.ledger.post(TransactionKind.GRANT, legs, source_id=purchase_id, at=at, lots=lots)
        return lot_ids

    def _stamp(self, purchase: shapes.Purchase, verdicts: Sequence[Verdict], purchase_id: uuid.UUID) -> None:
        """A filled card may be worth a coupon, and a place on the walkers' list."""
        account_id, at = self._town.account_ids[purchase.citizen_key], purchase.done_at
        for verdict in verdicts:
            self._cards.stamp(account_id, verdict, purchase_id=purchase_id, at=at)
            if verdict.stamp and verdict.stamp.offer_id:
                self._offers.grant(verdict.stamp.offer_id, account_id, campaign_id=verdict.campaign_id, at=at)
                self._memberships.add_walker(purchase.citizen_key, at)

    def _purchase_row(self, purchase: shapes.Purchase, bill: _Bill, verdicts: Sequence[Verdict]) -> Row:
        at = purchase.done_at
        return {
            "id": bill.purchase_id,
            "account_id": bill.account_id,
            "shop_id": bill.facts.shop.id,
            "amount_yen": bill.payment.amount_yen,
            "discount_yen": bill.payment.discount_yen,
            "spent_points": bill.payment.spent_points,
            "refunded_yen": 0,
            "done_at": at,
            "recorded_at": at,
            "request_key": str(bill.purchase_id),
            "request_hash": hash_request(f"demo:{bill.purchase_id}", None),
            "earned_points": earned_points(verdicts),
            "balance_points": bill.points_left + _free_at_once(verdicts, at),
            "verdicts": [verdict_document(verdict) for verdict in verdicts],
        }

    def _line_rows(self, bill: _Bill) -> list[Row]:
        return [
            {"purchase_id": bill.purchase_id, "position": position} | line.row
            for position, line in enumerate(bill.lines, 1)
        ]

    def _tables(self) -> Sequence[Table]:
        office = self._office
        notices = list_notices(
            self._town,
            self._ids,
            purchases=self._purchases,
            refunds=self._refunds.rows,
            warned=office.warned,
        )
        return [
            (BudgetLine, office.budget_lines),
            (PointsAccount, office.accounts),
            (Campaign, office.campaigns),
            (CampaignVersion, office.versions),
            (CampaignEvent, office.events),
            self._memberships.lists(),
            self._memberships.entries(),
            list_audiences(self._founding, self._town),
            *self._offers.tables(),
            *list_likings(self._founding, self._town, self._offers.ids),
            (PointsTransaction, self.ledger.transactions),
            (PointsLot, self.ledger.lots),
            (PointsLotUse, self.ledger.uses),
            (Purchase, self._purchases),
            (PurchaseLine, self._lines),
            (Refund, self._refunds.rows),
            (Coupon, self._offers.coupons),
            (CampaignCounter, self._counters.rows()),
            (CampaignStamp, self._cards.stamps),
            (CampaignCard, self._cards.completed),
            (Notice, notices),
        ]


def _free_at_once(verdicts: Sequence[Verdict], at: datetime) -> int:
    return sum(
        verdict.points for verdict in verdicts if verdict.points and verdict.campaign.spendable_at(at) is None
    )

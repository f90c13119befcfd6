"""What has happened in the demonstration city: campaigns and purchases, with a ledger that adds up.

The same pure rules decide as in a running service, purchase by purchase, with balances and budgets kept in
memory; only the rows are written all at once.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random

from backend.base.clock import city_day, start_of_city_day
from backend.campaigns.models import Campaign, CampaignCounter, CampaignStatus
from backend.campaigns.rules import (
    Facts,
    Limits,
    RunningCampaign,
    Verdict,
    awards_of,
    decide,
    earned_points,
)
from backend.campaigns.service import SLICED_FROM_POINTS, SLICES
from backend.demo.city import shapes
from backend.demo.city.accounts import ACCOUNTS
from backend.demo.city.campaigns import BASE_KEY
from backend.demo.city.generator import generate_campaigns, generate_purchases
from backend.demo.city.places import MUNICIPALITY_BY_CODE
from backend.demo.city.shops import SHOP_BY_KEY
from backend.demo.identifiers import Identifiers, staff_id
from backend.demo.town import Founding, Row, Table, Town
from backend.notices.models import Notice
from backend.notices.rules import NoticeKind
from backend.points.models import AccountKind, PointsAccount, PointsLot, PointsTransaction, TransactionKind
from backend.points.rules import (
    Leg,
    Lifetime,
    LotGrant,
    draw_from_slices,
    expiry_of,
    merge_legs,
    split_evenly,
)
from backend.points.service import ISSUANCE_ACCOUNT_ID
from backend.purchases.models import Purchase
from backend.purchases.rules import hash_request
from backend.purchases.service import verdict_document

DRAFTED_DAYS_BEFORE = 21
APPROVED_DAYS_BEFORE = 14
NOTICES_KEPT = 8
NOTICES_UNREAD = 2
READ_AFTER = timedelta(minutes=4)


class Ledger:
    """Balances in memory, and the rows of every movement that made them."""

    def __init__(self, ids: Identifiers) -> None:
        self._ids = ids
        self.transactions: list[Row] = []
        self.entries: list[Row] = []
        self.lots: list[Row] = []
        self.balances: dict[uuid.UUID, dict[int, int]] = defaultdict(lambda: defaultdict(int))

    def post(
        self,
        kind: TransactionKind,
        legs: Sequence[Leg],
        *,
        source_id: uuid.UUID,
        at: datetime,
        lots: Sequence[LotGrant] = (),
    ) -> None:
        """One balanced transaction; nothing when it moves nothing."""
        merged = merge_legs(legs)
        if not merged:
            return
        transaction_id = self._ids.at(at)
        self.transactions.append(
            {
                "id": transaction_id,
                "kind": kind.value,
                "source_id": source_id,
                "occurred_at": at,
                "recorded_at": at,
            }
        )
        for position, leg in enumerate(merged, 1):
            self.balances[leg.account_id][leg.slice] += leg.amount_points
            self.entries.append(
                {
                    "transaction_id": transaction_id,
                    "position": position,
                    "account_id": leg.account_id,
                    "slice": leg.slice,
                    "amount_points": leg.amount_points,
                }
            )
        self.lots += [
            {
                "id": self._ids.at(at),
                "account_id": lot.account_id,
                "transaction_id": transaction_id,
                "funding_account_id": lot.funding_account_id,
                "granted_points": lot.points,
                "remaining_points": lot.points,
                "issued_at": at,
                "spendable_at": lot.spendable_at,
                "expires_at": lot.expires_at,
            }
            for lot in lots
        ]

    def total(self, account_id: uuid.UUID) -> int:
        return sum(self.balances[account_id].values())


class Past:
    """Writes the history down in the order in which it happened."""

    def __init__(self, founding: Founding, town: Town) -> None:
        self._founding = founding
        self._ids = founding.ids
        self._town = town
        self._random = Random(f"{founding.seed}:slices")
        self.ledger = Ledger(founding.ids)
        self._running: list[RunningCampaign] = []
        self._campaigns: list[Row] = []
        self._funding_accounts: list[Row] = []
        self._purchases: list[Row] = []
        self._counted: dict[tuple[uuid.UUID, date], dict[uuid.UUID, list[int]]] = defaultdict(dict)

    def write(self) -> Sequence[Table]:
        """All tables but balances and entries, which are `ledger`'s, in the order of insertion."""
        purchases = generate_purchases(self._founding.seed, self._founding.today)
        for campaign in generate_campaigns(purchases, self._founding.today):
            self._approve(campaign)
        for purchase in purchases:
            self._record(purchase)
        return [
            (PointsAccount, self._funding_accounts),
            (Campaign, self._campaigns),
            (PointsTransaction, self.ledger.transactions),
            (PointsLot, self.ledger.lots),
            (Purchase, self._purchases),
            (CampaignCounter, self._counters()),
            (Notice, self._notices()),
        ]

    def _approve(self, campaign: shapes.Campaign) -> None:
        """Drafted by one, approved and thereby funded by another."""
        starts_at, ends_at = (
            start_of_city_day(self._founding.today + timedelta(days=days))
            for days in (campaign.starts_offset_days, campaign.ends_offset_days)
        )
        created_at, approved_at = (
            starts_at - timedelta(days=days) + timedelta(hours=10)
            for days in (DRAFTED_DAYS_BEFORE, APPROVED_DAYS_BEFORE)
        )
        campaign_id, funding_id = self._ids.at(created_at), self._ids.at(approved_at)
        slice_count = SLICES if campaign.budget_points >= SLICED_FROM_POINTS else 1
        self._funding_accounts.append(
            {
                "id": funding_id,
                "kind": AccountKind.FUNDING.value,
                "slice_count": slice_count,
                "opened_at": approved_at,
            }
        )
        shares = split_evenly(campaign.budget_points, slice_count)
        legs = [Leg(funding_id, number, share) for number, share in enumerate(shares)]
        legs.append(Leg(ISSUANCE_ACCOUNT_ID, 0, -campaign.budget_points))
        self.ledger.post(TransactionKind.FUND, legs, source_id=campaign_id, at=approved_at)
        row: Row = {
            "id": campaign_id,
            "is_base_programme": campaign.key == BASE_KEY,
            "names": dict(campaign.names),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "lifetime_days": campaign.lifetime_days,
            "funding_account_id": funding_id,
        }
        self._running.append(RunningCampaign(**row, rule=campaign.rule, slice_count=slice_count))
        self._campaigns.append(
            row
            | {
                "slug": campaign.key,
                "status": CampaignStatus.APPROVED.value,
                "descriptions": dict(campaign.descriptions),
                "rule": campaign.rule.to_json(),
                "budget_points": campaign.budget_points,
                "created_by_staff_id": staff_id("city"),
                "approved_by_staff_id": staff_id("approver"),
                "created_at": created_at,
                "approved_at": approved_at,
            }
        )

    def _record(self, purchase: shapes.Purchase) -> None:
        account_id, at = self._town.account_ids[purchase.citizen_key], purchase.done_at
        purchase_id = self._ids.at(at)
        counted = self._counted[account_id, city_day(at)]
        left = {
            running.funding_account_id: self.ledger.total(running.funding_account_id)
            for running in self._running
        }
        awarded_today = {campaign_id: points for campaign_id, (points, _) in counted.items()}
        verdicts = decide(_facts(purchase), self._running, Limits(awarded_today, left))
        awards = awards_of(verdicts)
        self._grant(account_id, purchase_id, awards, at)
        for award in awards:
            points, count = counted.get(award.campaign_id, (0, 0))
            counted[award.campaign_id] = [points + award.points, count + 1]
        self._purchases.append(
            {
                "id": purchase_id,
                "account_id": account_id,
                "shop_id": self._town.shop_ids[purchase.shop_key],
                "amount_yen": purchase.amount_yen,
                "done_at": at,
                "recorded_at": at,
                "request_key": str(purchase_id),
                "request_hash": hash_request(f"demo:{purchase_id}", None),
                "earned_points": earned_points(verdicts),
                # No lot of the demonstration expires before today, so that all of the balance can be spent.
                "balance_points": self.ledger.total(account_id),
                "verdicts": [verdict_document(verdict) for verdict in verdicts],
            }
        )

    def _grant(
        self, account_id: uuid.UUID, purchase_id: uuid.UUID, awards: Sequence[Verdict], at: datetime
    ) -> None:
        lots = [
            LotGrant(
                account_id=account_id,
                funding_account_id=award.campaign.funding_account_id,
                points=award.points,
                spendable_at=None,
                expires_at=expiry_of(at, Lifetime(days=award.campaign.lifetime_days)),
            )
            for award in awards
        ]
        legs = [Leg(account_id, 0, sum(award.points for award in awards))]
        for lot in lots:
            drawn = self._draw(lot.funding_account_id, lot.points)
            legs += [Leg(lot.funding_account_id, number, -points) for number, points in drawn.items()]
        self.ledger.post(TransactionKind.GRANT, legs, source_id=purchase_id, at=at, lots=lots)

    def _draw(self, funding_id: uuid.UUID, points: int) -> Mapping[int, int]:
        """From one slice at random, as a purchase does; from several where that one is short."""
        slices = self.ledger.balances[funding_id]
        number = self._random.randrange(len(slices))
        return {number: points} if slices[number] >= points else draw_from_slices(slices, points)

    def _counters(self) -> list[Row]:
        """Only campaigns with a daily cap are counted."""
        capped = {running.id for running in self._running if running.rule.day_cap_points is not None}
        return [
            {
                "account_id": account_id,
                "counted_on": day,
                "campaign_id": campaign_id,
                "awarded_points": points,
                "award_count": count,
            }
            for (account_id, day), counted in self._counted.items()
            for campaign_id, (points, count) in counted.items()
            if campaign_id in capped
        ]

    def _notices(self) -> list[Row]:
        """The inboxes of those who can sign in: the welcome and their last purchases, the latest unread."""
        shops = {shop_id: SHOP_BY_KEY[key] for key, shop_id in self._town.shop_ids.items()}
        rows: list[Row] = []
        for key in (account.citizen_key for account in ACCOUNTS if account.citizen_key):
            joined_at = self._town.joined_at[key]
            rows.append(self._notice(key, NoticeKind.WELCOME, {}, joined_at, read_at=joined_at + READ_AFTER))
            own = [row for row in self._purchases if row["account_id"] == self._town.account_ids[key]]
            for age, row in enumerate(reversed(own[-NOTICES_KEPT:])):
                shop, at = shops[row["shop_id"]], row["recorded_at"]
                params = {
                    "shop": {"ja": shop.name_ja, "en": shop.name_en},
                    "amount_yen": row["amount_yen"],
                    "points": row["earned_points"],
                    "balance_points": row["balance_points"],
                    "purchase_id": str(row["id"]),
                }
                read_at = at + READ_AFTER if age >= NOTICES_UNREAD else None
                rows.append(self._notice(key, NoticeKind.PURCHASE_RECORDED, params, at, read_at=read_at))
        return rows

    def _notice(
        self,
        key: str,
        kind: NoticeKind,
        params: Mapping[str, object],
        at: datetime,
        *,
        read_at: datetime | None,
    ) -> Row:
        return {
            "id": self._ids.at(at),
            "citizen_id": self._town.citizen_ids[key],
            "kind": kind.value,
            "params": dict(params),
            "created_at": at,
            "read_at": read_at,
        }


def _facts(purchase: shapes.Purchase) -> Facts:
    shop = SHOP_BY_KEY[purchase.shop_key]
    return Facts(
        amount_yen=purchase.amount_yen,
        done_at=purchase.done_at,
        size_class=shop.size_class,
        is_locally_owned=shop.locally_owned,
        ring=MUNICIPALITY_BY_CODE[shop.municipality_code].ring,
    )

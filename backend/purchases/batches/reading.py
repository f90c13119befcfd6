"""What a batch is decided from: `basis`, for many citizens, shops and days at once."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import UtcDateTime
from backend.base.statements import Prepared, among
from backend.campaigns.models import EVERY_SHOP, EVERYBODY, CampaignCounter, CampaignRevision
from backend.campaigns.persons import PERSON_COLUMNS, person_facts
from backend.campaigns.queries import list_running_campaigns
from backend.campaigns.rules.calendar import Within, period_start
from backend.campaigns.rules.caps import CounterKey
from backend.campaigns.rules.deciding import RunningCampaign, needs_of
from backend.campaigns.rules.facts import Need, PersonFacts, ShopFacts
from backend.notices.webhooks.writes import has_webhook
from backend.organisations.models import Shop, ShopTag
from backend.organisations.regions import Region
from backend.people.memberships import list_memberships_of_many
from backend.people.models import Citizen
from backend.points.models import PointsBalance
from backend.points.queries import owed_points, unspendable_points
from backend.purchases.basis import (
    Counter,
    counter_of,
    per_of,
    shop_facts_of,
)
from backend.purchases.batches.bought import Bought
from backend.purchases.models import Purchase

_ACCOUNT_ID = PointsBalance.__table__.c.account_id
ACCOUNTS = Prepared(
    lambda dialect: select(
        _ACCOUNT_ID,
        PointsBalance.balance_points,
        unspendable_points(_ACCOUNT_ID, bindparam("at", type_=UtcDateTime())).label("unspendable_points"),
        owed_points(_ACCOUNT_ID).label("owed_points"),
        select(CampaignRevision.revision).scalar_subquery().label("revision"),
    ).where(among(_ACCOUNT_ID, "account_ids", dialect), PointsBalance.slice == 0)
)
SHOPS = Prepared(
    lambda dialect: select(
        Shop.id.label("shop_id"),
        Shop.organisation_id,
        Shop.name_ja,
        Shop.name_en,
        Shop.district,
        Shop.size_class,
        Shop.is_locally_owned,
        Shop.ring,
        has_webhook(Shop.__table__.c.id).label("has_webhook"),
    ).where(among(Shop.id, "shop_ids", dialect))
)
_COUNTERS = select(
    CampaignCounter.campaign_id,
    CampaignCounter.account_id,
    CampaignCounter.shop_id,
    CampaignCounter.within,
    CampaignCounter.period_on,
    CampaignCounter.awarded_points,
    CampaignCounter.award_count,
    CampaignCounter.change_count,
)
DAY_COUNTERS = Prepared(
    lambda dialect: _COUNTERS.where(
        among(CampaignCounter.account_id, "account_ids", dialect),
        CampaignCounter.shop_id == EVERY_SHOP,
        among(CampaignCounter.period_on, "starts", dialect),
        CampaignCounter.within == Within.DAY.value,
    )
)
WIDER_COUNTERS = Prepared(
    lambda dialect: _COUNTERS.where(
        or_(
            and_(
                among(CampaignCounter.account_id, "account_ids", dialect),
                or_(
                    CampaignCounter.shop_id == EVERY_SHOP,
                    among(CampaignCounter.shop_id, "shop_ids", dialect),
                ),
            ),
            and_(
                CampaignCounter.account_id == EVERYBODY, among(CampaignCounter.shop_id, "shop_ids", dialect)
            ),
        ),
        among(CampaignCounter.period_on, "starts", dialect),
    )
)
TAGS = Prepared(
    lambda dialect: select(ShopTag.shop_id, ShopTag.tag).where(among(ShopTag.shop_id, "shop_ids", dialect))
)
PERSONS = Prepared(
    lambda dialect: select(Citizen.account_id, *PERSON_COLUMNS).where(
        among(Citizen.account_id, "account_ids", dialect)
    )
)
LAST_PURCHASES = Prepared(
    lambda dialect: (
        select(Purchase.account_id, func.max(Purchase.done_at, type_=UtcDateTime()).label("last_purchase_at"))
        .where(among(Purchase.account_id, "account_ids", dialect))
        .group_by(Purchase.account_id)
    )
)
VISITS = Prepared(
    lambda dialect: (
        select(Purchase.account_id, Purchase.shop_id)
        .where(
            among(Purchase.account_id, "account_ids", dialect), among(Purchase.shop_id, "shop_ids", dialect)
        )
        .distinct()
    )
)

# Whose counters: an account or everybody, at a shop or at every shop.
Place = tuple[uuid.UUID, uuid.UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """As of one moment. `accounts` and `shops` are rows; what no campaign asked for is empty or None."""

    accounts: Mapping[uuid.UUID, Any]
    shops: Mapping[uuid.UUID, Any]
    campaigns: Sequence[RunningCampaign]
    facts_of_shops: Mapping[uuid.UUID, ShopFacts]
    counters: Mapping[Place, Mapping[CounterKey, Counter]]
    persons: Mapping[uuid.UUID, PersonFacts]
    # Of each account, where history is asked for; and the shops where it bought before.
    last_purchases: Mapping[uuid.UUID, datetime] | None
    visits: frozenset[tuple[uuid.UUID, uuid.UUID]]


# Rows of ACCOUNTS by account, and all scheduled campaigns.
AccountsAndCampaigns = tuple[Mapping[uuid.UUID, Any], Sequence[RunningCampaign]]


def read_accounts(session: Session, *, bought: Iterable[Bought], at: datetime) -> AccountsAndCampaigns:
    """Where every reading begins."""
    account_ids = {each.buyer.account_id for each in bought}
    rows = ACCOUNTS.rows(session, account_ids=account_ids, at=at)
    campaigns = list_running_campaigns(session, revision=rows[0].revision) if rows else ()
    return {row.account_id: row for row in rows}, campaigns


def read_all(
    session: Session, *, bought: Sequence[Bought], found: AccountsAndCampaigns, region: Region
) -> Reading:
    """Everything that deciding these purchases asks for, in a handful of statements however many they are.

    `found`: what `read_accounts` has just read, of these and perhaps of more.
    """
    accounts, campaigns = found
    shop_ids = {each.shop_id for each in bought}
    shops = {row.shop_id: row for row in SHOPS.rows(session, shop_ids=shop_ids)}
    needs = needs_of(_running(campaigns, [each.done_at for each in bought]))
    tags = _tags(session, shop_ids) if Need.SHOP_TAGS in needs else None
    asks_history = bool(needs & {Need.HISTORY, Need.FIRST_VISIT})
    return Reading(
        accounts=accounts,
        shops=shops,
        campaigns=campaigns,
        facts_of_shops={
            shop_id: shop_facts_of(row, tags[shop_id] if tags is not None else None)
            for shop_id, row in shops.items()
        },
        counters=_counters(session, bought, is_wide=Need.WIDER_COUNTERS in needs),
        persons=_persons(session, bought, needs, region),
        last_purchases=_last_purchases(session, accounts) if asks_history else None,
        visits=_visits(session, accounts, shop_ids) if asks_history else frozenset(),
    )


def _running(campaigns: Sequence[RunningCampaign], moments: Sequence[datetime]) -> list[RunningCampaign]:
    """At any of the moments, and perhaps some that run only between them."""
    first, last = min(moments), max(moments)
    return [campaign for campaign in campaigns if campaign.starts_at <= last and first < campaign.ends_at]


def _tags(session: Session, shop_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, frozenset[str]]:
    found: defaultdict[uuid.UUID, frozenset[str]] = defaultdict(frozenset)
    for row in TAGS.rows(session, shop_ids=shop_ids):
        found[row.shop_id] |= {row.tag}
    return found


def _counters(
    session: Session, bought: Sequence[Bought], *, is_wide: bool
) -> Mapping[Place, Mapping[CounterKey, Counter]]:
    days = {city_day(each.done_at) for each in bought}
    account_ids = {each.buyer.account_id for each in bought}
    if is_wide:
        starts: set[date] = {period_start(within, on) for within in Within for on in days}
        shop_ids = {each.shop_id for each in bought}
        rows = WIDER_COUNTERS.rows(session, account_ids=account_ids, shop_ids=shop_ids, starts=starts)
    else:
        rows = DAY_COUNTERS.rows(session, account_ids=account_ids, starts=days)
    found: defaultdict[Place, dict[CounterKey, Counter]] = defaultdict(dict)
    for row in rows:
        key = CounterKey(row.campaign_id, per_of(row), Within(row.within), row.period_on)
        found[row.account_id, row.shop_id][key] = counter_of(row)
    return found


def _persons(
    session: Session, bought: Sequence[Bought], needs: frozenset[Need], region: Region
) -> Mapping[uuid.UUID, PersonFacts]:
    if not needs & {Need.PERSON, Need.MEMBER_LISTS}:
        return {}
    citizens = {each.buyer.account_id: each.buyer.citizen_id for each in bought}
    lists: Mapping[uuid.UUID, frozenset[uuid.UUID]] = {}
    if Need.MEMBER_LISTS in needs:
        lists = list_memberships_of_many(session, citizen_ids=list(citizens.values()))
    return {
        row.account_id: person_facts(row, lists.get(citizens[row.account_id], frozenset()), region)
        for row in PERSONS.rows(session, account_ids=list(citizens))
    }


def _last_purchases(session: Session, account_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, datetime]:
    rows = LAST_PURCHASES.rows(session, account_ids=account_ids)
    return {row.account_id: row.last_purchase_at for row in rows}


def _visits(
    session: Session, account_ids: Iterable[uuid.UUID], shop_ids: Iterable[uuid.UUID]
) -> frozenset[tuple[uuid.UUID, uuid.UUID]]:
    rows = VISITS.rows(session, account_ids=account_ids, shop_ids=shop_ids)
    return frozenset((row.account_id, row.shop_id) for row in rows)

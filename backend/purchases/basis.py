"""Everything a purchase is decided from: one read for all, and small ones that only some campaigns ask for."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, String, Uuid, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import UtcDateTime
from backend.base.errors import StaleRead
from backend.base.records import made_often
from backend.base.statements import Prepared
from backend.campaigns.cards import Card, list_cards
from backend.campaigns.models import EVERY_SHOP, EVERYBODY, CampaignCounter, CampaignRevision
from backend.campaigns.persons import read_person
from backend.campaigns.queries import list_running_campaigns
from backend.campaigns.rules.calendar import Within, period_start
from backend.campaigns.rules.caps import Count, CounterKey, Per
from backend.campaigns.rules.deciding import RunningCampaign, needs_of
from backend.campaigns.rules.facts import Facts, HistoryFacts, LineFacts, Need, PersonFacts, ShopFacts
from backend.campaigns.rules.stamps import StampState
from backend.notices.webhooks.writes import has_webhook
from backend.organisations.models import Shop, ShopTag
from backend.organisations.regions import Region
from backend.points.models import PointsBalance
from backend.points.queries import owed_points, unspendable_points
from backend.points.service.holds import expire_holds
from backend.purchases.models import Purchase, PurchaseLine, SigningKey, TillCode
from backend.purchases.queries import ShopCard
from backend.purchases.rules.paying import Payment
from backend.purchases.rules.sales import Sale, SaleLine


@made_often
@dataclass(frozen=True, slots=True)
class Buyer:
    citizen_id: uuid.UUID
    account_id: uuid.UUID


@made_often
@dataclass(frozen=True, slots=True)
class Counter:
    """What was counted, and how often it had changed when it was read."""

    count: Count
    change_count: int


UNTOUCHED = Counter(Count(), 0)


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """As of one moment. `row` is a row of BASIS; what no campaign asked for was not read and is None or empty."""

    buyer: Buyer
    row: Any
    sale: Sale
    done_at: datetime
    campaigns: Sequence[RunningCampaign]
    shop: ShopFacts
    counters: Mapping[CounterKey, Counter]
    person: PersonFacts | None = None
    history: HistoryFacts | None = None
    cards: Mapping[uuid.UUID, Card]

    @property
    def counts(self) -> dict[CounterKey, Count]:
        return {key: counter.count for key, counter in self.counters.items()}

    @property
    def stamps(self) -> dict[uuid.UUID, StampState]:
        return {campaign_id: card.state for campaign_id, card in self.cards.items()}

    @property
    def shop_card(self) -> ShopCard:
        return ShopCard(self.row.shop_id, self.row.name_ja, self.row.name_en, self.row.district)

    @property
    def spendable_points(self) -> int:
        return int(self.row.balance_points - self.row.unspendable_points)

    def facts(self, payment: Payment, offer_ids: frozenset[uuid.UUID] = frozenset()) -> Facts:
        return Facts(
            gross_yen=payment.amount_yen,
            paid_yen=payment.to_pay_yen,
            done_at=self.done_at,
            shop=self.shop,
            person=self.person,
            history=self.history,
            lines=tuple(line_facts(line) for line in self.sale.lines),
            redeemed_offer_ids=offer_ids,
        )


def line_facts(line: SaleLine | PurchaseLine) -> LineFacts:
    return LineFacts(
        amount_yen=line.amount_yen,
        quantity=line.quantity,
        gtin=line.gtin,
        product_id=line.product_id,
        category=line.category,
        certifications=frozenset(line.certifications or ()),
        origin_ring=line.origin_ring,
    )


def _basis() -> Any:
    """Anchored on the citizen's balance, which always exists; one row for each campaign counted today."""
    account_id = bindparam("account_id", type_=Uuid())
    at = bindparam("at", type_=UtcDateTime())
    revision = select(CampaignRevision.revision).scalar_subquery()
    shop_id = func.coalesce(TillCode.shop_id, bindparam("shop_id", type_=Uuid()), type_=Uuid())
    return (
        select(
            PointsBalance.balance_points,
            unspendable_points(account_id, at).label("unspendable_points"),
            owed_points(account_id).label("owed_points"),
            revision.label("revision"),
            Purchase.id.label("replayed_id"),
            TillCode.id.label("code_id"),
            TillCode.amount_yen,
            TillCode.lines,
            TillCode.issued_at,
            TillCode.expires_at,
            TillCode.used_at,
            TillCode.cancelled_at,
            SigningKey.salt,
            SigningKey.retired_at.label("key_retired_at"),
            Shop.id.label("shop_id"),
            Shop.status.label("shop_status"),
            Shop.organisation_id,
            Shop.name_ja,
            Shop.name_en,
            Shop.district,
            Shop.size_class,
            Shop.is_locally_owned,
            Shop.ring,
            has_webhook(Shop.__table__.c.id).label("has_webhook"),
            CampaignCounter.campaign_id,
            CampaignCounter.awarded_points,
            CampaignCounter.award_count,
            CampaignCounter.change_count,
        )
        .select_from(PointsBalance)
        .outerjoin(
            Purchase,
            and_(
                Purchase.account_id == account_id,
                Purchase.request_key == bindparam("request_key", type_=String()),
            ),
        )
        .outerjoin(TillCode, TillCode.id == bindparam("code_id", type_=Uuid()))
        .outerjoin(SigningKey, SigningKey.id == TillCode.key_id)
        .outerjoin(Shop, Shop.id == shop_id)
        .outerjoin(
            CampaignCounter,
            and_(
                CampaignCounter.account_id == account_id,
                CampaignCounter.shop_id == EVERY_SHOP,
                CampaignCounter.period_on == bindparam("counted_on", type_=Date()),
                CampaignCounter.within == Within.DAY.value,
            ),
        )
        .where(PointsBalance.account_id == account_id, PointsBalance.slice == 0)
    )


def _wider_counters() -> Any:
    """Of the person, the shop, and the person at the shop, in all periods that hold a day."""
    account_id, shop_id = bindparam("account_id", type_=Uuid()), bindparam("shop_id", type_=Uuid())
    counters = CampaignCounter
    return select(
        counters.campaign_id,
        counters.account_id,
        counters.shop_id,
        counters.within,
        counters.period_on,
        counters.awarded_points,
        counters.award_count,
        counters.change_count,
    ).where(
        or_(
            and_(counters.account_id == account_id, counters.shop_id.in_([EVERY_SHOP, shop_id])),
            and_(counters.account_id == EVERYBODY, counters.shop_id == shop_id),
        ),
        counters.period_on.in_([bindparam(f"{within.value}_on", type_=Date()) for within in Within]),
    )


def _history() -> Any:
    account_id, shop_id = bindparam("account_id", type_=Uuid()), bindparam("shop_id", type_=Uuid())
    last = select(func.max(Purchase.done_at, type_=UtcDateTime())).where(Purchase.account_id == account_id)
    at_shop = exists().where(Purchase.account_id == account_id, Purchase.shop_id == shop_id)
    return select(last.scalar_subquery().label("last_purchase_at"), at_shop.label("was_here"))


BASIS = Prepared(lambda _dialect: _basis())
WIDER_COUNTERS = Prepared(lambda _dialect: _wider_counters())
HISTORY = Prepared(lambda _dialect: _history())
TAGS = Prepared(
    lambda _dialect: select(ShopTag.tag).where(ShopTag.shop_id == bindparam("shop_id", type_=Uuid()))
)


def read_basis(
    session: Session,
    *,
    buyer: Buyer,
    code_id: uuid.UUID | None = None,
    shop_id: uuid.UUID | None = None,
    request_key: str | None = None,
    on: date,
    at: datetime,
) -> Sequence[Any]:
    """Rows of BASIS: at least one, all alike but for the counter. The shop is the code's, or the one given.

    Raises StaleRead when the account is another one by now.
    """
    rows = BASIS.rows(
        session,
        account_id=buyer.account_id,
        code_id=code_id,
        shop_id=shop_id,
        request_key=request_key,
        counted_on=on,
        at=at,
    )
    if not rows:  # a card was joined to it a moment ago
        raise StaleRead
    return rows


def lock_basis(
    session: Session, *, account_id: uuid.UUID, code_id: uuid.UUID | None = None, at: datetime
) -> None:
    """Hold what a purchase writes, in the order every purchase takes it (PostgreSQL; SQLite holds all anyway).

    Points that holds keep beyond their time are freed: this may be the second try of who wants to spend them.
    """
    if code_id is not None:
        session.execute(select(TillCode.id).where(TillCode.id == code_id).with_for_update())
    session.execute(
        select(PointsBalance.slice).where(PointsBalance.account_id == account_id).with_for_update()
    )
    expire_holds(session, at=at, account_id=account_id)


def complete_basis(
    session: Session, *, rows: Sequence[Any], buyer: Buyer, sale: Sale, done_at: datetime, region: Region
) -> Basis:
    """The rows of BASIS, and whatever else the campaigns that run ask for."""
    row = rows[0]
    campaigns = list_running_campaigns(session, revision=row.revision)
    needs = needs_of(campaign for campaign in campaigns if campaign.runs_at(done_at))
    on = city_day(done_at)
    counters = {
        CounterKey(found.campaign_id, Per.PERSON, Within.DAY, on): counter_of(found)
        for found in rows
        if found.campaign_id
    }
    basis = Basis(
        buyer=buyer,
        row=row,
        sale=sale,
        done_at=done_at,
        campaigns=campaigns,
        shop=shop_facts_of(row),
        counters=counters,
        cards={},
    )
    return _complete(session, basis, needs, on, region) if needs else basis


def _complete(session: Session, basis: Basis, needs: frozenset[Need], on: date, region: Region) -> Basis:
    account_id, shop_id = basis.buyer.account_id, basis.shop.id
    if Need.WIDER_COUNTERS in needs:
        basis = replace(basis, counters={**basis.counters, **_wider_counters_of(session, basis, on)})
    if Need.SHOP_TAGS in needs:
        tags = frozenset(found.tag for found in TAGS.rows(session, shop_id=shop_id))
        basis = replace(basis, shop=replace(basis.shop, tags=tags))
    if needs & {Need.PERSON, Need.MEMBER_LISTS}:
        basis = replace(
            basis, person=read_person(session, citizen_id=basis.buyer.citizen_id, needs=needs, region=region)
        )
    if needs & {Need.HISTORY, Need.FIRST_VISIT}:
        found = HISTORY.first(session, account_id=account_id, shop_id=shop_id)
        basis = replace(basis, history=_history_facts(found))
    if Need.STAMPS in needs:
        stamping = [campaign for campaign in basis.campaigns if campaign.rule.stamp_card is not None]
        cards = list_cards(session, account_id=account_id, campaigns=stamping)
        basis = replace(basis, cards=cards)
    return basis


def _history_facts(row: Any) -> HistoryFacts:
    return HistoryFacts(
        is_first_purchase=row.last_purchase_at is None,
        is_first_visit=not row.was_here,
        last_purchase_at=row.last_purchase_at,
    )


def shop_facts_of(row: Any, tags: frozenset[str] | None = None) -> ShopFacts:
    return ShopFacts(
        id=row.shop_id,
        organisation_id=row.organisation_id,
        size_class=row.size_class,
        is_locally_owned=row.is_locally_owned,
        ring=row.ring,
        district=row.district,
        tags=tags,
    )


def _wider_counters_of(session: Session, basis: Basis, on: date) -> dict[CounterKey, Counter]:
    starts = {f"{within.value}_on": period_start(within, on) for within in Within}
    rows = WIDER_COUNTERS.rows(session, account_id=basis.buyer.account_id, shop_id=basis.shop.id, **starts)
    return {
        CounterKey(row.campaign_id, per_of(row), Within(row.within), row.period_on): counter_of(row)
        for row in rows
        if row.period_on == starts[f"{row.within}_on"]
    }


def counter_of(row: Any) -> Counter:
    return Counter(Count(row.awarded_points, row.award_count), row.change_count)


def per_of(row: Any) -> Per:
    if row.account_id == EVERYBODY:
        return Per.SHOP
    return Per.PERSON if row.shop_id == EVERY_SHOP else Per.PERSON_AT_SHOP

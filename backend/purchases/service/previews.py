"""What a campaign would have given: its rule, run over past purchases without writing anything.

Its own counters, cards and budget are followed as they would have moved. Of the other campaigns only the base
programme is run beside it, for a multiplier needs what that gives.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day, end_of_city_day, start_of_city_day
from backend.base.database import first_id_at
from backend.base.errors import Refused
from backend.campaigns.persons import PERSON_COLUMNS, person_facts
from backend.campaigns.queries import get_campaign, get_revision, list_running_campaigns
from backend.campaigns.rules.caps import Count, CounterKey, Per
from backend.campaigns.rules.deciding import Limits, RunningCampaign, Verdict, counter_keys, decide
from backend.campaigns.rules.facts import Facts, HistoryFacts, LineFacts, PersonFacts, ShopFacts
from backend.campaigns.rules.rule import Rule
from backend.campaigns.rules.stamps import StampState
from backend.campaigns.service.recording import find_open_version
from backend.offers.models import Coupon
from backend.organisations.models import Shop, ShopTag
from backend.organisations.regions import Region
from backend.people.models import Citizen, MemberListEntry
from backend.purchases.basis import line_facts
from backend.purchases.models import Purchase, PurchaseLine

DAYS_MAX = 366
PAGE = 2_000


class PreviewPeriodInvalid(Refused):
    """Ends before it begins, lies in the future, or is longer than a year."""


class MissionNotPreviewable(Refused):
    """No purchase tells what people would have done."""


@dataclass(frozen=True, slots=True)
class PreviewDay:
    on: date
    purchases: int
    points: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`purchases`, `citizens` and `shops` that would have had points; of the `seen_purchases` of the period.

    `budget_ends_on`: the day on which the budget would have been spent; None if it would have lasted.
    """

    seen_purchases: int
    purchases: int
    citizens: int
    shops: int
    points: int
    stamps: int
    budget_points: int
    budget_ends_on: date | None
    days: Sequence[PreviewDay]


def preview_version(
    session: Session, *, campaign_id: uuid.UUID, since_on: date, until_on: date, region: Region, at: datetime
) -> Preview:
    """Of the version that is drafted or reviewed, else of the one in force.

    Raises CampaignNotFound, MissionNotPreviewable, PreviewPeriodInvalid.
    """
    campaign = get_campaign(session, campaign_id=campaign_id)
    version = find_open_version(session, campaign_id) or campaign
    running = RunningCampaign(
        id=campaign.id,
        names=version.names,
        is_base_programme=campaign.is_base_programme,
        rule=Rule.from_json(version.rule),
        starts_at=version.starts_at,
        ends_at=version.ends_at,
        # It need not have one yet, and nothing is drawn.
        funding_account_id=campaign.funding_account_id or campaign.id,
        slice_count=1,
    )
    beside = [
        other
        for other in list_running_campaigns(session, revision=get_revision(session))
        if other.is_base_programme and other.id != campaign.id
    ]
    return preview_campaign(
        session,
        campaign=running,
        beside=beside,
        budget_points=version.budget_points,
        since_on=since_on,
        until_on=until_on,
        region=region,
        at=at,
    )


def preview_campaign(
    session: Session,
    *,
    campaign: RunningCampaign,
    beside: Sequence[RunningCampaign],
    budget_points: int,
    since_on: date,
    until_on: date,
    region: Region,
    at: datetime,
) -> Preview:
    """Over the purchases from the first day to the last, both with. Raises as `preview_version`."""
    if campaign.rule.mission is not None:
        raise MissionNotPreviewable
    if not since_on <= until_on <= city_day(at) or (until_on - since_on).days >= DAYS_MAX:
        raise PreviewPeriodInvalid(field="until_on")
    starts_at, ends_at = start_of_city_day(since_on), end_of_city_day(until_on)
    then, *others = [
        replace(each, starts_at=starts_at, ends_at=ends_at, is_budget_exhausted=False)
        for each in (campaign, *beside)
    ]
    run = _Run(then, others, budget_points)
    past = _Past(session, region, starts_at)
    for bought in _purchases(session, starts_at, ends_at):
        run.take(bought.row, past.facts_of(bought))
    return run.result()


@dataclass(frozen=True, slots=True)
class _Bought:
    row: Any
    lines: tuple[LineFacts, ...]
    offer_ids: frozenset[uuid.UUID]


class _Run:
    """The campaign beside the base programme, purchase after purchase."""

    def __init__(
        self, campaign: RunningCampaign, beside: Sequence[RunningCampaign], budget_points: int
    ) -> None:
        self._campaign = campaign
        self._campaigns = [*beside, campaign]
        self._budget_points = self._left = budget_points
        self._counts: dict[CounterKey, dict[uuid.UUID, Count]] = defaultdict(dict)
        self._stamps: dict[uuid.UUID, StampState] = {}
        self._seen = self._stamp_count = 0
        self._citizens: set[uuid.UUID] = set()
        self._shops: set[uuid.UUID] = set()
        self._days: dict[date, list[int]] = defaultdict(lambda: [0, 0])
        self._ends_on: date | None = None

    def take(self, row: Any, facts: Facts) -> None:
        self._seen += 1
        subjects = {
            Per.PERSON: row.account_id,
            Per.SHOP: row.shop_id,
            Per.PERSON_AT_SHOP: uuid.uuid5(row.account_id, row.shop_id.hex),
        }
        verdict = self._decide(facts, subjects, row.account_id)
        if verdict.stamp is not None:
            self._stamp(row.account_id, verdict, facts.done_at)
        if verdict.points:
            self._award(row, verdict, facts, subjects)

    def result(self) -> Preview:
        days = [PreviewDay(on, *counted) for on, counted in sorted(self._days.items())]
        return Preview(
            seen_purchases=self._seen,
            purchases=sum(day.purchases for day in days),
            citizens=len(self._citizens),
            shops=len(self._shops),
            points=sum(day.points for day in days),
            stamps=self._stamp_count,
            budget_points=self._budget_points,
            budget_ends_on=self._ends_on,
            days=days,
        )

    def _decide(self, facts: Facts, subjects: Mapping[Per, uuid.UUID], account_id: uuid.UUID) -> Verdict:
        counts = {
            key: found
            for key in counter_keys(self._campaign, facts)
            if (found := self._counts[key].get(subjects[key.per])) is not None
        }
        stamps = {self._campaign.id: state} if (state := self._stamps.get(account_id)) else {}
        limits = Limits(counts, {self._campaign.funding_account_id: self._left}, stamps)
        verdicts = decide(facts, self._campaigns, limits)
        return next(verdict for verdict in verdicts if verdict.campaign_id == self._campaign.id)

    def _award(self, row: Any, verdict: Verdict, facts: Facts, subjects: Mapping[Per, uuid.UUID]) -> None:
        on = city_day(facts.done_at)
        self._left -= verdict.points
        if self._left == 0:
            self._ends_on = on
        self._citizens.add(row.account_id)
        self._shops.add(row.shop_id)
        day = self._days[on]
        day[0] += 1
        day[1] += verdict.points
        for key in counter_keys(self._campaign, facts):
            before = self._counts[key].get(subjects[key.per], Count())
            self._counts[key][subjects[key.per]] = Count(before.points + verdict.points, before.awards + 1)

    def _stamp(self, account_id: uuid.UUID, verdict: Verdict, done_at: datetime) -> None:
        stamp, state = verdict.stamp, self._stamps.get(account_id, StampState())
        if stamp is None:
            return
        self._stamp_count += 1
        held = state.stamps if stamp.card_number == state.card_number else ()
        self._stamps[account_id] = StampState(
            stamp.card_number, (*held, (stamp.key, done_at)), done_at if stamp.completes else None
        )


class _Past:
    """What the rules look at, as it is known now; histories as they were at each purchase."""

    def __init__(self, session: Session, region: Region, starts_at: datetime) -> None:
        self._shops = _shop_facts(session)
        self._people = _person_facts(session, region)
        before = select(Purchase.account_id, Purchase.shop_id, func.max(Purchase.done_at)).where(
            Purchase.done_at < starts_at
        )
        self._last: dict[uuid.UUID, datetime] = {}
        self._visits: set[tuple[uuid.UUID, uuid.UUID]] = set()
        for account_id, shop_id, done_at in session.execute(
            before.group_by(Purchase.account_id, Purchase.shop_id)
        ):
            self._see(account_id, shop_id, done_at)

    def facts_of(self, bought: _Bought) -> Facts:
        row = bought.row
        last = self._last.get(row.account_id)
        is_first_visit = (row.account_id, row.shop_id) not in self._visits
        self._see(row.account_id, row.shop_id, row.done_at)
        return Facts(
            gross_yen=row.amount_yen,
            paid_yen=row.amount_yen - row.discount_yen - row.spent_points,
            done_at=row.done_at,
            shop=self._shops[row.shop_id],
            person=self._people.get(row.account_id),
            history=HistoryFacts(
                is_first_purchase=last is None, is_first_visit=is_first_visit, last_purchase_at=last
            ),
            lines=bought.lines,
            redeemed_offer_ids=bought.offer_ids,
        )

    def _see(self, account_id: uuid.UUID, shop_id: uuid.UUID, done_at: datetime) -> None:
        self._last[account_id] = max(done_at, self._last.get(account_id, done_at))
        self._visits.add((account_id, shop_id))


def _purchases(session: Session, starts_at: datetime, ends_at: datetime) -> Iterator[_Bought]:
    """In the order of their ids, which is that in which they were recorded; what was refunded whole is left out."""
    after = first_id_at(starts_at)
    columns = (
        Purchase.id,
        Purchase.account_id,
        Purchase.shop_id,
        Purchase.amount_yen,
        Purchase.discount_yen,
        Purchase.spent_points,
        Purchase.done_at,
    )
    while True:
        query = (
            select(*columns)
            .where(
                Purchase.id > after,
                Purchase.done_at >= starts_at,
                Purchase.done_at < ends_at,
                Purchase.refunded_yen < Purchase.amount_yen,
            )
            .order_by(Purchase.id)
            .limit(PAGE)
        )
        rows = session.execute(query).all()
        ids = [row.id for row in rows]
        lines, offers = _lines(session, ids), _redeemed_offers(session, ids)
        for row in rows:
            yield _Bought(row, lines.get(row.id, ()), frozenset(offers[row.id]))
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _lines(session: Session, purchase_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[LineFacts, ...]]:
    found: dict[uuid.UUID, list[LineFacts]] = defaultdict(list)
    query = (
        select(PurchaseLine)
        .where(PurchaseLine.purchase_id.in_(purchase_ids))
        .order_by(PurchaseLine.purchase_id, PurchaseLine.position)
    )
    for line in session.scalars(query):
        found[line.purchase_id].append(line_facts(line))
    return {purchase_id: tuple(lines) for purchase_id, lines in found.items()}


def _redeemed_offers(
    session: Session, purchase_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, set[uuid.UUID]]:
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    query = select(Coupon.purchase_id, Coupon.offer_id).where(Coupon.purchase_id.in_(purchase_ids))
    for purchase_id, offer_id in session.execute(query):
        if purchase_id is not None:
            found[purchase_id].add(offer_id)
    return found


def _shop_facts(session: Session) -> dict[uuid.UUID, ShopFacts]:
    tags: dict[uuid.UUID, set[str]] = defaultdict(set)
    for shop_id, tag in session.execute(select(ShopTag.shop_id, ShopTag.tag)):
        tags[shop_id].add(tag)
    return {
        shop.id: ShopFacts(
            id=shop.id,
            organisation_id=shop.organisation_id,
            size_class=shop.size_class,
            is_locally_owned=shop.is_locally_owned,
            ring=shop.ring,
            district=shop.district,
            tags=frozenset(tags[shop.id]),
        )
        for shop in session.scalars(select(Shop))
    }


def _person_facts(session: Session, region: Region) -> dict[uuid.UUID, PersonFacts]:
    lists: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for citizen_id, list_id in session.execute(select(MemberListEntry.citizen_id, MemberListEntry.list_id)):
        lists[citizen_id].add(list_id)
    columns = (Citizen.id, Citizen.account_id, *PERSON_COLUMNS)
    return {
        row.account_id: person_facts(row, frozenset(lists[row.id]), region)
        for row in session.execute(select(*columns))
    }

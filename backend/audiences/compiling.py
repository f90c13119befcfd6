"""From a description to one SELECT of citizens.

Each condition that asks another table becomes a derived table with one row for each person who meets it, joined from
the left; the description itself is then a boolean over which of the rows are there. So any nesting of `all`, `any`
and `not` reads each table once, where a subquery under OR or NOT would be asked again for every citizen.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, literal_column, not_, or_, select

from backend.audiences.conditions import (
    BirthdayMonth,
    Citizens,
    Condition,
    Consented,
    District,
    FavouriteShops,
    Interest,
    LastPurchase,
    OfAge,
    OfLanguage,
    OfStanding,
    OnMemberLists,
    PointsExpiring,
    ResidenceRing,
    StampProgress,
    VisitedShops,
)
from backend.audiences.rules import All, AnyOf, Audience, Node, Not
from backend.base.clock import city_day, end_of_city_day, start_of_city_day
from backend.base.database import first_id_at
from backend.campaigns.models import CampaignCard, CampaignStamp
from backend.notices.models import ChoiceKind, NoticeChoice
from backend.organisations.models import FavouriteShop
from backend.people.models import Citizen, Consent, MemberList, MemberListEntry
from backend.points.models import PointsLot
from backend.purchases.models import Purchase
from backend.purchases.rules.offline_codes import CLOCK_SKEW

CITIZENS = Citizen.__table__.c


def select_citizens(audience: Audience, *, at: datetime) -> Select[uuid.UUID]:
    """The ids of whom `audience` means at that moment, each once, in no order. Consent is not looked at."""
    if audience.node is None:
        return select(Citizen.id)
    compilation = _Compilation(at)
    meant = compilation.meaning(audience.node)
    return select(Citizen.id).select_from(compilation.tables).where(meant)


class _Compilation:
    """Collects the tables that a description needs beside the citizens'."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.tables: FromClause = Citizen.__table__
        self._meanings: dict[Condition, ColumnElement[bool]] = {}

    def meaning(self, node: Node) -> ColumnElement[bool]:
        """True or false of every citizen, never NULL."""
        match node:
            case All():
                return and_(*[self.meaning(inner) for inner in node.of])
            case AnyOf():
                return or_(*[self.meaning(inner) for inner in node.of])
            case Not():
                return not_(self.meaning(node.of))
            case Condition():
                if node not in self._meanings:
                    self._meanings[node] = MEANINGS[type(node)](self, node)
                return self._meanings[node]

    def is_among(self, persons: Select[Any], *, account: bool = False) -> ColumnElement[bool]:
        """`persons` selects ids of citizens, or with `account` of their accounts, each once."""
        found = persons.subquery()
        key = found.c[0]
        own = CITIZENS.account_id if account else CITIZENS.id
        self.tables = self.tables.outerjoin(found, own == key)
        return key.is_not(None)

    def since(self, days: int) -> datetime:
        """The beginning of the city's day so many days ago."""
        return start_of_city_day(city_day(self.at) - timedelta(days=days))


def _declared(column: ColumnElement[Any], values: Any) -> ColumnElement[bool]:
    return and_(column.is_not(None), column.in_(sorted(values)))


def _in_ring(_: _Compilation, condition: ResidenceRing) -> ColumnElement[bool]:
    code, codes = CITIZENS.municipality_code, sorted(condition.municipality_codes)
    return and_(code.is_not(None), code.not_in(codes) if condition.is_all_but else code.in_(codes))


def _of_standing(_: _Compilation, condition: OfStanding) -> ColumnElement[bool]:
    standing = _declared(CITIZENS.standing, condition.standings)
    return and_(standing, CITIZENS.verified_at.is_not(None)) if condition.verified else standing


def _birthday(compilation: _Compilation, condition: BirthdayMonth) -> ColumnElement[bool]:
    return _declared(CITIZENS.birth_month, condition.months or {city_day(compilation.at).month})


def _interested(compilation: _Compilation, condition: Interest) -> ColumnElement[bool]:
    return compilation.is_among(
        select(NoticeChoice.citizen_id)
        .where(
            NoticeChoice.kind == ChoiceKind.INTEREST.value,
            NoticeChoice.subject.in_(sorted(condition.categories)),
        )
        .distinct()
    )


def _favours(compilation: _Compilation, condition: FavouriteShops) -> ColumnElement[bool]:
    return compilation.is_among(
        select(FavouriteShop.citizen_id)
        .where(FavouriteShop.shop_id.in_(sorted(condition.shop_ids)))
        .distinct()
    )


def _buyers(shop_ids: frozenset[uuid.UUID], since: datetime | None) -> Select[Any]:
    """Accounts with a purchase that was not taken back whole; at any shop, when none is named."""
    query = select(Purchase.account_id).where(Purchase.refunded_yen < Purchase.amount_yen)
    if shop_ids:
        query = query.where(Purchase.shop_id.in_(sorted(shop_ids)))
    if since is not None:
        # Nothing is recorded before it is done: spares reading the whole past.
        query = query.where(Purchase.id >= first_id_at(since - CLOCK_SKEW), Purchase.done_at >= since)
    return query.group_by(Purchase.account_id)


def _visited(compilation: _Compilation, condition: VisitedShops) -> ColumnElement[bool]:
    buyers = _buyers(condition.shop_ids, compilation.since(condition.within_days))
    if condition.at_least_times > 1:
        buyers = buyers.having(func.count() >= condition.at_least_times)
    return compilation.is_among(buyers, account=True)


def _last_purchase(compilation: _Compilation, condition: LastPurchase) -> ColumnElement[bool]:
    def bought_since(days: int) -> ColumnElement[bool]:
        return compilation.is_among(_buyers(condition.shop_ids, compilation.since(days)), account=True)

    if condition.never:
        return not_(_ever_bought(compilation, condition.shop_ids))
    least, most = condition.at_least_days_ago, condition.at_most_days_ago
    bought = _ever_bought(compilation, condition.shop_ids) if most is None else bought_since(most)
    return bought if least is None else and_(bought, not_(bought_since(least - 1)))


def _ever_bought(compilation: _Compilation, shop_ids: frozenset[uuid.UUID]) -> ColumnElement[bool]:
    """At any shop: one look into the index by account each, where a derived table would sort the whole past."""
    if shop_ids:
        return compilation.is_among(_buyers(shop_ids, None), account=True)
    bought = select(Purchase.id).where(
        Purchase.account_id == CITIZENS.account_id, Purchase.refunded_yen < Purchase.amount_yen
    )
    return bought.exists()


def _expiring(compilation: _Compilation, condition: PointsExpiring) -> ColumnElement[bool]:
    last_day = city_day(compilation.at) + timedelta(days=condition.within_days)
    return compilation.is_among(
        select(PointsLot.account_id)
        .where(
            # As the partial index says it.
            PointsLot.remaining_points > literal_column("0"),
            PointsLot.expires_at > compilation.at,
            PointsLot.expires_at <= end_of_city_day(last_day),
        )
        .group_by(PointsLot.account_id)
        .having(func.sum(PointsLot.remaining_points - PointsLot.held_points) >= condition.at_least_points),
        account=True,
    )


def _stamps(compilation: _Compilation, condition: StampProgress) -> ColumnElement[bool]:
    is_complete = (
        select(CampaignCard.campaign_id)
        .where(
            CampaignCard.campaign_id == CampaignStamp.campaign_id,
            CampaignCard.account_id == CampaignStamp.account_id,
            CampaignCard.card_number == CampaignStamp.card_number,
        )
        .exists()
    )
    cards = (
        select(CampaignStamp.account_id)
        .where(CampaignStamp.campaign_id == condition.campaign_id, not_(is_complete))
        .group_by(CampaignStamp.account_id, CampaignStamp.card_number)
        .having(func.count() >= condition.at_least_stamps)
        .subquery()
    )
    return compilation.is_among(select(cards.c.account_id).distinct(), account=True)


def _consented(compilation: _Compilation, condition: Consented) -> ColumnElement[bool]:
    return compilation.is_among(
        select(Consent.citizen_id).where(Consent.purpose == condition.purpose, Consent.withdrawn_at.is_(None))
    )


def _on_lists(compilation: _Compilation, condition: OnMemberLists) -> ColumnElement[bool]:
    """Nothing is for the members of a closed list."""
    return compilation.is_among(
        select(MemberListEntry.citizen_id)
        .join(MemberList, MemberList.id == MemberListEntry.list_id)
        .where(MemberList.id.in_(sorted(condition.list_ids)), MemberList.closed_at.is_(None))
        .distinct()
    )


MEANINGS: Mapping[type[Condition], Callable[[_Compilation, Any], ColumnElement[bool]]] = {
    District: lambda _, condition: _declared(CITIZENS.district, condition.names),
    ResidenceRing: _in_ring,
    OfAge: lambda _, condition: _declared(CITIZENS.age_band, condition.bands),
    OfStanding: _of_standing,
    OfLanguage: lambda _, condition: CITIZENS.language.in_(sorted(condition.languages)),
    BirthdayMonth: _birthday,
    Interest: _interested,
    FavouriteShops: _favours,
    VisitedShops: _visited,
    LastPurchase: _last_purchase,
    PointsExpiring: _expiring,
    StampProgress: _stamps,
    Consented: _consented,
    OnMemberLists: _on_lists,
    Citizens: lambda _, condition: CITIZENS.id.in_(sorted(condition.citizen_ids)),
}

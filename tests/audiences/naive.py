"""A description read again without SQL: a person at a time, from rows, as slowly as one would by hand."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.clock import JST
from backend.campaigns.models import CampaignCard, CampaignStamp
from backend.notices.models import NoticeChoice
from backend.organisations.models import FavouriteShop
from backend.organisations.regions import Region
from backend.people.models import Citizen, Consent, MemberList, MemberListEntry
from backend.points.models import PointsLot
from backend.purchases.models import Purchase


@dataclass(frozen=True)
class Rows:
    """All that is in the town."""

    citizens: Sequence[Citizen]
    consents: Sequence[Consent]
    choices: Sequence[NoticeChoice]
    favourites: Sequence[FavouriteShop]
    lists: Sequence[MemberList]
    entries: Sequence[MemberListEntry]
    purchases: Sequence[Purchase]
    lots: Sequence[PointsLot]
    stamps: Sequence[CampaignStamp]
    cards: Sequence[CampaignCard]


def read_rows(session: Session) -> Rows:
    models = (
        Citizen,
        Consent,
        NoticeChoice,
        FavouriteShop,
        MemberList,
        MemberListEntry,
        Purchase,
        PointsLot,
        CampaignStamp,
        CampaignCard,
    )
    return Rows(*[session.scalars(select(model)).all() for model in models])


def who_is_meant(document: Mapping[str, Any], rows: Rows, region: Region, at: datetime) -> set[uuid.UUID]:
    return {citizen.id for citizen in rows.citizens if Reading(citizen, rows, region, at).holds(document)}


def days_ago(moment: datetime, at: datetime) -> int:
    """By the calendar on the wall."""
    today: date = at.astimezone(JST).date()
    return (today - moment.astimezone(JST).date()).days


class Reading:
    """Of one person."""

    def __init__(self, citizen: Citizen, rows: Rows, region: Region, at: datetime) -> None:
        self.citizen, self.rows, self.region, self.at = citizen, rows, region, at
        self.purchases = [
            purchase
            for purchase in rows.purchases
            if purchase.account_id == citizen.account_id and purchase.refunded_yen != purchase.amount_yen
        ]

    def holds(self, document: Mapping[str, Any]) -> bool:
        if not document:
            return True
        ((key, value),) = document.items()
        if key == "all":
            return all(self.holds(inner) for inner in value)
        if key == "any":
            return any(self.holds(inner) for inner in value)
        if key == "not":
            return not self.holds(value)
        found: bool = getattr(self, key)(value)
        return found

    def citizens(self, ids: Collection[str]) -> bool:
        return str(self.citizen.id) in ids

    def member_list(self, ids: Collection[str]) -> bool:
        mine = {entry.list_id for entry in self.rows.entries if entry.citizen_id == self.citizen.id}
        return any(one.id in mine and str(one.id) in ids and one.closed_at is None for one in self.rows.lists)

    def ring(self, keys: Collection[str]) -> bool:
        code = self.citizen.municipality_code
        return code is not None and self.region.ring_of(code) in keys

    def district(self, names: Collection[str]) -> bool:
        return self.citizen.district in names

    def standing(self, wished: Mapping[str, Any]) -> bool:
        if wished.get("verified") and self.citizen.verified_at is None:
            return False
        return self.citizen.standing in wished["standings"]

    def age_band(self, bands: Collection[str]) -> bool:
        return self.citizen.age_band in bands

    def birthday_month(self, months: Any) -> bool:
        wished = [self.at.astimezone(JST).month] if months == "current" else months
        return self.citizen.birth_month in wished

    def language(self, languages: Collection[str]) -> bool:
        return self.citizen.language in languages

    def interest(self, categories: Collection[str]) -> bool:
        return any(
            choice.citizen_id == self.citizen.id
            and choice.kind == "interest"
            and choice.subject in categories
            for choice in self.rows.choices
        )

    def favourite_shop(self, ids: Collection[str]) -> bool:
        return any(
            favourite.citizen_id == self.citizen.id and str(favourite.shop_id) in ids
            for favourite in self.rows.favourites
        )

    def visited_shop(self, wished: Mapping[str, Any]) -> bool:
        times = [
            purchase
            for purchase in self.purchases
            if str(purchase.shop_id) in wished["shop_ids"]
            and days_ago(purchase.done_at, self.at) <= wished["within_days"]
        ]
        return len(times) >= wished.get("at_least_times", 1)

    def last_purchase(self, wished: Mapping[str, Any]) -> bool:
        shops = wished.get("shop_ids")
        days = [
            days_ago(purchase.done_at, self.at)
            for purchase in self.purchases
            if shops is None or str(purchase.shop_id) in shops
        ]
        if wished.get("never"):
            return not days
        least, most = wished.get("at_least_days_ago", 0), wished.get("at_most_days_ago", 10**6)
        return bool(days) and least <= min(days) <= most

    def points_expiring(self, wished: Mapping[str, Any]) -> bool:
        expiring = [
            lot.remaining_points - lot.held_points
            for lot in self.rows.lots
            if lot.account_id == self.citizen.account_id
            and lot.remaining_points > 0
            and lot.expires_at > self.at
            # What ends with a day ends at the next midnight.
            and (
                -days_ago(lot.expires_at, self.at) <= wished["within_days"]
                or (
                    -days_ago(lot.expires_at, self.at) == wished["within_days"] + 1
                    and lot.expires_at.astimezone(JST).time().isoformat() == "00:00:00"
                )
            )
        ]
        return bool(expiring) and sum(expiring) >= wished.get("at_least_points", 1)

    def stamp_progress(self, wished: Mapping[str, Any]) -> bool:
        mine = [
            stamp.card_number
            for stamp in self.rows.stamps
            if stamp.account_id == self.citizen.account_id and str(stamp.campaign_id) == wished["campaign_id"]
        ]
        full = {
            card.card_number
            for card in self.rows.cards
            if card.account_id == self.citizen.account_id and str(card.campaign_id) == wished["campaign_id"]
        }
        return any(
            number not in full and mine.count(number) >= wished.get("at_least_stamps", 1)
            for number in set(mine)
        )

    def consent(self, purpose: str) -> bool:
        return any(
            consent.citizen_id == self.citizen.id
            and consent.purpose == purpose
            and consent.withdrawn_at is None
            for consent in self.rows.consents
        )

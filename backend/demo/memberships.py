"""Whom shops and the city of the demonstration know as members, and what citizens like to find again."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from backend.base.clock import start_of_city_day
from backend.demo.city.accounts import ACCOUNTS, DEMO_SHOP_KEY
from backend.demo.city.member_lists import MEMBER_LISTS, REGULARS_KEY, WALKERS_KEY
from backend.demo.city.offers import OFFERS
from backend.demo.city.shops import SHOP_BY_KEY
from backend.demo.identifiers import staff_id
from backend.demo.town import Founding, Row, Table, Town
from backend.offers.models import SavedOffer
from backend.organisations.models import FavouriteShop
from backend.people.models import MemberList, MemberListEntry
from backend.people.service.member_lists import PURPOSE as JOIN_CODE_PURPOSE

LISTS_MADE_DAYS_AGO = 30
JOINED_WITHIN_DAYS = 15
REGULARS_MAX = 24
# Of a hundred citizens.
WITH_FAVOURITES_PERCENT = 45
SAVERS_PERCENT = 30
SAVED_MAX = 4
SAVED_WITHIN_DAYS = 6


class Memberships:
    """Regulars of a shop joined on the days after its list was made; walkers join as they fill their cards."""

    def __init__(self, founding: Founding, town: Town) -> None:
        self._founding = founding
        self._town = town
        self._made_at = founding.days_ago(LISTS_MADE_DAYS_AGO)
        self.ids = {one.key: founding.ids.at(self._made_at) for one in MEMBER_LISTS}
        random = Random(f"{founding.seed}:members")
        regulars = [
            key
            for key, citizen in town.citizens.items()
            if DEMO_SHOP_KEY in citizen.habits.favourite_shop_keys
        ]
        self._joined: dict[str, dict[str, datetime]] = {
            REGULARS_KEY: {
                key: joined_at
                for key in regulars[:REGULARS_MAX]
                if (joined_at := self._made_at + random.random() * timedelta(days=JOINED_WITHIN_DAYS))
                > town.joined_at[key]
            },
            WALKERS_KEY: {},
        }

    def is_on(self, list_key: str | None, citizen_key: str, at: datetime) -> bool:
        """Without a list everybody is."""
        if list_key is None:
            return True
        joined_at = self._joined[list_key].get(citizen_key)
        return joined_at is not None and joined_at < at

    def add_walker(self, citizen_key: str, at: datetime) -> None:
        self._joined[WALKERS_KEY].setdefault(citizen_key, at)

    def lists(self) -> Table:
        vault = self._founding.vault
        return (
            MemberList,
            [
                {
                    "id": self.ids[one.key],
                    "shop_id": self._town.shop_ids[one.shop_key] if one.shop_key else None,
                    "name": one.name,
                    "join_code_hash": vault.keyed_hash(JOIN_CODE_PURPOSE, one.join_code),
                    "created_by_staff_id": staff_id("manager" if one.shop_key else "city"),
                    "created_at": self._made_at,
                }
                for one in MEMBER_LISTS
            ],
        )

    def entries(self) -> Table:
        return (
            MemberListEntry,
            [
                {
                    "list_id": self.ids[list_key],
                    "citizen_id": self._town.citizen_ids[citizen_key],
                    "joined_at": joined_at,
                }
                for list_key, joined in self._joined.items()
                for citizen_key, joined_at in joined.items()
            ],
        )


def list_likings(founding: Founding, town: Town, offer_ids: Mapping[str, uuid.UUID]) -> Sequence[Table]:
    """Favourite shops, which are those that one really goes to, and saved offers. Whoever signs in has both."""
    random = Random(f"{founding.seed}:likings")
    signing_in = {account.citizen_key for account in ACCOUNTS}
    shown = [offer for offer in OFFERS if offer.status == "published" and offer.member_list_key is None]
    shown = [offer for offer in shown if offer.shown_from_days <= -SAVED_WITHIN_DAYS]
    today_at = start_of_city_day(founding.today)
    favourites: list[Row] = []
    saved: list[Row] = []
    for key, citizen in town.citizens.items():
        joined_at = town.joined_at[key]
        if key in signing_in or random.randrange(100) < WITH_FAVOURITES_PERCENT:
            favourites += [
                {
                    "citizen_id": town.citizen_ids[key],
                    "shop_id": town.shop_ids[shop_key],
                    "added_at": joined_at + random.random() * (today_at - joined_at),
                }
                for shop_key in citizen.habits.favourite_shop_keys
                if SHOP_BY_KEY[shop_key].status == "active"
            ]
        if key in signing_in or random.randrange(100) < SAVERS_PERCENT:
            since = max(joined_at, today_at - timedelta(days=SAVED_WITHIN_DAYS))
            saved += [
                {
                    "citizen_id": town.citizen_ids[key],
                    "offer_id": offer_ids[offer.key],
                    "saved_at": since + random.random() * (today_at - since),
                }
                for offer in random.sample(shown, random.randint(1, SAVED_MAX))
            ]
    return [(FavouriteShop, favourites), (SavedOffer, saved)]

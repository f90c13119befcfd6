"""What campaigns have counted of each person and shop in the demonstration's past, and the cards they stamped."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from backend.base.clock import city_day
from backend.campaigns.models import EVERY_SHOP, EVERYBODY
from backend.campaigns.rules.caps import Count, CounterKey, Per
from backend.campaigns.rules.deciding import RunningCampaign, Verdict, counter_keys
from backend.campaigns.rules.facts import Facts
from backend.campaigns.rules.stamps import StampState
from backend.demo.town import Row

_Place = tuple[uuid.UUID, uuid.UUID, CounterKey]


class Counters:
    """In memory; `rows` as the database keeps them."""

    def __init__(self) -> None:
        self._counted: dict[_Place, list[int]] = {}
        # The same for all purchases of a day.
        self._keys: dict[tuple[uuid.UUID, date], list[CounterKey]] = {}

    def _keys_of(self, campaign: RunningCampaign, facts: Facts) -> list[CounterKey]:
        if not campaign.rule.caps:
            return []
        place = (campaign.id, city_day(facts.done_at))
        if place not in self._keys:
            self._keys[place] = counter_keys(campaign, facts)
        return self._keys[place]

    def read(
        self, account_id: uuid.UUID, campaigns: Sequence[RunningCampaign], facts: Facts
    ) -> dict[CounterKey, Count]:
        found: dict[CounterKey, Count] = {}
        for campaign in campaigns:
            for key in self._keys_of(campaign, facts):
                if counted := self._counted.get(_place(account_id, facts.shop.id, key)):
                    found[key] = Count(counted[0], counted[1])
        return found

    def count(self, account_id: uuid.UUID, award: Verdict, facts: Facts) -> None:
        for key in self._keys_of(award.campaign, facts):
            counted = self._counted.setdefault(_place(account_id, facts.shop.id, key), [0, 0, 0])
            counted[0] += award.points
            counted[1] += 1
            counted[2] += 1

    def take_back(
        self, account_id: uuid.UUID, award: Verdict, facts: Facts, *, points: int, is_whole: bool
    ) -> None:
        """What a refund reclaimed counts against no cap any more."""
        for key in self._keys_of(award.campaign, facts):
            counted = self._counted[_place(account_id, facts.shop.id, key)]
            counted[0] = max(0, counted[0] - points)
            counted[1] = max(0, counted[1] - is_whole)
            counted[2] += 1

    def rows(self) -> list[Row]:
        return [
            {
                "account_id": account_id,
                "shop_id": shop_id,
                "period_on": key.period_on,
                "campaign_id": key.campaign_id,
                "within": key.within.value,
                "awarded_points": points,
                "award_count": awards,
                "change_count": changes,
            }
            for (account_id, shop_id, key), (points, awards, changes) in self._counted.items()
        ]


def _place(account_id: uuid.UUID, shop_id: uuid.UUID, key: CounterKey) -> _Place:
    return (
        EVERYBODY if key.per is Per.SHOP else account_id,
        EVERY_SHOP if key.per is Per.PERSON else shop_id,
        key,
    )


class Cards:
    """Stamps are never taken back here: a purchase that stamped a card is refunded in part only."""

    def __init__(self) -> None:
        self._states: dict[uuid.UUID, dict[uuid.UUID, StampState]] = {}
        self.stamps: list[Row] = []
        self.completed: list[Row] = []

    def read(self, account_id: uuid.UUID) -> Mapping[uuid.UUID, StampState]:
        """By campaign."""
        return self._states.get(account_id, {})

    def stamp(self, account_id: uuid.UUID, verdict: Verdict, *, purchase_id: uuid.UUID, at: datetime) -> None:
        stamp = verdict.stamp
        if stamp is None:
            return
        states = self._states.setdefault(account_id, {})
        before = states.get(verdict.campaign_id, StampState())
        held = before.stamps if before.card_number == stamp.card_number else ()
        states[verdict.campaign_id] = StampState(
            stamp.card_number, (*held, (stamp.key, at)), at if stamp.completes else None
        )
        card: Row = {
            "campaign_id": verdict.campaign_id,
            "account_id": account_id,
            "card_number": stamp.card_number,
        }
        of_purchase: Row = {"purchase_id": purchase_id}
        self.stamps.append(
            card | of_purchase | {"position": len(held) + 1, "distinct_key": stamp.key, "stamped_at": at}
        )
        if stamp.completes:
            self.completed.append(card | of_purchase | {"completed_at": at})

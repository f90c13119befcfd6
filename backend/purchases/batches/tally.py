"""How matters stand while a batch is decided: as they were read, and as each of its purchases leaves them. Pure."""

import random
import uuid
from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from backend.campaigns.models import EVERY_SHOP, EVERYBODY
from backend.campaigns.rules.caps import Count, CounterKey
from backend.campaigns.rules.deciding import Limits, Verdict, awards_of, counter_keys, decide
from backend.campaigns.rules.facts import Facts, HistoryFacts
from backend.campaigns.writes import KEY
from backend.points.rules import draw_from_slices
from backend.purchases.basis import UNTOUCHED, Basis, Counter
from backend.purchases.batches.bought import Bought
from backend.purchases.batches.reading import Place, Reading
from backend.purchases.deciding import Decision, points_by_account
from backend.purchases.rows import counted

# Funding account → slice → points.
Slices = Mapping[uuid.UUID, Mapping[int, int]]


class _Row(NamedTuple):
    """What a purchase's rows ask of BASIS. The balance is the one that was read: the write is decided upon it."""

    shop_id: uuid.UUID
    name_ja: str
    name_en: str | None
    district: str | None
    has_webhook: bool
    balance_points: int
    unspendable_points: int
    owed_points: int


class Tally:
    """`slices` of the budgets, with locks held; None: in the hope that any one slice has enough for all of it."""

    def __init__(self, reading: Reading, slices: Slices | None) -> None:
        self._reading = reading
        self._counters: dict[Place, dict[CounterKey, Counter]] = {
            place: dict(found) for place, found in reading.counters.items()
        }
        self._counted: dict[tuple[Place, CounterKey], dict[str, Any]] = {}
        self._spendable: dict[uuid.UUID, int] = {
            account_id: row.balance_points - row.unspendable_points
            for account_id, row in reading.accounts.items()
        }
        self._last_purchases = dict(reading.last_purchases or {})
        self._visits = set(reading.visits)
        self._is_hopeful = slices is None
        self._slices = {account_id: dict(found) for account_id, found in (slices or {}).items()}
        self._hoped: dict[uuid.UUID, int] = {}
        self._emptied: list[uuid.UUID] = []

    def basis_of(self, bought: Bought) -> Basis:
        """What the next purchase is decided from."""
        reading, account_id = self._reading, bought.buyer.account_id
        account, shop = reading.accounts[account_id], reading.shops[bought.shop_id]
        row = _Row(
            bought.shop_id,
            shop.name_ja,
            shop.name_en,
            shop.district,
            shop.has_webhook,
            account.balance_points,
            account.unspendable_points,
            account.owed_points,
        )
        return Basis(
            buyer=bought.buyer,
            row=row,
            sale=bought.sale,
            done_at=bought.done_at,
            campaigns=reading.campaigns,
            shop=reading.facts_of_shops[bought.shop_id],
            counters=self._counters_of(account_id, bought.shop_id),
            person=reading.persons.get(account_id),
            history=self._history_of(account_id, bought.shop_id),
            cards={},
        )

    def spendable_points(self, account_id: uuid.UUID) -> int:
        return self._spendable[account_id]

    def decide(self, basis: Basis, facts: Facts) -> Decision:
        """What the purchase earns, drawn from what the budgets have by then."""
        left = {account_id: sum(found.values()) for account_id, found in self._slices.items()}
        verdicts = decide(facts, basis.campaigns, Limits(basis.counts, left))
        awards = awards_of(verdicts)
        draws = {
            account_id: self._draw(account_id, points, awards)
            for account_id, points in points_by_account(awards).items()
        }
        return Decision(verdicts, awards, draws)

    def take(self, basis: Basis, facts: Facts, decision: Decision, balance_points: int) -> None:
        """Let the purchase count for those after it. `balance_points`: what can be spent then."""
        account_id = basis.buyer.account_id
        self._spendable[account_id] = balance_points
        for award in decision.awards:
            for key in counter_keys(award.campaign, facts):
                self._count(key, basis, award)
        if self._reading.last_purchases is not None:
            last = self._last_purchases.get(account_id, basis.done_at)
            self._last_purchases[account_id] = max(last, basis.done_at)
            self._visits.add((account_id, basis.shop.id))

    def counter_rows(self) -> list[dict[str, Any]]:
        """Each counter once, in the order in which every batch takes them."""
        return sorted(self._counted.values(), key=itemgetter(*KEY))

    def emptied_budgets(self) -> list[uuid.UUID]:
        """Funding accounts of which nothing is left."""
        return self._emptied

    def _counters_of(self, account_id: uuid.UUID, shop_id: uuid.UUID) -> dict[CounterKey, Counter]:
        places = ((account_id, EVERY_SHOP), (account_id, shop_id), (EVERYBODY, shop_id))
        found: dict[CounterKey, Counter] = {}
        for place in places:
            if known := self._counters.get(place):
                found.update(known)
        return found

    def _history_of(self, account_id: uuid.UUID, shop_id: uuid.UUID) -> HistoryFacts | None:
        if self._reading.last_purchases is None:
            return None
        last: datetime | None = self._last_purchases.get(account_id)
        is_first_visit = (account_id, shop_id) not in self._visits
        return HistoryFacts(
            is_first_purchase=last is None, is_first_visit=is_first_visit, last_purchase_at=last
        )

    def _draw(self, account_id: uuid.UUID, points: int, awards: list[Verdict]) -> dict[int, int]:
        if self._is_hopeful:
            if account_id not in self._hoped:
                count = next(
                    award.campaign.slice_count
                    for award in awards
                    if award.campaign.funding_account_id == account_id
                )
                self._hoped[account_id] = int(random.random() * count)  # noqa: S311 (spreading, not secrecy)
            return {self._hoped[account_id]: points}
        slices = self._slices[account_id]
        drawn = draw_from_slices(slices, points)
        for number, taken in drawn.items():
            slices[number] -= taken
        if not sum(slices.values()):
            self._emptied.append(account_id)
        return drawn

    def _count(self, key: CounterKey, basis: Basis, award: Verdict) -> None:
        row = counted(key, basis)
        place = (row["account_id"], row["shop_id"])
        counters = self._counters.setdefault(place, {})
        before = counters.get(key, UNTOUCHED)
        count = Count(before.count.points + award.points, before.count.awards + 1)
        counters[key] = Counter(count, before.change_count)
        self._counted[place, key] = {
            **row,
            "awarded_points": count.points,
            "award_count": count.awards,
            "change_count": before.change_count + 1,
        }

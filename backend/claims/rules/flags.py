"""What looks odd about a claim or a purchase: counted facts held against one table of thresholds. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.claims.models import FlagKind


@dataclass(frozen=True, slots=True)
class Threshold:
    """Odd from the `count_from`-th on, counted over so many hours; of what has no time `within_hours` is 0."""

    count_from: int
    within_hours: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Each counts the claim or purchase itself with what came before it.

    `is_stated`: a citizen said it; else a till did. `young_accounts` at the shop; `device_accounts`: on the device
    of the person that most accounts share; `staff_roles`: that people with the person's address hold at the shop;
    `same_round_amounts` and `same_purchases` of the person at the shop; `person_purchases`, `shop_claims`.
    """

    is_stated: bool
    is_young: bool
    young_accounts: int
    device_accounts: int
    staff_roles: int
    same_round_amounts: int
    same_purchases: int
    person_purchases: int
    shop_claims: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """`evidence`: what was counted, from what on it is odd, over how many hours."""

    kind: FlagKind
    evidence: Mapping[str, Any]


def find_oddities(facts: Facts, thresholds: Mapping[FlagKind, Threshold]) -> list[Oddity]:
    """In the order of the kinds; a kind without a threshold is not looked for."""
    counted = {
        FlagKind.YOUNG_ACCOUNTS: facts.young_accounts if facts.is_young else 0,
        FlagKind.SHARED_DEVICE: facts.device_accounts,
        FlagKind.OWN_SHOP: facts.staff_roles,
        FlagKind.ROUND_AMOUNTS: facts.same_round_amounts,
        FlagKind.REPEATED_PURCHASE: facts.same_purchases,
        FlagKind.PERSON_VELOCITY: facts.person_purchases,
        # What a till recorded the shop saw with its own eyes, however busy it was.
        FlagKind.SHOP_VELOCITY: facts.shop_claims if facts.is_stated else 0,
    }
    return [
        Oddity(
            kind,
            {"counted": count, "odd_from": threshold.count_from, "within_hours": threshold.within_hours},
        )
        for kind, count in counted.items()
        if (threshold := thresholds.get(kind)) is not None and count >= threshold.count_from
    ]

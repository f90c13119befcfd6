"""Stamp cards: distinct stamps up to a target, then a reward; at most one stamp of a card for one purchase."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.campaigns.rules.parts import RuleContradictory, choice, flag, identity, nested, part, whole
from backend.campaigns.rules.rewards import POINTS_MAX

TARGET_MAX = 100
COOL_DOWN_MAX_HOURS = 8784


@dataclass(frozen=True, slots=True, kw_only=True)
class StampReward:
    """Points, or an offer that is then the citizen's to redeem."""

    points: int | None = part(whole(1, POINTS_MAX), default=None)
    offer_id: uuid.UUID | None = part(identity(), default=None)

    def check(self, path: str) -> None:
        if (self.points is None) == (self.offer_id is None):
            raise RuleContradictory(field=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class StampCard:
    """`target` stamps with keys all `distinct`. With `repeats` a full card is followed by an empty one.

    `cool_down_hours` lie at least between any two stamps of a citizen, on whichever card.
    """

    distinct: str = part(choice("shops", "districts", "products", "days"))
    target: int = part(whole(1, TARGET_MAX))
    repeats: bool = part(flag(), default=False)
    cool_down_hours: int | None = part(whole(1, COOL_DOWN_MAX_HOURS), default=None)
    reward: StampReward = part(nested(StampReward))


@dataclass(frozen=True, slots=True)
class StampState:
    """A citizen's latest card: numbered from 1, with the key and moment of each stamp."""

    card_number: int = 1
    stamps: tuple[tuple[str, datetime], ...] = ()
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StampGiven:
    """`position` counts from 1. `points` and `offer_id` are the reward of the card that this stamp `completes`."""

    card_number: int
    position: int
    key: str
    completes: bool
    points: int = 0
    offer_id: uuid.UUID | None = None


EMPTY_CARD = StampState()


def next_stamp(card: StampCard, state: StampState, keys: Sequence[str], at: datetime) -> StampGiven | str:
    """The stamp for the first key that the card does not hold yet, or the code of the refusal."""
    number, held = state.card_number, state.stamps
    if state.completed_at is not None or len(held) >= card.target:
        if not card.repeats:
            return "stamp_card_full"
        number, held = number + 1, ()
    if card.cool_down_hours is not None:
        pause = timedelta(hours=card.cool_down_hours)
        moments = [moment for _, moment in state.stamps] + [
            moment for moment in (state.completed_at,) if moment
        ]
        # Either way: a purchase that arrives late may lie before the last stamp.
        if any(abs(at - moment) < pause for moment in moments):
            return "stamp_too_soon"
    taken = {key for key, _ in held}
    fresh = next((key for key in keys if key not in taken), None)
    if fresh is None:
        return "stamp_already_given"
    completes = len(held) + 1 >= card.target
    if not completes:
        return StampGiven(number, len(held) + 1, fresh, False)
    return StampGiven(number, card.target, fresh, True, card.reward.points or 0, card.reward.offer_id)

"""Each key of a batch is recorded once, for good: what was recorded before is told again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.errors import IdempotencyKeyReused, MeguriError
from backend.base.records import made_often
from backend.organisations.regions import Region
from backend.purchases.batches.bought import Bought, Outcome
from backend.purchases.batches.recording import record_all
from backend.purchases.queries import Kept
from backend.purchases.service.recording import RecordedPurchase


@made_often
@dataclass(frozen=True, slots=True)
class Keyed:
    """A caller's key for one purchase, and the hash of what it sent with it."""

    key: str
    hash: bytes


def record_once(
    session: Session,
    *,
    keyed: Sequence[Keyed],
    kept: Mapping[str, Kept],
    key_field: str,
    read: Callable[[Sequence[int]], Iterator[Bought | MeguriError]],
    region: Region,
    at: datetime,
) -> Sequence[Outcome]:
    """An outcome for each of `keyed`. `read` checks those at the given places, of which no two share a key.

    A key that comes twice: the second is the first one's replay, or IdempotencyKeyReused.
    """
    outcomes: dict[int, Outcome] = {}
    first_places: dict[str, int] = {}
    for place, each in enumerate(keyed):
        if each.key in kept:
            outcomes[place] = _replay(each, kept[each.key], key_field)
        else:
            first_places.setdefault(each.key, place)
    places = list(first_places.values())
    candidates: dict[int, Bought] = {}
    for place, found in zip(places, read(places), strict=True):
        if isinstance(found, Bought):
            candidates[place] = found
        else:
            outcomes[place] = found
    recorded = record_all(session, bought=list(candidates.values()), region=region, at=at)
    outcomes |= zip(candidates, recorded, strict=True)
    for place, each in enumerate(keyed):
        if place not in outcomes:
            first = first_places[each.key]
            outcomes[place] = _repeat(each, keyed[first], outcomes[first], key_field)
    return [outcomes[place] for place in range(len(keyed))]


def _replay(each: Keyed, kept: Kept, key_field: str) -> Outcome:
    if kept.hash != each.hash:
        return IdempotencyKeyReused(field=key_field)
    return RecordedPurchase(kept.record, True, ())


def _repeat(each: Keyed, first: Keyed, outcome: Outcome, key_field: str) -> Outcome:
    """Of the same batch."""
    if each.hash != first.hash:
        return IdempotencyKeyReused(field=key_field)
    return replace(outcome, is_replay=True) if isinstance(outcome, RecordedPurchase) else outcome

"""What a purchase earns, and from which budgets: first in hope, then, where the hope failed, with locks held."""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import is_locking
from backend.base.records import made_often
from backend.campaigns.rules.deciding import (
    Limits,
    Verdict,
    accounts_at_stake,
    awards_of,
    decide,
)
from backend.campaigns.rules.facts import Facts
from backend.campaigns.service.budgets import mark_budget_exhausted
from backend.points.queries import list_slices
from backend.points.rules import draw_from_slices
from backend.purchases.basis import Basis


@made_often
@dataclass(frozen=True, slots=True)
class Decision:
    verdicts: Sequence[Verdict]
    awards: Sequence[Verdict]
    # Funding account → slice → points to draw.
    draws: Mapping[uuid.UUID, Mapping[int, int]]


NOTHING_EARNED = Decision((), (), {})


def decide_awards(session: Session, *, basis: Basis, facts: Facts, at: datetime) -> Decision:
    """At first in the hope that any one slice has enough; with locks held, from what the budgets really have."""
    verdicts = decide(facts, basis.campaigns, Limits(basis.counts, {}, basis.stamps))
    awards = awards_of(verdicts)
    if not is_locking(session):
        return Decision(verdicts, awards, _hopeful_draws(awards))
    accounts = accounts_at_stake(verdicts)
    slices = list_slices(session, account_ids=sorted(accounts), lock=True)
    left = {account_id: sum(found.values()) for account_id, found in slices.items()}
    verdicts = decide(facts, basis.campaigns, Limits(basis.counts, left, basis.stamps))
    awards = awards_of(verdicts)
    needed = points_by_account(awards)
    for account_id in sorted(accounts):
        if left[account_id] == needed.get(account_id, 0):
            mark_budget_exhausted(session, funding_account_id=account_id, at=at)
    draws = {
        account_id: draw_from_slices(slices[account_id], points) for account_id, points in needed.items()
    }
    return Decision(verdicts, awards, draws)


def foresee(session: Session, *, basis: Basis, facts: Facts) -> Sequence[Verdict]:
    """What it would earn now, from what the budgets have."""
    accounts = [
        campaign.funding_account_id for campaign in basis.campaigns if campaign.runs_at(basis.done_at)
    ]
    left = {
        account_id: sum(slices.values())
        for account_id, slices in list_slices(session, account_ids=accounts).items()
    }
    return decide(facts, basis.campaigns, Limits(basis.counts, left, basis.stamps))


def _hopeful_draws(awards: Sequence[Verdict]) -> dict[uuid.UUID, dict[int, int]]:
    """One slice a budget, at random, so that shops do not queue for one row; the write's guard tells if it is short."""
    slice_counts = {award.campaign.funding_account_id: award.campaign.slice_count for award in awards}
    return {
        account_id: {int(random.random() * slice_counts[account_id]): points}  # noqa: S311 (spreading, not secrecy)
        for account_id, points in points_by_account(awards).items()
    }


def points_by_account(awards: Sequence[Verdict]) -> dict[uuid.UUID, int]:
    needed: dict[uuid.UUID, int] = {}
    for award in awards:
        account_id = award.campaign.funding_account_id
        needed[account_id] = needed.get(account_id, 0) + award.points
    return needed

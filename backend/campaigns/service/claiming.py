"""What a claim earns, from which budget, and everything it writes: see `service.missions`."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import is_locking, new_id
from backend.campaigns.missions import UNTOUCHED, ClaimRecord, Counters, read_counters
from backend.campaigns.models import EVERY_SHOP
from backend.campaigns.persons import read_person
from backend.campaigns.rules.caps import Count
from backend.campaigns.rules.deciding import Limits, RunningCampaign, Verdict, counter_keys, decide_mission
from backend.campaigns.rules.facts import MissionFacts
from backend.campaigns.service.budgets import mark_budget_exhausted
from backend.campaigns.writes import CLAIM, CLAIM_RAISES, COUNTERS, MISSION_CLAIMS, REWARD_CODE_USES
from backend.notices.kinds import NoticeKind
from backend.notices.writes import announce_rows
from backend.organisations.regions import Region
from backend.points.models import TransactionKind
from backend.points.queries import list_debts, list_slices
from backend.points.rules import Leg, LotGrant, draw_from_slices
from backend.points.service.debts import any_slice, repay_from
from backend.points.writes import Movement, ledger_rows

Rows = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Claimant:
    citizen_id: uuid.UUID
    account_id: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be decided. `row`: of CLAIM_BASIS or REPORT_BASIS.

    `before_points`: of an earlier report of the same day. It is decided as if that one had not been, and what it
    gave is taken off the answer.
    """

    campaign: RunningCampaign
    claimant: Claimant
    row: Any
    facts: MissionFacts
    counters: Counters
    before_points: int = 0

    def limits(self, budget_left: Mapping[uuid.UUID, int]) -> Limits:
        counts = {key: counter.count for key, counter in self.counters.items()}
        if self.before_points:
            for key in counter_keys(self.campaign, self.facts):
                count = counts.get(key, Count())
                points, awards = count.points - self.before_points, count.awards - 1
                counts[key] = Count(max(0, points), max(0, awards))
        return Limits(counts, budget_left)


@dataclass(frozen=True, slots=True)
class Award:
    """`points` to grant now, fewer than the verdict's where some were granted before. `draws`: slice → points."""

    verdict: Verdict
    points: int
    draws: Mapping[int, int]


def ask(
    session: Session,
    *,
    campaign: RunningCampaign,
    claimant: Claimant,
    row: Any,
    quantity: int,
    done_at: datetime,
    region: Region,
    before_points: int = 0,
) -> Question:
    """Read what else the campaign's rule looks at."""
    needs = campaign.ready.needs
    person = read_person(session, citizen_id=claimant.citizen_id, needs=needs, region=region)
    return Question(
        campaign=campaign,
        claimant=claimant,
        row=row,
        facts=MissionFacts(quantity=quantity, done_at=done_at, person=person),
        counters=read_counters(session, account_id=claimant.account_id, on=city_day(done_at)),
        before_points=before_points,
    )


def decide(session: Session, question: Question, *, at: datetime) -> Award:
    """At first in the hope that any one slice has enough; with locks held, from what the budget really has."""
    campaign, facts, before = question.campaign, question.facts, question.before_points
    account_id = campaign.funding_account_id
    if not is_locking(session):
        verdict = decide_mission(facts, campaign, question.limits({}))
        points = max(0, verdict.points - before)
        return Award(verdict, points, {any_slice(campaign.slice_count): points} if points else {})
    slices = list_slices(session, account_ids=[account_id], lock=True)[account_id]
    left = sum(slices.values())
    verdict = decide_mission(facts, campaign, question.limits({account_id: left + before}))
    points = max(0, verdict.points - before)
    if points and points == left:
        mark_budget_exhausted(session, funding_account_id=account_id, at=at)
    return Award(verdict, points, draw_from_slices(slices, points))


def write_claim(
    session: Session,
    question: Question,
    award: Award,
    claim: ClaimRecord,
    *,
    at: datetime,
    reward_code_id: uuid.UUID | None = None,
    raised_from: ClaimRecord | None = None,
) -> None:
    """All of it in one list. Raises StaleRead when something moved meanwhile."""
    rows: Rows = {}
    if reward_code_id is not None:
        rows[REWARD_CODE_USES.name] = [{"reward_code_id": reward_code_id, "at": at}]
    if raised_from is None:
        rows[MISSION_CLAIMS.name] = [_claim_row(claim, question.claimant, reward_code_id)]
    else:
        rows[CLAIM_RAISES.name] = [_raise_row(claim, raised_from)]
    if award.points:
        movements = _movements(session, question, award, claim, at)
        rows |= ledger_rows(movements, at=at)
        rows[COUNTERS.name] = _counter_rows(question, award, is_new=raised_from is None)
        rows |= _announcement_rows(question, award, claim, movements, at)
    CLAIM.run(session, rows)


def _claim_row(claim: ClaimRecord, claimant: Claimant, reward_code_id: uuid.UUID | None) -> dict[str, Any]:
    return {
        "id": claim.id,
        "campaign_id": claim.campaign_id,
        "account_id": claimant.account_id,
        "reward_code_id": reward_code_id,
        "quantity": claim.quantity,
        "unit": claim.unit,
        "done_on": claim.done_on,
        "claimed_at": claim.claimed_at,
        "points": claim.points,
        "verdict": claim.verdict,
    }


def _raise_row(claim: ClaimRecord, raised_from: ClaimRecord) -> dict[str, Any]:
    return {
        "claim_id": claim.id,
        "from_quantity": raised_from.quantity,
        "quantity": claim.quantity,
        "claimed_at": claim.claimed_at,
        "points": claim.points,
        "verdict": claim.verdict,
    }


def _movements(
    session: Session, question: Question, award: Award, claim: ClaimRecord, at: datetime
) -> Sequence[Movement]:
    """The grant, and what it repays of debts."""
    campaign, account_id = question.campaign, question.claimant.account_id
    # Upon the balance that was read: what is owed, and what the citizen is told, hang on it.
    to_citizen = Leg(account_id, 0, award.points, expected_points=question.row.balance_points)
    granted = Movement(
        kind=TransactionKind.GRANT,
        source_id=claim.id,
        occurred_at=at,
        legs=[
            *(Leg(campaign.funding_account_id, number, -drawn) for number, drawn in award.draws.items()),
            to_citizen,
        ],
        lots=[
            LotGrant(
                id=new_id(),
                account_id=account_id,
                funding_account_id=campaign.funding_account_id,
                points=award.points,
                spendable_at=campaign.spendable_at(at),
                expires_at=campaign.expires_at(at),
            )
        ],
    )
    debts = list_debts(session, account_id=account_id) if question.row.owed_points else ()
    return repay_from(granted, debts).movements


def _counter_rows(question: Question, award: Award, *, is_new: bool) -> list[dict[str, Any]]:
    """A report that is raised is the same award, grown."""
    return [
        {
            "account_id": question.claimant.account_id,
            "shop_id": EVERY_SHOP,
            "period_on": key.period_on,
            "campaign_id": key.campaign_id,
            "within": key.within.value,
            "awarded_points": before.count.points + award.points,
            "award_count": before.count.awards + int(is_new),
            "change_count": before.change_count + 1,
        }
        for key in counter_keys(question.campaign, question.facts)
        for before in (question.counters.get(key, UNTOUCHED),)
    ]


def _announcement_rows(
    question: Question, award: Award, claim: ClaimRecord, movements: Sequence[Movement], at: datetime
) -> Rows:
    row = question.row
    return announce_rows(
        citizen_id=question.claimant.citizen_id,
        kind=NoticeKind.MISSION_REWARDED,
        params={
            "campaign": dict(claim.names),
            "points": award.points,
            "balance_points": row.balance_points - row.unspendable_points + _free_at_once(movements),
            "campaign_id": str(claim.campaign_id),
            "claim_id": str(claim.id),
        },
        at=at,
    )


def _free_at_once(movements: Sequence[Movement]) -> int:
    """Of what was granted: neither pending nor gone to a debt."""
    free = {lot.id: lot.points for movement in movements for lot in movement.lots if lot.spendable_at is None}
    repaid = sum(
        move.taken_points for movement in movements for move in movement.lot_moves if move.lot_id in free
    )
    return sum(free.values()) - repaid

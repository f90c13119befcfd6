"""Points without a purchase: a reward code is claimed, or what was done in a day is reported.

Read once, decide purely, write once, as purchases do: on PostgreSQL first in hope; where a guard tells that
something moved meanwhile, once more with locks held. What earns nothing is refused and uses nothing up.
"""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.clock import city_day, end_of_city_day
from backend.base.database import is_locking, new_id
from backend.base.errors import Conflict, NotFound, Refused
from backend.base.secrets import Vault
from backend.base.text import Phrase
from backend.campaigns.missions import CLAIM_BASIS, REPORT_BASIS, ClaimRecord, find_running_mission
from backend.campaigns.models import RewardCode
from backend.campaigns.rules.deciding import RunningCampaign, Verdict
from backend.campaigns.service.claiming import Award, Claimant, Question, ask, decide, write_claim
from backend.campaigns.service.reward_codes import RewardCodeNotFound, hash_code
from backend.campaigns.states import CampaignNotRunning
from backend.campaigns.verdicts import verdict_document
from backend.organisations.regions import Region
from backend.points.service.movements import lock_balance

# So many days later a phone may still report a day: it was off, or away from any network.
REPORTED_DAYS_BACK = 2
MOMENT = timedelta(microseconds=1)


class MissionNotFound(NotFound):
    """It is no mission, or does not run now."""


class MissionNotReported(Conflict):
    """It is not shown by a report: it takes a code."""


class MissionNotRewarded(Conflict):
    """It would earn nothing; `reason` says why."""


class ReportDayOutsideWindow(Refused):
    """Neither today nor one of the last days."""


class RewardCodeNotUsableYet(Conflict):
    pass


class RewardCodeExpired(Conflict):
    pass


class RewardCodeUsedUp(Conflict):
    """Others had its last use."""


class RewardCodeClaimed(Conflict):
    """By this very person: once each."""


def claim_reward(
    session: Session, *, code: str, claimant: Claimant, vault: Vault, region: Region, at: datetime
) -> ClaimRecord:
    """Use a reward code once, for what it says was done.

    Raises RewardCodeNotFound, RewardCodeClaimed, RewardCodeNotUsableYet, RewardCodeExpired, RewardCodeUsedUp,
    CampaignNotRunning, MissionNotRewarded.
    """
    code_hash = hash_code(vault, code)
    if is_locking(session):  # in the order in which every purchase locks: what is used up, then the balance
        session.execute(select(RewardCode.id).where(RewardCode.code_hash == code_hash).with_for_update())
        lock_balance(session, claimant.account_id)
    row = CLAIM_BASIS.first(session, account_id=claimant.account_id, code_hash=code_hash, at=at)
    assert row is not None  # noqa: S101 (a citizen has a balance)
    _check_code(row, at)
    campaign = find_running_mission(session, campaign_id=row.campaign_id, revision=row.revision, at=at)
    if campaign is None:
        raise CampaignNotRunning(field="code")
    question = ask(
        session,
        campaign=campaign,
        claimant=claimant,
        row=row,
        quantity=row.quantity,
        done_at=at,
        region=region,
    )
    award = decide(session, question, at=at)
    claim = _new_claim(question, award, on=city_day(at), at=at, field="code")
    write_claim(session, question, award, claim, at=at, reward_code_id=row.reward_code_id)
    return claim


def report_mission(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    quantity: int,
    done_on: date,
    claimant: Claimant,
    region: Region,
    at: datetime,
) -> ClaimRecord:
    """What was done in a day of the city, today or up to two days back.

    A day has one report and is decided as a whole: a later report that says more raises it, and gives what the
    day is worth now above what it gave before; one that says no more is answered with what stands.

    Raises ReportDayOutsideWindow, MissionNotFound, MissionNotReported, MissionNotRewarded.
    """
    if not timedelta(0) <= city_day(at) - done_on <= timedelta(days=REPORTED_DAYS_BACK):
        raise ReportDayOutsideWindow(field="done_on", days=REPORTED_DAYS_BACK)
    account_id = claimant.account_id
    if is_locking(session):
        lock_balance(session, account_id)
    row = REPORT_BASIS.first(session, account_id=account_id, campaign_id=campaign_id, done_on=done_on, at=at)
    assert row is not None  # noqa: S101 (a citizen has a balance)
    campaign = _get_reported(session, campaign_id, row.revision, at)
    standing = _standing(row, campaign, done_on) if row.claim_id else None
    if standing is not None and quantity <= standing.quantity:
        return standing
    question = ask(
        session,
        campaign=campaign,
        claimant=claimant,
        row=row,
        quantity=quantity,
        # A day that is over is done at its end.
        done_at=min(at, end_of_city_day(done_on) - MOMENT),
        region=region,
        before_points=standing.points if standing else 0,
    )
    award = decide(session, question, at=at)
    if standing is None:
        claim = _new_claim(question, award, on=done_on, at=at, field="quantity")
    else:
        claim = _raised(standing, quantity, award, at)
    write_claim(session, question, award, claim, at=at, raised_from=standing)
    return claim


def _check_code(row: Any, at: datetime) -> None:
    if row.reward_code_id is None or row.revoked_at is not None:
        raise RewardCodeNotFound(field="code")
    if row.claim_id is not None:
        raise RewardCodeClaimed(field="code")
    if at < row.valid_from:
        raise RewardCodeNotUsableYet(field="code")
    if at >= row.valid_until:
        raise RewardCodeExpired(field="code")
    if row.uses_left == 0:
        raise RewardCodeUsedUp(field="code")


def _get_reported(session: Session, campaign_id: uuid.UUID, revision: int, at: datetime) -> RunningCampaign:
    campaign = find_running_mission(session, campaign_id=campaign_id, revision=revision, at=at)
    if campaign is None or campaign.rule.mission is None:
        raise MissionNotFound
    if campaign.rule.mission.evidence != "report":
        raise MissionNotReported
    return campaign


def _standing(row: Any, campaign: RunningCampaign, on: date) -> ClaimRecord:
    return ClaimRecord(
        id=row.claim_id,
        campaign_id=campaign.id,
        names=campaign.names,
        quantity=row.quantity,
        unit=row.unit,
        done_on=on,
        claimed_at=row.claimed_at,
        points=row.points,
        verdict=row.verdict,
    )


def _new_claim(question: Question, award: Award, *, on: date, at: datetime, field: str) -> ClaimRecord:
    """Raises MissionNotRewarded."""
    campaign, verdict = question.campaign, award.verdict
    if award.points == 0 or campaign.rule.mission is None:
        raise MissionNotRewarded(field=field, reason=_reason(verdict))
    return ClaimRecord(
        id=new_id(),
        campaign_id=campaign.id,
        names=campaign.names,
        quantity=question.facts.quantity,
        unit=campaign.rule.mission.unit,
        done_on=on,
        claimed_at=at,
        points=award.points,
        verdict=_kept(verdict, on, at),
    )


def _raised(standing: ClaimRecord, quantity: int, award: Award, at: datetime) -> ClaimRecord:
    """The verdict stays where it earns nothing more: it says how the points came about."""
    verdict = _kept(award.verdict, standing.done_on, at) if award.points else standing.verdict
    points = standing.points + award.points
    return replace(standing, quantity=quantity, claimed_at=at, points=points, verdict=verdict)


def _kept(verdict: Verdict, on: date, at: datetime) -> dict[str, Any]:
    """What another day has left would read as if it were today's."""
    return verdict_document(verdict if on == city_day(at) else replace(verdict, left=()))


def _reason(verdict: Verdict) -> Phrase:
    return Phrase(f"verdict.{verdict.code}", {"points": verdict.points, **verdict.params})

"""Reward codes: made for a mission by the office, in numbers; revoked one by one.

Whoever holds a code decides what was done, so codes are made only for conditions that a second person has approved.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, literal, select, update
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime, new_id
from backend.base.errors import Conflict, NotFound, Refused
from backend.base.secrets import Vault, new_readable_code
from backend.campaigns.models import Campaign, RewardCode
from backend.campaigns.queries import get_campaign
from backend.campaigns.rules.rule import Rule
from backend.campaigns.states import FROZEN, CampaignNotApproved, state_of
from backend.people.rules import group_join_code, read_join_code

PURPOSE = "reward code"
# Longer than a join code: a hit is worth points, and of these there may be many at once.
CODE_CHARACTERS = 10
CODES_MAX = 500


class RewardCodeNotFound(NotFound):
    """Never made, mistyped, or revoked: all look the same."""


class RewardCodesNotTaken(Conflict):
    """The campaign is no mission that is shown by a code."""


class RewardCodeWindowInvalid(Refused):
    """Its end lies after its beginning and after now."""


class RewardQuantityTooSmall(Refused):
    """It reaches no tier of the mission, so it could never earn anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardCodes:
    """`count` codes alike: each of `uses_each` uses, a use counting `quantity` of what the mission counts."""

    count: int
    uses_each: int
    quantity: int
    valid_from: datetime
    valid_until: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ReadableCode:
    """`code` is told this once."""

    id: uuid.UUID
    code: str = field(repr=False)


def create_reward_codes(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    codes: RewardCodes,
    created_by: uuid.UUID | None,
    vault: Vault,
    at: datetime,
) -> Sequence[ReadableCode]:
    """In the order of their ids. `created_by` None: the program's own setting up.

    Raises CampaignNotFound, CampaignNotApproved, RewardCodesNotTaken, RewardCodeWindowInvalid,
    RewardQuantityTooSmall.
    """
    if not 1 <= codes.count <= CODES_MAX:
        raise ValueError(f"1 to {CODES_MAX} codes are made at once")
    campaign = get_campaign(session, campaign_id=campaign_id)
    if state_of(campaign, at) not in FROZEN:
        raise CampaignNotApproved
    _check_quantity(campaign, codes.quantity)
    if codes.valid_until <= max(codes.valid_from, at):
        raise RewardCodeWindowInvalid(field="valid_until")
    made = []
    for code_hash, code in _new_codes(session, vault, codes.count).items():
        row = RewardCode(
            id=new_id(),
            campaign_id=campaign_id,
            code_hash=code_hash,
            quantity=codes.quantity,
            uses_limit=codes.uses_each,
            uses_left=codes.uses_each,
            valid_from=codes.valid_from,
            valid_until=codes.valid_until,
            note=codes.note,
            created_by_staff_id=created_by,
            created_at=at,
        )
        session.add(row)
        made.append(ReadableCode(row.id, group_join_code(code)))
    session.flush()
    return made


def revoke_reward_code(
    session: Session, *, campaign_id: uuid.UUID, reward_code_id: uuid.UUID, at: datetime
) -> None:
    """Nobody uses it any more; what it earned stays. Revoking twice is revoking once. Raises RewardCodeNotFound."""
    found = session.scalar(
        update(RewardCode)
        .where(RewardCode.id == reward_code_id, RewardCode.campaign_id == campaign_id)
        .values(revoked_at=func.coalesce(RewardCode.revoked_at, literal(at, UtcDateTime())))
        .returning(RewardCode.id)
        .execution_options(synchronize_session=False)
    )
    if found is None:
        raise RewardCodeNotFound


def hash_code(vault: Vault, given: str) -> bytes:
    """Of a code as people type it. Keyed by the secret: so short a code could be tried out on a plain hash."""
    return vault.keyed_hash(PURPOSE, read_join_code(given))


def _check_quantity(campaign: Campaign, quantity: int) -> None:
    mission = Rule.from_json(campaign.rule).mission
    if mission is None or mission.evidence != "code":
        raise RewardCodesNotTaken
    lowest = min(tier.from_quantity for tier in mission.tiers)
    if quantity < lowest:
        raise RewardQuantityTooSmall(field="quantity", minimum=lowest)


def _new_codes(session: Session, vault: Vault, count: int) -> dict[bytes, str]:
    """Hash → code; none that there is already."""
    codes: dict[bytes, str] = {}
    while len(codes) < count:
        fresh = {hash_code(vault, code): code for code in _random_codes(count - len(codes))}
        taken = set(
            session.scalars(select(RewardCode.code_hash).where(RewardCode.code_hash.in_(list(fresh))))
        )
        codes |= {code_hash: code for code_hash, code in fresh.items() if code_hash not in taken}
    return codes


def _random_codes(count: int) -> list[str]:
    return [new_readable_code(CODE_CHARACTERS) for _ in range(count)]

"""What campaigns remember of an account, carried over to another of the same person."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign, CampaignCard, CampaignCounter, CampaignStamp, MissionClaim

Row = TypeVar("Row", CampaignCounter, CampaignStamp, CampaignCard)
Stamped = TypeVar("Stamped", CampaignStamp, CampaignCard)
KEY = ("shop_id", "period_on", "campaign_id", "within")


def carry_counts(session: Session, *, account_id: uuid.UUID, into_account_id: uuid.UUID) -> None:
    """Caps count both: whoever decides upon the old counts just now decides again."""
    theirs = {_key(row): row for row in _rows(session, CampaignCounter, into_account_id)}
    for row in _rows(session, CampaignCounter, account_id):
        found = theirs.get(_key(row))
        if found is None:
            _rename(session, row, into_account_id)
            continue
        found.awarded_points += row.awarded_points
        found.award_count += row.award_count
        found.change_count += 1
        session.delete(row)
    session.flush()


def carry_stamps(session: Session, *, account_id: uuid.UUID, into_account_id: uuid.UUID) -> None:
    """Filled cards are counted on behind those of the other account; stamps of the open one go onto its open card.

    Where both hold the same stamp there is one. A card that a person may fill once is not filled again.
    """
    stamps = _by_campaign(_rows(session, CampaignStamp, account_id))
    cards = _by_campaign(_rows(session, CampaignCard, account_id))
    held = _by_campaign(_rows(session, CampaignStamp, into_account_id))
    filled = _by_campaign(_rows(session, CampaignCard, into_account_id))
    rules = select(Campaign.id, Campaign.rule).where(Campaign.id.in_(list(stamps)))
    for campaign_id, rule in session.execute(rules).all():
        full = bool(cards[campaign_id] or filled[campaign_id])
        if full and not rule["stamp_card"].get("repeats", False):
            _drop_open(session, stamps[campaign_id], cards[campaign_id])
            _drop_open(session, held[campaign_id], filled[campaign_id])
        _carry_campaign(
            session,
            into_account_id,
            stamps[campaign_id],
            cards[campaign_id],
            held[campaign_id],
            filled[campaign_id],
        )


def carry_mission_claims(session: Session, *, account_id: uuid.UUID, into_account_id: uuid.UUID) -> None:
    """Nobody claims a mission by a card; what a counter may have claimed for its holder goes along."""
    session.execute(
        update(MissionClaim)
        .where(MissionClaim.account_id == account_id)
        .values(account_id=into_account_id)
        .execution_options(synchronize_session=False)
    )


def _drop_open(session: Session, stamps: list[CampaignStamp], cards: Sequence[CampaignCard]) -> None:
    full = {card.card_number for card in cards}
    for stamp in [stamp for stamp in stamps if stamp.card_number not in full]:
        stamps.remove(stamp)
        session.delete(stamp)


def _carry_campaign(
    session: Session,
    into_account_id: uuid.UUID,
    given: Sequence[CampaignStamp],
    cards: Sequence[CampaignCard],
    held: Sequence[CampaignStamp],
    filled: Sequence[CampaignCard],
) -> None:
    full = {card.card_number for card in cards}
    theirs_full = {card.card_number for card in filled}
    last = max([stamp.card_number for stamp in held], default=0)
    numbers = {number: last + place for place, number in enumerate(sorted(full), 1)}
    open_number = next(
        (stamp.card_number for stamp in held if stamp.card_number not in theirs_full), last + len(full) + 1
    )
    on_card = [stamp for stamp in held if stamp.card_number == open_number]
    keys, position = (
        {stamp.distinct_key for stamp in on_card},
        max([stamp.position for stamp in on_card], default=0),
    )
    rows: list[CampaignStamp | CampaignCard] = []
    for stamp in sorted(given, key=lambda one: (one.card_number, one.position)):
        if stamp.card_number in full:
            rows.append(_stamp(stamp, into_account_id, numbers[stamp.card_number], stamp.position))
        elif stamp.distinct_key not in keys:
            keys.add(stamp.distinct_key)
            position += 1
            rows.append(_stamp(stamp, into_account_id, open_number, position))
    rows += [
        CampaignCard(
            campaign_id=card.campaign_id,
            account_id=into_account_id,
            card_number=numbers[card.card_number],
            completed_at=card.completed_at,
            purchase_id=card.purchase_id,
        )
        for card in cards
    ]
    for old in (*given, *cards):
        session.delete(old)
    session.flush()
    session.add_all(rows)
    session.flush()


def _stamp(stamp: CampaignStamp, account_id: uuid.UUID, card_number: int, position: int) -> CampaignStamp:
    return CampaignStamp(
        campaign_id=stamp.campaign_id,
        account_id=account_id,
        card_number=card_number,
        position=position,
        distinct_key=stamp.distinct_key,
        purchase_id=stamp.purchase_id,
        stamped_at=stamp.stamped_at,
    )


def _rows(session: Session, model: type[Row], account_id: uuid.UUID) -> Sequence[Row]:
    query = select(model).where(model.account_id == account_id).execution_options(populate_existing=True)
    return session.scalars(query.with_for_update()).all()


def _key(row: CampaignCounter) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in KEY)


def _rename(session: Session, row: CampaignCounter, account_id: uuid.UUID) -> None:
    values = {name: getattr(row, name) for name in KEY}
    copy = CampaignCounter(
        **values,
        account_id=account_id,
        awarded_points=row.awarded_points,
        award_count=row.award_count,
        change_count=row.change_count + 1,
    )
    session.delete(row)
    session.add(copy)


def _by_campaign(rows: Sequence[Stamped]) -> dict[uuid.UUID, list[Stamped]]:
    found: dict[uuid.UUID, list[Stamped]] = defaultdict(list)
    for row in rows:
        found[row.campaign_id].append(row)
    return found

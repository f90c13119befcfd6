"""A citizen's stamp cards as a purchase needs them: which card comes next, what it holds, where the next stamp goes."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.campaigns.models import CampaignCard, CampaignStamp
from backend.campaigns.rules.deciding import RunningCampaign
from backend.campaigns.rules.stamps import StampState


@dataclass(frozen=True, slots=True)
class Card:
    """`state` as the rules know it. `positions` are taken: where a refund took a stamp away, one is free."""

    state: StampState
    positions: frozenset[int]

    def taken_positions(self, card_number: int) -> frozenset[int]:
        """On that card, which is this one or an empty one."""
        return self.positions if card_number == self.state.card_number else frozenset()

    def free_position(self, card_number: int) -> int:
        """The lowest on that card."""
        taken = self.taken_positions(card_number)
        return next(place for place in range(1, len(taken) + 2) if place not in taken)


def list_cards(
    session: Session, *, account_id: uuid.UUID, campaigns: Sequence[RunningCampaign]
) -> Mapping[uuid.UUID, Card]:
    """By campaign, of those of which the account has a stamp."""
    ids = [campaign.id for campaign in campaigns]
    stamps = session.execute(
        select(
            CampaignStamp.campaign_id,
            CampaignStamp.card_number,
            CampaignStamp.position,
            CampaignStamp.distinct_key,
            CampaignStamp.stamped_at,
        )
        .where(CampaignStamp.account_id == account_id, CampaignStamp.campaign_id.in_(ids))
        .order_by(CampaignStamp.campaign_id, CampaignStamp.card_number, CampaignStamp.position)
    ).all()
    if not stamps:
        return {}
    completed = {
        (row.campaign_id, row.card_number): row.completed_at
        for row in session.execute(
            select(CampaignCard.campaign_id, CampaignCard.card_number, CampaignCard.completed_at).where(
                CampaignCard.account_id == account_id, CampaignCard.campaign_id.in_(ids)
            )
        )
    }
    cards = {}
    for campaign in campaigns:
        of_campaign = [stamp for stamp in stamps if stamp.campaign_id == campaign.id]
        if not of_campaign:
            continue
        numbers = sorted({stamp.card_number for stamp in of_campaign})
        # An open card goes before a full one: a refund may have opened an earlier one again.
        number = next((number for number in numbers if (campaign.id, number) not in completed), numbers[-1])
        held = [stamp for stamp in of_campaign if stamp.card_number == number]
        state = StampState(
            number,
            tuple((stamp.distinct_key, stamp.stamped_at) for stamp in held),
            completed.get((campaign.id, number)),
        )
        cards[campaign.id] = Card(state, frozenset(stamp.position for stamp in held))
    return cards

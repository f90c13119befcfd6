"""GET /v1/me/stamp-cards."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.writes import WriteList
from backend.campaigns.models import Campaign
from backend.campaigns.writes import STAMPS
from tests.factories.campaigns import make_campaign
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/stamp-cards"
RULE = {
    "distinct": "districts",
    "target": 5,
    "repeats": True,
    "reward": {"points": 300},
}


@pytest.fixture
def rally(database: Database, world: World, at: datetime) -> Campaign:
    """With one stamp of the citizen's."""

    def work(session: Session) -> Campaign:
        campaign = make_campaign(session, at=at, approved_by=world.approver.id, stamp_card=RULE)
        stamp = {
            "campaign_id": campaign.id,
            "account_id": world.citizen.account_id,
            "card_number": 1,
            "position": 1,
            "distinct_key": "北大通",
            "purchase_id": uuid.UUID(int=1),
            "stamped_at": at,
        }
        WriteList([STAMPS]).run(session, {STAMPS.name: [stamp]})
        return campaign

    return database.run(work)


class TestListMyStampCards:
    def test_shows_how_far_i_am(self, citizen: ApiClient, rally: Campaign) -> None:
        response = citizen.get(PATH)

        assert response.status_code == 200
        assert response.get_json()["items"] == [
            {
                "campaign_id": str(rally.id),
                "campaign": "summerまつり",
                "distinct": "districts",
                "card_number": 1,
                "target": 5,
                "given": 1,
                "is_completed": False,
                "completed_cards": 0,
                "repeats": True,
                "last_stamped_at": "2026-06-15T03:00:00+00:00",
                "ends_at": "2026-07-15T03:00:00+00:00",
            }
        ]

    def test_shows_nobody_elses_stamps(self, neighbour: ApiClient, rally: Campaign) -> None:
        [card] = neighbour.get(PATH).get_json()["items"]

        assert (card["campaign"], card["given"]) == ("summer festival", 0)

    def test_is_empty_where_nothing_is_stamped(self, citizen: ApiClient) -> None:
        assert citizen.get(PATH).get_json() == {"items": []}

    def test_is_for_citizens(self, nobody: ApiClient, clerk: ApiClient) -> None:
        assert [nobody.get(PATH).status_code, clerk.get(PATH).status_code] == [401, 403]

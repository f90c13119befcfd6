"""Many at once, on real databases: of the last use, a code's second use, a day's report and a budget."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.errors import MeguriError
from backend.campaigns.models import Campaign, CampaignCounter, MissionClaim, RewardCode
from backend.campaigns.service.reward_codes import revoke_reward_code
from backend.points.queries import get_balance
from backend.points.verification import verify_ledger
from backend.web.ground import Ground
from tests.factories.missions import VOLUNTEERING, WALKING, YEARLY, Town
from tests.factories.people import SignedInCitizen, make_citizen
from tests.factories.world import World

CROWD = 8
Work = Callable[[Session], Any]


@pytest.fixture
def town(ground: Ground, world: World, at: datetime) -> Iterator[Town]:
    """Whose ledger still adds up at the end of each test."""
    yield Town(ground, world, at)
    assert ground.database.run(verify_ledger) == []


@pytest.fixture
def crowd(town: Town) -> list[SignedInCitizen]:
    return town.database.run(
        lambda session: [make_citizen(session, at=town.at, nickname=f"{number}") for number in range(CROWD)]
    )


def outcomes(town: Town, works: list[Work]) -> Counter[str]:
    """How each ended, all let go in the same moment: "done" or the code of its refusal."""
    gate = Barrier(len(works))

    def attempt(work: Work) -> str:
        gate.wait()
        try:
            town.database.run(work)
        except MeguriError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return Counter(pool.map(attempt, works))


def found(town: Town, query: Any) -> Any:
    return town.database.run(lambda session: session.scalar(query))


def balance(town: Town, account_id: uuid.UUID) -> int:
    return town.database.run(lambda session: get_balance(session, account_id=account_id))


def count_claims(town: Town) -> int:
    return int(found(town, select(func.count()).select_from(MissionClaim)))


@pytest.mark.slow
class TestClaimsAtOnce:
    @pytest.mark.parametrize("round", range(3))
    @pytest.mark.parametrize("limit", [1, 5])
    def test_of_one_code_go_as_far_as_its_uses_and_no_further(
        self, town: Town, crowd: list[SignedInCitizen], limit: int, round: int
    ) -> None:
        [code] = town.codes(town.mission(), uses_each=limit)

        ended = outcomes(town, [town.claiming(code, by=citizen) for citizen in crowd])

        assert ended == {"done": limit, "reward_code_used_up": CROWD - limit}
        assert (count_claims(town), found(town, select(RewardCode.uses_left))) == (limit, 0)

    @pytest.mark.parametrize("round", range(3))
    def test_of_one_person_by_one_code_are_one(self, town: Town, round: int) -> None:
        [code] = town.codes(town.mission(), uses_each=100)

        ended = outcomes(town, [town.claiming(code)] * CROWD)

        assert ended == {"done": 1, "reward_code_claimed": CROWD - 1}
        assert (count_claims(town), found(town, select(RewardCode.uses_left))) == (1, 99)
        assert balance(town, town.world.citizen.account_id) == 100

    @pytest.mark.parametrize("round", range(3))
    def test_of_one_person_by_many_codes_keep_to_the_cap_of_the_year(self, town: Town, round: int) -> None:
        codes = town.codes(town.mission(caps=[YEARLY]), count=5)

        ended = outcomes(town, [town.claiming(code) for code in codes])

        assert ended == {"done": 3, "mission_not_rewarded": 2}
        assert found(town, select(CampaignCounter.awarded_points)) == 300
        assert balance(town, town.world.citizen.account_id) == 300
        assert found(town, select(func.sum(RewardCode.uses_left))) == 2

    @pytest.mark.parametrize(
        ("points", "budget", "winners"),
        [(100, 450, 5), (4_000, 10_000, 3)],  # one slice; sixteen, each too small for one award
    )
    def test_share_out_a_budget_to_its_last_point_and_no_further(
        self, town: Town, crowd: list[SignedInCitizen], points: int, budget: int, winners: int
    ) -> None:
        mission = VOLUNTEERING | {"tiers": [{"from_quantity": 1, "points": points}]}
        campaign_id = town.mission(mission, budget_points=budget)
        [code] = town.codes(campaign_id, uses_each=100)

        ended = outcomes(town, [town.claiming(code, by=citizen) for citizen in crowd])

        assert ended == {"done": winners, "mission_not_rewarded": CROWD - winners}
        account_id = found(town, select(Campaign.funding_account_id).where(Campaign.id == campaign_id))
        assert balance(town, account_id) == 0
        assert found(town, select(func.sum(MissionClaim.points))) == budget
        assert found(town, select(RewardCode.uses_left)) == 100 - winners

    @pytest.mark.parametrize("round", range(3))
    def test_and_a_revocation_leave_no_use_after_it(
        self, town: Town, crowd: list[SignedInCitizen], round: int
    ) -> None:
        campaign_id = town.mission()
        [code] = town.codes(campaign_id, uses_each=100)
        code_id = found(town, select(RewardCode.id))

        def revoking(session: Session) -> None:
            revoke_reward_code(session, campaign_id=campaign_id, reward_code_id=code_id, at=town.at)

        ended = outcomes(town, [*(town.claiming(code, by=citizen) for citizen in crowd), revoking])

        claimed = ended["done"] - 1
        assert ended["reward_code_not_found"] == CROWD - claimed
        assert (count_claims(town), found(town, select(RewardCode.uses_left))) == (claimed, 100 - claimed)


@pytest.mark.slow
class TestReportsAtOnce:
    @pytest.mark.parametrize("round", range(3))
    def test_of_one_day_are_one_and_all_are_answered(self, town: Town, round: int) -> None:
        campaign_id = town.mission(WALKING)

        ended = outcomes(town, [town.reporting(campaign_id, 9_000)] * 4)

        assert ended == {"done": 4}
        assert (count_claims(town), balance(town, town.world.citizen.account_id)) == (1, 100)

    @pytest.mark.parametrize("round", range(3))
    def test_that_say_more_and_more_give_what_the_most_is_worth(self, town: Town, round: int) -> None:
        campaign_id = town.mission(WALKING)
        town.report(campaign_id, 5_000)

        ended = outcomes(
            town, [town.reporting(campaign_id, quantity) for quantity in (6_000, 8_500, 9_000, 12_000)]
        )

        assert ended == {"done": 4}
        claim = found(town, select(MissionClaim))
        assert (claim.quantity, claim.points) == (12_000, 100)
        assert balance(town, town.world.citizen.account_id) == 100

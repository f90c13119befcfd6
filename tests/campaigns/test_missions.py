"""What is done without a purchase earns points once, within caps and budget, and is told."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.base.text import text
from backend.campaigns.missions import list_missions
from backend.campaigns.models import Campaign, CampaignCounter, MissionClaim, RewardCode
from backend.campaigns.service.missions import (
    MissionNotFound,
    MissionNotReported,
    MissionNotRewarded,
    ReportDayOutsideWindow,
    RewardCodeClaimed,
    RewardCodeExpired,
    RewardCodeNotUsableYet,
    RewardCodeUsedUp,
)
from backend.campaigns.service.recording import count_up_revision
from backend.campaigns.service.reward_codes import RewardCodeNotFound, revoke_reward_code
from backend.campaigns.service.running import pause_campaign
from backend.campaigns.states import CampaignNotRunning
from backend.notices.models import Delivery, Notice
from backend.people.models import Citizen
from backend.points.models import PointsDebt, PointsLot, PointsTransaction
from backend.points.queries import get_balance, get_points_summary
from backend.points.verification import verify_ledger
from backend.points.writes import POST, debt_rows
from backend.web.ground import Ground
from tests.factories.missions import DAILY, DAY, VOLUNTEERING, WALKING, YEARLY, Town
from tests.factories.notices import make_device
from tests.factories.world import World

TODAY = date(2026, 6, 15)


@pytest.fixture
def town(ground: Ground, world: World, at: datetime) -> Iterator[Town]:
    """Whose ledger still adds up at the end of each test."""
    yield Town(ground, world, at)
    assert ground.database.run(verify_ledger) == []


def found(town: Town, query: Any) -> Any:
    return town.database.run(lambda session: session.scalar(query))


def balance(town: Town) -> int:
    account_id = town.world.citizen.account_id
    return town.database.run(lambda session: get_balance(session, account_id=account_id))


def budget_left(town: Town, campaign_id: uuid.UUID) -> int:
    def work(session: Session) -> int:
        account_id = session.get_one(Campaign, campaign_id).funding_account_id
        assert account_id is not None
        return get_balance(session, account_id=account_id)

    return town.database.run(work)


def uses_left(town: Town) -> int:
    return int(found(town, select(RewardCode.uses_left)))


def count_claims(town: Town) -> int:
    return int(found(town, select(func.count()).select_from(MissionClaim)))


def reason(refused: pytest.ExceptionInfo[MissionNotRewarded]) -> str:
    """In English."""
    return text("error.mission_not_rewarded", "en", **refused.value.params)


def change_citizen(town: Town, **values: Any) -> None:
    query = update(Citizen).where(Citizen.id == town.world.citizen.id).values(**values)
    town.database.run(lambda session: session.execute(query))


def owe(town: Town, campaign_id: uuid.UUID, points: int) -> None:
    """The citizen owes the campaign's budget so much."""

    def work(session: Session) -> None:
        account_id = session.get_one(Campaign, campaign_id).funding_account_id
        assert account_id is not None
        rows = debt_rows(
            account_id=town.world.citizen.account_id,
            owed={account_id: points},
            source_id=uuid.UUID(int=1),
            at=town.at,
        )
        POST.run(session, rows)

    town.database.run(work)


class TestClaimReward:
    def test_grants_the_tier_of_the_codes_quantity(self, town: Town) -> None:
        campaign_id = town.mission()
        [code] = town.codes(campaign_id, quantity=3)

        claim = town.claim(code)

        assert (claim.points, claim.quantity, claim.unit, claim.done_on) == (200, 3, "hours", TODAY)
        assert claim.verdict["code"] == "awarded"
        assert balance(town) == 200

    def test_takes_the_points_out_of_the_missions_budget(self, town: Town) -> None:
        campaign_id = town.mission(budget_points=1_000)
        [code] = town.codes(campaign_id)

        town.claim(code)

        assert budget_left(town, campaign_id) == 900

    def test_makes_a_lot_with_the_rules_pending_and_lifetime(self, town: Town) -> None:
        campaign_id = town.mission(pending={"days": 10}, lifetime={"until": "2027-03-31"})
        [code] = town.codes(campaign_id)

        town.claim(code)

        lot = found(town, select(PointsLot))
        assert lot.spendable_at == datetime(2026, 6, 24, 15, tzinfo=UTC)
        assert lot.expires_at == datetime(2027, 3, 31, 15, tzinfo=UTC)

    def test_names_the_claim_as_the_source_of_the_points(self, town: Town) -> None:
        [code] = town.codes(town.mission())

        claim = town.claim(code)

        assert (
            found(town, select(PointsTransaction.kind).where(PointsTransaction.source_id == claim.id))
            == "grant"
        )

    def test_uses_one_use_of_the_code(self, town: Town) -> None:
        [code] = town.codes(town.mission(), uses_each=5)

        town.claim(code)

        assert uses_left(town) == 4

    def test_takes_the_code_as_people_type_it(self, town: Town) -> None:
        [code] = town.codes(town.mission())

        assert town.claim(f" {code.lower().replace('-', ' － ')} ").points == 100

    def test_tells_the_citizen_in_the_inbox_and_on_the_phone(self, town: Town) -> None:
        town.database.run(lambda session: make_device(session, citizen_id=town.world.citizen.id, at=town.at))
        campaign_id = town.mission()
        [code] = town.codes(campaign_id)

        claim = town.claim(code)

        notice = found(town, select(Notice))
        assert notice.kind == "mission_rewarded"
        assert notice.params == {
            "campaign": {"ja": "summerまつり", "ja@easy": "summerの おまつり", "en": "summer festival"},
            "points": 100,
            "balance_points": 100,
            "campaign_id": str(campaign_id),
            "claim_id": str(claim.id),
        }
        assert found(town, select(Delivery.notice_id)) == notice.id

    def test_tells_a_balance_without_what_is_pending(self, town: Town) -> None:
        [code] = town.codes(town.mission(pending={"days": 10}))

        town.claim(code)

        assert found(town, select(Notice)).params["balance_points"] == 0

    def test_repays_what_is_owed_first(self, town: Town) -> None:
        campaign_id = town.mission(budget_points=1_000)
        owe(town, campaign_id, 70)
        [code] = town.codes(campaign_id)

        claim = town.claim(code)

        assert (claim.points, balance(town), budget_left(town, campaign_id)) == (100, 30, 970)
        assert found(town, select(PointsDebt.owed_points)) == 0
        assert found(town, select(Notice)).params["balance_points"] == 30

    def test_is_cut_to_what_is_left_of_the_year(self, town: Town) -> None:
        campaign_id = town.mission(caps=[YEARLY])
        codes = town.codes(campaign_id, count=2, quantity=2)
        town.claim(codes[0])

        claim = town.claim(codes[1], at=town.at + timedelta(hours=1))

        assert (claim.points, claim.verdict["code"]) == (100, "cut_to_fiscal_year_cap")
        assert claim.verdict["left"] == {"fiscal_year_points": 0}

    def test_is_refused_and_uses_nothing_up_once_the_cap_is_reached(self, town: Town) -> None:
        campaign_id = town.mission(caps=[YEARLY | {"points": 100}])
        first, second = town.codes(campaign_id, count=2)
        town.claim(first)

        with pytest.raises(MissionNotRewarded) as refused:
            town.claim(second)

        assert (
            reason(refused)
            == "No points are earned: You have had the 100 points there are this fiscal year already."
        )
        assert (count_claims(town), balance(town)) == (1, 100)
        assert found(town, select(func.sum(RewardCode.uses_left))) == 1

    def test_counts_another_fiscal_year_anew(self, town: Town) -> None:
        campaign_id = town.mission(caps=[YEARLY | {"points": 100}])
        first, second = town.codes(campaign_id, count=2, valid_until=town.at + 400 * DAY)
        town.claim(first)
        self._prolong(town, campaign_id)

        claim = town.claim(second, at=datetime(2027, 3, 31, 15, tzinfo=UTC))

        assert claim.points == 100

    @staticmethod
    def _prolong(town: Town, campaign_id: uuid.UUID) -> None:
        def work(session: Session) -> None:
            session.get_one(Campaign, campaign_id).ends_at = town.at + 400 * DAY
            count_up_revision(session)

        town.database.run(work)

    def test_gets_the_last_points_of_a_budget_and_marks_it(self, town: Town) -> None:
        campaign_id = town.mission(budget_points=150)
        first, second = town.codes(campaign_id, count=2)
        town.claim(first)

        claim = town.claim(second, by=town.world.neighbour)

        assert (claim.points, claim.verdict["code"]) == (50, "cut_to_budget")
        assert budget_left(town, campaign_id) == 0
        assert found(town, select(Campaign.budget_exhausted_at).where(Campaign.id == campaign_id)) == town.at

    def test_is_refused_and_uses_nothing_up_once_the_budget_is_gone(self, town: Town) -> None:
        campaign_id = town.mission(budget_points=100)
        first, second = town.codes(campaign_id, count=2)
        town.claim(first)

        with pytest.raises(MissionNotRewarded) as refused:
            town.claim(second, by=town.world.neighbour)

        assert reason(refused) == "No points are earned: The campaign's budget has been used up."
        assert found(town, select(func.sum(RewardCode.uses_left))) == 1

    def test_draws_on_several_slices_where_none_has_enough(self, town: Town) -> None:
        mission = VOLUNTEERING | {"tiers": [{"from_quantity": 1, "points": 9_000}]}
        campaign_id = town.mission(mission, budget_points=10_000)
        [code] = town.codes(campaign_id)

        assert town.claim(code).points == 9_000
        assert budget_left(town, campaign_id) == 1_000

    def test_asks_who_somebody_is(self, town: Town) -> None:
        [code] = town.codes(town.mission(who={"standings": ["resident"], "home_rings": ["city"]}))
        with pytest.raises(MissionNotRewarded):
            town.claim(code)
        change_citizen(town, standing="resident", municipality_code="012068")

        assert town.claim(code).points == 100

    def test_asks_when_it_is(self, town: Town) -> None:
        [code] = town.codes(town.mission(when={"weekdays": [6]}))

        with pytest.raises(MissionNotRewarded) as refused:
            town.claim(code)

        assert reason(refused) == "No points are earned: Not on this day of the week."

    def test_is_refused_the_second_time(self, town: Town) -> None:
        [code] = town.codes(town.mission(), uses_each=5)
        town.claim(code)

        with pytest.raises(RewardCodeClaimed):
            town.claim(code)

        assert (uses_left(town), count_claims(town)) == (4, 1)

    def test_is_everybodys_while_uses_are_left(self, town: Town) -> None:
        [code] = town.codes(town.mission(), uses_each=2)
        town.claim(code)

        assert town.claim(code, by=town.world.neighbour).points == 100

    def test_is_refused_after_the_last_use(self, town: Town) -> None:
        [code] = town.codes(town.mission())
        town.claim(code)

        with pytest.raises(RewardCodeUsedUp):
            town.claim(code, by=town.world.neighbour)

    def test_is_refused_before_and_after_the_codes_time(self, town: Town) -> None:
        [code] = town.codes(town.mission())

        with pytest.raises(RewardCodeNotUsableYet):
            town.claim(code, at=town.at - timedelta(hours=1, seconds=1))
        with pytest.raises(RewardCodeExpired):
            town.claim(code, at=town.at + DAY)

    def test_knows_no_other_code(self, town: Town) -> None:
        town.codes(town.mission())

        with pytest.raises(RewardCodeNotFound):
            town.claim("AAAAA-AAAAA")

    def test_knows_no_code_that_was_revoked(self, town: Town) -> None:
        campaign_id = town.mission()
        [code] = town.codes(campaign_id)
        code_id = found(town, select(RewardCode.id))
        town.database.run(
            lambda session: revoke_reward_code(
                session, campaign_id=campaign_id, reward_code_id=code_id, at=town.at
            )
        )

        with pytest.raises(RewardCodeNotFound):
            town.claim(code)

    def test_is_refused_while_the_mission_is_paused(self, town: Town) -> None:
        campaign_id = town.mission()
        [code] = town.codes(campaign_id)
        town.database.run(
            lambda session: pause_campaign(
                session, campaign_id=campaign_id, paused_by=town.world.city.id, reason="雨", at=town.at
            )
        )

        with pytest.raises(CampaignNotRunning):
            town.claim(code)

        assert uses_left(town) == 1

    def test_is_refused_once_the_mission_is_over(self, town: Town) -> None:
        [code] = town.codes(town.mission(), valid_until=town.at + 60 * DAY)

        with pytest.raises(CampaignNotRunning):
            town.claim(code, at=town.at + 30 * DAY)


class TestReportMission:
    def test_grants_the_tier_reached(self, town: Town) -> None:
        campaign_id = town.mission(WALKING)

        claim = town.report(campaign_id, 9_000)

        assert (claim.points, claim.quantity, claim.unit, claim.done_on) == (100, 9_000, "steps", TODAY)
        assert balance(town) == 100

    def test_is_refused_below_the_lowest_tier_and_keeps_nothing(self, town: Town) -> None:
        campaign_id = town.mission(WALKING)

        with pytest.raises(MissionNotRewarded) as refused:
            town.report(campaign_id, 4_999)

        assert reason(refused) == "No points are earned: Not enough to earn points yet."
        assert count_claims(town) == 0

    def test_is_raised_by_what_the_day_is_worth_above_what_it_gave(self, town: Town) -> None:
        campaign_id = town.mission(WALKING)
        first = town.report(campaign_id, 6_000)

        second = town.report(campaign_id, 8_500, at=town.at + timedelta(hours=3))

        assert (second.id, second.quantity, second.points) == (first.id, 8_500, 100)
        assert second.claimed_at == town.at + timedelta(hours=3)
        assert (balance(town), count_claims(town)) == (100, 1)
        assert town.database.run(
            lambda session: session.scalars(select(PointsLot.granted_points).order_by(PointsLot.id)).all()
        ) == [50, 50]

    def test_that_is_raised_counts_as_one_award(self, town: Town) -> None:
        caps = [{"per": "person", "within": "day", "awards": 1}]
        campaign_id = town.mission(WALKING, caps=caps)
        town.report(campaign_id, 6_000)

        assert town.report(campaign_id, 8_500).points == 100
        counter = found(town, select(CampaignCounter))
        assert (counter.awarded_points, counter.award_count, counter.change_count) == (100, 1, 2)

    def test_that_is_raised_keeps_to_the_cap_of_the_day(self, town: Town) -> None:
        campaign_id = town.mission(WALKING, caps=[DAILY])
        town.report(campaign_id, 6_000)

        claim = town.report(campaign_id, 9_000)

        assert (claim.points, claim.verdict["code"]) == (80, "cut_to_day_cap")
        assert claim.verdict["left"] == {"day_points": 0}
        assert (balance(town), found(town, select(CampaignCounter.awarded_points))) == (80, 80)

    def test_that_is_raised_keeps_to_the_budget(self, town: Town) -> None:
        campaign_id = town.mission(WALKING, budget_points=80)
        town.report(campaign_id, 6_000)

        claim = town.report(campaign_id, 9_000)

        assert (claim.points, claim.verdict["code"]) == (80, "cut_to_budget")
        assert budget_left(town, campaign_id) == 0

    def test_of_more_without_more_points_keeps_what_it_earned(self, town: Town) -> None:
        campaign_id = town.mission(WALKING)
        first = town.report(campaign_id, 8_500)

        second = town.report(campaign_id, 12_000)

        assert (second.quantity, second.points, second.verdict) == (12_000, 100, first.verdict)
        assert (balance(town), found(town, select(func.count()).select_from(Notice))) == (100, 1)
        assert found(town, select(MissionClaim.quantity)) == 12_000

    def test_of_more_keeps_its_points_when_the_budget_is_gone(self, town: Town) -> None:
        campaign_id = town.mission(WALKING, budget_points=50)
        town.report(campaign_id, 6_000)

        claim = town.report(campaign_id, 9_000)

        assert (claim.points, claim.verdict["code"], balance(town)) == (50, "awarded", 50)

    @pytest.mark.parametrize("quantity", [9_000, 5_000])
    def test_of_no_more_is_answered_with_what_stands(self, town: Town, quantity: int) -> None:
        campaign_id = town.mission(WALKING)
        first = town.report(campaign_id, 9_000)

        second = town.report(campaign_id, quantity, at=town.at + timedelta(hours=3))

        assert second == first
        assert balance(town) == 100

    def test_counts_each_day_by_itself(self, town: Town) -> None:
        campaign_id = town.mission(WALKING, caps=[DAILY])
        town.report(campaign_id, 9_000)

        claim = town.report(campaign_id, 9_000, on=TODAY - 2 * DAY)

        assert (claim.points, claim.done_on) == (80, date(2026, 6, 13))
        assert balance(town) == 160

    @pytest.mark.parametrize("days", [-1, 3])
    def test_is_of_today_or_two_days_back(self, town: Town, days: int) -> None:
        campaign_id = town.mission(WALKING)

        with pytest.raises(ReportDayOutsideWindow):
            town.report(campaign_id, 9_000, on=TODAY - days * DAY)

    def test_knows_the_day_by_the_citys_clock(self, town: Town) -> None:
        campaign_id = town.mission(WALKING)
        after_midnight = datetime(2026, 6, 15, 15, 1, tzinfo=UTC)

        assert town.report(campaign_id, 9_000, at=after_midnight).done_on == date(2026, 6, 16)

    def test_is_refused_for_a_day_before_the_mission_began(self, town: Town) -> None:
        campaign_id = town.mission(WALKING)
        begun = town.at - 30 * DAY + timedelta(minutes=1)

        with pytest.raises(MissionNotRewarded) as refused:
            town.report(campaign_id, 9_000, on=date(2026, 5, 15), at=begun)

        assert reason(refused) == "No points are earned: This campaign is not running."

    def test_is_refused_once_the_mission_is_over(self, town: Town) -> None:
        campaign_id = town.mission(WALKING)

        with pytest.raises(MissionNotFound):
            town.report(campaign_id, 9_000, on=date(2026, 7, 15), at=town.at + 30 * DAY)

    def test_knows_no_campaign_that_is_no_mission(self, town: Town) -> None:
        with pytest.raises(MissionNotFound):
            town.report(town.world.base_campaign_id, 9_000)

    def test_is_not_taken_where_a_code_is_asked_for(self, town: Town) -> None:
        campaign_id = town.mission()

        with pytest.raises(MissionNotReported):
            town.report(campaign_id, 2)


class TestListMissions:
    def test_tells_what_was_earned_and_what_each_cap_leaves(self, town: Town) -> None:
        campaign_id = town.mission(WALKING, caps=[DAILY | {"points": 120}, YEARLY])
        town.report(campaign_id, 6_000, on=TODAY - DAY)
        town.report(campaign_id, 9_000)

        [progress] = town.database.run(
            lambda session: list_missions(session, account_id=town.world.citizen.account_id, at=town.at)
        )

        assert progress.earned_points == 150
        assert [(left.code, left.left) for left in progress.left] == [
            ("day_points", 20),
            ("fiscal_year_points", 150),
        ]

    def test_tells_everybody_their_own(self, town: Town) -> None:
        campaign_id = town.mission(WALKING, caps=[DAILY])
        town.report(campaign_id, 9_000)

        [progress] = town.database.run(
            lambda session: list_missions(session, account_id=town.world.neighbour.account_id, at=town.at)
        )

        assert (progress.earned_points, progress.left[0].left) == (0, 80)


class TestPoints:
    def test_of_a_mission_are_pending_as_the_rule_says(self, town: Town) -> None:
        campaign_id = town.mission(WALKING, pending={"days": 10})

        town.report(campaign_id, 9_000)

        account_id = town.world.citizen.account_id
        summary = town.database.run(
            lambda session: get_points_summary(session, account_id=account_id, at=town.at)
        )
        assert (summary.balance_points, summary.pending_points) == (0, 100)

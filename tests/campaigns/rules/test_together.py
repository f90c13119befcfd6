"""Several campaigns at once: what adds up, what is best, what stands alone."""

import uuid
from typing import Any

import pytest
from hypothesis import given

from backend.campaigns.rules.deciding import Limits, RunningCampaign, decide
from tests.campaigns.rules.cases import ACCOUNT_ID, Case, cases, make_facts, make_running, unhurried


def giving(number: int, points: int, mode: str = "stackable", priority: int = 0) -> RunningCampaign:
    return make_running(
        number=number, reward={"fixed_points": points}, together={"mode": mode, "priority": priority}
    )


def said(*campaigns: RunningCampaign, limits: Limits | None = None) -> list[tuple[str, int]]:
    """Code and points of each, by number."""
    return [(verdict.code, verdict.points) for verdict in decide(make_facts(), campaigns, limits or Limits())]


SUPERSEDED = ("superseded", 0)


class TestStackable:
    def test_campaigns_add_up(self) -> None:
        assert said(giving(1, 10), giving(2, 20)) == [("awarded", 10), ("awarded", 20)]


class TestBest:
    def test_of_several_the_one_that_gives_most_is_taken(self) -> None:
        assert said(giving(1, 10, "best", 9), giving(2, 20, "best"), giving(3, 5)) == [
            SUPERSEDED,
            ("awarded", 20),
            ("awarded", 5),
        ]

    def test_of_equals_the_higher_priority_is_taken(self) -> None:
        assert said(giving(1, 20, "best"), giving(2, 20, "best", 1)) == [SUPERSEDED, ("awarded", 20)]

    def test_is_measured_after_budgets(self) -> None:
        poor = make_running(
            number=1,
            reward={"fixed_points": 100},
            together={"mode": "best"},
            funding_account_id=uuid.UUID(int=77),
        )
        limits = Limits({}, {poor.funding_account_id: 5})

        assert said(poor, giving(2, 20, "best"), limits=limits) == [SUPERSEDED, ("awarded", 20)]

    def test_keeps_the_reason_of_those_that_gave_nothing_anyway(self) -> None:
        empty = make_running(number=1, together={"mode": "best"}, is_budget_exhausted=True)

        assert said(empty, giving(2, 20, "best")) == [("budget_exhausted", 0), ("awarded", 20)]

    @unhurried
    @given(case=cases())
    def test_is_one_at_most(self, case: Case) -> None:
        best = [verdict for verdict in decide(*case) if verdict.campaign.rule.together.mode == "best"]

        assert sum(verdict.points > 0 for verdict in best if not verdict.campaign.is_base_programme) <= 1


class TestExclusive:
    def test_stands_alone_beside_the_base_programme(self) -> None:
        base = make_running(number=1, is_base_programme=True, reward={"fixed_points": 3})

        assert said(base, giving(2, 10, "exclusive"), giving(3, 90), giving(4, 80, "best")) == [
            ("awarded", 3),
            ("awarded", 10),
            SUPERSEDED,
            SUPERSEDED,
        ]

    def test_of_several_the_highest_priority_stands(self) -> None:
        assert said(giving(1, 90, "exclusive", 1), giving(2, 10, "exclusive", 2)) == [
            SUPERSEDED,
            ("awarded", 10),
        ]

    def test_leaves_the_others_alone_where_it_does_not_match(self) -> None:
        elsewhere = make_running(number=1, where={"rings": ["outside"]}, together={"mode": "exclusive"})

        assert said(elsewhere, giving(2, 20)) == [("ring_not_included", 0), ("awarded", 20)]

    def test_leaves_the_others_alone_once_its_budget_is_empty(self) -> None:
        empty = make_running(number=1, together={"mode": "exclusive"}, is_budget_exhausted=True)

        assert said(empty, giving(2, 20)) == [("budget_exhausted", 0), ("awarded", 20)]

    @unhurried
    @given(case=cases())
    def test_lets_nobody_else_give(self, case: Case) -> None:
        extras = [
            verdict
            for verdict in decide(*case)
            if not verdict.campaign.is_base_programme and (verdict.points or verdict.stamp)
        ]

        alone = [verdict for verdict in extras if verdict.campaign.rule.together.mode == "exclusive"]
        assert not alone or extras == alone[:1]


class TestSharedBudgets:
    @pytest.mark.parametrize(
        ("parts", "outcome"),
        [
            ({"mode": "stackable"}, [("awarded", 3), ("cut_to_budget", 7)]),
            ({"mode": "best"}, [("awarded", 3), ("cut_to_budget", 7)]),
            ({"mode": "exclusive"}, [("awarded", 3), ("cut_to_budget", 7)]),
        ],
    )
    def test_serve_the_base_programme_first(
        self, parts: dict[str, Any], outcome: list[tuple[str, int]]
    ) -> None:
        base = make_running(number=9, is_base_programme=True, reward={"fixed_points": 3})
        extra = make_running(number=1, reward={"fixed_points": 50}, together=parts)

        assert said(base, extra, limits=Limits({}, {ACCOUNT_ID: 10})) == outcome

"""景品表示法: the caps of each mechanism at their edges."""

from typing import Any

import pytest

from backend.base.text import LANGUAGES, text
from backend.campaigns.rules.premiums import (
    Mechanism,
    PremiumCapExceeded,
    PremiumPlan,
    check_premiums,
    premium_caps,
)


def plan(mechanism: str, **changes: Any) -> PremiumPlan:
    usual: dict[str, Any] = {
        "transaction_yen": 500,
        "planned_sales_yen": 10_000_000,
        "largest_prize_yen": 0,
        "total_prizes_yen": 0,
    }
    return PremiumPlan(mechanism=Mechanism(mechanism), **(usual | changes))


def allowed(mechanism: str, **changes: Any) -> dict[str, int]:
    return {cap.field: cap.allowed_yen for cap in premium_caps(plan(mechanism, **changes))}


class TestPremiumCaps:
    def test_do_not_exist_for_a_discount(self) -> None:
        assert premium_caps(plan("discount", largest_prize_yen=10**9)) == []

    @pytest.mark.parametrize(
        ("transaction_yen", "allowed_yen"),
        [(None, 200), (1, 200), (999, 200), (1_000, 200), (1_004, 200), (1_005, 201), (5_000, 1_000)],
    )
    def test_of_premiums_to_all_are_200_yen_or_a_fifth(
        self, transaction_yen: int | None, allowed_yen: int
    ) -> None:
        assert allowed("premium_to_all", transaction_yen=transaction_yen) == {
            "largest_prize_yen": allowed_yen
        }

    @pytest.mark.parametrize(
        ("transaction_yen", "allowed_yen"),
        [(None, 2_000), (500, 10_000), (4_999, 99_980), (5_000, 100_000), (50_000, 100_000)],
    )
    def test_of_a_lotterys_largest_prize_are_twenty_times_the_price(
        self, transaction_yen: int | None, allowed_yen: int
    ) -> None:
        assert allowed("lottery", transaction_yen=transaction_yen)["largest_prize_yen"] == allowed_yen

    def test_of_a_lotterys_total_are_two_percent_of_the_sales(self) -> None:
        assert allowed("lottery", planned_sales_yen=10_000_049)["total_prizes_yen"] == 200_000

    def test_of_a_joint_lottery_are_300000_yen_and_three_percent_whatever_the_price(self) -> None:
        assert allowed("joint_lottery", transaction_yen=1) == {
            "largest_prize_yen": 300_000,
            "total_prizes_yen": 300_000,
        }

    def test_show_their_computation(self) -> None:
        shown = [cap.computation for cap in premium_caps(plan("lottery"))]

        assert shown == ["min(¥500 × 20, ¥100,000) → ¥10,000", "¥10,000,000 × 2% → ¥200,000"]


class TestCheckPremiums:
    def test_lets_pass_what_just_keeps_the_caps(self) -> None:
        kept = plan("lottery", largest_prize_yen=10_000, total_prizes_yen=200_000)

        assert [cap.is_exceeded for cap in check_premiums(kept)] == [False, False]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"largest_prize_yen": 10_001}, "premium.largest_prize_yen"),
            ({"total_prizes_yen": 200_001}, "premium.total_prizes_yen"),
        ],
    )
    def test_refuses_one_yen_more(self, changes: dict[str, int], field: str) -> None:
        with pytest.raises(PremiumCapExceeded) as caught:
            check_premiums(plan("lottery", **changes))

        assert caught.value.field == field

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_shows_the_computation_in_every_language(self, language: str) -> None:
        with pytest.raises(PremiumCapExceeded) as caught:
            check_premiums(plan("premium_to_all", transaction_yen=2_000, largest_prize_yen=401))

        said = text(f"error.{caught.value.code}", language, **caught.value.params)
        assert "¥2,000 × 20% → ¥400" in said

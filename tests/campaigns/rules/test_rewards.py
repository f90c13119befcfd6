"""How much: of which amount, of which goods."""

from typing import Any

import pytest

from backend.campaigns.rules.deciding import Limits, decide
from backend.campaigns.rules.facts import LineFacts
from tests.campaigns.rules.cases import PRODUCT_ID, make_facts, make_running, verdict_of

FISH = LineFacts(amount_yen=300, category="fish", origin_ring="city", certifications=frozenset({"local"}))
RICE = LineFacts(amount_yen=200, quantity=2, gtin="4901234567894", product_id=PRODUCT_ID)
TOBACCO = LineFacts(amount_yen=600, category="tobacco")
TIERS = [
    {"from_yen": 5000, "rate_permille": 100},
    {"from_yen": 1000, "fixed_points": 30},
]


class TestRewards:
    @pytest.mark.parametrize(
        ("amount_yen", "rate_permille", "points"),
        [(199, 10, 1), (100, 10, 1), (1280, 50, 64), (999, 1000, 999), (9_999_999, 1000, 9_999_999)],
    )
    def test_by_rate_round_down(self, amount_yen: int, rate_permille: int, points: int) -> None:
        verdict = verdict_of(make_facts(amount_yen), reward={"rate_permille": rate_permille})

        assert verdict.points == points

    def test_of_less_than_a_point_are_too_small(self) -> None:
        assert verdict_of(make_facts(99), reward={"rate_permille": 10}).code == "amount_too_small"

    def test_may_be_fixed_whatever_the_amount(self) -> None:
        assert verdict_of(make_facts(1), reward={"fixed_points": 30}).points == 30

    @pytest.mark.parametrize(("amount_yen", "points"), [(499, 0), (500, 10), (1499, 20)])
    def test_by_step_count_full_steps(self, amount_yen: int, points: int) -> None:
        verdict = verdict_of(make_facts(amount_yen), reward={"step_yen": 500, "step_points": 10})

        assert verdict.points == points

    @pytest.mark.parametrize(("amount_yen", "points"), [(999, 0), (1000, 30), (4999, 30), (5000, 500)])
    def test_by_tier_take_the_highest_reached(self, amount_yen: int, points: int) -> None:
        assert verdict_of(make_facts(amount_yen), reward={"tiers": TIERS}).points == points


class TestMultipliers:
    def test_multiply_what_the_base_programme_awarded(self) -> None:
        base = make_running(number=9, is_base_programme=True, caps=[{"per": "purchase", "points": 30}])
        double = make_running(number=1, reward={"multiplier_permille": 1500})

        verdicts = decide(make_facts(), [double, base], Limits())

        assert [verdict.points for verdict in verdicts] == [30, 45]

    def test_need_an_award_to_multiply(self) -> None:
        assert verdict_of(reward={"multiplier_permille": 2000}).code == "base_award_missing"


class TestAmounts:
    @pytest.mark.parametrize(("amount", "points"), [("net", 20), ("gross", 50)])
    def test_are_net_of_points_unless_the_campaign_says_gross(self, amount: str, points: int) -> None:
        facts = make_facts(gross_yen=1000, paid_yen=400)

        assert verdict_of(facts, reward={"rate_permille": 50, "amount": amount}).points == points

    @pytest.mark.parametrize("reward", [{"rate_permille": 50}, {"fixed_points": 5}])
    def test_paid_with_points_alone_earn_none(self, reward: dict[str, int]) -> None:
        facts = make_facts(gross_yen=1000, paid_yen=0)

        assert verdict_of(facts, reward=reward).code == "nothing_paid"

    @pytest.mark.parametrize(
        ("amount_yen", "code", "params"),
        [
            (499, "amount_below_minimum", {"minimum_yen": 500}),
            (500, "awarded", {}),
            (999, "awarded", {}),
            (1000, "amount_too_large", {"below_yen": 1000}),
        ],
    )
    def test_lie_between_minimum_and_end(self, amount_yen: int, code: str, params: dict[str, int]) -> None:
        verdict = verdict_of(make_facts(amount_yen), what={"minimum_yen": 500, "below_yen": 1000})

        assert (verdict.code, verdict.params) == (code, params)


class TestExcludedGoods:
    def test_are_taken_off_the_amount(self) -> None:
        assert verdict_of(make_facts(lines=(TOBACCO, FISH))).points == 20

    def test_of_the_rule_are_taken_off_as_well(self) -> None:
        verdict = verdict_of(make_facts(lines=(TOBACCO, FISH)), what={"excluded_categories": ["fish"]})

        assert verdict.points == 5

    def test_are_taken_off_before_the_minimum_is_asked(self) -> None:
        verdict = verdict_of(make_facts(lines=(TOBACCO,)), what={"minimum_yen": 500})

        assert verdict.code == "amount_below_minimum"

    @pytest.mark.parametrize("amount", ["net", "gross"])
    def test_alone_earn_nothing(self, amount: str) -> None:
        facts = make_facts(600, lines=(TOBACCO,))

        verdict = verdict_of(facts, reward={"fixed_points": 5, "amount": amount})

        assert verdict.code == "excluded_goods_only"

    def test_are_none_of_the_goods_a_rule_asks_for(self) -> None:
        verdict = verdict_of(make_facts(lines=(TOBACCO,)), what={"products": [{"categories": ["tobacco"]}]})

        assert verdict.code == "product_missing"


class TestProducts:
    @pytest.mark.parametrize(
        ("product", "code"),
        [
            ({"gtins": ["4901234567894"]}, "awarded"),
            ({"gtins": ["04901234567894"]}, "awarded"),
            ({"gtins": ["49012345*"]}, "awarded"),
            ({"gtins": ["45*"]}, "product_missing"),
            ({"gtins": ["4512345678904"], "product_ids": [str(PRODUCT_ID)]}, "awarded"),
            ({"categories": ["fish"], "certifications": ["local", "organic"]}, "awarded"),
            ({"categories": ["fish"], "certifications": ["organic"]}, "product_missing"),
            ({"origin_rings": ["city"]}, "awarded"),
            ({"origin_rings": ["outside"]}, "product_missing"),
            ({"product_ids": [str(PRODUCT_ID)], "required_count": 2}, "awarded"),
            ({"product_ids": [str(PRODUCT_ID)], "required_count": 3}, "product_missing"),
        ],
    )
    def test_are_found_among_the_lines(self, product: dict[str, Any], code: str) -> None:
        verdict = verdict_of(make_facts(lines=(FISH, RICE)), what={"products": [product]})

        assert verdict.code == code

    @pytest.mark.parametrize(("match", "code"), [("any", "awarded"), ("all", "product_missing")])
    def test_may_all_be_asked_for_or_any(self, match: str, code: str) -> None:
        products = [{"categories": ["fish"]}, {"categories": ["vegetables"]}]

        verdict = verdict_of(
            make_facts(lines=(FISH, RICE)), what={"products": products, "products_match": match}
        )

        assert verdict.code == code

    @pytest.mark.parametrize(
        ("paid_yen", "points"),
        [
            (1000, 50),  # 500 yen of fish and rice
            (500, 25),  # half was paid with points, half of each
        ],
    )
    def test_may_alone_be_rewarded(self, paid_yen: int, points: int) -> None:
        facts = make_facts(gross_yen=1000, paid_yen=paid_yen, lines=(FISH, RICE))

        verdict = verdict_of(
            facts,
            reward={"rate_permille": 100, "amount_of": "matching_lines"},
            what={"products": [{"categories": ["fish"]}, {"gtins": ["490*"]}]},
        )

        assert verdict.points == points

    def test_are_never_rewarded_above_what_was_paid(self) -> None:
        facts = make_facts(200, lines=(FISH,))

        verdict = verdict_of(
            facts,
            reward={"rate_permille": 1000, "amount_of": "matching_lines"},
            what={"products": [{"categories": ["fish"]}]},
        )

        assert verdict.points == 200

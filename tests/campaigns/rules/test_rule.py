"""A rule is what its document says, or is refused by the name of the part at fault."""

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given

from backend.campaigns.rules.conditions import AGE_BANDS, SIZE_CLASSES, STANDINGS, When
from backend.campaigns.rules.lifetimes import Lifetime
from backend.campaigns.rules.parts import RuleContradictory
from backend.campaigns.rules.rewards import Reward
from backend.campaigns.rules.rule import Rule, from_flat
from backend.organisations.models import SizeClass
from backend.people.models import AgeBand, Standing
from tests.campaigns.rules.cases import OFFER_ID, SHOP_ID, in_city, make_rule, rules, unhurried

LIFETIME = {"days": 365}
REWARD = {"rate_permille": 50}
CARD = {"distinct": "shops", "target": 3, "reward": {"points": 100}}
MISSION = {
    "activity": "health",
    "evidence": "report",
    "unit": "steps",
    "tiers": [{"from_quantity": 8500, "points": 100}],
}


def refused_field(document: Any) -> str | None:
    with pytest.raises(RuleContradictory) as caught:
        Rule.from_json(document)
    return caught.value.field


class TestRule:
    @unhurried
    @given(rule=rules)
    def test_comes_back_from_json_as_it_was(self, rule: Rule) -> None:
        assert Rule.from_json(orjson.loads(orjson.dumps(rule.to_json()))) == rule

    def test_keeps_only_what_says_something(self) -> None:
        document = {
            "when": {},
            "where": {"rings": [], "is_locally_owned": None},
            "reward": {"rate_permille": 50, "amount": "net"},
            "caps": [],
            "together": {"mode": "stackable", "priority": 0},
            "lifetime": {"days": 365},
        }

        assert Rule.from_json(document).to_json() == {
            "reward": {"rate_permille": 50},
            "lifetime": {"days": 365},
        }

    def test_keeps_a_no_where_no_is_a_condition(self) -> None:
        assert make_rule(where={"is_locally_owned": False}).to_json()["where"] == {"is_locally_owned": False}

    def test_spells_ids_and_days_as_texts(self) -> None:
        rule = make_rule(where={"shop_ids": [str(SHOP_ID)]}, lifetime={"until": "2028-03-31"})

        assert rule.lifetime.until_on == date(2028, 3, 31)
        assert rule.to_json()["where"] == {"shop_ids": [str(SHOP_ID)]}
        assert rule.to_json()["lifetime"] == {"until": "2028-03-31"}

    def test_built_by_hand_is_checked_alike(self) -> None:
        with pytest.raises(RuleContradictory) as caught:
            Rule(
                when=When(weekdays=frozenset({7})),
                reward=Reward(rate_permille=50),
                lifetime=Lifetime(days=365),
            )

        assert caught.value.field == "rule.when.weekdays.0"

    @pytest.mark.parametrize(
        ("words", "enum"), [(SIZE_CLASSES, SizeClass), (STANDINGS, Standing), (AGE_BANDS, AgeBand)]
    )
    def test_knows_the_words_by_which_shops_and_people_are_kept(self, words: Any, enum: Any) -> None:
        assert list(words) == list(enum)


class TestContradictions:
    @pytest.mark.parametrize(
        ("parts", "field"),
        [
            ({}, "rule.reward"),
            ({"reward": {}}, "rule.reward"),
            ({"reward": REWARD, "stamp_card": CARD}, "rule.reward"),
            ({"reward": REWARD, "mission": MISSION}, "rule.reward"),
            ({"reward": {"rate_permille": 10, "fixed_points": 10}}, "rule.reward"),
            ({"reward": {"rate_permille": 0}}, "rule.reward.rate_permille"),
            ({"reward": {"rate_permille": 1001}}, "rule.reward.rate_permille"),
            ({"reward": {"rate_permille": True}}, "rule.reward.rate_permille"),
            ({"reward": {"rate_permille": 1.5}}, "rule.reward.rate_permille"),
            ({"reward": {"fixed_points": 10**30}}, "rule.reward.fixed_points"),
            ({"reward": {"step_yen": 500}}, "rule.reward.step_points"),
            ({"reward": {"step_yen": 5, "step_points": 6}}, "rule.reward.step_points"),
            ({"reward": {"tiers": [{"from_yen": 1}]}}, "rule.reward.tiers.0.fixed_points"),
            ({"reward": {"tiers": [{"fixed_points": 1}]}}, "rule.reward.tiers.0.from_yen"),
            (
                {
                    "reward": {
                        "tiers": [{"from_yen": 1, "fixed_points": 1}, {"from_yen": 1, "rate_permille": 1}]
                    }
                },
                "rule.reward.tiers",
            ),
            ({"reward": REWARD | {"amount_of": "matching_lines"}}, "rule.what.products"),
            ({"reward": {"fixed_points": 5, "amount_of": "matching_lines"}}, "rule.reward.amount_of"),
            ({"reward": REWARD | {"amount": "half"}}, "rule.reward.amount"),
        ],
    )
    def test_of_rewards_are_named(self, parts: dict[str, Any], field: str) -> None:
        assert refused_field({"lifetime": LIFETIME} | parts) == field

    @pytest.mark.parametrize(
        ("parts", "field"),
        [
            ({"when": {"from_minute": 600}}, "rule.when.until_minute"),
            ({"when": {"until_minute": 600}}, "rule.when.until_minute"),
            ({"when": {"from_minute": 600, "until_minute": 600}}, "rule.when.until_minute"),
            ({"when": {"from_minute": 1440, "until_minute": 600}}, "rule.when.from_minute"),
            ({"when": {"from_minute": 600, "until_minute": 1441}}, "rule.when.until_minute"),
            ({"when": {"weekdays": [0, -1]}}, "rule.when.weekdays.1"),
            ({"when": {"month_days": [32]}}, "rule.when.month_days.0"),
            ({"when": {"holidays": "maybe"}}, "rule.when.holidays"),
            ({"when": []}, "rule.when"),
            ({"where": {"rings": "city"}}, "rule.where.rings"),
            ({"where": {"shop_ids": ["none"]}}, "rule.where.shop_ids.0"),
            ({"where": {"shop_ids": [[]]}}, "rule.where.shop_ids.0"),
            (
                {"where": {"shop_ids": [str(SHOP_ID)], "excluded_shop_ids": [str(SHOP_ID)]}},
                "rule.where.excluded_shop_ids",
            ),
            ({"where": {"size_classes": ["huge"]}}, "rule.where.size_classes.0"),
            ({"where": {"is_locally_owned": 1}}, "rule.where.is_locally_owned"),
            ({"where": {"shop_tags": [""]}}, "rule.where.shop_tags.0"),
            ({"who": {"standings": ["mayor"]}}, "rule.who.standings.0"),
            ({"who": {"is_first_purchase": True, "is_first_visit": False}}, "rule.who.is_first_visit"),
            (
                {"who": {"is_first_purchase": True, "days_since_last_purchase": 3}},
                "rule.who.days_since_last_purchase",
            ),
            ({"what": {"minimum_yen": 500, "below_yen": 500}}, "rule.what.below_yen"),
            ({"what": {"products": [{}]}}, "rule.what.products.0"),
            ({"what": {"products": [{"gtins": ["*"]}]}}, "rule.what.products.0.gtins.0"),
            (
                {"what": {"products": [{"categories": ["fish"]}], "excluded_categories": ["fish"]}},
                "rule.what.excluded_categories",
            ),
            ({"moon": "full"}, "rule.moon"),
            ({"when": {"moon": "full"}}, "rule.when.moon"),
        ],
    )
    def test_of_conditions_are_named(self, parts: dict[str, Any], field: str) -> None:
        assert refused_field({"reward": REWARD, "lifetime": LIFETIME} | parts) == field

    @pytest.mark.parametrize(
        ("caps", "field"),
        [
            ([{"per": "person", "points": 5}], "rule.caps.0.within"),
            ([{"per": "purchase", "within": "day", "points": 5}], "rule.caps.0.within"),
            ([{"per": "person", "within": "day"}], "rule.caps.0.points"),
            ([{"per": "person", "within": "day", "points": 5, "awards": 5}], "rule.caps.0.points"),
            ([{"per": "purchase", "awards": 1}], "rule.caps.0.points"),
            ([{"per": "person", "within": "day", "points": 5}] * 2, "rule.caps.1"),
            ([{"per": "town", "within": "day", "points": 5}], "rule.caps.0.per"),
            ([{"within": "day", "points": 5}], "rule.caps.0.per"),
            ([{"per": "person", "within": "day", "points": 0}], "rule.caps.0.points"),
            ([{"per": "person", "within": "day", "points": 5}] * 9, "rule.caps"),
        ],
    )
    def test_of_caps_are_named(self, caps: list[dict[str, Any]], field: str) -> None:
        assert refused_field({"reward": REWARD, "lifetime": LIFETIME, "caps": caps}) == field

    @pytest.mark.parametrize(
        ("parts", "field"),
        [
            ({"lifetime": None}, "rule.lifetime"),
            ({"lifetime": {}}, "rule.lifetime"),
            ({"lifetime": {"days": 1, "until": "2028-03-31"}}, "rule.lifetime"),
            ({"lifetime": {"until": "2028-02-30"}}, "rule.lifetime.until"),
            ({"lifetime": {"until": "2028-03-31", "rounded_to": "month"}}, "rule.lifetime.rounded_to"),
            ({"pending": {}}, "rule.pending"),
            (
                {"pending": {"until": "2028-04-01"}, "lifetime": {"until": "2028-03-31"}},
                "rule.lifetime.until",
            ),
            ({"together": {"mode": "worst"}}, "rule.together.mode"),
            ({"together": {"priority": 1001}}, "rule.together.priority"),
        ],
    )
    def test_of_the_rest_are_named(self, parts: dict[str, Any], field: str) -> None:
        assert refused_field({"reward": REWARD, "lifetime": LIFETIME} | parts) == field

    @pytest.mark.parametrize(
        ("parts", "field"),
        [
            ({"stamp_card": CARD | {"target": 0}}, "rule.stamp_card.target"),
            ({"stamp_card": CARD | {"reward": {}}}, "rule.stamp_card.reward"),
            (
                {"stamp_card": CARD | {"reward": {"points": 5, "offer_id": str(OFFER_ID)}}},
                "rule.stamp_card.reward",
            ),
            ({"stamp_card": {"target": 3, "reward": {"points": 1}}}, "rule.stamp_card.distinct"),
            ({"stamp_card": CARD, "caps": [{"per": "purchase", "points": 5}]}, "rule.caps"),
            ({"stamp_card": CARD, "together": {"mode": "best"}}, "rule.together.mode"),
            ({"mission": MISSION | {"tiers": []}}, "rule.mission.tiers"),
            ({"mission": MISSION | {"tiers": MISSION["tiers"] * 2}}, "rule.mission.tiers"),
            ({"mission": MISSION, "where": {"rings": ["city"]}}, "rule.where"),
            ({"mission": MISSION, "what": {"minimum_yen": 5}}, "rule.what"),
            ({"mission": MISSION, "who": {"is_first_visit": True}}, "rule.who"),
            (
                {"mission": MISSION, "when": {"from_minute": 540, "until_minute": 600}},
                "rule.when.from_minute",
            ),
            ({"mission": MISSION, "caps": [{"per": "purchase", "points": 5}]}, "rule.caps.0.per"),
        ],
    )
    def test_of_stamp_cards_and_missions_are_named(self, parts: dict[str, Any], field: str) -> None:
        assert refused_field({"lifetime": LIFETIME} | parts) == field

    @pytest.mark.parametrize("document", [None, [], "rule", 5])
    def test_include_what_is_no_rule_at_all(self, document: Any) -> None:
        assert refused_field(document) == "rule"


class TestCheckPeriod:
    def test_lets_the_last_award_live_until_its_day(self) -> None:
        make_rule(lifetime={"until": "2027-03-31"}).check_period(in_city(2027, 4, 1, 0))

    @pytest.mark.parametrize(
        ("parts", "ends"),
        [
            ({}, in_city(2027, 4, 1, 0, 1)),
            ({"pending": {"days": 30}}, in_city(2027, 3, 3)),
            ({"pending": {"until": "2027-03-31"}}, in_city(2027, 4, 2)),
        ],
    )
    def test_refuses_a_last_award_that_could_never_be_spent(self, parts: dict[str, Any], ends: Any) -> None:
        rule = make_rule(lifetime={"until": "2027-03-31"}, **parts)

        with pytest.raises(RuleContradictory):
            rule.check_period(ends)


class TestFromFlat:
    def test_gives_each_word_its_place(self) -> None:
        flat = {
            "rate_permille": 40,
            "size_classes": ["small"],
            "is_locally_owned": True,
            "rings": ["city"],
            "weekdays": [0, 1],
            "from_minute": 600,
            "until_minute": 720,
            "purchase_cap_points": 500,
            "day_cap_points": 200,
        }

        rule = Rule.from_json(from_flat(flat, lifetime_days=180))

        assert rule.to_json() == {
            "when": {"weekdays": [0, 1], "from_minute": 600, "until_minute": 720},
            "where": {"rings": ["city"], "size_classes": ["small"], "is_locally_owned": True},
            "reward": {"rate_permille": 40},
            "caps": [
                {"per": "purchase", "points": 500},
                {"per": "person", "within": "day", "points": 200},
            ],
            "lifetime": {"days": 180},
        }

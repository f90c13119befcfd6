"""The shape of a campaign's rule, as the city office sends it."""

from copy import deepcopy
from typing import Any

import pytest
from marshmallow import ValidationError

from backend.city.campaigns.rule_schemas import RuleIn

ID = "0190a5b0-0000-7000-8000-000000000001"
WHOLE: dict[str, Any] = {
    "when": {
        "weekdays": [0, 6],
        "from_minute": 1320,
        "until_minute": 60,
        "month_days": [3, 13, 23],
        "holidays": "only",
    },
    "where": {
        "shop_ids": [ID],
        "excluded_shop_ids": [ID],
        "organisation_ids": [ID],
        "rings": ["city"],
        "districts": ["北大通"],
        "size_classes": ["small"],
        "is_locally_owned": True,
        "shop_tags": ["魚"],
    },
    "who": {
        "standings": ["resident"],
        "must_be_verified": True,
        "age_bands": ["65_74"],
        "home_districts": ["愛国"],
        "home_rings": ["city"],
        "member_list_ids": [ID],
        "is_birthday_month": True,
        "is_first_purchase": False,
        "is_first_visit": True,
        "days_since_last_purchase": 30,
    },
    "what": {
        "minimum_yen": 500,
        "below_yen": 10000,
        "products": [
            {
                "gtins": ["4901234567894", "49012345*"],
                "product_ids": [ID],
                "categories": ["fish"],
                "certifications": ["kushiro"],
                "origin_rings": ["city"],
                "required_count": 2,
            }
        ],
        "products_match": "any",
        "excluded_categories": ["tobacco"],
        "offer_ids": [ID],
    },
    "reward": {
        "tiers": [{"from_yen": 1000, "fixed_points": 10}, {"from_yen": 5000, "rate_permille": 20}],
        "amount": "gross",
        "amount_of": "matching_lines",
    },
    "caps": [
        {"per": "purchase", "points": 500},
        {"per": "person_at_shop", "within": "fiscal_year", "awards": 3},
    ],
    "together": {"mode": "best", "priority": 1000},
    "pending": {"until": "2027-04-01"},
    "lifetime": {"days": 180, "rounded_to": "fiscal_year"},
}
STAMPS: dict[str, Any] = {
    "stamp_card": {
        "distinct": "districts",
        "target": 5,
        "repeats": True,
        "cool_down_hours": 24,
        "reward": {"offer_id": ID},
    },
    "lifetime": {"until": "2028-03-31"},
}
MISSION: dict[str, Any] = {
    "mission": {
        "activity": "health",
        "evidence": "report",
        "unit": "steps",
        "tiers": [{"from_quantity": 8500, "points": 100}],
    },
    "lifetime": {"days": 365},
}


def refused_fields(rule: dict[str, Any]) -> str:
    """The path of what is refused."""
    with pytest.raises(ValidationError) as caught:
        RuleIn().load(rule)
    return path_of(caught.value.messages)


def path_of(messages: Any) -> str:
    if not isinstance(messages, dict):
        return ""
    [(name, inner)] = messages.items()
    return f"{name}.{path_of(inner)}".rstrip(".")


class TestRuleShape:
    @pytest.mark.parametrize("rule", [WHOLE, STAMPS, MISSION], ids=["purchases", "stamps", "mission"])
    def test_is_kept_as_it_was_sent(self, rule: dict[str, Any]) -> None:
        assert RuleIn().load(deepcopy(rule)) == rule

    @pytest.mark.parametrize(
        ("group", "condition", "value"),
        [
            ("when", "weekdays", [7]),
            ("when", "weekdays", [1, 1]),
            ("when", "weekdays", []),
            ("when", "until_minute", 1441),
            ("when", "month_days", [0]),
            ("when", "holidays", "maybe"),
            ("when", "moon_phase", "full"),
            ("where", "shop_ids", ["no-id"]),
            ("where", "size_classes", ["medium"]),
            ("where", "is_locally_owned", "yes"),
            ("where", "districts", ["x" * 41]),
            ("who", "standings", ["tourist"]),
            ("who", "age_bands", ["18"]),
            ("who", "days_since_last_purchase", 0),
            ("what", "minimum_yen", 0),
            ("what", "below_yen", 10**30),
            ("what", "products", []),
            ("reward", "rate_permille", 0),
            ("reward", "rate_permille", 1001),
            ("reward", "rate_permille", 0.5),
            ("reward", "fixed_points", 1_000_001),
            ("reward", "tiers", []),
            ("reward", "amount", "net "),
            ("together", "mode", "highest"),
            ("together", "priority", 1001),
            ("pending", "until", "2027-02-30"),
            ("pending", "until", "9999-12-31"),
            ("lifetime", "days", 1827),
            ("lifetime", "rounded_to", "week"),
        ],
    )
    def test_refuses_what_is_out_of_its_bounds(self, group: str, condition: str, value: Any) -> None:
        rule = deepcopy(WHOLE)
        rule[group][condition] = value

        assert refused_fields(rule).startswith(f"{group}.{condition}")

    @pytest.mark.parametrize("gtin", ["490123456789X", "4901234", "*", "4*", "49012345678941*", "4901*\n"])
    def test_refuses_what_is_no_gtin(self, gtin: str) -> None:
        rule = deepcopy(WHOLE)
        rule["what"]["products"][0]["gtins"] = [gtin]

        assert refused_fields(rule) == "what.products.0.gtins.0"

    @pytest.mark.parametrize(
        ("cap", "field"),
        [
            ({"per": "town", "points": 1}, "caps.0.per"),
            ({"per": "person", "within": "hour", "points": 1}, "caps.0.within"),
            ({"per": "person", "within": "day", "points": 0}, "caps.0.points"),
            ({"per": "person", "within": "day", "awards": -1}, "caps.0.awards"),
            ({"within": "day", "points": 1}, "caps.0.per"),
        ],
    )
    def test_refuses_what_is_no_cap(self, cap: dict[str, Any], field: str) -> None:
        assert refused_fields(deepcopy(WHOLE) | {"caps": [cap]}) == field

    def test_has_eight_caps_at_most(self) -> None:
        caps = [{"per": "person", "within": "day", "points": number} for number in range(1, 10)]

        assert refused_fields(deepcopy(WHOLE) | {"caps": caps}) == "caps"

    def test_says_how_long_its_points_live(self) -> None:
        rule = {name: group for name, group in WHOLE.items() if name != "lifetime"}

        assert refused_fields(rule) == "lifetime"

    @pytest.mark.parametrize("missing", ["distinct", "target", "reward"])
    def test_of_a_stamp_card_is_whole(self, missing: str) -> None:
        rule = deepcopy(STAMPS)
        del rule["stamp_card"][missing]

        assert refused_fields(rule) == f"stamp_card.{missing}"

    @pytest.mark.parametrize("missing", ["activity", "evidence", "unit", "tiers"])
    def test_of_a_mission_is_whole(self, missing: str) -> None:
        rule = deepcopy(MISSION)
        del rule["mission"][missing]

        assert refused_fields(rule) == f"mission.{missing}"

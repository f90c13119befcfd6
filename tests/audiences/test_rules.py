"""What a description may say."""

import uuid
from typing import Any

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.audiences.conditions import CITIZENS_MAX, KINDS, NAMES_MAX, SHOPS_MAX
from backend.audiences.rules import (
    CONDITIONS_MAX,
    DEPTH_MAX,
    PARTS_MAX,
    Audience,
    AudienceInvalid,
    Mention,
    read_audience,
    read_with_mentions,
    write_audience,
)
from backend.organisations.regions import load_region
from tests.audiences.descriptions import descriptions
from tests.factories.towns import SmallTown

REGION = load_region()
SHOP, OTHER_SHOP = uuid.UUID(int=1), uuid.UUID(int=2)
TOWN = SmallTown(
    citizen_ids=[uuid.UUID(int=number) for number in range(20, 25)],
    shop_ids=[SHOP, OTHER_SHOP],
    list_ids=[uuid.UUID(int=7)],
    campaign_ids=[uuid.UUID(int=8)],
)
A, B, C = {"district": ["鳥取"]}, {"language": ["en"]}, {"age_band": ["under_18"]}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "shop_ids", "within_days", *[kind.name for kind in KINDS]])
            | st.text(max_size=5),
            inner,
            max_size=2,
        )
    ),
    max_leaves=12,
)


def nested(depth: int) -> dict[str, Any]:
    """So many levels, none of which means the same as the one above."""
    found: dict[str, Any] = A
    for level in range(1, depth):
        found = {("all", "any")[level % 2]: [found, {"birthday_month": [level]}]}
    return found


def field_of(document: Any, shop_id: uuid.UUID | None = None) -> str | None:
    """At fault."""
    with pytest.raises(AudienceInvalid) as raised:
        read_audience(document, region=REGION, shop_id=shop_id)
    return raised.value.field


def field_or_none(document: Any) -> str | None:
    """Likewise; None where nothing is."""
    try:
        read_audience(document, region=REGION)
    except AudienceInvalid as error:
        return error.field
    return None


class TestCanonicalForm:
    @settings(max_examples=300)
    @given(document=descriptions(TOWN))
    def test_is_read_as_the_same(self, document: dict[str, Any]) -> None:
        try:
            audience = read_audience(document, region=REGION)
        except AudienceInvalid:
            assume(False)

        assert read_audience(write_audience(audience), region=REGION) == audience

    @settings(max_examples=300)
    @given(document=descriptions(TOWN))
    def test_is_json(self, document: dict[str, Any]) -> None:
        try:
            written = write_audience(read_audience(document, region=REGION))
        except AudienceInvalid:
            assume(False)

        assert orjson.loads(orjson.dumps(written)) == written

    @pytest.mark.parametrize(
        ("document", "canonical"),
        [
            ({}, {}),
            ({"district": ["鳥取", "愛国", "鳥取"]}, {"district": ["愛国", "鳥取"]}),
            ({"ring": ["outside", "city"]}, {"ring": ["city", "outside"]}),
            ({"all": [B, A]}, {"all": [A, B]}),
            ({"all": [A, {"all": [B, {"any": [C]}]}]}, {"all": [A, C, B]}),
            ({"any": [A, {"any": [A, B]}]}, {"any": [A, B]}),
            ({"all": [A, A]}, A),
            ({"not": {"not": A}}, A),
            (
                {"visited_shop": {"shop_ids": [str(SHOP).upper()], "within_days": 7, "at_least_times": 1}},
                {"visited_shop": {"shop_ids": [str(SHOP)], "within_days": 7}},
            ),
            (
                {"last_purchase": {"never": True, "at_least_days_ago": None}},
                {"last_purchase": {"never": True}},
            ),
            ({"birthday_month": "current"}, {"birthday_month": "current"}),
            ({"birthday_month": [7, 6]}, {"birthday_month": [6, 7]}),
        ],
    )
    def test_says_each_thing_once_in_one_order(
        self, document: dict[str, Any], canonical: dict[str, Any]
    ) -> None:
        assert write_audience(read_audience(document, region=REGION)) == canonical


class TestReadAudience:
    def test_of_nothing_is_everybody(self) -> None:
        assert read_audience({}, region=REGION) == Audience()

    @settings(max_examples=500)
    @given(document=json_values)
    def test_refuses_whatever_it_does_not_know(self, document: Any) -> None:
        assert (field_or_none(document) or "audience").startswith("audience")

    @pytest.mark.parametrize(
        ("document", "field"),
        [
            ([], "audience"),
            ("everybody", "audience"),
            (None, "audience"),
            ({"colour": ["red"]}, "audience.colour"),
            ({"x" * 100_000: 1}, f"audience.{'x' * 40}"),
            ({**A, **B}, "audience"),
            ({"all": []}, "audience.all"),
            ({"all": A}, "audience.all"),
            ({"any": "x"}, "audience.any"),
            ({"all": [A, {}]}, "audience.all[1]"),
            ({"all": [A, None]}, "audience.all[1]"),
            ({"all": [A, {"district": []}]}, "audience.all[1].district"),
            ({"not": []}, "audience.not"),
            ({"not": {}}, "audience.not"),
            ({"not": {"any": [{"age_band": ["old"]}]}}, "audience.not.any[0].age_band[0]"),
            ({"district": "鳥取"}, "audience.district"),
            ({"district": ["鳥\u0000取"]}, "audience.district[0]"),
            ({"district": [" "]}, "audience.district[0]"),
            ({"district": ["x" * 41]}, "audience.district[0]"),
            ({"district": [["鳥取"]]}, "audience.district[0]"),
            ({"district": [f"{number}" for number in range(NAMES_MAX + 1)]}, "audience.district"),
            ({"district": None}, "audience.district"),
            ({"ring": ["nowhere"]}, "audience.ring[0]"),
            ({"ring": []}, "audience.ring"),
            ({"standing": ["resident"]}, "audience.standing"),
            ({"standing": {"standings": ["king"]}}, "audience.standing.standings[0]"),
            ({"standing": {"verified": True}}, "audience.standing.standings"),
            ({"standing": {"standings": ["worker"], "verified": 1}}, "audience.standing.verified"),
            ({"birthday_month": "next"}, "audience.birthday_month"),
            ({"birthday_month": [0]}, "audience.birthday_month[0]"),
            ({"birthday_month": [13]}, "audience.birthday_month[0]"),
            ({"birthday_month": []}, "audience.birthday_month"),
            ({"language": ["fr"]}, "audience.language[0]"),
            ({"interest": ["gossip"]}, "audience.interest[0]"),
            ({"favourite_shop": ["x"]}, "audience.favourite_shop[0]"),
            ({"favourite_shop": [7]}, "audience.favourite_shop[0]"),
            ({"visited_shop": {"shop_ids": [str(SHOP)]}}, "audience.visited_shop.within_days"),
            ({"visited_shop": {"shop_ids": [], "within_days": 7}}, "audience.visited_shop.shop_ids"),
            (
                {"visited_shop": {"shop_ids": [str(SHOP)], "within_days": 10**30}},
                "audience.visited_shop.within_days",
            ),
            (
                {"visited_shop": {"shop_ids": [str(SHOP)], "within_days": 7, "at_least_times": 0}},
                "audience.visited_shop.at_least_times",
            ),
            ({"last_purchase": {}}, "audience.last_purchase"),
            ({"last_purchase": {"never": False}}, "audience.last_purchase"),
            ({"last_purchase": {"never": True, "at_most_days_ago": 3}}, "audience.last_purchase.never"),
            (
                {"last_purchase": {"at_least_days_ago": 9, "at_most_days_ago": 8}},
                "audience.last_purchase.at_most_days_ago",
            ),
            ({"last_purchase": {"at_least_days_ago": 1.5}}, "audience.last_purchase.at_least_days_ago"),
            ({"points_expiring": {"within_days": -1}}, "audience.points_expiring.within_days"),
            (
                {"points_expiring": {"within_days": 7, "at_least_points": True}},
                "audience.points_expiring.at_least_points",
            ),
            ({"stamp_progress": {}}, "audience.stamp_progress.campaign_id"),
            ({"consent": ["terms"]}, "audience.consent"),
            ({"consent": "everything"}, "audience.consent"),
            ({"citizens": []}, "audience.citizens"),
        ],
    )
    def test_says_where_a_description_is_wrong(self, document: Any, field: str) -> None:
        assert field_of(document) == field

    @pytest.mark.parametrize(
        ("document", "field"),
        [
            ({"all": [A, {"district": ["愛国"]}]}, "audience.all[1].district"),
            ({"all": [{"ring": ["city"]}, B, {"ring": ["outside"]}]}, "audience.all[2].ring"),
            ({"all": [A, {"not": A}]}, "audience.all[1].not"),
            ({"all": [{"not": {"district": ["鳥取", "愛国"]}}, A]}, "audience.all[1].district"),
            ({"all": [{"all": [A, B]}, {"language": ["ja"]}]}, "audience.all[1].language"),
            ({"all": [A, {"any": [{"all": [B, {"not": A}]}]}]}, "audience.all[1].any"),
            (
                {
                    "any": [
                        {"all": [{"consent": "statistics"}, C, {"not": {"consent": "statistics"}}]},
                        B,
                    ]
                },
                "audience.any[0].all[2].not",
            ),
        ],
    )
    def test_refuses_what_nobody_can_meet(self, document: Any, field: str) -> None:
        assert field_of(document) == field

    @pytest.mark.parametrize(
        "document",
        [
            {"any": [A, {"district": ["愛国"]}]},
            {"all": [A, {"district": ["愛国", "鳥取"]}]},
            {"all": [{"interest": ["events"]}, {"interest": ["health"]}]},
            {"all": [{"district": ["鳥取", "愛国"]}, {"not": A}]},
            {"all": [A, {"not": {"any": [A, B]}}]},
        ],
    )
    def test_takes_what_somebody_may_meet(self, document: Any) -> None:
        assert read_audience(document, region=REGION).node is not None

    def test_bounds_how_deep_it_is_composed(self) -> None:
        assert read_audience(nested(DEPTH_MAX), region=REGION).node is not None
        assert field_of(nested(DEPTH_MAX + 1)) == "audience" + ".any[0].all[0]" * 2 + ".any[0]"

    def test_bounds_how_deep_it_is_without_reading_it_all(self) -> None:
        document: Any = A
        for _ in range(20_000):
            document = {"not": document}

        assert field_of(document) == "audience" + ".not" * DEPTH_MAX

    def test_bounds_how_many_conditions_it_has(self) -> None:
        conditions = [{"district": [f"{number}町"]} for number in range(CONDITIONS_MAX + 1)]

        assert read_audience({"any": conditions[1:]}, region=REGION).node is not None
        assert field_of({"any": conditions}) == f"audience.any[{CONDITIONS_MAX}].district"

    def test_bounds_how_many_parts_it_has(self) -> None:
        parts = [{"not": {"not": {"not": A}}}] * PARTS_MAX

        assert (field_of({"any": parts}) or "").startswith("audience.any[")

    def test_bounds_how_many_shops_it_names(self) -> None:
        ids = [str(uuid.UUID(int=number)) for number in range(SHOPS_MAX + 1)]

        assert field_of({"favourite_shop": ids}) == "audience.favourite_shop"

    def test_bounds_how_many_citizens_it_names(self) -> None:
        ids = [str(uuid.UUID(int=number)) for number in range(CITIZENS_MAX + 1)]

        assert field_of({"citizens": ids}) == "audience.citizens"

    def test_names_citizens_alone_or_not_at_all(self) -> None:
        named = {"citizens": [str(uuid.UUID(int=5))]}

        assert read_audience(named, region=REGION).node is not None
        assert field_of({"all": [A, named]}) == "audience.all[1].citizens"
        assert field_of({"any": [named]}) == "audience.any[0].citizens"
        assert field_of({"not": named}) == "audience.not.citizens"

    def test_tells_what_is_named_and_where(self) -> None:
        document = {
            "any": [
                {"favourite_shop": [str(SHOP)]},
                {"not": {"last_purchase": {"at_least_days_ago": 3, "shop_ids": [str(OTHER_SHOP)]}}},
                {"last_purchase": {"never": True}},
                {"member_list": [str(uuid.UUID(int=7))]},
                {"stamp_progress": {"campaign_id": str(uuid.UUID(int=8))}},
            ]
        }

        _, mentions = read_with_mentions(document, region=REGION)

        assert mentions == [
            Mention("audience.any[0].favourite_shop", "shop", frozenset({SHOP})),
            Mention("audience.any[1].not.last_purchase.shop_ids", "shop", frozenset({OTHER_SHOP})),
            Mention("audience.any[3].member_list", "list", frozenset({uuid.UUID(int=7)})),
            Mention("audience.any[4].stamp_progress.campaign_id", "campaign", frozenset({uuid.UUID(int=8)})),
        ]


class TestReadAudienceOfAShop:
    @pytest.mark.parametrize(
        "document",
        [
            {},
            A,
            {"favourite_shop": [str(SHOP)]},
            {"not": {"visited_shop": {"shop_ids": [str(SHOP)], "within_days": 30}}},
            {"last_purchase": {"at_least_days_ago": 90, "shop_ids": [str(SHOP)]}},
            {"member_list": [str(uuid.UUID(int=7))]},
            {"all": [B, {"interest": ["local_food"]}, {"birthday_month": "current"}, {"ring": ["city"]}]},
        ],
    )
    def test_asks_for_what_anybody_may_ask_and_for_itself(self, document: Any) -> None:
        asked = read_audience(document, region=REGION, shop_id=SHOP)

        assert asked == read_audience(document, region=REGION)

    @pytest.mark.parametrize(
        ("document", "field"),
        [
            ({"favourite_shop": [str(OTHER_SHOP)]}, "audience.favourite_shop"),
            ({"favourite_shop": [str(SHOP), str(OTHER_SHOP)]}, "audience.favourite_shop"),
            (
                {"all": [A, {"visited_shop": {"shop_ids": [str(OTHER_SHOP)], "within_days": 7}}]},
                "audience.all[1].visited_shop.shop_ids",
            ),
            ({"last_purchase": {"at_least_days_ago": 90}}, "audience.last_purchase.shop_ids"),
            ({"last_purchase": {"never": True}}, "audience.last_purchase.shop_ids"),
            ({"points_expiring": {"within_days": 7}}, "audience.points_expiring"),
            ({"stamp_progress": {"campaign_id": str(SHOP)}}, "audience.stamp_progress"),
            ({"consent": "statistics"}, "audience.consent"),
            ({"citizens": [str(SHOP)]}, "audience.citizens"),
        ],
    )
    def test_asks_for_nothing_else(self, document: Any, field: str) -> None:
        assert field_of(document, SHOP) == field

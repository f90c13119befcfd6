"""Descriptions in words."""

import re
import uuid
from typing import Any

import pytest
from hypothesis import assume, given, settings

from backend.audiences.conditions import KINDS
from backend.audiences.describing import describe
from backend.audiences.rules import AudienceInvalid, read_audience
from backend.base.text import LANGUAGES
from backend.organisations.regions import load_region
from tests.audiences.descriptions import descriptions
from tests.factories.towns import SmallTown

REGION = load_region()
SHOP, LIST, CAMPAIGN = (uuid.UUID(int=number) for number in (1, 2, 3))
NAMES = {
    SHOP: {"ja": "麦と汽笛", "en": "Wheat & Whistle"},
    LIST: {"ja": "朝の会"},
    CAMPAIGN: {"ja": "夏のスタンプ", "en": "Summer stamps"},
}
TOWN = SmallTown(citizen_ids=[SHOP], shop_ids=[SHOP], list_ids=[LIST], campaign_ids=[CAMPAIGN])
# One of each kind, and of each way it can be said.
DOCUMENTS: list[dict[str, Any]] = [
    {"citizens": [str(SHOP)]},
    {"member_list": [str(LIST)]},
    {"ring": ["city"]},
    {"district": ["鳥取"]},
    {"standing": {"standings": ["resident", "worker", "visitor"]}},
    {"standing": {"standings": ["resident"], "verified": True}},
    {"age_band": ["under_18", "18_29", "30_44", "45_64", "65_74"]},
    {"birthday_month": "current"},
    {"birthday_month": [6, 7]},
    {"language": ["ja", "ja@easy", "en"]},
    {"interest": ["events", "local_food"]},
    {"favourite_shop": [str(SHOP)]},
    {"visited_shop": {"shop_ids": [str(SHOP)], "within_days": 30}},
    {"visited_shop": {"shop_ids": [str(SHOP)], "within_days": 30, "at_least_times": 3}},
    {"last_purchase": {"never": True}},
    {"last_purchase": {"at_least_days_ago": 30}},
    {"last_purchase": {"at_most_days_ago": 30, "shop_ids": [str(SHOP)]}},
    {"last_purchase": {"at_least_days_ago": 7, "at_most_days_ago": 30}},
    {"points_expiring": {"at_least_points": 100, "within_days": 7}},
    {"stamp_progress": {"campaign_id": str(CAMPAIGN), "at_least_stamps": 3}},
    {"consent": "push_city"},
]


def said(document: dict[str, Any], language: str = "ja") -> str:
    return describe(read_audience(document, region=REGION), language, names=NAMES)


class TestDescribe:
    @pytest.mark.parametrize(
        ("document", "ja", "en"),
        [
            ({}, "ご登録のすべての方", "everybody who is registered"),
            ({"district": ["鳥取"]}, "鳥取にお住まいの方", "people who live in 鳥取"),
            (
                {"all": [{"age_band": ["65_74"]}, {"district": ["鳥取"]}]},
                "鳥取にお住まいで、65〜74歳の方",
                "people who live in 鳥取 and are 65–74 years old",
            ),
            (
                {"any": [{"age_band": ["65_74"]}, {"district": ["鳥取"]}]},
                "鳥取にお住まいの方、または65〜74歳の方",
                "people who live in 鳥取 or are 65–74 years old",
            ),
            (
                {"all": [{"district": ["鳥取"]}, {"not": {"favourite_shop": [str(SHOP)]}}]},
                "鳥取にお住まいで、「麦と汽笛」をお気に入りに登録済みではない方",
                "people who live in 鳥取 and are not among those who have “Wheat & Whistle” among their favourites",
            ),
            (
                {"all": [{"district": ["鳥取"]}, {"any": [{"language": ["en"]}, {"age_band": ["65_74"]}]}]},
                "鳥取にお住まいで、［65〜74歳の方、または表示の言葉が英語の方］に該当の方",
                "people who live in 鳥取 and (are 65–74 years old or read English)",
            ),
            (
                {"not": {"last_purchase": {"never": True}}},
                "お買い物がまだではない方",
                "people who are not among those who have bought nothing yet",
            ),
        ],
    )
    def test_says_who_is_meant(self, document: dict[str, Any], ja: str, en: str) -> None:
        assert (said(document), said(document, "en")) == (ja, en)

    def test_says_it_easily(self) -> None:
        document = {"all": [{"district": ["鳥取"]}, {"not": {"language": ["en"]}}]}

        assert said(document, "ja@easy") == (
            "鳥取に すんでいる 人(ひと)で、ことばが 英語(えいご)の 人(ひと)では ない 人(ひと)"
        )

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("document", DOCUMENTS, ids=str)
    def test_finds_words_for_each_kind(self, document: dict[str, Any], language: str) -> None:
        words = said(document, language)

        assert words
        assert not re.search(r"[{}|_]", words)

    def test_is_tried_with_each_kind(self) -> None:
        assert {next(iter(document)) for document in DOCUMENTS} == {kind.name for kind in KINDS}

    def test_names_shops_in_the_language_where_they_have_a_name_in_it(self) -> None:
        document = {"any": [{"favourite_shop": [str(SHOP)]}, {"member_list": [str(LIST)]}]}

        assert said(document, "en") == (
            "people who are members of “朝の会” or have “Wheat & Whistle” among their favourites"
        )

    def test_says_that_there_is_a_shop_whose_name_it_does_not_know(self) -> None:
        audience = read_audience({"favourite_shop": [str(SHOP)]}, region=REGION)

        assert describe(audience, "ja") == "選ばれたお店をお気に入りに登録済みの方"

    def test_names_a_few_of_many(self) -> None:
        document = {"district": ["愛国", "青山", "暁町", "旭町", "芦野", "入江町", "入舟"]}

        assert said(document) == "入江町・入舟・愛国・旭町・暁町ほか2件にお住まいの方"

    def test_takes_a_name_as_it_is(self) -> None:
        audience = read_audience({"favourite_shop": [str(SHOP)]}, region=REGION)

        words = describe(audience, "ja", names={SHOP: {"ja": "{clause}の店"}})

        assert words == "「{clause}の店」をお気に入りに登録済みの方"

    @settings(max_examples=200)
    @given(document=descriptions(TOWN))
    def test_finds_words_for_whatever_is_composed(self, document: dict[str, Any]) -> None:
        try:
            audience = read_audience(document, region=REGION)
        except AudienceInvalid:
            assume(False)

        assert all(describe(audience, language, names=NAMES) for language in LANGUAGES)

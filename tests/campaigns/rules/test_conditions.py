"""When, where, who: each condition, and the reason it gives when it does not hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.campaigns.rules.facts import HistoryFacts, PersonFacts
from tests.campaigns.rules.cases import (
    LIST_ID,
    MONDAY_NOON,
    OFFER_ID,
    ORGANISATION_ID,
    OTHER_SHOP_ID,
    SHOP_ID,
    in_city,
    make_facts,
    make_shop,
    verdict_of,
)


class TestWhen:
    @pytest.mark.parametrize(
        ("done_at", "code"),
        [
            (in_city(2026, 6, 15, 23, 59), "awarded"),
            (in_city(2026, 6, 16, 0, 0), "outside_weekdays"),
            (in_city(2026, 6, 15, 0, 0), "awarded"),
            (in_city(2026, 6, 14, 23, 59), "outside_weekdays"),
            # 15 June 20:00 UTC is already Tuesday in the city.
            (datetime(2026, 6, 15, 20, 0, tzinfo=UTC), "outside_weekdays"),
            # 14 June 15:00 UTC is already Monday in the city.
            (datetime(2026, 6, 14, 15, 0, tzinfo=UTC), "awarded"),
        ],
    )
    def test_takes_the_citys_weekday(self, done_at: datetime, code: str) -> None:
        assert verdict_of(make_facts(done_at=done_at), when={"weekdays": [0]}).code == code

    @pytest.mark.parametrize(
        ("day", "hour", "code"),
        [(3, 0, "awarded"), (13, 12, "awarded"), (23, 23, "awarded"), (4, 0, "outside_days")],
    )
    def test_takes_days_of_the_month(self, day: int, hour: int, code: str) -> None:
        facts = make_facts(done_at=in_city(2026, 6, day, hour))

        assert verdict_of(facts, when={"month_days": [3, 13, 23]}).code == code

    @pytest.mark.parametrize(
        ("hour", "minute", "code"),
        [
            (10, 59, "outside_hours"),
            (11, 0, "awarded"),
            (13, 59, "awarded"),
            (14, 0, "outside_hours"),
        ],
    )
    def test_takes_hours_half_open(self, hour: int, minute: int, code: str) -> None:
        facts = make_facts(done_at=in_city(2026, 6, 15, hour, minute))

        assert verdict_of(facts, when={"from_minute": 660, "until_minute": 840}).code == code

    @pytest.mark.parametrize(
        ("hour", "minute", "code"),
        [
            (21, 59, "outside_hours"),
            (22, 0, "awarded"),
            (23, 59, "awarded"),
            (0, 0, "awarded"),
            (1, 59, "awarded"),
            (2, 0, "outside_hours"),
        ],
    )
    def test_takes_hours_over_midnight(self, hour: int, minute: int, code: str) -> None:
        facts = make_facts(done_at=in_city(2026, 6, 15, hour, minute))

        assert verdict_of(facts, when={"from_minute": 1320, "until_minute": 120}).code == code

    @pytest.mark.parametrize("until_minute", [0, 1440])
    @pytest.mark.parametrize(
        ("day", "hour", "minute", "code"), [(15, 23, 59, "awarded"), (16, 0, 0, "outside_hours")]
    )
    def test_takes_hours_that_end_at_midnight(
        self, until_minute: int, day: int, hour: int, minute: int, code: str
    ) -> None:
        facts = make_facts(done_at=in_city(2026, 6, day, hour, minute))

        assert verdict_of(facts, when={"from_minute": 1200, "until_minute": until_minute}).code == code


class TestWhere:
    @pytest.mark.parametrize(
        ("where", "shop", "code"),
        [
            ({"rings": ["city"]}, {"ring": "outside"}, "ring_not_included"),
            ({"rings": ["city", "region"]}, {"ring": "region"}, "awarded"),
            ({"size_classes": ["small"]}, {"size_class": "large"}, "shop_not_included"),
            ({"is_locally_owned": True}, {"is_locally_owned": False}, "shop_not_included"),
            ({"is_locally_owned": False}, {"is_locally_owned": True}, "shop_not_included"),
            ({"is_locally_owned": False}, {"is_locally_owned": False}, "awarded"),
            ({"shop_ids": [str(SHOP_ID)]}, {}, "awarded"),
            ({"shop_ids": [str(OTHER_SHOP_ID)]}, {}, "shop_not_included"),
            ({"excluded_shop_ids": [str(SHOP_ID)]}, {}, "shop_not_included"),
            ({"excluded_shop_ids": [str(OTHER_SHOP_ID)]}, {}, "awarded"),
            ({"organisation_ids": [str(ORGANISATION_ID)]}, {}, "awarded"),
            ({"organisation_ids": [str(ORGANISATION_ID)]}, {"organisation_id": None}, "shop_not_included"),
            ({"districts": ["末広町"]}, {}, "awarded"),
            ({"districts": ["末広町"]}, {"district": None}, "district_not_included"),
            ({"shop_tags": ["魚", "花"]}, {}, "awarded"),
            ({"shop_tags": ["花"]}, {}, "shop_not_included"),
            ({"shop_tags": ["花"]}, {"tags": None}, "shop_not_included"),
        ],
    )
    def test_decides_by_the_shop(self, where: dict[str, Any], shop: dict[str, Any], code: str) -> None:
        assert verdict_of(make_facts(shop=make_shop(**shop)), where=where).code == code


class TestWho:
    @pytest.mark.parametrize(
        ("who", "person", "code"),
        [
            ({"standings": ["resident", "worker"]}, {"standing": "worker"}, "awarded"),
            ({"standings": ["resident"]}, {"standing": "visitor"}, "standing_not_included"),
            ({"standings": ["resident"]}, {}, "standing_not_included"),
            ({"must_be_verified": True}, {"is_verified": True}, "awarded"),
            ({"must_be_verified": True}, {}, "not_verified"),
            ({"age_bands": ["75_over"]}, {"age_band": "75_over"}, "awarded"),
            ({"age_bands": ["75_over"]}, {"age_band": "65_74"}, "age_not_included"),
            ({"home_districts": ["末広町"]}, {"home_district": "末広町"}, "awarded"),
            ({"home_districts": ["末広町"]}, {"home_district": "浦見"}, "home_not_included"),
            ({"home_rings": ["city"]}, {"home_ring": "city"}, "awarded"),
            ({"home_rings": ["city"]}, {"home_ring": "outside"}, "home_not_included"),
            ({"member_list_ids": [str(LIST_ID)]}, {"member_list_ids": frozenset({LIST_ID})}, "awarded"),
            ({"member_list_ids": [str(LIST_ID)]}, {}, "not_on_list"),
            ({"is_birthday_month": True}, {"birth_month": 6}, "awarded"),
            ({"is_birthday_month": True}, {"birth_month": 7}, "not_birthday_month"),
            ({"is_birthday_month": True}, {}, "not_birthday_month"),
            ({"is_birthday_month": False}, {"birth_month": 7}, "awarded"),
            ({"is_birthday_month": False}, {"birth_month": 6}, "audience_not_matched"),
        ],
    )
    def test_decides_by_what_the_citizen_declared(
        self, who: dict[str, Any], person: dict[str, Any], code: str
    ) -> None:
        assert verdict_of(make_facts(person=PersonFacts(**person)), who=who).code == code

    def test_takes_the_month_in_which_the_city_is(self) -> None:
        facts = make_facts(done_at=in_city(2026, 7, 1, 0, 0), person=PersonFacts(birth_month=7))

        assert verdict_of(facts, who={"is_birthday_month": True}).code == "awarded"

    @pytest.mark.parametrize("who", [{"standings": ["resident"]}, {"is_first_visit": True}])
    def test_gives_nobody_unknown_the_benefit_of_the_doubt(self, who: dict[str, Any]) -> None:
        assert verdict_of(make_facts(), who=who).code == "audience_not_matched"

    @pytest.mark.parametrize(
        ("who", "history", "code"),
        [
            ({"is_first_purchase": True}, {"is_first_purchase": True}, "awarded"),
            ({"is_first_purchase": True}, {"is_first_purchase": False}, "not_first_purchase"),
            ({"is_first_purchase": False}, {"is_first_purchase": True}, "audience_not_matched"),
            ({"is_first_visit": True}, {"is_first_purchase": False, "is_first_visit": True}, "awarded"),
            (
                {"is_first_visit": True},
                {"is_first_purchase": False, "is_first_visit": False},
                "not_first_visit",
            ),
            ({"is_first_visit": True}, {"is_first_purchase": False}, "not_first_visit"),
        ],
    )
    def test_decides_by_what_went_before(
        self, who: dict[str, Any], history: dict[str, Any], code: str
    ) -> None:
        assert verdict_of(make_facts(history=HistoryFacts(**history)), who=who).code == code

    @pytest.mark.parametrize(
        ("last", "code"),
        [
            (in_city(2026, 6, 5, 23, 59), "awarded"),
            (in_city(2026, 6, 6, 0, 0), "too_soon_after_last_purchase"),
            (MONDAY_NOON - timedelta(minutes=1), "too_soon_after_last_purchase"),
            (None, "too_soon_after_last_purchase"),
        ],
    )
    def test_counts_whole_days_of_the_city_since_the_last_purchase(
        self, last: datetime | None, code: str
    ) -> None:
        history = HistoryFacts(is_first_purchase=last is None, last_purchase_at=last)

        verdict = verdict_of(make_facts(history=history), who={"days_since_last_purchase": 10})

        assert verdict.code == code


class TestOffers:
    def test_are_asked_for(self) -> None:
        assert verdict_of(what={"offer_ids": [str(OFFER_ID)]}).code == "offer_not_redeemed"

    def test_are_found_among_those_redeemed(self) -> None:
        facts = make_facts(redeemed_offer_ids=frozenset({OFFER_ID, SHOP_ID}))

        assert verdict_of(facts, what={"offer_ids": [str(OFFER_ID)]}).code == "awarded"

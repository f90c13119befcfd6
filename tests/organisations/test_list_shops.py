"""organisations.queries: shops as citizens find them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.pages import CursorInvalid, PageRequest
from backend.organisations.queries import (
    ShopFilters,
    get_shop,
    list_shops,
)
from backend.organisations.rules import Circle, Position, distance_metres
from tests.factories.organisations import make_hours, make_shop, make_tags
from tests.support.statements import asked_statements

STATION = Position(42.9906, 144.3820)
MONDAY, SUNDAY = 0, 6


def names(page: Any) -> list[str]:
    return [item.shop.name_ja for item in page.items]


def found(session: Session, at: datetime, **filters: Any) -> list[str]:
    return names(list_shops(session, filters=ShopFilters(**filters), at=at, page=PageRequest()))


@pytest.fixture
def around_the_station(session: Session, at: datetime) -> Sequence[str]:
    """Three shops north-east of the station, and one that told no position; names nearest first."""
    make_shop(session, at=at, name_ja="遠い店", latitude=43.0106, longitude=144.4020)
    make_shop(session, at=at, name_ja="近い店", latitude=42.9916, longitude=144.3830)
    make_shop(session, at=at, name_ja="中くらいの店", latitude=42.9956, longitude=144.3870)
    make_shop(session, at=at, name_ja="どこかの店")
    return ["近い店", "中くらいの店", "遠い店"]


class TestListShops:
    def test_shows_active_shops_only(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, name_ja="営業中")
        make_shop(session, at=at, name_ja="申請中", status="applied")
        make_shop(session, at=at, name_ja="停止中", status="suspended")
        make_shop(session, at=at, name_ja="終了", status="closed")
        make_shop(session, at=at, name_ja="却下", status="rejected")

        assert found(session, at) == ["営業中"]

    def test_finds_a_word_whatever_its_kana_width_and_case(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, name_ja="パンカフェ", search_text="ぱんかふぇ\nbread cafe")
        make_shop(session, at=at, name_ja="魚屋", search_text="魚屋")

        assert found(session, at, text="ﾊﾟﾝ ＣＡＦＥ") == ["パンカフェ"]

    def test_needs_every_word(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, search_text="ぱん かふぇ")

        assert found(session, at, text="パン 魚") == []

    @pytest.mark.parametrize("text", ["%", "_", "100%", "/", "\\"])
    def test_takes_signs_of_patterns_for_themselves(self, session: Session, at: datetime, text: str) -> None:
        make_shop(session, at=at, search_text="ぱん")

        assert found(session, at, text=text) == []

    def test_finds_signs_of_patterns(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, name_ja="百", search_text="100%/道産_小麦")

        assert found(session, at, text="100%/道産_") == ["百"]

    def test_shows_all_for_a_blank_text(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, name_ja="麦")

        assert found(session, at, text=" ") == ["麦"]

    def test_finds_by_tag(self, session: Session, at: datetime) -> None:
        tagged = make_shop(session, at=at, name_ja="鮮魚店")
        make_tags(session, "seafood", "market", shop_id=tagged.id)
        make_shop(session, at=at, name_ja="本屋")

        assert found(session, at, tag="Seafood") == ["鮮魚店"]

    def test_tells_all_tags_of_what_it_found_by_one(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at)
        make_tags(session, "seafood", "market", shop_id=shop.id)

        page = list_shops(session, filters=ShopFilters(tag="seafood"), at=at, page=PageRequest())

        assert page.items[0].tags == ["market", "seafood"]

    def test_finds_by_ring(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, name_ja="市内")
        make_shop(session, at=at, name_ja="町", ring="kushiro_area", municipality_code="016616")
        make_shop(session, at=at, name_ja="域外", ring="outside", municipality_code="011002")

        assert found(session, at, rings=["city", "kushiro_area"]) == ["市内", "町"]

    def test_finds_nothing_in_no_ring(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at)

        assert found(session, at, rings=[]) == []

    def test_pages_by_id_without_gap_or_overlap(self, session: Session, at: datetime) -> None:
        for number in range(5):
            make_shop(session, at=at, name_ja=f"店{number}")

        first = list_shops(session, filters=ShopFilters(), at=at, page=PageRequest(limit=2))
        second = list_shops(session, filters=ShopFilters(), at=at, page=PageRequest(2, first.next_cursor))
        third = list_shops(session, filters=ShopFilters(), at=at, page=PageRequest(2, second.next_cursor))

        assert names(first) + names(second) + names(third) == ["店0", "店1", "店2", "店3", "店4"]
        assert third.next_cursor is None

    @pytest.mark.parametrize("near", [None, Circle(STATION, 5_000)])
    def test_asks_the_database_twice_however_long_the_page(
        self, database: Database, at: datetime, near: Circle | None
    ) -> None:
        def furnish(session: Session) -> None:
            for name in ("一", "二", "三"):
                shop = make_shop(session, at=at, name_ja=name, latitude=42.99, longitude=144.38)
                make_tags(session, "market", shop_id=shop.id)
                make_hours(session, (MONDAY, 540, 1080), shop_id=shop.id)

        database.run(furnish)
        filters = ShopFilters(near=near, open_now=True)

        with asked_statements(database) as asked:
            page = database.run(
                lambda session: list_shops(session, filters=filters, at=at, page=PageRequest()), writes=False
            )

        assert names(page) == ["一", "二", "三"]
        assert len(asked) == 2


class TestListShopsNearAPoint:
    def test_puts_the_nearest_first(
        self, session: Session, at: datetime, around_the_station: Sequence[str]
    ) -> None:
        assert found(session, at, near=Circle(STATION, 10_000)) == around_the_station

    def test_leaves_out_what_is_farther(
        self, session: Session, at: datetime, around_the_station: Sequence[str]
    ) -> None:
        assert found(session, at, near=Circle(STATION, 1_000)) == around_the_station[:2]

    def test_leaves_out_the_corners_of_the_square(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, latitude=42.9906 + 0.0085, longitude=144.3820 + 0.0116)

        assert found(session, at, near=Circle(STATION, 1_000)) == []

    @pytest.mark.parametrize(
        ("latitude", "longitude"), [(43.4336, 144.0930), (42.9907, 144.3820), (42.6, 144.8), (42.99, 144.9)]
    )
    def test_tells_the_distance_that_the_rules_know(
        self, session: Session, at: datetime, latitude: float, longitude: float
    ) -> None:
        make_shop(session, at=at, latitude=latitude, longitude=longitude)

        near = Circle(STATION, 80_000)
        page = list_shops(session, filters=ShopFilters(near=near), at=at, page=PageRequest())

        expected = distance_metres(STATION, Position(latitude, longitude))
        assert page.items[0].distance_metres == pytest.approx(expected, rel=0.0001)

    def test_tells_no_distance_without_a_point(
        self, session: Session, at: datetime, around_the_station: Sequence[str]
    ) -> None:
        page = list_shops(session, filters=ShopFilters(), at=at, page=PageRequest())

        assert page.items[0].distance_metres is None

    def test_pages_by_distance_without_gap_or_overlap(
        self, session: Session, at: datetime, around_the_station: Sequence[str]
    ) -> None:
        filters = ShopFilters(near=Circle(STATION, 10_000))

        first = list_shops(session, filters=filters, at=at, page=PageRequest(limit=2))
        second = list_shops(session, filters=filters, at=at, page=PageRequest(2, first.next_cursor))

        assert names(first) + names(second) == around_the_station
        assert second.next_cursor is None

    def test_pages_through_shops_in_one_house(self, session: Session, at: datetime) -> None:
        for number in range(3):
            make_shop(session, at=at, name_ja=f"店{number}", latitude=42.9911, longitude=144.3817)
        filters = ShopFilters(near=Circle(STATION, 1_000))

        first = list_shops(session, filters=filters, at=at, page=PageRequest(limit=2))
        second = list_shops(session, filters=filters, at=at, page=PageRequest(2, first.next_cursor))

        assert names(first) + names(second) == ["店0", "店1", "店2"]

    def test_refuses_the_cursor_of_the_other_order(
        self, session: Session, at: datetime, around_the_station: Sequence[str]
    ) -> None:
        by_id = list_shops(session, filters=ShopFilters(), at=at, page=PageRequest(limit=1))

        with pytest.raises(CursorInvalid):
            list_shops(
                session,
                filters=ShopFilters(near=Circle(STATION, 10_000)),
                at=at,
                page=PageRequest(1, by_id.next_cursor),
            )


class TestListShopsOpenNow:
    """`at` is a Monday noon."""

    @pytest.mark.parametrize(
        ("stretch", "expected"),
        [
            ((MONDAY, 540, 1080), True),
            ((MONDAY, 720, 1080), True),
            ((MONDAY, 540, 720), False),
            ((MONDAY, 721, 1080), False),
            ((SUNDAY, 540, 1080), False),
            ((SUNDAY, 1320, 2160), False),
        ],
    )
    def test_knows_the_minute(
        self, session: Session, at: datetime, stretch: tuple[int, int, int], expected: bool
    ) -> None:
        shop = make_shop(session, at=at)
        make_hours(session, stretch, shop_id=shop.id)

        page = list_shops(session, filters=ShopFilters(), at=at, page=PageRequest())

        assert page.items[0].is_open is expected
        assert get_shop(session, shop_id=shop.id).is_open(at) is expected

    @pytest.mark.parametrize(
        ("after_midnight", "expected"), [(0, True), (89, True), (90, False), (24 * 60, False)]
    )
    def test_counts_the_night_to_the_day_it_began(
        self, session: Session, at: datetime, after_midnight: int, expected: bool
    ) -> None:
        shop = make_shop(session, at=at)
        make_hours(session, (SUNDAY, 1080, 1530), shop_id=shop.id)
        monday_midnight = at - timedelta(hours=12)

        page = list_shops(
            session,
            filters=ShopFilters(),
            at=monday_midnight + timedelta(minutes=after_midnight),
            page=PageRequest(),
        )

        assert page.items[0].is_open is expected

    def test_leaves_out_the_closed(self, session: Session, at: datetime) -> None:
        open_shop = make_shop(session, at=at, name_ja="昼の店")
        make_hours(session, (MONDAY, 540, 1080), shop_id=open_shop.id)
        night_shop = make_shop(session, at=at, name_ja="夜の店")
        make_hours(session, (MONDAY, 1080, 1560), shop_id=night_shop.id)
        make_shop(session, at=at, name_ja="時間のない店")

        assert found(session, at, open_now=True) == ["昼の店"]

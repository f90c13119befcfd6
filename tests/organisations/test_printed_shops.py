"""Which shop a receipt is of."""

import uuid
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from backend.organisations.models import Organisation
from backend.organisations.printed_shops import (
    PrintedClues,
    ShopCandidate,
    find_printed_shop,
    list_registration_numbers,
    narrow,
)
from tests.factories.organisations import make_shop

NUMBER, PHONE = "8700110005901", "+81154221234"
shops = st.builds(
    ShopCandidate, st.integers(1, 4).map(lambda n: uuid.UUID(int=n)), st.just("店"), st.none(), st.none()
)
clue_lists = st.lists(st.lists(shops, unique=True, max_size=4), min_size=1, max_size=4)


def find(session: Session, **clues: Any) -> tuple[uuid.UUID | None, list[str]]:
    found = find_printed_shop(session, clues=PrintedClues(**clues))
    return found.shop_id, [shop.name_ja for shop in found.candidates]


class TestFindPrintedShop:
    def test_knows_a_shop_by_its_number(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at, registration_number=NUMBER)

        assert find(session, registration_number=NUMBER) == (shop.id, ["麦と汽笛"])

    def test_knows_a_shop_by_the_number_of_its_firm(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at)
        session.get_one(Organisation, shop.organisation_id).corporate_number = NUMBER
        session.flush()

        assert find(session, registration_number=NUMBER)[0] == shop.id
        assert list_registration_numbers(session, shop_id=shop.id) == [NUMBER]

    def test_tells_shops_of_one_number_apart_by_the_phone(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, registration_number=NUMBER)
        branch = make_shop(session, at=at, registration_number=NUMBER, phone=PHONE)

        assert find(session, registration_number=NUMBER, phone=PHONE)[0] == branch.id

    def test_tells_them_apart_by_the_name(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, registration_number=NUMBER)
        branch = make_shop(session, at=at, registration_number=NUMBER, name_ja="駅前の麦")

        assert find(session, registration_number=NUMBER, name="駅前の麦")[0] == branch.id

    def test_asks_where_it_cannot(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, registration_number=NUMBER)
        make_shop(session, at=at, registration_number=NUMBER)

        assert find(session, registration_number=NUMBER) == (None, ["麦と汽笛", "麦と汽笛"])

    def test_believes_a_phone_when_no_number_is_known(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at, phone=PHONE)

        assert find(session, registration_number="1234567890123", phone=PHONE)[0] == shop.id

    def test_believes_a_whole_name_however_it_is_written(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at, name_ja="カフェ くしろ", search_text="かふぇ くしろ")

        assert find(session, name="ｶﾌｪ クシロ")[0] == shop.id

    def test_believes_it_without_the_spaces_that_readers_of_photos_lose(
        self, session: Session, at: datetime
    ) -> None:
        shop = make_shop(session, at=at, name_ja="パンと焼菓子 麦と汽笛", search_text="ぱんと焼菓子 麦と汽笛")

        assert find(session, name="パンと焼菓子麦と汽笛")[0] == shop.id

    def test_only_proposes_by_a_part_of_a_name(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at)

        assert find(session, name="麦と汽笛 駅前店") == (None, ["麦と汽笛"])

    def test_sees_no_shop_that_does_not_take_part(self, session: Session, at: datetime) -> None:
        make_shop(session, at=at, registration_number=NUMBER, status="suspended")

        assert find(session, registration_number=NUMBER, name="麦と汽笛") == (None, [])

    def test_finds_nothing_by_nothing(self, session: Session) -> None:
        assert find(session) == (None, [])


class TestNarrow:
    @given(clues=clue_lists)
    def test_leaves_some_of_the_first_clue_that_found_any(self, clues: list[list[ShopCandidate]]) -> None:
        first = next((found for found in clues if found), [])

        left = narrow(*clues)

        assert set(left) <= set(first)
        assert bool(left) == bool(first)

"""organisations.service.shop_codes and .stickers: which shop a scan means, whatever was scanned."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.errors import MeguriError
from backend.organisations.code_queries import ShopCodeNotFound, StickerNotFound
from backend.organisations.models import Shop, ShopCode
from backend.organisations.service import shop_codes
from backend.organisations.service.shop_codes import (
    ShopCodeRevoked,
    ShopCodesExhausted,
    find_shop_by_scan,
    issue_shop_code,
    replace_shop_code,
    revoke_shop_code,
)
from backend.organisations.service.stickers import StickerTaken, register_sticker, unlink_sticker
from backend.organisations.shop_codes import shop_code_url
from tests.factories.merchant_codes import SPECIMEN, jpqr, replaced, seal
from tests.factories.organisations import make_shop, make_shop_code
from tests.factories.world import World
from tests.organisations.test_races import AT_ONCE, count, outcomes

PUBLIC_URL = "https://meguri.example.jp"
STICKER = seal(jpqr())


@pytest.fixture
def shop_id(session: Session, at: datetime) -> uuid.UUID:
    return make_shop(session, at=at).id


@pytest.fixture
def code(session: Session, shop_id: uuid.UUID, at: datetime) -> ShopCode:
    return make_shop_code(session, shop_id=shop_id, at=at)


def find(session: Session, scanned: str) -> uuid.UUID:
    return find_shop_by_scan(session, scanned=scanned, public_url=PUBLIC_URL)


def refusal(session: Session, scanned: str) -> str:
    with pytest.raises(MeguriError) as refused:
        find(session, scanned)
    return refused.value.code


def full_width(digits: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


class TestFindShopByScan:
    def test_knows_the_posters_address(self, session: Session, shop_id: uuid.UUID, code: ShopCode) -> None:
        assert find(session, shop_code_url(PUBLIC_URL, code.digits)) == shop_id

    @pytest.mark.parametrize(
        "typed",
        [
            str,
            full_width,
            lambda digits: f" {digits[:4]} {digits[4:8]}  {digits[8:]} ",
            lambda digits: f"{digits[:4]}-{digits[4:8]}ー{digits[8:]}",
        ],
    )
    def test_knows_the_digits_beneath_however_they_are_typed(
        self, session: Session, shop_id: uuid.UUID, code: ShopCode, typed: Callable[[str], str]
    ) -> None:
        assert find(session, typed(code.digits)) == shop_id

    def test_knows_the_sticker_that_the_shop_registered(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        register_sticker(session, shop_id=shop_id, scanned=STICKER, registered_by=None, at=at)

        assert find(session, f"{STICKER}\n") == shop_id

    def test_knows_the_sticker_whatever_else_it_says(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        register_sticker(session, shop_id=shop_id, scanned=STICKER, registered_by=None, at=at)

        assert find(session, seal(replaced(jpqr(), "61", "0850001"))) == shop_id

    def test_takes_digits_that_begin_like_a_sticker_for_typed(self, session: Session) -> None:
        assert refusal(session, "0002010000000") in ("shop_code_unknown", "shop_code_unreadable")

    def test_tells_several_posters_of_a_shop_apart_by_nothing(
        self, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        codes = [make_shop_code(session, shop_id=shop_id, at=at, label=f"卓{n}") for n in range(3)]

        assert {find(session, each.digits) for each in codes} == {shop_id}


class TestFindShopByScanRefuses:
    @pytest.mark.parametrize(
        ("scanned", "code"),
        [
            ("", "shop_code_unreadable"),
            ("nonsense", "shop_code_unreadable"),
            ("4829153076120", "shop_code_unreadable"),
            (f"{PUBLIC_URL}/s/", "shop_code_unreadable"),
            (f"{PUBLIC_URL}/s/4829153076120", "shop_code_unreadable"),
            (f"{PUBLIC_URL}/c/4829153076123", "shop_code_unreadable"),
            ("https://evil.example/s/4829153076123", "shop_code_foreign"),
            (f"{PUBLIC_URL}.evil.example/s/4829153076123", "shop_code_foreign"),
            ("https://meguri.example.jp@evil.example/s/4829153076123", "shop_code_foreign"),
            ("4829153076123", "shop_code_unknown"),
            (STICKER, "sticker_unknown"),
            (STICKER[:-4] + "0000", "merchant_code_damaged"),
            (STICKER[:-9], "merchant_code_malformed"),
            (seal(replaced(jpqr(), "26", [("00", "com.example")])), "jpqr_missing"),
        ],
    )
    def test_what_names_no_shop(self, session: Session, scanned: str, code: str) -> None:
        assert refusal(session, scanned) == code

    def test_a_revoked_code(self, session: Session, code: ShopCode, at: datetime) -> None:
        revoke_shop_code(
            session, shop_code_id=code.id, shop_ids=[code.shop_id], reason="盗難", revoked_by=None, at=at
        )

        assert refusal(session, code.digits) == "shop_code_revoked"

    @pytest.mark.parametrize("status", ["applied", "suspended", "closed", "rejected"])
    def test_a_shop_that_takes_no_part(
        self, session: Session, shop_id: uuid.UUID, code: ShopCode, at: datetime, status: str
    ) -> None:
        register_sticker(session, shop_id=shop_id, scanned=STICKER, registered_by=None, at=at)
        session.execute(update(Shop).values(status=status))

        assert [refusal(session, scanned) for scanned in (code.digits, STICKER)] == ["shop_not_active"] * 2

    def test_a_sticker_that_the_city_unlinked(
        self, world: World, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        sticker = register_sticker(session, shop_id=shop_id, scanned=STICKER, registered_by=None, at=at)
        unlink_sticker(session, sticker_id=sticker.id, reason="別の店", unlinked_by=world.city.id, at=at)

        assert refusal(session, STICKER) == "sticker_unknown"


class TestReplaceShopCode:
    def test_gives_a_new_code_to_the_same_place_and_keeps_the_history(
        self, session: Session, code: ShopCode, at: datetime
    ) -> None:
        old_digits = code.digits

        new = replace_shop_code(
            session,
            shop_code_id=code.id,
            shop_ids=[code.shop_id],
            reason=" 汚れた\n",
            replaced_by=None,
            at=at,
        )

        assert (new.label, new.replaces_id) == ("レジ横", code.id)
        assert new.digits != old_digits
        assert (code.revoked_at, code.revoked_reason) == (at, "汚れた")
        assert (find(session, new.digits), refusal(session, old_digits)) == (
            code.shop_id,
            "shop_code_revoked",
        )

    def test_of_another_shop_is_not_there(self, session: Session, code: ShopCode, at: datetime) -> None:
        with pytest.raises(ShopCodeNotFound):
            replace_shop_code(session, shop_code_id=code.id, shop_ids=[], reason="x", replaced_by=None, at=at)

    def test_happens_once_however_many_ask(self, database: Database, at: datetime) -> None:
        shop_id: uuid.UUID = database.run(lambda session: make_shop(session, at=at).id)
        code_id: uuid.UUID = database.run(lambda session: make_shop_code(session, shop_id=shop_id, at=at).id)

        ended = outcomes(
            database,
            lambda session, _: replace_shop_code(
                session, shop_code_id=code_id, shop_ids=[shop_id], reason="盗難", replaced_by=None, at=at
            ),
        )

        assert ended == ["done"] + ["shop_code_revoked"] * (AT_ONCE - 1)
        assert count(database, ShopCode) == 2


class TestRevokeShopCode:
    def test_twice_is_told(self, session: Session, code: ShopCode, at: datetime) -> None:
        revoke_shop_code(
            session, shop_code_id=code.id, shop_ids=[code.shop_id], reason="盗難", revoked_by=None, at=at
        )

        with pytest.raises(ShopCodeRevoked):
            revoke_shop_code(
                session, shop_code_id=code.id, shop_ids=[code.shop_id], reason="盗難", revoked_by=None, at=at
            )


class TestIssueShopCode:
    def test_stops_at_fifty_in_use(
        self, session: Session, shop_id: uuid.UUID, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shop_codes, "CODES_MAX", 2)
        for _ in range(2):
            make_shop_code(session, shop_id=shop_id, at=at)

        with pytest.raises(ShopCodesExhausted):
            issue_shop_code(session, shop_id=shop_id, label="卓3", issued_by=None, at=at)

    def test_makes_digits_that_no_other_has(
        self, session: Session, code: ShopCode, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drawn = iter([code.digits, "4829153076123"])
        monkeypatch.setattr(shop_codes, "new_checked_digits", lambda: next(drawn))

        assert make_shop_code(session, shop_id=code.shop_id, at=at).digits == "4829153076123"


class TestRegisterSticker:
    def test_again_is_the_same(self, session: Session, shop_id: uuid.UUID, at: datetime) -> None:
        stickers = [
            register_sticker(session, shop_id=shop_id, scanned=SPECIMEN, registered_by=None, at=at)
            for _ in range(2)
        ]

        assert len({sticker.id for sticker in stickers}) == 1
        assert stickers[0].name_on_sticker == "メルペイ カフェ"

    def test_of_another_shop_is_refused_until_the_city_unlinks_it(
        self, world: World, session: Session, shop_id: uuid.UUID, at: datetime
    ) -> None:
        taken = register_sticker(session, shop_id=world.shop_id, scanned=STICKER, registered_by=None, at=at)
        with pytest.raises(StickerTaken):
            register_sticker(session, shop_id=shop_id, scanned=STICKER, registered_by=None, at=at)

        unlink_sticker(session, sticker_id=taken.id, reason="別の店", unlinked_by=world.city.id, at=at)
        register_sticker(session, shop_id=shop_id, scanned=STICKER, registered_by=None, at=at)

        assert find(session, STICKER) == shop_id
        with pytest.raises(StickerNotFound):
            unlink_sticker(session, sticker_id=taken.id, reason="別の店", unlinked_by=world.city.id, at=at)

    def test_gives_it_to_one_of_many_shops(self, database: Database, at: datetime) -> None:
        database.run(lambda session: [make_shop(session, at=at) for _ in range(AT_ONCE)])
        shop_ids = database.run(lambda session: session.scalars(select(Shop.id)).all())

        ended = outcomes(
            database,
            lambda session, number: register_sticker(
                session, shop_id=shop_ids[number], scanned=STICKER, registered_by=None, at=at
            ),
        )

        assert ended == ["done"] + ["sticker_taken"] * (AT_ONCE - 1)

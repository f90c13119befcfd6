"""people.codes: how a citizen code is written and read."""

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from backend.base.digits import group_digits, new_checked_digits
from backend.people.codes import (
    CitizenCodeContradictory,
    CitizenCodeMistyped,
    citizen_code_url,
    make_permit,
    read_citizen_code,
)

PUBLIC_URL = "https://meguri.example.jp"
DIGITS = "4829153076123"
COUPON = uuid.UUID(int=7)

codes = st.text("0123456789", min_size=12, max_size=12).map(
    lambda digits: digits + str(damm.calc_check_digit(digits))
)


def read(text: str) -> str:
    return read_citizen_code(text, PUBLIC_URL)


class TestNewCitizenCode:
    def test_has_thirteen_digits_that_fit_each_other(self) -> None:
        digits = new_checked_digits()

        assert read(digits) == digits

    def test_is_another_each_time(self) -> None:
        assert len({new_checked_digits() for _ in range(100)}) == 100


class TestReadCitizenCode:
    @pytest.mark.parametrize(
        "writing",
        [
            DIGITS,
            f"  {DIGITS}\n",
            "4829 1530 76123",
            "4829-1530-76123",
            "4829－1530ー76123",
            "4829　1530　76123",
            "４８２９１５３０７６１２３",
            f"{PUBLIC_URL}/m/{DIGITS}",
        ],
    )
    def test_takes_each_way_of_writing_it(self, writing: str) -> None:
        assert read(writing) == DIGITS

    @given(codes)
    def test_reads_back_what_is_shown(self, code: str) -> None:
        assert read(group_digits(code)) == read(citizen_code_url(PUBLIC_URL, code)) == code

    @given(codes, st.integers(0, 12), st.integers(1, 9))
    def test_finds_every_digit_mistyped(self, code: str, place: int, step: int) -> None:
        wrong = code[:place] + str((int(code[place]) + step) % 10) + code[place + 1 :]

        with pytest.raises(CitizenCodeMistyped):
            read(wrong)

    @given(codes.filter(lambda code: len(set(code)) > 1), st.data())
    def test_finds_every_two_neighbours_exchanged(self, code: str, data: st.DataObject) -> None:
        different = [place for place in range(12) if code[place] != code[place + 1]]
        place = data.draw(st.sampled_from(different))
        wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

        with pytest.raises(CitizenCodeMistyped):
            read(wrong)

    @pytest.mark.parametrize(
        "writing",
        [
            "",
            DIGITS[:12],
            f"{DIGITS}0",
            f"x{DIGITS}",
            f"https://evil.example/m/{DIGITS}",
            f"http://meguri.example.jp/m/{DIGITS}",
            f"https://meguri.example.jp.evil.example/m/{DIGITS}",
            f"https://meguri.example.jp/c/{DIGITS}",
            f"/m/{DIGITS}",
            "４８２９１５３０７６１２４",
            "٤829153076123",
            f"\x00{DIGITS}",
        ],
    )
    def test_refuses_what_is_no_code_of_ours(self, writing: str) -> None:
        with pytest.raises(CitizenCodeMistyped) as refusal:
            read(writing)

        assert refusal.value.field == "citizen_code"


class TestGroupDigits:
    def test_parts_them_for_reading(self) -> None:
        assert group_digits(DIGITS) == "4829 1530 76123"


class TestMakePermit:
    @pytest.mark.parametrize(
        ("points_to_spend", "mode", "points"),
        [("none", "none", None), ("all", "all", None), (300, "up_to", 300)],
    )
    def test_says_how_many_points(self, points_to_spend: Any, mode: str, points: int | None) -> None:
        permit = make_permit(scopes=["spend"], points_to_spend=points_to_spend, coupon_ids=[])

        assert (permit.spend_mode, permit.spend_points) == (mode, points)

    def test_names_each_coupon_once(self) -> None:
        permit = make_permit(scopes=["coupon"], points_to_spend="none", coupon_ids=[COUPON, COUPON])

        assert permit.coupon_ids == (COUPON,)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"points_to_spend": "all"}, "points_to_spend"),
            ({"points_to_spend": 1}, "points_to_spend"),
            ({"coupon_ids": [COUPON]}, "coupon_ids"),
        ],
    )
    def test_refuses_what_no_scope_allows(self, changes: dict[str, Any], field: str) -> None:
        given: dict[str, Any] = {"scopes": ["earn"], "points_to_spend": "none", "coupon_ids": []}

        with pytest.raises(CitizenCodeContradictory) as refusal:
            make_permit(**(given | changes))

        assert refusal.value.field == field

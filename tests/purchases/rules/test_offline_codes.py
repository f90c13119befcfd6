"""Codes made without a network: what a register signs is read, what is altered or beyond its bounds is not taken."""

import base64
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.purchases.rules.offline_codes import (
    CLOCK_SKEW,
    TOKEN_CHARACTERS,
    Limits,
    OfflineAllowanceExhausted,
    OfflineCodeExpired,
    OfflineCodeLimitExceeded,
    OfflineCodeText,
    OfflineCodeTimeRefused,
    check_honourable,
    check_limits,
    make_offline_token,
    read_offline_token,
)
from backend.purchases.rules.till_codes import CodeUnreadable, read_scanned

PUBLIC_URL = "https://meguri.example.jp"
SECRET = bytes(range(32))
ALLOWANCE_ID = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")
NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
WINDOW = timedelta(hours=72)
SECOND = timedelta(seconds=1)
LIMITS = Limits(
    starts_at=NOON,
    ends_at=NOON + timedelta(hours=24),
    count_max=200,
    code_max_yen=10_000,
    total_max_yen=50_000,
)
# As docs/api-guide.md gives them to who writes the software of a till.
VECTORS = [
    (1, 1280, NOON, "AgGJCl2slndLvM6zAgmagFcAAAABAAAFAGovarAJ01OEt5zTtMPdao_Ss_xf"),
    (2, 980, NOON + timedelta(seconds=61), "AgGJCl2slndLvM6zAgmagFcAAAACAAAD1Govau1fN_EObrVH6tMUhJgRowY_"),
    (200, 10_000, LIMITS.ends_at, "AgGJCl2slndLvM6zAgmagFcAAADIAAAnEGowvDCm88mTMSZrhAziBH7s-HFU"),
]

unhurried = settings(deadline=None)


def make_token(serial_number: int = 1, amount_yen: int = 1280, made_at: datetime = NOON) -> str:
    return make_offline_token(
        allowance_id=ALLOWANCE_ID,
        secret=SECRET,
        serial_number=serial_number,
        amount_yen=amount_yen,
        made_at=made_at,
    )


def make_code(serial_number: int = 1, amount_yen: int = 1280, made_at: datetime = NOON) -> OfflineCodeText:
    code = read_offline_token(make_token(serial_number, amount_yen, made_at))
    assert code is not None
    return code


def is_believed(token: str) -> bool:
    code = read_offline_token(token)
    return code is not None and code.is_signed_with(SECRET)


class TestMakeOfflineToken:
    @unhurried
    @given(
        allowance_id=st.uuids(),
        secret=st.binary(min_size=32, max_size=32),
        serial_number=st.integers(1, 9_999),
        amount_yen=st.integers(1, 9_999_999),
        made_at=st.datetimes(
            min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
        ),
    )
    def test_says_all_that_went_into_it(
        self, allowance_id: uuid.UUID, secret: bytes, serial_number: int, amount_yen: int, made_at: datetime
    ) -> None:
        token = make_offline_token(
            allowance_id=allowance_id,
            secret=secret,
            serial_number=serial_number,
            amount_yen=amount_yen,
            made_at=made_at,
        )

        read = read_scanned(f"{PUBLIC_URL}/c/{token}", PUBLIC_URL)

        assert isinstance(read, OfflineCodeText)
        assert (read.allowance_id, read.serial_number, read.amount_yen) == (
            allowance_id,
            serial_number,
            amount_yen,
        )
        assert read.made_at == made_at.replace(microsecond=0)
        assert read.is_signed_with(secret)

    @pytest.mark.parametrize(("serial_number", "amount_yen", "made_at", "token"), VECTORS)
    def test_is_what_the_guide_shows(
        self, serial_number: int, amount_yen: int, made_at: datetime, token: str
    ) -> None:
        guide = (Path(__file__).parents[3] / "docs" / "api-guide.md").read_text(encoding="utf-8")

        assert make_token(serial_number, amount_yen, made_at) == token
        assert f"| {serial_number} | {amount_yen} | {int(made_at.timestamp())} | `{token}` |" in guide

    def test_leaves_no_character_over(self) -> None:
        assert len(make_token()) == TOKEN_CHARACTERS == 60


class TestReadOfflineToken:
    @unhurried
    @given(bit=st.integers(0, 45 * 8 - 1))
    def test_believes_nothing_of_which_one_bit_was_turned(self, bit: int) -> None:
        data = int.from_bytes(base64.urlsafe_b64decode(make_token()), "big") ^ 1 << bit

        altered = base64.urlsafe_b64encode(data.to_bytes(45, "big")).decode()

        assert not is_believed(altered)

    @unhurried
    @given(secret=st.binary(min_size=32, max_size=32))
    def test_believes_no_other_secret(self, secret: bytes) -> None:
        assert make_code().is_signed_with(secret) == (secret == SECRET)

    @given(text=st.text(max_size=70) | st.text("ABCabc123-_+/=", min_size=60, max_size=60))
    def test_takes_no_other_text_for_a_code(self, text: str) -> None:
        assert not is_believed(text)

    @pytest.mark.parametrize("length", [0, 1, 59])
    def test_leaves_what_is_cut_short_unreadable(self, length: int) -> None:
        with pytest.raises(CodeUnreadable):
            read_scanned(make_token()[:length], PUBLIC_URL)


class TestCheckLimits:
    @pytest.mark.parametrize(
        "made_at", [NOON - CLOCK_SKEW, NOON, LIMITS.ends_at, LIMITS.ends_at + CLOCK_SKEW]
    )
    def test_lets_a_code_of_the_allowances_hours_pass(self, made_at: datetime) -> None:
        check_limits(make_code(made_at=made_at), LIMITS)

    @pytest.mark.parametrize("made_at", [NOON - CLOCK_SKEW - SECOND, LIMITS.ends_at + CLOCK_SKEW + SECOND])
    def test_refuses_one_made_outside_of_them(self, made_at: datetime) -> None:
        with pytest.raises(OfflineCodeTimeRefused):
            check_limits(make_code(made_at=made_at), LIMITS)

    @pytest.mark.parametrize(("serial_number", "amount_yen"), [(1, 1), (200, 10_000)])
    def test_lets_the_last_number_and_the_largest_amount_pass(
        self, serial_number: int, amount_yen: int
    ) -> None:
        check_limits(make_code(serial_number, amount_yen), LIMITS)

    @pytest.mark.parametrize(("serial_number", "amount_yen"), [(0, 1), (201, 1), (1, 0), (1, 10_001)])
    def test_refuses_any_beyond(self, serial_number: int, amount_yen: int) -> None:
        with pytest.raises(OfflineCodeLimitExceeded):
            check_limits(make_code(serial_number, amount_yen), LIMITS)


class TestCheckHonourable:
    @pytest.mark.parametrize(("used_yen", "after"), [(0, timedelta()), (48_720, WINDOW - SECOND)])
    def test_lets_a_code_pass_in_its_time_and_within_the_total(self, used_yen: int, after: timedelta) -> None:
        check_honourable(make_code(), LIMITS, used_yen=used_yen, window=WINDOW, at=NOON + after)

    def test_refuses_it_when_the_window_is_over(self) -> None:
        with pytest.raises(OfflineCodeExpired):
            check_honourable(make_code(), LIMITS, used_yen=0, window=WINDOW, at=NOON + WINDOW)

    def test_refuses_it_when_it_would_go_beyond_the_total(self) -> None:
        with pytest.raises(OfflineAllowanceExhausted):
            check_honourable(make_code(), LIMITS, used_yen=48_721, window=WINDOW, at=NOON)

    def test_refuses_one_from_the_future(self) -> None:
        made_at = NOON + CLOCK_SKEW + SECOND

        with pytest.raises(OfflineCodeTimeRefused):
            check_honourable(make_code(made_at=made_at), LIMITS, used_yen=0, window=WINDOW, at=NOON)

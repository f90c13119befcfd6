"""The text of a till code: what is signed comes back, what is altered never does."""

import base64
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.purchases.rules.till_codes import (
    SCANNED_MAX_CHARACTERS,
    TOKEN_CHARACTERS,
    CodeForeign,
    CodeUnreadable,
    hash_request,
    make_till_code,
    read_scanned,
    till_code_url,
)

PUBLIC_URL = "https://meguri.example.jp"
KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
EXPIRES_AT = datetime(2026, 6, 15, 3, 3, tzinfo=UTC)
NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

unhurried = settings(deadline=None)
keys = st.binary(min_size=32, max_size=32)


def make_token(amount_yen: int = 1280, shop_id: uuid.UUID = uuid.UUID(int=7)) -> str:
    return make_till_code(
        key_id=3,
        key=KEY,
        code_id=uuid.UUID(int=5),
        shop_id=shop_id,
        amount_yen=amount_yen,
        expires_at=EXPIRES_AT,
    )


TOKEN = make_token()


def is_believed(scanned: str) -> bool:
    """Whether anybody would take the text for what the shop signed."""
    try:
        return read_scanned(scanned, PUBLIC_URL).is_signed_with(KEY)
    except (CodeForeign, CodeUnreadable):
        return False


def token_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def turn_bit(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


class TestMakeTillCode:
    @unhurried
    @given(
        key_id=st.integers(0, 65_535),
        key=keys,
        code_id=st.uuids(),
        shop_id=st.uuids(),
        amount_yen=st.integers(1, 9_999_999),
        expires_at=st.datetimes(
            min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
        ),
    )
    def test_says_all_that_went_into_it(
        self,
        key_id: int,
        key: bytes,
        code_id: uuid.UUID,
        shop_id: uuid.UUID,
        amount_yen: int,
        expires_at: datetime,
    ) -> None:
        token = make_till_code(
            key_id=key_id,
            key=key,
            code_id=code_id,
            shop_id=shop_id,
            amount_yen=amount_yen,
            expires_at=expires_at,
        )

        read = read_scanned(till_code_url(PUBLIC_URL, token), PUBLIC_URL)

        assert (read.key_id, read.code_id, read.shop_id, read.amount_yen) == (
            key_id,
            code_id,
            shop_id,
            amount_yen,
        )
        assert read.expires_at == expires_at.replace(microsecond=0)
        assert read.is_signed_with(key)

    @unhurried
    @given(key=keys)
    def test_is_believed_only_with_its_key(self, key: bytes) -> None:
        assert read_scanned(TOKEN, PUBLIC_URL).is_signed_with(key) == (key == KEY)

    def test_is_short_enough_for_a_small_code_on_a_small_screen(self) -> None:
        assert len(TOKEN) == TOKEN_CHARACTERS == 79


class TestAlteredCode:
    def test_is_not_believed_with_any_single_bit_turned(self) -> None:
        data = base64.urlsafe_b64decode(TOKEN + "=")

        altered = [token_of(turn_bit(data, bit)) for bit in range(len(data) * 8)]

        assert [text for text in altered if is_believed(text)] == []

    def test_is_not_believed_with_any_single_character_changed(self) -> None:
        altered = [
            TOKEN[:position] + other + TOKEN[position + 1 :]
            for position in range(TOKEN_CHARACTERS)
            for other in BASE64URL.replace(TOKEN[position], "")
        ]

        assert [text for text in altered if is_believed(text)] == []

    @pytest.mark.parametrize("other", list("+/= %.\n\x00ａＡ٣é"))
    def test_is_not_believed_with_a_character_of_another_alphabet(self, other: str) -> None:
        altered = [TOKEN[:position] + other + TOKEN[position + 1 :] for position in range(1, 78)]

        assert [text for text in altered if is_believed(text)] == []

    def test_is_not_believed_in_another_spelling_of_the_same_bytes(self) -> None:
        """The last character carries bits that mean nothing: they must be zero, or one code had many texts."""
        data = base64.urlsafe_b64decode(TOKEN + "=")

        spellings = [
            TOKEN[:-1] + last
            for last in BASE64URL
            if base64.urlsafe_b64decode(TOKEN[:-1] + last + "=") == data
        ]

        assert [text for text in spellings if is_believed(text)] == [TOKEN]

    @pytest.mark.parametrize("length", [0, 1, 40, 78])
    def test_is_not_believed_when_cut_short(self, length: int) -> None:
        with pytest.raises(CodeUnreadable):
            read_scanned(TOKEN[:length], PUBLIC_URL)

    @pytest.mark.parametrize("tail", ["A", "=", "?utm_source=x", "#fragment", "%00"])
    def test_is_not_believed_with_anything_added(self, tail: str) -> None:
        with pytest.raises(CodeUnreadable):
            read_scanned(till_code_url(PUBLIC_URL, TOKEN) + tail, PUBLIC_URL)

    def test_is_not_believed_for_another_shop(self) -> None:
        """Somebody who knows the layout swaps the shop and keeps the signature."""
        data = bytearray(base64.urlsafe_b64decode(TOKEN + "="))
        data[19:35] = uuid.UUID(int=8).bytes

        altered = token_of(bytes(data))

        assert read_scanned(altered, PUBLIC_URL).shop_id == uuid.UUID(int=8)
        assert not is_believed(altered)

    def test_is_not_believed_in_another_version(self) -> None:
        data = b"\x02" + base64.urlsafe_b64decode(TOKEN + "=")[1:]

        with pytest.raises(CodeUnreadable):
            read_scanned(token_of(data), PUBLIC_URL)


class TestReadScanned:
    @pytest.mark.parametrize(
        "scanned", [TOKEN, till_code_url(PUBLIC_URL, TOKEN), f"  {TOKEN}\n", f"\t{TOKEN}"]
    )
    def test_takes_the_address_or_the_bare_token_with_space_around(self, scanned: str) -> None:
        assert is_believed(scanned)

    @pytest.mark.parametrize(
        "scanned",
        [
            f"https://evil.example/c/{TOKEN}",
            f"http://meguri.example.jp/c/{TOKEN}",
            f"https://meguri.example.jp.evil.example/c/{TOKEN}",
            f"https://evil.example/https://meguri.example.jp/c/{TOKEN}",
            f"https://meguri.example.jp@evil.example/c/{TOKEN}",
            f"https://MEGURI.example.jp/c/{TOKEN}",
            f"//meguri.example.jp/c/{TOKEN}",
            f"/c/{TOKEN}",
            "mailto:someone@example.jp",
            "WIFI:S:kushiro;T:WPA;P:secret;;",
            "https://meguri.example.jp",
        ],
    )
    def test_calls_another_address_foreign(self, scanned: str) -> None:
        with pytest.raises(CodeForeign) as caught:
            read_scanned(scanned, PUBLIC_URL)

        assert caught.value.field == "scanned"

    @pytest.mark.parametrize(
        "scanned",
        [
            "",
            " ",
            "めぐり",
            # Ours, but a shop's poster.
            "https://meguri.example.jp/s/9439515491611",
            "A" * TOKEN_CHARACTERS,
            "_" * TOKEN_CHARACTERS,
            "=" * TOKEN_CHARACTERS,
            "\x00" * TOKEN_CHARACTERS,
            "あ" * TOKEN_CHARACTERS,
            "4901234567894",
            "00020101021126",
            f"{PUBLIC_URL}/c/",
        ],
    )
    def test_cannot_read_what_is_no_code_of_ours(self, scanned: str) -> None:
        with pytest.raises(CodeUnreadable) as caught:
            read_scanned(scanned, PUBLIC_URL)

        assert caught.value.field == "scanned"

    @unhurried
    @given(scanned=st.text(max_size=SCANNED_MAX_CHARACTERS))
    @example(scanned="\ud800" * TOKEN_CHARACTERS)
    def test_never_fails_otherwise_on_rubbish(self, scanned: str) -> None:
        assert not is_believed(scanned)

    @unhurried
    @given(scanned=st.text(alphabet=BASE64URL + "+/=", min_size=TOKEN_CHARACTERS, max_size=TOKEN_CHARACTERS))
    def test_never_fails_otherwise_on_rubbish_of_the_right_length(self, scanned: str) -> None:
        assert not is_believed(scanned)

    @unhurried
    @given(data=st.binary(min_size=59, max_size=59))
    def test_never_fails_otherwise_on_bytes_of_the_right_length(self, data: bytes) -> None:
        text = token_of(b"\x01" + data[1:])

        assert not is_believed(text)


class TestHashRequest:
    def test_is_the_same_for_the_same_moment_in_another_zone(self) -> None:
        elsewhere = NOON.astimezone(tz=None)

        assert hash_request(TOKEN, NOON) == hash_request(TOKEN, elsewhere)

    def test_is_the_same_with_space_around_the_text(self) -> None:
        assert hash_request(f" {TOKEN}\n", None) == hash_request(TOKEN, None)

    @pytest.mark.parametrize(
        ("scanned", "done_at"),
        [(TOKEN, None), (TOKEN, NOON + timedelta(microseconds=1)), (make_token(1281), NOON)],
    )
    def test_differs_for_another_request(self, scanned: str, done_at: datetime | None) -> None:
        assert hash_request(scanned, done_at) != hash_request(TOKEN, NOON)

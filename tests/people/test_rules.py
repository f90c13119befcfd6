"""Pure rules about people."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.people import rules
from backend.people.models import ConsentPurpose

AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

emails = st.one_of(st.emails(), st.from_regex(r"[A-Za-z0-9.]{1,20}@[a-zA-Z0-9あ-ん\-]{1,12}\.[a-zA-Z]{2,5}"))
phones = st.from_regex(r"(\+81|0)[789]0-?[0-9]{4}-?[0-9]{4}", fullmatch=True)


class TestNormaliseEmail:
    @pytest.mark.parametrize(
        ("given", "normal"),
        [
            ("  Kamome@Example.JP ", "kamome@example.jp"),
            ("ｋａｍｏｍｅ＠ｅｘａｍｐｌｅ．ｊｐ", "kamome@example.jp"),
            ("info@日本.jp", "info@xn--wgv71a.jp"),
            ("old..phone.@docomo.ne.jp", "old..phone.@docomo.ne.jp"),
        ],
    )
    def test_gives_the_one_writing_of_an_address(self, given: str, normal: str) -> None:
        assert rules.normalise_email(given) == normal

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "kamome",
            "@example.jp",
            "kamome@",
            "kamome@localhost",
            "kamome@example..jp",
            "kamome@example.jp.",
            "ka mome@example.jp",
            "kamome@exa mple.jp",
            "kamome@example.jp\nBcc: everybody@example.jp",
            "かもめ@example.jp",
            "a" * 65 + "@example.jp",
            "a@" + "b" * 64 + ".jp",
        ],
    )
    def test_refuses_what_is_no_address(self, given: str) -> None:
        with pytest.raises(rules.LoginMalformed):
            rules.normalise_email(given)

    @given(emails)
    def test_is_idempotent(self, email: str) -> None:
        try:
            once = rules.normalise_email(email)
        except rules.LoginMalformed:
            return

        assert rules.normalise_email(once) == once

    @given(st.text(max_size=300))
    def test_never_fails_otherwise(self, text: str) -> None:
        try:
            rules.normalise_login(text)
        except rules.LoginMalformed as error:
            assert error.field == "login"  # noqa: PT017


class TestNormalisePhone:
    @pytest.mark.parametrize(
        "given",
        ["090-1234-5678", "09012345678", "+81 90 1234 5678", "０９０−１２３４−５６７８", "(090)1234-5678"],
    )
    def test_gives_the_one_writing_of_a_number(self, given: str) -> None:
        assert rules.normalise_phone(given) == "+819012345678"

    def test_keeps_a_number_of_another_country(self) -> None:
        assert rules.normalise_phone("+44 20 7946 0958") == "+442079460958"

    @pytest.mark.parametrize(
        "given", ["", "110", "0", "090-1234", "kamome", "+999123456789", "0154-23-5151 ext. 3"]
    )
    def test_refuses_what_nobody_can_be_reached_by(self, given: str) -> None:
        with pytest.raises(rules.LoginMalformed):
            rules.normalise_phone(given)

    @given(phones)
    def test_is_idempotent(self, phone: str) -> None:
        try:
            once = rules.normalise_phone(phone)
        except rules.LoginMalformed:
            return

        assert rules.normalise_phone(once) == once


class TestFoldLogin:
    @pytest.mark.parametrize("given", ["09012345678", "+81-90-1234-5678", "０９０１２３４５６７８"])
    def test_counts_all_writings_of_a_number_as_one(self, given: str) -> None:
        assert rules.fold_login(given) == "+819012345678"

    @pytest.mark.parametrize("given", ["Kamome@example.jp", "ｋａｍｏｍｅ@EXAMPLE.jp "])
    def test_counts_all_writings_of_an_address_as_one(self, given: str) -> None:
        assert rules.fold_login(given) == "kamome@example.jp"

    def test_takes_anything(self) -> None:
        assert rules.fold_login(" Neither ") == "neither"


class TestNormaliseNickname:
    @pytest.mark.parametrize(
        ("given", "normal"),
        [
            ("  橋の上の　かもめ ", "橋の上の かもめ"),
            ("か\u3099んば", "がんば"),
            ("user\u202egnp", "usergnp"),
            ("家族👨\u200d👩\u200d👧", "家族👨\u200d👩\u200d👧"),
            ("two\nlines", "two lines"),
        ],
    )
    def test_keeps_what_is_seen(self, given: str, normal: str) -> None:
        assert rules.normalise_nickname(given) == normal

    @pytest.mark.parametrize("given", ["", "   ", "\u200b\u200d\u202e", "あ" * 41])
    def test_refuses_nothing_and_too_much(self, given: str) -> None:
        with pytest.raises(rules.NicknameRefused):
            rules.normalise_nickname(given)

    @given(st.text(min_size=1, max_size=40))
    def test_is_idempotent(self, text: str) -> None:
        try:
            once = rules.normalise_nickname(text)
        except rules.NicknameRefused:
            return

        assert rules.normalise_nickname(once) == once


class TestCheckPassword:
    def test_accepts_a_long_phrase_of_any_language(self) -> None:
        assert rules.check_password("さざなみの音が七つきこえる", names=[]) == "さざなみの音が七つきこえる"

    def test_folds_full_width_letters(self) -> None:
        assert rules.check_password("ｓａｚａｎａｍｉ　ｎｏ　ｏｔｏ", names=[]) == "sazanami no oto"

    @pytest.mark.parametrize(
        "given",
        [
            "short 9ch",
            "x" * 201,
            "password123",
            "PassWord123",
            "abababababab",
            "kamome-no-su@example.jp",
            "Kamome-no-su",
            "Gull on the Bridge",
        ],
    )
    def test_refuses_what_others_guess(self, given: str) -> None:
        with pytest.raises(rules.PasswordTooWeak):
            rules.check_password(given, names=["kamome-no-su@example.jp", "Gull on the Bridge"])

    @given(st.text(min_size=1, max_size=60))
    def test_folding_is_idempotent(self, text: str) -> None:
        once = rules.fold_password(text)

        assert rules.fold_password(once) == once


class TestCheckFirstConsents:
    def test_wants_the_terms(self) -> None:
        with pytest.raises(rules.TermsConsentRequired):
            rules.check_first_consents({ConsentPurpose.STATISTICS: "2026-11"}, terms_version="2026-11")

    def test_wants_the_version_in_force(self) -> None:
        with pytest.raises(rules.ConsentVersionOutdated):
            rules.check_first_consents({ConsentPurpose.TERMS: "2025-01"}, terms_version="2026-11")


class TestMatchingTotpStep:
    def code(self, at: datetime) -> str:
        return pyotp.TOTP(SECRET).at(at)

    @pytest.mark.parametrize("seconds", [-30, 0, 30])
    def test_takes_a_clock_half_a_minute_off(self, seconds: int) -> None:
        code = self.code(AT + timedelta(seconds=seconds))

        assert rules.matching_totp_step(SECRET, code, at=AT, last_step=None) is not None

    @pytest.mark.parametrize("seconds", [-90, 90])
    def test_takes_no_code_of_another_time(self, seconds: int) -> None:
        code = self.code(AT + timedelta(seconds=seconds))

        assert rules.matching_totp_step(SECRET, code, at=AT, last_step=None) is None

    def test_takes_each_code_once(self) -> None:
        step = rules.matching_totp_step(SECRET, self.code(AT), at=AT, last_step=None)

        assert rules.matching_totp_step(SECRET, self.code(AT), at=AT, last_step=step) is None

    def test_takes_no_code_older_than_the_last(self) -> None:
        step = rules.matching_totp_step(SECRET, self.code(AT), at=AT, last_step=None)
        before = self.code(AT - timedelta(seconds=30))

        assert rules.matching_totp_step(SECRET, before, at=AT, last_step=step) is None


class TestNormaliseListName:
    def test_is_one_visible_line(self) -> None:
        assert rules.normalise_list_name("  朝の\n常連\u202eさん ") == "朝の 常連さん"

    @pytest.mark.parametrize("given", ["", " \u200b\n", "x" * 61])
    def test_refuses_too_little_and_too_much(self, given: str) -> None:
        with pytest.raises(rules.MemberListNameRefused):
            rules.normalise_list_name(given)


class TestReadJoinCode:
    @pytest.mark.parametrize("given", ["K7QM4XTD", "k7qm-4xtd", " Ｋ７ＱＭ　－４ＸＴＤ"])
    def test_gives_the_one_writing(self, given: str) -> None:
        assert rules.read_join_code(given) == "K7QM4XTD"

    def test_reads_what_is_shown(self) -> None:
        assert rules.read_join_code(rules.group_join_code("K7QM4XTD")) == "K7QM4XTD"


class TestShownCount:
    @pytest.mark.parametrize(("count", "shown"), [(0, None), (9, None), (10, 10)])
    def test_hides_fewer_than_ten(self, count: int, shown: int | None) -> None:
        assert rules.shown_count(count) == shown

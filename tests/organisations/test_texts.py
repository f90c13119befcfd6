import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.organisations.texts import (
    CertificationInvalid,
    NameBlank,
    TagInvalid,
    fold,
    normalise_certifications,
    normalise_tags,
    one_line,
    one_line_or_none,
    paragraphs_or_none,
    search_text,
    search_words,
)


class TestOneLine:
    def test_joins_lines_and_spaces(self) -> None:
        assert one_line(" 麦と\n 汽笛　本店 ", field="name_ja") == "麦と 汽笛 本店"

    def test_drops_what_turns_the_text_round(self) -> None:
        assert one_line("麦\u202eと汽笛", field="name_ja") == "麦と汽笛"

    def test_composes_accents(self) -> None:
        assert one_line("cafe\u0301", field="name_ja") == "caf\u00e9"

    @pytest.mark.parametrize("blank", ["", " ", "　\n", "\u200b", "\u200d"])
    def test_refuses_a_blank(self, blank: str) -> None:
        with pytest.raises(NameBlank) as refusal:
            one_line(blank, field="name_ja")

        assert refusal.value.field == "name_ja"


class TestOneLineOrNone:
    @pytest.mark.parametrize("blank", [None, "", " ", "\u200b"])
    def test_is_none_for_a_blank(self, blank: str | None) -> None:
        assert one_line_or_none(blank) is None

    def test_keeps_a_name(self) -> None:
        assert one_line_or_none(" Mugi  to Kiteki ") == "Mugi to Kiteki"


class TestParagraphsOrNone:
    def test_keeps_lines(self) -> None:
        assert paragraphs_or_none(" 一行目 \r\n\r\n二行目\n") == "一行目\n\n二行目"

    @pytest.mark.parametrize("blank", [None, "", " \n "])
    def test_is_none_for_a_blank(self, blank: str | None) -> None:
        assert paragraphs_or_none(blank) is None


class TestFold:
    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("ﾊﾟﾝ", "ぱん"),
            ("パン", "ぱん"),
            ("ヴィレッジ", "ゔぃれっじ"),
            ("ＢＡＲ　１", "bar 1"),
            ("Straße", "strasse"),
            ("㍿麦", "株式会社麦"),
            ("ラーメン", "らーめん"),
        ],
    )
    def test_makes_one_writing_of_many(self, written: str, expected: str) -> None:
        assert fold(written) == expected

    @given(st.text())
    def test_changes_nothing_the_second_time(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)


class TestSearchText:
    def test_leaves_out_what_is_not_there(self) -> None:
        assert search_text("パン", None, "", "Bread", maximum=100) == "ぱん\nbread"

    def test_is_never_longer_than_its_column(self) -> None:
        assert search_text("㍿" * 40, maximum=100) == ("株式会社" * 40)[:100]


class TestSearchWords:
    def test_folds_as_the_text_was_folded(self) -> None:
        assert search_words(" パン　ＣＡＦＥ ") == ["ぱん", "cafe"]

    def test_stops_after_five(self) -> None:
        assert search_words("a b c d e f") == ["a", "b", "c", "d", "e"]


class TestNormaliseTags:
    def test_gives_each_once_in_order(self) -> None:
        assert normalise_tags(["Cafe", "bakery", "ｃａｆｅ"]) == ["bakery", "cafe"]

    def test_takes_any_script(self) -> None:
        assert normalise_tags(["海鮮", "テイクアウト", "take-out"]) == ["take-out", "テイクアウト", "海鮮"]

    @pytest.mark.parametrize("tag", ["", " ", "a b", "a_b", "-a", "a-", "a--b", "a,b", "x" * 25])
    def test_refuses_another_form(self, tag: str) -> None:
        with pytest.raises(TagInvalid) as refusal:
            normalise_tags(["bakery", tag])

        assert refusal.value.field == "tags.1"

    def test_refuses_a_thirteenth(self) -> None:
        with pytest.raises(TagInvalid):
            normalise_tags([f"tag{number}" for number in range(13)])


class TestNormaliseCertifications:
    def test_writes_them_as_tags(self) -> None:
        assert normalise_certifications(["ＪＡＳ", "釧路ブランド", "jas"]) == ["jas", "釧路ブランド"]

    def test_lets_them_have_forty_characters(self) -> None:
        assert normalise_certifications(["x" * 40]) == ["x" * 40]

    @pytest.mark.parametrize("key", ["", "a b", "x" * 41])
    def test_refuses_another_form(self, key: str) -> None:
        with pytest.raises(CertificationInvalid) as refusal:
            normalise_certifications(["jas", key])

        assert refusal.value.field == "certifications.1"

    def test_refuses_an_eleventh(self) -> None:
        with pytest.raises(CertificationInvalid) as refusal:
            normalise_certifications([f"key{number}" for number in range(11)])

        assert refusal.value.field == "certifications"

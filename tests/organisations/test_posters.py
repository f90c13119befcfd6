"""organisations.posters: what hangs in a shop can be scanned and read."""

from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest

from backend.base.text import text
from backend.organisations.posters import SIZES, Poster, PosterSize, print_poster
from tests.factories.posters import codes_in, pictures_of, text_in

POSTER = Poster(
    name_ja="麦と汽笛",
    name_en="Wheat & Whistle",
    label="レジ横",
    digits="4829153076123",
    url="https://meguri.example.jp/s/4829153076123",
    issued_at=datetime(2026, 6, 15, tzinfo=UTC),
)
LONG = replace(POSTER, name_ja="釧路" * 40, name_en="Kushiro " * 10, label="卓" * 40)

each_size = pytest.mark.parametrize("size", list(PosterSize))


class TestPrintPoster:
    @each_size
    @pytest.mark.parametrize("poster", [POSTER, replace(POSTER, name_en=None), LONG])
    def test_is_read_by_a_phone(self, size: PosterSize, poster: Poster) -> None:
        (picture,) = pictures_of(print_poster(poster, size))

        assert codes_in(picture) == [POSTER.url]

    @each_size
    def test_has_its_size(self, size: PosterSize) -> None:
        (page,) = pypdfium2.PdfDocument(print_poster(POSTER, size))

        assert tuple(round(side * 25.4 / 72) for side in page.get_size()) == SIZES[size]

    @each_size
    def test_says_the_shop_its_digits_and_what_to_do_in_three_languages(self, size: PosterSize) -> None:
        said = "".join(text_in(print_poster(POSTER, size)).split())

        wanted = ["麦と汽笛", "4829 1530 76123", "レジ横"]
        wanted += [text("poster.what_to_do", language) for language in ("ja", "ja@easy", "en")]
        assert [words for words in wanted if "".join(words.split()) not in said] == []

    @each_size
    def test_names_no_amount(self, size: PosterSize) -> None:
        assert "円" not in text_in(print_poster(POSTER, size))


class TestEtag:
    def test_is_another_for_another_poster_or_form(self) -> None:
        etags = {
            POSTER.etag("pdf a4"),
            POSTER.etag("pdf a6"),
            replace(POSTER, name_ja="魚と汽笛").etag("pdf a4"),
            replace(POSTER, label="卓1").etag("pdf a4"),
        }

        assert len(etags) == 4

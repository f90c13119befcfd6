"""base.printing: PDF with an embedded font; what does not fit becomes smaller."""

from collections.abc import Callable
from datetime import datetime

import pypdfium2
import pytest

from backend.base.printing import FONT_FILE, Box, Sheet, print_sheet
from tests.factories.posters import codes_in, pictures_of, text_in

PAPER = Box(0, 0, 60, 40)


@pytest.fixture
def printed(at: datetime) -> Callable[[Callable[[Sheet], None]], bytes]:
    def printed(draw: Callable[[Sheet], None]) -> bytes:
        return print_sheet(draw, width=PAPER.width, height=PAPER.height, title="紙", made_at=at)

    return printed


class TestPrintSheet:
    def test_has_the_size_that_was_asked_for(self, printed: Callable[..., bytes]) -> None:
        pdf = printed(lambda sheet: sheet.turn_page())

        pages = pypdfium2.PdfDocument(pdf)

        points = [tuple(round(side) for side in page.get_size()) for page in pages]
        assert points == [(170, 113)] * 2

    def test_is_the_same_for_the_same(self, printed: Callable[..., bytes]) -> None:
        def draw(sheet: Sheet) -> None:
            sheet.write("釧路", PAPER, size_points=20)

        assert printed(draw) == printed(draw)

    def test_carries_the_letters_it_uses_and_not_the_whole_font(self, printed: Callable[..., bytes]) -> None:
        pdf = printed(lambda sheet: sheet.write("釧路の魚", PAPER, size_points=20))

        assert b"/FontFile2" in pdf
        assert len(pdf) < FONT_FILE.stat().st_size / 50
        assert text_in(pdf) == "釧路の魚"


class TestWrite:
    @pytest.mark.parametrize("text", ["短い", "とても長い名前" * 12, "Long name of a shop " * 6])
    def test_stays_within_its_box(self, printed: Callable[..., bytes], text: str) -> None:
        pdf = printed(lambda sheet: sheet.write(text, Box(10, 10, 40, 12), size_points=30, lines=2))

        (picture,) = pictures_of(pdf, dots_an_inch=254)

        left, top, right, bottom = picture.convert("L").point(lambda light: 255 - light).getbbox()
        assert (left, top) >= (99, 99)
        assert right <= 501
        assert bottom <= 225  # a hair for what hangs below the line

    def test_breaks_into_no_more_lines_than_allowed(self, printed: Callable[..., bytes]) -> None:
        pdf = printed(lambda sheet: sheet.write("とても長い名前" * 6, PAPER, size_points=30, lines=2))

        assert len(text_in(pdf).splitlines()) <= 2

    def test_keeps_the_lines_that_the_text_has(self, printed: Callable[..., bytes]) -> None:
        pdf = printed(lambda sheet: sheet.write("一行目、\n二行目。", PAPER, size_points=8))

        assert text_in(pdf).splitlines() == ["一行目、", "二行目。"]


class TestDrawQr:
    @pytest.mark.parametrize("dots_an_inch", [60, 96, 150, 300, 600])
    def test_is_read_at_any_resolution(self, printed: Callable[..., bytes], dots_an_inch: int) -> None:
        url = "https://meguri.example.jp/s/4829153076123"
        pdf = printed(lambda sheet: sheet.draw_qr(url, PAPER))

        (picture,) = pictures_of(pdf, dots_an_inch=dots_an_inch)

        assert codes_in(picture) == [url]

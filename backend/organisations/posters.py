"""The poster of a shop's code, in three sizes: pure. The shop's name, the QR, its digits, and what to do with it."""

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.base.digits import group_digits
from backend.base.printing import Box, Sheet, print_sheet
from backend.base.text import LANGUAGES, text

# Changed whenever the drawing is, so that nobody keeps yesterday's.
LAYOUT = "1"


class PosterSize(enum.StrEnum):
    A4 = "a4"
    A6 = "a6"
    CARD = "card"


# Millimetres, upright but for the card, which stands on a shelf.
SIZES = {PosterSize.A4: (210.0, 297.0), PosterSize.A6: (105.0, 148.0), PosterSize.CARD: (91.0, 55.0)}


@dataclass(frozen=True, slots=True)
class Poster:
    """`label`: where it hangs. `url` is what the QR says, `digits` what stands beneath it."""

    name_ja: str
    name_en: str | None
    label: str
    digits: str
    url: str
    issued_at: datetime

    @property
    def grouped_digits(self) -> str:
        return group_digits(self.digits)

    def etag(self, form: str) -> str:
        """Of this poster in one form."""
        return hashlib.sha256(repr((LAYOUT, form, self)).encode()).hexdigest()


def what_to_do() -> Mapping[str, str]:
    """Language → what a citizen does with it, in two lines that may be put together to one."""
    return {language: text("poster.what_to_do", language) for language in LANGUAGES}


def in_one_line(said: str) -> str:
    return said.replace("\n", "")


def print_poster(poster: Poster, size: PosterSize) -> bytes:
    """A PDF of one page."""
    width, height = SIZES[size]
    draw = _draw_card if size is PosterSize.CARD else _draw_upright

    def draw_page(sheet: Sheet) -> None:
        draw(sheet, poster, width)

    return print_sheet(draw_page, width=width, height=height, title=poster.name_ja, made_at=poster.issued_at)


def _draw_upright(sheet: Sheet, poster: Poster, width: float) -> None:
    """A4 and A6 have one shape, so all lengths are shares of the width."""
    unit = width / 210

    def box(y: float, height: float, margin: float = 15) -> Box:
        return Box(margin * unit, y * unit, (210 - 2 * margin) * unit, height * unit)

    sheet.write(text("poster.title"), box(12, 12), size_points=24 * unit, grey=90)
    sheet.write(poster.name_ja, box(26, 30), size_points=56 * unit, lines=3)
    if poster.name_en:
        sheet.write(poster.name_en, box(56, 12), size_points=22 * unit, grey=60)
    sheet.draw_qr(poster.url, box(70, 124, 43))
    sheet.write(poster.grouped_digits, box(192, 16), size_points=40 * unit)
    sheet.write(text("poster.or_type"), box(207, 9), size_points=15 * unit, grey=60)
    said = what_to_do()
    for number, language in enumerate(LANGUAGES):
        sheet.write(said[language], box(221 + number * 19, 17), size_points=20 * unit)
    sheet.write(poster.label, box(282, 8), size_points=12 * unit, grey=110)


def _draw_card(sheet: Sheet, poster: Poster, width: float) -> None:
    qr_mm = 40.0
    x = qr_mm + 3
    right = width - x - 4
    sheet.draw_qr(poster.url, Box(2, 3, qr_mm, qr_mm))
    sheet.write(poster.grouped_digits, Box(3, 43.5, qr_mm - 2, 7), size_points=12)
    sheet.write(text("poster.title"), Box(x, 4, right, 4), size_points=7, grey=90, is_centred=False)
    sheet.write(poster.name_ja, Box(x, 8, right, 12), size_points=15, is_centred=False, lines=4)
    said = what_to_do()
    for number, language in enumerate(LANGUAGES):
        box = Box(x, 21 + number * 9.6, right, 9.2)
        sheet.write(in_one_line(said[language]), box, size_points=7.5, is_centred=False, lines=3)
    sheet.write(poster.label, Box(x, 50, right, 3.5), size_points=6, grey=110, is_centred=False)

"""Sheets of labels for packages: 24 to a page of A4, three across, as label paper comes. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.base.clock import city_day
from backend.base.digits import group_digits
from backend.base.printing import Box, Sheet, print_sheet
from backend.base.text import text
from backend.organisations.serials import LABELS_A_SHEET, serial_url

WIDTH_MM, HEIGHT_MM = 210.0, 297.0
ACROSS = 3
DOWN = LABELS_A_SHEET // ACROSS
LABEL_WIDTH_MM, LABEL_HEIGHT_MM = 70.0, 37.0
TOP_MM = (HEIGHT_MM - DOWN * LABEL_HEIGHT_MM) / 2
QR_MM = 28.0
LAYOUT = "1"


@dataclass(frozen=True, slots=True)
class Labels:
    """What all labels of a batch say beside their digits."""

    product: str
    producer: str
    public_url: str
    issued_at: datetime
    valid_until: datetime

    def etag(self, serials: Sequence[str]) -> str:
        return hashlib.sha256(repr((LAYOUT, self, *serials)).encode()).hexdigest()


def print_sheet_of_labels(labels: Labels, serials: Sequence[str]) -> bytes:
    """A PDF of one page, with a label for each of at most LABELS_A_SHEET serials, in their order."""

    def draw(sheet: Sheet) -> None:
        for number, digits in enumerate(serials):
            row, column = divmod(number, ACROSS)
            _draw_label(sheet, labels, digits, column * LABEL_WIDTH_MM, TOP_MM + row * LABEL_HEIGHT_MM)

    return print_sheet(draw, width=WIDTH_MM, height=HEIGHT_MM, title=labels.product, made_at=labels.issued_at)


def _draw_label(sheet: Sheet, labels: Labels, digits: str, x: float, y: float) -> None:
    sheet.draw_frame(Box(x, y, LABEL_WIDTH_MM, LABEL_HEIGHT_MM))
    sheet.draw_qr(serial_url(labels.public_url, digits), Box(x + 2, y + 1.5, QR_MM, QR_MM))
    right, width = x + QR_MM + 3, LABEL_WIDTH_MM - QR_MM - 6
    sheet.write(labels.product, Box(right, y + 3, width, 10), size_points=10, is_centred=False, lines=3)
    sheet.write(labels.producer, Box(right, y + 13.5, width, 4), size_points=7, grey=60, is_centred=False)
    sheet.write(text("serial.what_to_do"), Box(right, y + 18, width, 10), size_points=7, is_centred=False)
    sheet.write(group_digits(digits), Box(x + 3, y + 29.5, 38, 6), size_points=11, is_centred=False)
    until = text("serial.until", until_on=city_day(labels.valid_until).isoformat())
    sheet.write(until, Box(x + 43, y + 30.5, 24, 4), size_points=6, grey=60, is_centred=False)

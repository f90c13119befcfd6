"""Sheets of blank paper cards: five to a page of A4, each of a bank card's size, with a slip of the same size. Pure."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from backend.base.printing import Box, Sheet, print_sheet
from backend.base.text import text
from backend.people.service.cards import PrintedCard

WIDTH_MM, HEIGHT_MM = 210.0, 297.0
CARD_WIDTH_MM, CARD_HEIGHT_MM = 85.6, 54.0
DOWN = 5
LEFT_MM = (WIDTH_MM - 2 * CARD_WIDTH_MM) / 2
TOP_MM = (HEIGHT_MM - DOWN * CARD_HEIGHT_MM) / 2
QR_MM = 36.0
LAYOUT = "1"


def etag_of(cards: Sequence[PrintedCard]) -> str:
    return hashlib.sha256(repr((LAYOUT, *cards)).encode()).hexdigest()


def print_cards(cards: Sequence[PrintedCard], *, made_at: datetime) -> bytes:
    """A PDF with as many pages as the cards need, in their order."""

    def draw(sheet: Sheet) -> None:
        for number, card in enumerate(cards):
            if number and number % DOWN == 0:
                sheet.turn_page()
            y = TOP_MM + number % DOWN * CARD_HEIGHT_MM
            _draw_card(sheet, card, LEFT_MM, y)
            _draw_slip(sheet, card, LEFT_MM + CARD_WIDTH_MM, y)

    return print_sheet(draw, width=WIDTH_MM, height=HEIGHT_MM, title=text("card.title"), made_at=made_at)


def _draw_card(sheet: Sheet, card: PrintedCard, x: float, y: float) -> None:
    sheet.draw_frame(Box(x, y, CARD_WIDTH_MM, CARD_HEIGHT_MM))
    sheet.draw_qr(card.url, Box(x + 2, y + 6, QR_MM, QR_MM))
    right, width = x + QR_MM + 4, CARD_WIDTH_MM - QR_MM - 7
    sheet.write(text("card.title"), Box(right, y + 7, width, 9), size_points=15, is_centred=False)
    what_to_do = text("card.what_to_do")
    sheet.write(what_to_do, Box(right, y + 18, width, 22), size_points=8.5, is_centred=False, lines=4)
    sheet.write(card.number, Box(x + 4, y + 43, 48, 7), size_points=15, is_centred=False)
    sheet.write(card.serial, Box(x + 54, y + 44, 28, 5), size_points=8, grey=60)


def _draw_slip(sheet: Sheet, card: PrintedCard, x: float, y: float) -> None:
    """What its holder keeps at home: it names the card, and opens nothing."""
    sheet.draw_frame(Box(x, y, CARD_WIDTH_MM, CARD_HEIGHT_MM))
    inner = CARD_WIDTH_MM - 10
    sheet.write(text("card.slip"), Box(x + 5, y + 6, inner, 8), size_points=12, is_centred=False)
    sheet.write(card.serial, Box(x + 5, y + 16, inner, 10), size_points=18, is_centred=False)
    if_lost = text("card.if_lost")
    sheet.write(if_lost, Box(x + 5, y + 29, inner, 20), size_points=8.5, is_centred=False, lines=4)

"""What is printed: PDF pages with an embedded Japanese font and QR codes drawn as shapes. Lengths in millimetres.

The font is BIZ UDPGothic, made to be read by everybody; of it, a file carries only the letters that it uses. The
same content gives the same bytes.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import segno

if TYPE_CHECKING:
    from fpdf import FPDF

FONT_FILE = Path(__file__).with_name("fonts") / "BIZUDPGothic-Regular.ttf"
FAMILY = "udp"
MM_A_POINT = 25.4 / 72
LINE_HEIGHT = 1.35  # of the size of the letters
SHRINKING = 0.94
# What a code needs around it, in modules.
QUIET = 4
# Neighbouring rows overlap by this much, or viewers draw a hair between them.
OVERLAP_MM = 0.02

# Reading the font takes half a second and some 15 MB: one at a time in each process.
_printing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Box:
    """`x`, `y`: of its upper left corner."""

    x: float
    y: float
    width: float
    height: float


class Sheet:
    """Pages of one size. Made by `print_sheet`."""

    def __init__(self, pdf: "FPDF") -> None:
        self._pdf = pdf
        # What stands on each of many labels is measured once.
        self._fitted: dict[tuple[str, float, float, float, int], tuple[float, Sequence[str]]] = {}

    def turn_page(self) -> None:
        self._pdf.add_page()

    def write(
        self,
        text: str,
        box: Box,
        *,
        size_points: float,
        grey: int = 0,
        is_centred: bool = True,
        lines: int = 1,
    ) -> None:
        """In the middle of the box's height, smaller until it fits into it and into so many lines a paragraph."""
        pdf = self._pdf
        pdf.set_text_color(grey)
        key = (text, box.width, box.height, size_points, lines)
        if key not in self._fitted:
            self._fitted[key] = self._fit(text, box, size_points, lines)
        size, broken = self._fitted[key]
        pdf.set_font(FAMILY, size=size)
        height = size * MM_A_POINT * LINE_HEIGHT
        top = box.y + max(0.0, (box.height - height * len(broken)) / 2)
        for number, line in enumerate(broken):
            pdf.set_xy(box.x, top + number * height)
            pdf.cell(box.width, height, line, align="C" if is_centred else "L")

    def draw_qr(self, text: str, box: Box) -> None:
        """As large as the box allows, with the white that a reader needs inside of it."""
        code = segno.make_qr(text, error="q")
        rows = [bytes(row) for row in code.matrix]
        module = min(box.width, box.height) / (len(rows) + 2 * QUIET)
        self._pdf.set_fill_color(0)
        for y, row in enumerate(rows):
            for start, end in _dark_runs(row):
                self._pdf.rect(
                    box.x + (QUIET + start) * module,
                    box.y + (QUIET + y) * module,
                    (end - start) * module,
                    module + OVERLAP_MM,
                    style="F",
                )

    def draw_frame(self, box: Box) -> None:
        """A thin grey line, to cut along."""
        self._pdf.set_draw_color(190)
        self._pdf.set_line_width(0.1)
        self._pdf.rect(box.x, box.y, box.width, box.height)

    def _fit(self, text: str, box: Box, size_points: float, lines: int) -> tuple[float, Sequence[str]]:
        """The size that fits, and the lines as they are broken."""
        pdf = self._pdf
        paragraphs = [line.rstrip() for line in text.splitlines()]
        while True:
            pdf.set_font(FAMILY, size=size_points)
            broken = [self._break(paragraph, box.width) for paragraph in paragraphs]
            count = sum(len(each) for each in broken)
            height = count * size_points * MM_A_POINT * LINE_HEIGHT
            if size_points < 4 or (max(map(len, broken), default=0) <= lines and height <= box.height):
                return size_points, [line for each in broken for line in each]
            size_points *= SHRINKING

    def _break(self, paragraph: str, width: float) -> list[str]:
        found = self._pdf.multi_cell(width, text=paragraph, align="L", dry_run=True, output="LINES")
        return cast("list[str]", found)


def print_sheet(
    draw: Callable[[Sheet], None], *, width: float, height: float, title: str, made_at: datetime
) -> bytes:
    """A PDF whose first page is begun already when `draw` gets it. `made_at` stands in the file as its date."""
    # Importing it takes longer than most requests, and hardly any prints.
    from fpdf import FPDF

    with _printing:
        pdf = FPDF(unit="mm", format=(width, height))
        pdf.set_auto_page_break(False)
        pdf.set_margin(0)
        pdf.c_margin = 0
        pdf.add_font(FAMILY, fname=FONT_FILE)
        pdf.set_title(title)
        pdf.set_lang("ja")
        pdf.set_creation_date(made_at)
        pdf.add_page()
        draw(Sheet(pdf))
        return bytes(pdf.output())


def _dark_runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each stretch of dark modules."""
    start = None
    for x, is_dark in enumerate((*row, 0)):
        if is_dark and start is None:
            start = x
        elif not is_dark and start is not None:
            yield start, x
            start = None

"""Receipts as a till prints them: their text, and a photo of it."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts")

BAKERY_TEXT = """\
麦と汽笛
釧路市北大通3-1
電話 0154-22-1234
登録番号 T8700110005901
2026年6月15日(月) 11:48
レシートNo.004217

バターロール ※    ¥324
クリームパン ※    ¥216
紙袋              ¥110
小計              ¥650
合計              ¥650
(8%対象 ¥540 内消費税 ¥40)
(10%対象 ¥110 内消費税 ¥10)
お預り          ¥1,000
お釣り            ¥350
※は軽減税率対象品目です
"""


def find_font() -> Path | None:
    """One that knows Japanese, if the machine has it."""
    return next(iter(sorted(FONTS.rglob("NotoSansCJK-Regular.*"))), None)


def photograph(text: str, font: Path) -> bytes:
    """The printed text as a PNG, dark on light, a little larger than a phone would take it."""
    lines = text.splitlines()
    image = Image.new("L", (760, 60 * len(lines) + 80), 245)
    draw = ImageDraw.Draw(image)
    letters = ImageFont.truetype(font, 36)
    for place, line in enumerate(lines):
        draw.text((30, 40 + 60 * place), line, font=letters, fill=25)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()

"""Receipts as a till prints them: their text, a photo of it, and what a citizen's app sends of them."""

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from werkzeug.test import TestResponse

from tests.factories.purchases import KEY
from tests.support.client import ApiClient

# Of the shop of the small town, twelve minutes before noon. One point a hundred yen: 6 points.
BAKERY: dict[str, Any] = {
    "shop_name": "麦と汽笛",
    "receipt_number": "No.004217",
    "done_at": "2026-06-15T11:48:00+09:00",
    "total_yen": 650,
    "rates": [
        {"tax_permille": 80, "amount_yen": 540, "tax_yen": 40},
        {"tax_permille": 100, "amount_yen": 110, "tax_yen": 10},
    ],
    "lines": [
        {"name": "バターロール", "quantity": 2, "amount_yen": 540, "tax_permille": 80},
        {"name": "紙袋", "amount_yen": 110},
    ],
}

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


def small_photo(colour: str = "white") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 90), colour).save(file, "PNG")
    return file.getvalue()


def draft(caller: ApiClient, key: str = KEY, **changes: Any) -> dict[str, Any]:
    """The bakery's receipt, or what `changes` make of it, as it was answered."""
    response = send_draft(caller, key, **changes)
    assert response.status_code == 201, response.get_json()
    drafted: dict[str, Any] = response.get_json()
    return drafted


def send_draft(caller: ApiClient, key: str = KEY, **changes: Any) -> TestResponse:
    return caller.post("/v1/claims/receipt", {**BAKERY, **changes}, headers={"Idempotency-Key": key})


def put_photo(caller: ApiClient, claim_id: str, number: int = 1, photo: bytes | None = None) -> TestResponse:
    path = f"/v1/claims/{claim_id}/photos/{number}"
    return caller.put(path, data=photo or small_photo(), content_type="image/png")


def submit(caller: ApiClient, key: str = KEY, **changes: Any) -> TestResponse:
    """Draft it and hand it in."""
    return caller.post(f"/v1/claims/{draft(caller, key, **changes)['id']}/submit")


def hand_in(caller: ApiClient, key: str = KEY, photo: bytes | None = None, **changes: Any) -> str:
    """With a photo; the id of the claim."""
    claim_id: str = draft(caller, key, **changes)["id"]
    put_photo(caller, claim_id, photo=photo)
    response = caller.post(f"/v1/claims/{claim_id}/submit")
    assert response.status_code == 200, response.get_json()
    return claim_id

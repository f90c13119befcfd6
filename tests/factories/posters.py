"""Posters, over HTTP as a shop's manager gets them; and printed things looked at as a phone looks."""

from collections.abc import Sequence
from typing import Any

import pypdfium2
import zxingcpp
from PIL.Image import Image

from tests.support.client import ApiClient

PATH = "/v1/shop/posters"


def issue_poster(manager: ApiClient, label: str = "レジ横") -> dict[str, Any]:
    response = manager.post(PATH, {"label": label})
    assert response.status_code == 201, response.get_json()
    poster: dict[str, Any] = response.get_json()
    return poster


def pictures_of(pdf: bytes, *, dots_an_inch: int = 150) -> Sequence[Image]:
    """Its pages as a printer lays them on paper."""
    return [page.render(scale=dots_an_inch / 72).to_pil() for page in pypdfium2.PdfDocument(pdf)]


def codes_in(picture: Image) -> list[str]:
    """What the QR codes in it say."""
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def text_in(pdf: bytes) -> str:
    """What somebody gets who copies all of it."""
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))

"""Shapes of disaster messages."""

from typing import Any

from backend.city.messages.schemas import replaces_key_field
from backend.web.messages import ContentIn
from backend.web.schemas import In, text_field


class SendDisasterMessageIn(ContentIn):
    replaces_key = replaces_key_field()


class ReviewDisasterMessageIn(In):
    note = text_field(400, required=True, metadata={"description": "What the review found."})


DISASTER_EXAMPLE: dict[str, Any] = {
    "template_slug": "disaster-tsunami",
    "template_version": 1,
    "params": {
        "area": {"ja": "沿岸の地区", "ja@easy": "海(うみ)の ちかくの ところ", "en": "The coast"},
        "shelter": {
            "ja": "幣舞町の高台、市役所",
            "ja@easy": "幣舞町(ぬさまいちょう)の 高(たか)い ところ、市役所(しやくしょ)",
            "en": "Nusamai-cho heights, city hall",
        },
    },
    "audience": {},
    "replaces_key": "tsunami",
}
REVIEW_EXAMPLE: dict[str, Any] = {"note": "文面と対象は適切だった。次回は避難所の地図も載せる。"}

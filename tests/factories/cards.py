"""Paper cards, over HTTP as the office, helpers, tills and apps handle them."""

from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.support.client import ApiClient

PIN = "2718"
WRONG_PIN = "1593"
CONSENTS = [{"purpose": "terms", "version": "2026-11"}]


@dataclass(frozen=True)
class Card:
    serial: str
    number: str
    url: str


def print_cards(office: ApiClient, count: int = 1) -> list[Card]:
    response = office.post("/v1/city/cards/batches", {"count": count})
    assert response.status_code == 201, response.get_json()
    return [Card(**card) for card in response.get_json()["cards"]]


def hand_out(helper: ApiClient, card: Card | str, **body: Any) -> TestResponse:
    number = card if isinstance(card, str) else card.number
    return helper.post("/v1/city/cards/handovers", {"card": number, "pin": PIN, "consents": CONSENTS, **body})


def held_card(office: ApiClient, **body: Any) -> Card:
    """A card in somebody's hands."""
    [card] = print_cards(office)
    response = hand_out(office, card, **body)
    assert response.status_code == 201, response.get_json()
    return card


def balance(till: ApiClient, card: Card, pin: str = PIN) -> TestResponse:
    return till.post("/v1/shop/card-codes", {"card": card.number, "pin": pin})


def points_on(till: ApiClient, card: Card) -> int:
    response = balance(till, card)
    assert response.status_code == 201, response.get_json()
    return int(response.get_json()["balance_points"])


def link(citizen: ApiClient, card: Card, pin: str = PIN) -> TestResponse:
    return citizen.post("/v1/me/cards", {"card": card.number, "pin": pin})


def lock_pin(till: ApiClient, card: Card) -> None:
    for _ in range(5):
        assert balance(till, card, WRONG_PIN).status_code == 422

"""All offers of the demonstration city, in one tuple."""

from backend.demo.city.offers_around import AROUND_OFFERS
from backend.demo.city.offers_food import FOOD_OFFERS
from backend.demo.city.shapes import Offer

OFFERS: tuple[Offer, ...] = (*FOOD_OFFERS, *AROUND_OFFERS)

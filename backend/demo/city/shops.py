"""All shops of the demonstration city, in one tuple."""

from backend.demo.city.shapes import Shop
from backend.demo.city.shops_around import AROUND_SHOPS
from backend.demo.city.shops_market import MARKET_SHOPS
from backend.demo.city.shops_street import STREET_SHOPS
from backend.demo.city.shops_table import TABLE_SHOPS

TAGS = frozenset(
    {
        "bakery",
        "books",
        "cafe",
        "crafts",
        "daily",
        "dairy",
        "farm",
        "flowers",
        "market",
        "onsen",
        "restaurant",
        "sake",
        "seafood",
        "service",
        "sweets",
    }
)

SHOPS: tuple[Shop, ...] = (*TABLE_SHOPS, *MARKET_SHOPS, *STREET_SHOPS, *AROUND_SHOPS)
SHOP_BY_KEY = {shop.key: shop for shop in SHOPS}

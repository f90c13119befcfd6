"""All local products of the demonstration city, in one tuple."""

from backend.demo.city.products_kitchen import KITCHEN_PRODUCTS
from backend.demo.city.products_land import LAND_PRODUCTS
from backend.demo.city.products_sea import SEA_PRODUCTS
from backend.demo.city.shapes import Product

PRODUCTS: tuple[Product, ...] = (*SEA_PRODUCTS, *KITCHEN_PRODUCTS, *LAND_PRODUCTS)

"""The shops' face: JSON under /v1/shop, for clerks' devices (sessions) and registers (API keys)."""

from backend.shop.codes import routes as codes
from backend.web.contracts import Face

ROUTES: list[Face] = [codes.face]

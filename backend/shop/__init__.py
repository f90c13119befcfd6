"""The shops' face: JSON under /v1/shop, for clerks' devices (sessions) and registers (API keys)."""

from backend.shop.applications import routes as applications
from backend.shop.codes import routes as codes
from backend.shop.products import routes as products
from backend.shop.profile import routes as profile
from backend.shop.registers import routes as registers
from backend.shop.sessions import routes as sessions
from backend.shop.staff import routes as staff
from backend.web.contracts import Face

ROUTES: list[Face] = [
    applications.face,
    sessions.face,
    codes.face,
    profile.face,
    products.face,
    staff.face,
    registers.face,
]

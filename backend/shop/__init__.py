"""The shops' face: JSON under /v1/shop, for clerks' devices (sessions) and registers (API keys)."""

from backend.shop.applications import routes as applications
from backend.shop.audiences import routes as audiences
from backend.shop.cards import routes as cards
from backend.shop.checkouts import routes as checkouts
from backend.shop.claims import routes as claims
from backend.shop.codes import routes as codes
from backend.shop.member_lists import routes as member_lists
from backend.shop.messages import routes as messages
from backend.shop.offers import routes as offers
from backend.shop.offline_allowances import routes as offline_allowances
from backend.shop.posters import routes as posters
from backend.shop.products import routes as products
from backend.shop.profile import routes as profile
from backend.shop.purchases import routes as purchases
from backend.shop.reconciliations import routes as reconciliations
from backend.shop.registers import routes as registers
from backend.shop.sendings import routes as sendings
from backend.shop.serials import routes as serials
from backend.shop.sessions import routes as sessions
from backend.shop.staff import routes as staff
from backend.shop.webhooks import routes as webhooks
from backend.web.contracts import Face

ROUTES: list[Face] = [
    applications.face,
    sessions.face,
    codes.face,
    purchases.face,
    checkouts.face,
    claims.face,
    cards.face,
    profile.face,
    posters.face,
    products.face,
    serials.face,
    offers.face,
    staff.face,
    member_lists.face,
    audiences.face,
    registers.face,
    webhooks.face,
    offline_allowances.face,
    reconciliations.face,
    messages.face,
    sendings.face,
]

"""The city office's face: JSON under /v1/city."""

from backend.city.audiences import routes as audiences
from backend.city.budgets import routes as budgets
from backend.city.campaigns import routes as campaigns
from backend.city.cards import routes as cards
from backend.city.claims import routes as claims
from backend.city.corrections import routes as corrections
from backend.city.disaster_messages import routes as disaster_messages
from backend.city.flags import routes as flags
from backend.city.member_lists import routes as member_lists
from backend.city.message_templates import routes as message_templates
from backend.city.messages import routes as messages
from backend.city.offers import routes as offers
from backend.city.previews import routes as previews
from backend.city.purchases import routes as purchases
from backend.city.receipts import routes as receipts
from backend.city.reconciliations import routes as reconciliations
from backend.city.reward_codes import routes as reward_codes
from backend.city.sendings import routes as sendings
from backend.city.serials import routes as serials
from backend.city.sessions import routes as sessions
from backend.city.shops import routes as shops
from backend.city.staff import routes as staff
from backend.city.stickers import routes as stickers
from backend.city.verifications import routes as verifications
from backend.web.contracts import Face

ROUTES: list[Face] = [
    sessions.face,
    staff.face,
    shops.face,
    stickers.face,
    serials.face,
    campaigns.face,
    previews.face,
    purchases.face,
    reward_codes.face,
    offers.face,
    verifications.face,
    cards.face,
    member_lists.face,
    audiences.face,
    budgets.face,
    corrections.face,
    reconciliations.face,
    claims.face,
    receipts.face,
    flags.face,
    message_templates.face,
    messages.face,
    sendings.face,
    disaster_messages.face,
]

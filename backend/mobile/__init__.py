"""The citizen app's face: JSON under /v1, routes and schemas per noun."""

from backend.mobile.app_links import routes as app_links
from backend.mobile.campaigns import routes as campaigns
from backend.mobile.cards import routes as cards
from backend.mobile.claims import routes as claims
from backend.mobile.codes import routes as codes
from backend.mobile.coupons import routes as coupons
from backend.mobile.devices import routes as devices
from backend.mobile.favourites import routes as favourites
from backend.mobile.me import routes as me
from backend.mobile.memberships import routes as memberships
from backend.mobile.missions import routes as missions
from backend.mobile.notice_preferences import routes as notice_preferences
from backend.mobile.notices import routes as notices
from backend.mobile.offers import routes as offers
from backend.mobile.offline_codes import routes as offline_codes
from backend.mobile.passwords import routes as passwords
from backend.mobile.points import routes as points
from backend.mobile.products import routes as products
from backend.mobile.purchases import routes as purchases
from backend.mobile.receipts import routes as receipts
from backend.mobile.registrations import routes as registrations
from backend.mobile.saved_offers import routes as saved_offers
from backend.mobile.serials import routes as serials
from backend.mobile.sessions import routes as sessions
from backend.mobile.shop_scans import routes as shop_scans
from backend.mobile.shops import routes as shops
from backend.mobile.sync import routes as sync
from backend.web.contracts import Face
from backend.web.pages import Pages

ROUTES: list[Face] = [
    registrations.face,
    sessions.face,
    passwords.face,
    me.face,
    codes.face,
    offline_codes.face,
    cards.face,
    devices.face,
    purchases.face,
    shop_scans.face,
    claims.face,
    serials.face,
    receipts.face,
    points.face,
    notices.face,
    notice_preferences.face,
    shops.face,
    favourites.face,
    memberships.face,
    products.face,
    campaigns.face,
    missions.face,
    offers.face,
    coupons.face,
    saved_offers.face,
    sync.face,
]
PAGES: list[Pages] = [app_links.pages]

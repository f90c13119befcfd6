"""The citizen app's face: JSON under /v1, routes and schemas per noun."""

from backend.mobile.app_links import routes as app_links
from backend.mobile.campaigns import routes as campaigns
from backend.mobile.devices import routes as devices
from backend.mobile.me import routes as me
from backend.mobile.notices import routes as notices
from backend.mobile.passwords import routes as passwords
from backend.mobile.points import routes as points
from backend.mobile.products import routes as products
from backend.mobile.purchases import routes as purchases
from backend.mobile.registrations import routes as registrations
from backend.mobile.sessions import routes as sessions
from backend.mobile.shops import routes as shops
from backend.web.contracts import Face
from backend.web.pages import Pages

ROUTES: list[Face] = [
    registrations.face,
    sessions.face,
    passwords.face,
    me.face,
    devices.face,
    purchases.face,
    points.face,
    notices.face,
    shops.face,
    products.face,
    campaigns.face,
]
PAGES: list[Pages] = [app_links.pages]

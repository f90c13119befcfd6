"""The citizen app's face: JSON under /v1, routes and schemas per noun."""

from backend.mobile.app_links import routes as app_links
from backend.mobile.campaigns import routes as campaigns
from backend.mobile.points import routes as points
from backend.mobile.purchases import routes as purchases
from backend.web.contracts import Face
from backend.web.pages import Pages

ROUTES: list[Face] = [purchases.face, points.face, campaigns.face]
PAGES: list[Pages] = [app_links.pages]

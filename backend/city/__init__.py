"""The city office's face: JSON under /v1/city."""

from backend.city.campaigns import routes as campaigns
from backend.city.sessions import routes as sessions
from backend.city.shops import routes as shops
from backend.city.staff import routes as staff
from backend.city.verifications import routes as verifications
from backend.web.contracts import Face

ROUTES: list[Face] = [sessions.face, staff.face, shops.face, campaigns.face, verifications.face]

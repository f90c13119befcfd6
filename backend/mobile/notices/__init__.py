"""What the citizen was told, and what they have read of it."""

from backend.mobile.notices.routes import face

ROUTES = [face]

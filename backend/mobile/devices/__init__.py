"""The phones on which a citizen wants to be told."""

from backend.mobile.devices.routes import face

ROUTES = [face]

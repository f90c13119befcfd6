"""The city office's face: JSON under /v1/city."""

from backend.web.contracts import Face

ROUTES: list[Face] = []

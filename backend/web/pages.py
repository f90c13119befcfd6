"""Plain pages and files outside the JSON contract; they too name their permission."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from backend.people.permissions import Permission

View = Callable[..., Any]


class Pages(Blueprint):
    def page(self, rule: str) -> Callable[[View], View]:
        """A page anybody may read, which touches nobody's data."""

        def decorate(view: View) -> View:
            view.permission = Permission.PUBLIC  # type: ignore[attr-defined]
            self.add_url_rule(rule, view.__name__, view, methods=["GET"])
            return view

        return decorate

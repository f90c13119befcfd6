"""Every route names its permission and stands in its face's file; every face's file is what the routes say."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend.app import create_app
from backend.base.errors import MeguriError
from backend.base.text import catalogue
from backend.config import Settings
from backend.people.permissions import Permission
from backend.web.contracts import contract_of, path_of
from backend.web.spec import FACES, spec_of, spec_text

SPECS = Path(__file__).parents[2] / "mobile_api_spec"
TESTS = {"citizen": "mobile", "shop": "shop", "city": "city"}
PREFIXES = {"citizen": "/v1/", "shop": "/v1/shop/", "city": "/v1/city/"}


@pytest.fixture(scope="module")
def app() -> Flask:
    """Without a database behind it: nothing is asked of it."""
    return create_app(Settings(database_url="sqlite://", log_level="ERROR"))


def operations(app: Flask, face: str) -> dict[str, dict[str, Any]]:
    """`METHOD path` → operation."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in spec_of(app, face)["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"  # those of the whole path
    }


class TestPermissions:
    def test_stand_at_every_route(self, app: Flask) -> None:
        views = app.view_functions

        nameless = [name for name, view in views.items() if _permission_of(view) is None]

        assert nameless == []

    def test_are_all_used_somewhere(self, app: Flask) -> None:
        used = {_permission_of(view) for view in app.view_functions.values()}

        assert set(Permission) - used == set()

    def test_are_public_where_nobody_can_be_known_yet_and_nowhere_else(self, app: Flask) -> None:
        public = {
            operation
            for face in FACES
            for operation, documented in operations(app, face).items()
            if documented["security"] == []
        }

        assert public == {
            "GET /v1/campaigns",
            "GET /v1/campaigns/{campaign_id}",
            "GET /v1/offers",
            "GET /v1/offers/{offer_id}",
            "GET /v1/offers/{offer_id}/photo",
            "GET /v1/products",
            "GET /v1/registrations/requirements",
            "GET /v1/rings",
            "GET /v1/shops",
            "GET /v1/shops/{shop_id}",
            "GET /v1/web-push-key",
            "POST /v1/city/invitations/accept",
            "POST /v1/city/invitations/totp/confirm",
            "POST /v1/city/sessions",
            "POST /v1/passwords/reset-requests",
            "POST /v1/passwords/resets",
            "POST /v1/sessions",
            "POST /v1/shop/applications",
            "POST /v1/shop/invitations/accept",
            "POST /v1/shop/invitations/totp/confirm",
            "POST /v1/shop/sessions",
        }


class TestSpecifications:
    @pytest.mark.parametrize("face", FACES)
    def test_are_what_the_routes_say(self, app: Flask, face: str) -> None:
        assert (SPECS / f"{face}.yaml").read_text(encoding="utf-8") == spec_text(app, face)

    @pytest.mark.parametrize("face", FACES)
    def test_are_valid(self, face: str) -> None:
        document = yaml.safe_load((SPECS / f"{face}.yaml").read_text(encoding="utf-8"))

        assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []

    @pytest.mark.parametrize("face", FACES)
    def test_name_each_operation_once(self, app: Flask, face: str) -> None:
        names = [operation["operationId"] for operation in operations(app, face).values()]

        assert len(names) == len(set(names))

    @pytest.mark.parametrize("face", FACES)
    def test_name_each_operation_after_its_view(self, app: Flask, face: str) -> None:
        views = {
            f"{method} {path_of(rule.rule)}": rule.endpoint.rpartition(".")[2]
            for rule in app.url_map.iter_rules()
            for method in rule.methods or ()
        }

        misnamed = {
            operation: documented["operationId"]
            for operation, documented in operations(app, face).items()
            if documented["operationId"] != views[operation]
        }

        assert misnamed == {}

    @pytest.mark.parametrize("face", FACES)
    def test_have_a_file_of_tests_for_each_operation(self, app: Flask, face: str) -> None:
        folder = Path(__file__).parents[1] / TESTS[face]

        untested = [
            operation["operationId"]
            for operation in operations(app, face).values()
            if not (folder / f"test_{operation['operationId']}.py").is_file()
        ]

        assert untested == []

    def test_hold_every_route_of_their_face_and_no_other(self, app: Flask) -> None:
        documented = {operation for face in FACES for operation in operations(app, face)}

        routed = {
            f"{method} {path_of(rule.rule)}"
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            if contract_of(app.view_functions[rule.endpoint])
        }

        assert documented == routed

    @pytest.mark.parametrize("face", FACES)
    def test_keep_to_their_own_paths(self, app: Flask, face: str) -> None:
        paths = spec_of(app, face)["paths"]

        assert [path for path in paths if not path.startswith(PREFIXES[face])] == []

    @pytest.mark.parametrize("face", FACES)
    def test_document_every_error_as_a_problem(self, app: Flask, face: str) -> None:
        others = [
            (operation, status)
            for operation, documented in operations(app, face).items()
            for status, response in documented["responses"].items()
            if int(status) >= 400 and list(response["content"]) != ["application/problem+json"]
        ]

        assert others == []


class TestErrors:
    def test_have_a_text_for_every_code(self, app: Flask) -> None:
        codes = {error.code for error in _leaves(MeguriError) if error.__module__.startswith("backend.")}

        missing = sorted(code for code in codes if f"error.{code}" not in catalogue("ja"))

        assert missing == []


def _permission_of(view: Any) -> Permission | None:
    contract = contract_of(view)
    return contract.permission if contract else getattr(view, "permission", None)


def _leaves(kind: type[MeguriError]) -> list[type[MeguriError]]:
    """Kinds that are raised: those without kinds of their own."""
    return [leaf for child in kind.__subclasses__() for leaf in _leaves(child)] or [kind]

"""One OpenAPI 3.1 file a face, made from the contracts of its routes."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.field_converter import FieldConverterMixin
from flask import Flask
from flask_smorest import Api
from flask_smorest.spec import FlaskPlugin

from backend import __version__
from backend.web.contracts import Face
from backend.web.schemas import Problem, Whole

FACES = {
    "citizen": "The citizen app: scan a purchase, see points, notices, shops and local products.",
    "shop": "The shops: till codes, the shop's own page and products, clerks and registers.",
    "city": "The city office: approving shops, campaigns, verifying residents, staff.",
}


class FaceApi(Api):  # type: ignore[misc]  # flask-smorest carries no types
    """flask-smorest writes the spec; serving it and telling errors is ours."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_doc_blueprint(self) -> None:
        """The docs page stands in `web.docs`, without any CDN."""

    def _register_error_handlers(self) -> None:
        """`web.problems` answers RFC 9457 for every kind of error."""


def schema_name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__)


def register_face(app: Flask, face: str, noun_routes: Sequence[Face]) -> None:
    """Register a face's routes; its specification is made when somebody asks for it."""
    for routes in noun_routes:
        # Two faces may both have a noun; Flask wants one name each.
        app.register_blueprint(routes, name=f"{face}-{routes.name}")
    app.extensions.setdefault("meguri-faces", {})[face] = tuple(noun_routes)


def spec_of(app: Flask, face: str) -> dict[str, Any]:
    return _make_spec(face, app.extensions["meguri-faces"][face])


def spec_text(app: Flask, face: str) -> str:
    plain = yaml.safe_dump(_plain(spec_of(app, face)), allow_unicode=True, sort_keys=True, width=110)
    return f"# Written by `make spec`; a test fails when it differs from the routes.\n{plain}"


@cache
def _make_spec(face: str, noun_routes: tuple[Face, ...]) -> dict[str, Any]:
    """By flask-smorest, in an application of its own: one that only answers need not carry it, nor wait for it."""
    app = Flask(face, static_folder=None)
    prefix = f"{face.upper()}_"
    app.config[f"{prefix}API_TITLE"] = f"Meguri: {face}"
    app.config[f"{prefix}API_VERSION"] = __version__
    app.config[f"{prefix}OPENAPI_VERSION"] = "3.1.0"
    marshmallow = MarshmallowPlugin(schema_name_resolver=schema_name)
    api = FaceApi(
        app,
        config_prefix=prefix,
        spec_kwargs={
            "info": {
                "description": FACES[face],
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "marshmallow_plugin": marshmallow,
            "flask_plugin": FlaskPlugin(),
        },
    )
    assert marshmallow.converter is not None  # noqa: S101 (the Api above has set it up)
    marshmallow.converter.add_attribute_function(_bounds_of_whole)  # type: ignore[no-untyped-call]
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    api.spec.components.schema("Problem", schema=Problem)
    for routes in noun_routes:
        api.register_blueprint(routes)
    api.spec.components.responses.clear()  # flask-smorest's own default errors, which nobody answers
    for name in ("ErrorSchema", "PaginationMetadataSchema"):
        api.spec.components.schemas.pop(name, None)
    found: dict[str, Any] = api.spec.to_dict()
    return found


def _bounds_of_whole(_converter: FieldConverterMixin, field: Any, **_kwargs: Any) -> dict[str, Any]:
    return {"minimum": field.minimum, "maximum": field.maximum} if isinstance(field, Whole) else {}


def _plain(value: Any) -> Any:
    """Without the ordered and string subclasses that apispec leaves."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, str) else value


def write_specs(app: Flask, folder: Path) -> list[Path]:
    written = []
    for face in FACES:
        path = folder / f"{face}.yaml"
        path.write_text(spec_text(app, face), encoding="utf-8")
        written.append(path)
    return written

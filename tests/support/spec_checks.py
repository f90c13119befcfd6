"""Every answer of every API test is checked: status and media type documented, body as the schema says."""

from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from backend.web.contracts import path_of
from backend.web.spec import FACES, spec_of

# Answers of the plumbing that any path may give, whether or not an operation stands behind it.
PLUMBING_STATUSES = {304, 405}
# How the answers begin that are no JSON.
BEGINNINGS = {
    "image/jpeg": b"\xff\xd8\xff",
    "application/pdf": b"%PDF-",
    "text/html": b"<!doctype html>",
}


def check_response(app: Flask, method: str, path: str, response: TestResponse) -> None:
    operation = _operation(app, method, path)
    if operation is None or response.status_code in PLUMBING_STATUSES:
        return
    documented = operation["operation"]["responses"]
    status = str(response.status_code)
    assert status in documented, f"{method} {path} answered {status}, documented are {sorted(documented)}"
    content = documented[status].get("content")
    if not content:
        assert not response.data, f"{method} {path} answered a body that the specification does not know"
        return
    assert response.mimetype in content, f"{method} {path}: {response.mimetype} is not documented"
    if response.mimetype in BEGINNINGS:
        beginning = BEGINNINGS[response.mimetype]
        assert response.data.startswith(beginning), f"{method} {path} answered no {response.mimetype}"
        return
    validator = _validator(app, operation["face"], content[response.mimetype]["schema"]["$ref"])
    errors = [error.message for error in validator.iter_errors(response.get_json())]
    assert not errors, f"{method} {path} {status}: {errors}"


def _operation(app: Flask, method: str, path: str) -> dict[str, Any] | None:
    adapter = app.url_map.bind("localhost")
    try:
        rule, _ = adapter.match(path.partition("?")[0], method=method, return_rule=True)
    except HTTPException:
        return None
    for face in FACES:
        found = spec_of(app, face)["paths"].get(path_of(rule.rule), {}).get(method.lower())
        if found:
            return {"face": face, "operation": found}
    return None


_VALIDATORS: dict[tuple[str, str], Draft202012Validator] = {}


def _validator(app: Flask, face: str, reference: str) -> Draft202012Validator:
    """The routes are the same in every app of a test run, so one validator a schema will do."""
    key = (face, reference)
    if key not in _VALIDATORS:
        resource: Resource[Any] = Resource.from_contents(
            spec_of(app, face), default_specification=DRAFT202012
        )
        registry: Registry[Any] = Registry().with_resource("urn:spec", resource)
        _VALIDATORS[key] = Draft202012Validator(
            {"$ref": f"urn:spec{reference}"}, registry=registry, format_checker=FormatChecker()
        )
    return _VALIDATORS[key]

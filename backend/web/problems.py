"""Everything that goes wrong becomes RFC 9457 problem+json, in the caller's language, with a stable code."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import orjson
import structlog
from flask import Flask, Response, current_app, g, request
from marshmallow import ValidationError
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from backend.base.errors import (
    Conflict,
    Forbidden,
    MeguriError,
    NotFound,
    Refused,
    StateChanged,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from backend.base.text import catalogue, text

log = structlog.get_logger()
Found = TypeVar("Found")


class BodyMalformed(Refused):
    """Not JSON in UTF-8."""


class BodyTooLarge(Refused):
    pass


class MediaTypeNotAccepted(Refused):
    """A binary body of a kind that the operation does not take."""


class FieldsInvalid(Refused):
    """The body, query or headers do not have the shape that the spec gives."""

    def __init__(self, errors: Any) -> None:
        super().__init__()
        self.errors = errors


class SignInRequired(Unauthenticated):
    pass


class PermissionMissing(Forbidden):
    pass


class RegistrationRequired(Forbidden):
    """A proven Firebase user who has no account yet."""


class RateLimitExceeded(TooMany):
    pass


class InternalError(MeguriError):
    """Our fault; the log has the request id."""


STATUS_OF_KIND: Sequence[tuple[type[MeguriError], int]] = (
    (BodyMalformed, 400),
    (BodyTooLarge, 413),
    (MediaTypeNotAccepted, 415),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 422),
    (TooMany, 429),
    (Unavailable, 503),
    (MeguriError, 500),
)

HTTP_CODES = {404: "route_not_found", 405: "method_not_allowed", 413: "body_too_large"}


def register_problem_handlers(app: Flask) -> None:
    app.register_error_handler(MeguriError, tell)
    app.register_error_handler(ValidationError, lambda error: tell(FieldsInvalid(error.messages)))
    app.register_error_handler(RequestEntityTooLarge, lambda _error: tell(BodyTooLarge()))
    app.register_error_handler(IntegrityError, _tell_integrity)
    app.register_error_handler(DataError, _tell_data)
    app.register_error_handler(HTTPException, _tell_http)
    app.register_error_handler(Exception, _tell_unexpected)


def status_of(error: type[MeguriError]) -> int:
    return next(status for kind, status in STATUS_OF_KIND if issubclass(error, kind))


def tell(error: MeguriError) -> Response:
    """The answer to a domain error."""
    response = problem(status_of(type(error)), error.code, errors=_field_errors(error), **error.params)
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = 'Bearer realm="meguri"'
    return response


def told(found: Found | MeguriError) -> Found | Response:
    """What was found; or the answer to an error that was returned and not raised: what it counted must stay."""
    return tell(found) if isinstance(found, MeguriError) else found


def describe(error: MeguriError) -> dict[str, Any]:
    """A domain error as a problem, but for the request's id."""
    return _body(status_of(type(error)), error.code, _field_errors(error), error.params)


def _body(status: int, code: str, errors: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:meguri:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": text(f"error.{code}", g.get("language", "ja"), **params),
    }
    if errors:
        body["errors"] = errors
    return body


def problem(status: int, code: str, *, errors: Any = None, **params: Any) -> Response:
    body = {**_body(status, code, errors, params), "request_id": g.get("request_id", "")}
    g.problem_code = code
    return current_app.response_class(orjson.dumps(body), status=status, mimetype="application/problem+json")


def _field_errors(error: MeguriError) -> list[dict[str, str]]:
    if isinstance(error, FieldsInvalid):
        return list(_flatten(error.errors, ""))
    if error.field:
        detail = text(f"error.{error.code}", g.get("language", "ja"), **error.params)
        return [{"field": error.field, "detail": detail}]
    return []


def _flatten(errors: Any, path: str) -> Iterator[dict[str, str]]:
    """marshmallow's nested messages as one row a field."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            yield from _flatten(inner, path if name == "_schema" else f"{path}.{name}".lstrip("."))
    else:
        for message in errors if isinstance(errors, list) else [errors]:
            yield {"field": path or "body", "detail": _field_text(str(message))}


def _field_text(message: str) -> str:
    """The validator's English message, or its translation where the catalogue has one."""
    return catalogue(g.get("language", "ja")).get(f"field.{message}", message)


def _tell_integrity(error: IntegrityError) -> Response:
    log.warning("constraint_violated", constraint=_constraint_of(error))
    return tell(StateChanged())


def _constraint_of(error: IntegrityError) -> str:
    return str(
        getattr(getattr(error.orig, "diag", None), "constraint_name", None) or type(error.orig).__name__
    )


def _tell_data(_error: DataError) -> Response:
    return tell(FieldsInvalid({"_schema": ["Holds a value the database cannot keep."]}))


def _tell_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return current_app.make_response(error.get_response(request.environ))
    response = problem(status, HTTP_CODES.get(status, "request_refused"))
    if error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _tell_unexpected(error: Exception) -> Response:
    log.error("unexpected_error", error=type(error).__name__, exc_info=error)
    return tell(InternalError())

"""A route is a contract plus one domain call; this module is the contract.

`Face.operation` says in one place what a route takes, answers, refuses and needs permission for. The same words
are enforced at run time and written into the face's OpenAPI file by flask-smorest.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import orjson
from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, missing

from backend.base.errors import DatabaseUnavailable, IdempotencyKeyReused, MeguriError, StateChanged
from backend.people.permissions import CITIZEN_PERMISSIONS, Permission
from backend.web.binaries import Blob, BodyReader, respond_blob, take_body
from backend.web.calls import Answer, Call, Later
from backend.web.dumping import Dumper, make_dumper
from backend.web.idempotency import REPLAYED, answer_once
from backend.web.problems import (
    BodyMalformed,
    BodyTooLarge,
    FieldsInvalid,
    MediaTypeNotAccepted,
    PermissionMissing,
    RateLimitExceeded,
    SignInRequired,
    status_of,
)
from backend.web.rate_limits import RateLimit
from backend.web.responses import CompleteResponse
from backend.web.schemas import IdempotencyHeaders

View = Callable[..., Any]

# Everything else wants a bearer token; registering takes one only where Firebase signs citizens in.
SECURITY: dict[Permission, list[dict[str, list[str]]]] = {
    Permission.PUBLIC: [],
    Permission.REGISTER_SELF: [{}, {"bearer": []}],
}


@dataclass(frozen=True, slots=True)
class Contract:
    """What the house tests, the dispatcher and the spec need to know of a route."""

    permission: Permission
    writes: bool
    single_write: bool
    body: Schema | None
    body_max_bytes: int | None
    binary_body: BodyReader | None
    query: Schema | None
    headers: Schema | None
    limits: Sequence[RateLimit]


class Face(Blueprint):  # type: ignore[misc]  # flask-smorest carries no types
    """Routes of one noun of a face. `name` becomes the tag in the spec."""

    def operation(
        self,
        method: str,
        rule: str,
        *,
        permission: Permission,
        body: type[Schema] | BodyReader | None = None,
        query: type[Schema] | None = None,
        headers: type[Schema] | None = None,
        answer: type[Schema] | Sequence[str] | None = None,
        status: int = 200,
        errors: Sequence[type[MeguriError]] = (),
        limits: Sequence[RateLimit] = (),
        writes: bool | None = None,
        single_write: bool = False,
        example: Any = None,
        answer_example: Any = None,
        answer_headers: dict[str, str] | None = None,
        idempotent: bool = False,
        body_max_bytes: int | None = None,
    ) -> Callable[[View], View]:
        """Register a view `view(call, *, body, query, headers, **path)`; it gets only what the contract names.

        `body`: the schema of a JSON body, or the reader of a binary one, whose result the view gets. `answer`: the
        schema of a JSON answer, or the media types of the Blob that the view returns. `writes` False: the
        transaction is for reading (the default for GET). `single_write`: see `Database.run`. `answer_headers`:
        name → meaning. `idempotent`: done once for each Idempotency-Key, see `idempotency`. `body_max_bytes`: of
        a JSON body, in place of the usual limit.
        """
        if idempotent:
            if permission is Permission.PUBLIC or permission in CITIZEN_PERMISSIONS:
                raise TypeError("only what staff or registers do is kept with its answer")
            answer_headers = {REPLAYED: "`true` when this request had been carried out before."}
            errors = [*errors, IdempotencyKeyReused]
        answer_schema = answer if isinstance(answer, type) else None
        contract = Contract(
            permission=permission,
            writes=method != "GET" if writes is None else writes,
            single_write=single_write,
            body=body() if isinstance(body, type) else None,
            body_max_bytes=body_max_bytes,
            binary_body=body if isinstance(body, BodyReader) else None,
            query=query() if query else None,
            headers=headers() if headers else IdempotencyHeaders() if idempotent else None,
            limits=limits,
        )
        dump = make_dumper(answer_schema()) if answer_schema else None

        def decorate(view: View) -> View:
            @wraps(view)
            def endpoint(call: Call, **path: Any) -> Response | Later:
                arguments = _arguments(contract)
                if not idempotent:
                    return _respond_in_time(view(call, **arguments, **path), dump, status)
                key = arguments.pop("headers")["idempotency_key"]
                return answer_once(call, key, lambda: _respond(view(call, **arguments, **path), dump, status))

            endpoint.contract = contract  # type: ignore[attr-defined]
            endpoint._apidoc = _documentation(  # type: ignore[attr-defined]
                view,
                contract,
                _all_errors(contract, errors),
                answer_schema,
                status,
                example,
                answer_example,
                answer_headers,
            )
            if answer and not answer_schema:
                _document_blob(endpoint, status, answer)  # type: ignore[arg-type]
            self.add_url_rule(rule, view.__name__, endpoint, methods=[method], tags=[self.name])
            return view

        return decorate


def _arguments(contract: Contract) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if contract.body is not None:
        arguments["body"] = _load(contract.body, json_body())
    if contract.binary_body is not None:
        arguments["body"] = take_body()
    if contract.query is not None:
        arguments["query"] = _load(contract.query, request.args.to_dict())
    if contract.headers is not None:
        arguments["headers"] = _load_headers(contract.headers)
    return arguments


def _load_headers(schema: Schema) -> dict[str, Any]:
    """Field by field: a schema's own way asks what unknown names mean, which headers may have."""
    loaded: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for name, field in schema.load_fields.items():
        header = field.data_key or name
        try:
            loaded[name] = field.deserialize(request.headers.get(header, missing))
        except ValidationError as error:
            errors[header] = error.messages
    if errors:
        raise ValidationError(errors)
    return loaded


def _load(schema: Schema, data: Any) -> Any:
    return schema.load(data)  # `problems` tells a ValidationError


def json_body() -> Any:
    content_type: str = request.environ.get("CONTENT_TYPE", "")
    if content_type.partition(";")[0].strip().lower() not in ("application/json", ""):
        raise BodyMalformed
    data = request.get_data()
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BodyMalformed from error


def _respond_in_time(found: Any, dump: Dumper | None, status: int) -> Response | Later:
    if isinstance(found, Later):
        return Later(lambda: _respond(found.find(), dump, status))
    return _respond(found, dump, status)


def _respond(found: Any, dump: Dumper | None, status: int) -> Response:
    headers: dict[str, str] = {}
    if isinstance(found, Response):
        return found
    if isinstance(found, Blob):
        return respond_blob(found)
    if isinstance(found, Answer):
        status, headers, found = found.status or status, dict(found.headers), found.value
    data = b"" if dump is None else orjson.dumps(dump(found))
    return CompleteResponse(data, status, headers, mimetype="application/json" if dump else None)


def _all_errors(contract: Contract, errors: Sequence[type[MeguriError]]) -> list[type[MeguriError]]:
    found: list[type[MeguriError]] = list(errors)
    if contract.permission is not Permission.PUBLIC:
        found += [SignInRequired, PermissionMissing]
    if contract.body is not None:
        found += [BodyMalformed, BodyTooLarge]
    if contract.binary_body is not None:
        found += [MediaTypeNotAccepted, BodyTooLarge]
    if contract.body is not None or contract.query is not None or contract.headers is not None:
        found.append(FieldsInvalid)
    if contract.limits:
        found.append(RateLimitExceeded)
    if contract.writes:
        found.append(StateChanged)
    return [*found, DatabaseUnavailable]


def _documentation(
    view: View,
    contract: Contract,
    errors: Sequence[type[MeguriError]],
    answer: type[Schema] | None,
    status: int,
    example: Any,
    answer_example: Any,
    answer_headers: dict[str, str] | None,
) -> dict[str, Any]:
    """What flask-smorest's own decorators would have left on the function."""
    parameters: list[dict[str, Any]] = []
    if contract.body is not None:
        body: dict[str, Any] = {"in": "json", "required": True, "schema": contract.body}
        if example is not None:
            body["example"] = example
        parameters.append(body)
    if contract.query is not None:
        parameters.append({"in": "query", "schema": contract.query})
    if contract.headers is not None:
        parameters.append({"in": "header", "schema": contract.headers})
    success: dict[str, Any] = {"description": "Done.", "content_type": None}
    if answer is not None:
        success["schema"] = answer()
    if answer_example is not None:
        success["example"] = answer_example
    if answer_headers:
        success["headers"] = {
            name: {"description": meaning, "schema": {"type": "string"}}
            for name, meaning in answer_headers.items()
        }
    manual: dict[str, Any] = {"operationId": view.__name__, "responses": _error_documentation(errors)}
    if contract.permission is not Permission.PUBLIC:
        manual["x-permission"] = contract.permission.value
    if contract.binary_body is not None:
        manual["requestBody"] = {
            "required": True,
            "content": _binary_content(contract.binary_body.media_types),
        }
    manual["security"] = SECURITY.get(contract.permission, [{"bearer": []}])
    return {
        "arguments": {"parameters": parameters, "responses": {}},
        "response": {"responses": {status: [success]}},
        "success_status_codes": [status],
        "manual_doc": manual,
    }


def _document_blob(endpoint: Any, status: int, media_types: Sequence[str]) -> None:
    """flask-smorest knows of JSON only; what stands in `manual_doc` is merged over what it writes."""
    responses = endpoint._apidoc["manual_doc"]["responses"]
    responses[str(status)] = {"description": "Done.", "content": _binary_content(media_types)}


def _binary_content(media_types: Sequence[str]) -> dict[str, Any]:
    return {name: {"schema": {"type": "string", "format": "binary"}} for name in media_types}


def _error_documentation(errors: Sequence[type[MeguriError]]) -> dict[str, Any]:
    by_status: dict[int, set[str]] = {}
    for error in errors:
        by_status.setdefault(status_of(error), set()).add(error.code)
    return {
        str(status): {
            "description": ", ".join(f"`{code}`" for code in sorted(codes)),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, codes in sorted(by_status.items())
    }


def contract_of(view: View) -> Contract | None:
    return getattr(view, "contract", None)


def path_of(rule: str) -> str:
    """Flask's `/shops/<uuid:shop_id>` as OpenAPI's `/shops/{shop_id}`."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)

"""Google's own description of FCM's interface, which the package google-api-python-client carries."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient

FORMATS = {"google-duration": r"-?[0-9]+(\.[0-9]{1,9})?s", "int64": r"-?[0-9]+"}
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "array": list,
}


@cache
def read_schemas(api: str) -> Mapping[str, Any]:
    """The schemas of an interface such as `fcm.v1`, by name."""
    folder = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    schemas: Mapping[str, Any] = json.loads((folder / f"{api}.json").read_text(encoding="utf-8"))["schemas"]
    return schemas


def find_faults(document: Any, schema_name: str, api: str = "fcm.v1") -> list[str]:
    """Where a document is not what the schema says: other types, unknown fields, words that are not listed.

    Allowed besides, for the SDK writes so: a field by its name in the protocol (`fcm_options` for `fcmOptions`), which
    the JSON form of protocol buffers admits, and listed words in small letters (`high`).
    """
    return list(_faults(document, {"$ref": schema_name}, read_schemas(api), schema_name))


def _faults(value: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any], path: str) -> Iterator[str]:
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    kind = schema["type"]
    if kind == "any":
        return
    if not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{path} is no {kind}"
    elif isinstance(value, str):
        yield from _faults_of_text(value, schema, path)
    else:
        for name, item, inner in _parts(value, schema):
            if inner is None:
                yield f"{path}.{name} is unknown"
            else:
                yield from _faults(item, inner, schemas, f"{path}.{name}")


def _faults_of_text(value: str, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    if value.upper() not in schema.get("enum", [value.upper()]):
        yield f"{path} is none of {schema['enum']}"
    if not re.fullmatch(FORMATS.get(schema.get("format", ""), r"(?s).*"), value):
        yield f"{path} is no {schema['format']}"


def _parts(value: Any, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any, Mapping[str, Any] | None]]:
    if isinstance(value, list):
        yield from ((str(number), item, schema["items"]) for number, item in enumerate(value))
    elif isinstance(value, dict):
        yield from ((name, item, _property(schema, name)) for name, item in value.items())


def _property(schema: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    properties = schema.get("properties", {})
    camel = re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
    found: Mapping[str, Any] | None = properties.get(camel, schema.get("additionalProperties"))
    return found

"""Bodies and answers that are no JSON: a file is read by a reader of its kind, and sent as it is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from backend.web.problems import MediaTypeNotAccepted
from backend.web.responses import CompleteResponse


@dataclass(frozen=True, slots=True)
class BodyReader:
    """How a route takes a binary body. `read` makes of its bytes what the view gets, or raises what is wrong.

    `max_bytes` stands in place of the limit of every other route.
    """

    media_types: Sequence[str]
    max_bytes: int
    read: Callable[[bytes], Any]


@dataclass(frozen=True, slots=True)
class Blob:
    """An answer of bytes; `read` is called only for a caller who does not have them already.

    `is_public`: any cache on the way may keep it for a while.
    """

    media_type: str
    etag: str
    read: Callable[[], bytes]
    is_public: bool = False


def receive_body(reader: BodyReader) -> None:
    """Read the body of the request, for `take_body`. Raises MediaTypeNotAccepted and what the reader raises."""
    if request.mimetype not in reader.media_types:
        raise MediaTypeNotAccepted(accepted=", ".join(reader.media_types))
    g.binary_body = reader.read(read_body(reader.max_bytes, cache=False))


def read_body(max_bytes: int, *, cache: bool) -> bytes:
    """All of it. Raises RequestEntityTooLarge.

    A body that does not tell its length (chunked) werkzeug cuts at the limit without a word: so it may read one
    byte more, and we look.
    """
    request.max_content_length = max_bytes + 1
    body = request.get_data(cache=cache)
    if len(body) > max_bytes:
        raise RequestEntityTooLarge
    return body


def take_body() -> Any:
    return g.binary_body


def respond_blob(blob: Blob) -> Response:
    headers = {
        "Cache-Control": "public, max-age=300" if blob.is_public else "private, no-cache",
        "ETag": f'"{blob.etag}"',
    }
    if not blob.is_public:
        headers["Vary"] = "Authorization"
    if request.if_none_match.contains(blob.etag):
        return CompleteResponse(status=304, headers=headers)
    return CompleteResponse(blob.read(), 200, headers, mimetype=blob.media_type)

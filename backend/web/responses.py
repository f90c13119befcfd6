"""What every answer carries: security headers, and an ETag on reads; a phone that repeats one gets a 304."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import generate_etag

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


class CompleteResponse(Response):
    """A body in memory with its length, and no address in the headers: nothing is left to correct in a copy."""

    default_mimetype = None

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        if self.status_code in (204, 304):  # which may not tell of a body
            return super().get_wsgi_headers(environ)
        return self.headers


def finish_responses(app: Flask, *, https: bool) -> None:
    always = SECURITY_HEADERS | (HTTPS_ONLY if https else {})
    for_data = always | {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
    for_pages = always | {"Content-Security-Policy": PAGE_SECURITY_POLICY}

    def finish(response: Response) -> Response:
        _add_missing(response, for_pages if response.mimetype == "text/html" else for_data)
        if "json" in (response.mimetype or ""):
            _make_conditional(response)
        return response

    app.after_request(finish)


def _make_conditional(response: Response) -> None:
    asked = request._get_current_object()  # type: ignore[attr-defined]  # a proxy is slower
    if asked.method not in ("GET", "HEAD") or response.status_code != 200:
        _add_missing(response, {"Cache-Control": "no-store"})
        return
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Accept-Language"
    response.set_etag(generate_etag(response.get_data()))
    response.make_conditional(asked)


def _add_missing(response: Response, wanted: Mapping[str, str]) -> None:
    """What the view said itself stands."""
    said = {name.lower() for name, _ in response.headers}
    for name, value in wanted.items():
        if name.lower() not in said:
            response.headers.add(name, value)

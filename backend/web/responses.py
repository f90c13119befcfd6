"""What every answer carries: security headers, and an ETag on reads; a phone that repeats one gets a 304."""

from flask import Flask, Response, request
from werkzeug.http import generate_etag

CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


def finish_responses(app: Flask, *, https: bool) -> None:
    def finish(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        is_page = response.mimetype == "text/html"
        headers.setdefault(
            "Content-Security-Policy", PAGE_SECURITY_POLICY if is_page else CONTENT_SECURITY_POLICY
        )
        if https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if "json" in (response.mimetype or ""):
            _make_conditional(response)
        return response

    app.after_request(finish)


def _make_conditional(response: Response) -> None:
    headers = response.headers
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        headers.setdefault("Cache-Control", "no-store")
        return
    headers["Cache-Control"] = "private, no-cache"
    headers["Vary"] = "Authorization, Accept-Language"
    response.set_etag(generate_etag(response.get_data()))
    response.make_conditional(request)

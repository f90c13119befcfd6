"""/docs: the three specifications, readable, from our own server and under a strict CSP."""

from pathlib import Path

import flask_swagger_ui
from flask import Response, abort, current_app, render_template, send_from_directory

from backend.base.text import catalogue
from backend.web.pages import Pages
from backend.web.spec import FACES, spec_text

pages = Pages("docs", __name__, static_folder=None, template_folder="templates")

ASSETS = Path(flask_swagger_ui.__file__).with_name("dist")
ASSET_NAMES = {
    "swagger-ui.css",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "favicon-32x32.png",
}
STATIC = Path(__file__).with_name("static")
# Swagger UI sets style attributes from its script; it gets that much more, on this page only.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@pages.page("/docs")
def docs() -> Response:
    """All operations of all faces."""
    response = Response(render_template("docs.html", faces=FACES))
    response.headers["Content-Security-Policy"] = POLICY
    return response


@pages.page("/docs/problems")
def problems() -> str:
    """Every problem code with its texts."""
    codes = {
        key.removeprefix("error."): (text, catalogue("ja").get(key, ""))
        for key, text in sorted(catalogue("en").items())
        if key.startswith("error.")
    }
    return render_template("problems.html", codes=codes)


@pages.page("/docs/<face>.yaml")
def specification(face: str) -> Response:
    """One face's OpenAPI file."""
    if face not in FACES:
        abort(404)
    return Response(spec_text(current_app, face), mimetype="application/yaml")


@pages.page("/docs/assets/<name>")
def asset(name: str) -> Response:
    """Swagger UI's files, and our few."""
    if name in ASSET_NAMES:
        return send_from_directory(ASSETS, name)
    return send_from_directory(STATIC, name)

"""What a phone meets that opens a code with its camera, with or without the app."""

from typing import Any

from flask import Response, g, jsonify, render_template

from backend.base.text import text
from backend.web.ground import ground_of
from backend.web.pages import Pages

pages = Pages("app_links", __name__, template_folder="templates")


@pages.page("/c/<token>")
def show_code_landing(token: str) -> str:
    """A plain page: the code itself is not read, for whoever opens it need not be the buyer."""
    return _landing("landing")


@pages.page("/m/<digits>")
def show_citizen_code_landing(digits: str) -> str:
    """Likewise, for whoever points a camera at the code on a citizen's phone."""
    return _landing("landing_member")


@pages.page("/s/<digits>")
def show_shop_code_landing(digits: str) -> str:
    """Likewise, for whoever points a camera at a shop's poster."""
    return _landing("landing_shop")


@pages.page("/t/<digits>")
def show_serial_landing(digits: str) -> str:
    """Likewise, for whoever points a camera at the label of a product."""
    return _landing("landing_serial")


def _landing(texts: str) -> str:
    language: str = g.language
    keys = ("title", "lead", "open", "install", "safe")
    return render_template(
        "landing.html",
        lang=language.partition("@")[0],
        **{key: text(f"{texts}.{key}", language) for key in keys},
    )


@pages.page("/.well-known/assetlinks.json")
def show_asset_links() -> Response:
    """Android: our app may open our links."""
    settings = ground_of().settings
    statements: list[dict[str, Any]] = []
    if settings.android_package:
        target = {
            "namespace": "android_app",
            "package_name": settings.android_package,
            "sha256_cert_fingerprints": settings.android_certificate_sha256,
        }
        statements.append({"relation": ["delegate_permission/common.handle_all_urls"], "target": target})
    return jsonify(statements)


@pages.page("/.well-known/apple-app-site-association")
def show_apple_association() -> Response:
    """iOS: likewise."""
    settings = ground_of().settings
    details: list[dict[str, Any]] = []
    if settings.ios_app_id:
        details.append(
            {"appIDs": [settings.ios_app_id], "components": [{"/": f"/{kind}/*"} for kind in "cmst"]}
        )
    return jsonify({"applinks": {"details": details}})

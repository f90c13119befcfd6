"""create_app: the only room that knows all the others."""

from collections.abc import Callable

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.base.database import Database
from backend.base.secrets import Vault
from backend.base.vapid_keys import read_web_push_key
from backend.city import ROUTES as CITY_ROUTES
from backend.claims.readers import find_reader
from backend.claims.terms import load_terms
from backend.config import Settings, read_settings
from backend.mobile import PAGES as MOBILE_PAGES
from backend.mobile import ROUTES as CITIZEN_ROUTES
from backend.notices.terms import load_terms as load_notice_terms
from backend.organisations.regions import load_region
from backend.shop import ROUTES as SHOP_ROUTES
from backend.web import docs, health
from backend.web.application import Meguri
from backend.web.fitness import refuse_unfit
from backend.web.ground import Ground, lay_ground
from backend.web.logs import configure_logs, observe_requests
from backend.web.problems import register_problem_handlers
from backend.web.responses import finish_responses
from backend.web.spec import register_face


def create_app(
    settings: Settings | None = None, *, verify_firebase_token: Callable[[str], str] | None = None
) -> Flask:
    """The whole application. Raises ConfigurationUnfit in production mode with unsafe settings."""
    settings = settings or read_settings()
    refuse_unfit(settings)
    configure_logs(settings.log_level)
    app = Meguri("backend", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_max_bytes
    lay_ground(app, make_ground(settings, verify_firebase_token=verify_firebase_token))
    observe_requests(app)
    finish_responses(app, https=settings.public_url.startswith("https://"))
    register_problem_handlers(app)
    register_face(app, "citizen", CITIZEN_ROUTES)
    register_face(app, "shop", SHOP_ROUTES)
    register_face(app, "city", CITY_ROUTES)
    for pages in (health.pages, docs.pages, *MOBILE_PAGES):
        app.register_blueprint(pages)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def make_ground(settings: Settings, *, verify_firebase_token: Callable[[str], str] | None = None) -> Ground:
    if settings.firebase_project_id and verify_firebase_token is None:
        verify_firebase_token = _firebase_verifier(settings)
    return Ground(
        settings=settings,
        database=Database(settings.database_url, pool_size=settings.threads + 1),
        vault=Vault(settings.secret_key),
        region=load_region(settings.region_file),
        claim_terms=load_terms(settings.claim_terms_file),
        notice_terms=load_notice_terms(settings.notice_terms_file),
        receipt_reader=find_reader(settings.receipt_reader, seconds=settings.receipt_read_seconds),
        web_push_key=read_web_push_key(settings.vapid_private_key_file),
        verify_firebase_token=verify_firebase_token,
    )


def _firebase_verifier(settings: Settings) -> Callable[[str], str]:
    # Here and not above: loading it costs 0.6 s and 43 MB, which an installation without Firebase keeps.
    from backend.base.firebase import make_token_verifier

    return make_token_verifier(settings.firebase_project_id, settings.firebase_credentials_file)

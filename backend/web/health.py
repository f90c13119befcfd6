"""For those who run it: alive, ready, figures."""

import hmac
import os

from flask import Response, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import text

from backend.base.errors import MeguriError
from backend.base.migrations import is_current
from backend.web.ground import ground_of
from backend.web.pages import Pages
from backend.web.problems import SignInRequired, tell

pages = Pages("health", __name__)

LOOPBACK = ("127.0.0.1", "::1")


@pages.page("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@pages.page("/readyz")
def readyz() -> Response:
    """The database answers and has this version's tables."""
    database = ground_of().database
    try:
        database.run(lambda session: session.execute(text("SELECT 1")), writes=False)
    except MeguriError as error:
        return tell(error)
    if not is_current(database):
        return Response("the database wants `meguri db upgrade`\n", status=503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@pages.page("/metrics")
def metrics() -> Response:
    """Prometheus figures: with METRICS_TOKEN, or from the same machine when none is set."""
    token = ground_of().settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and not hmac.compare_digest(given.encode(), token.encode()):
        return tell(SignInRequired())
    if not token and request.remote_addr not in LOOPBACK:
        return tell(SignInRequired())
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

"""Structured logs, request ids, metrics. No path, query, body, address or name is logged: routes and ids only."""

import logging
import re
import sys
import time
import uuid
from functools import cache

import orjson
import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

REQUESTS = Counter("meguri_requests", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "meguri_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

# A caller may invent others, and each would be a figure of its own, kept for good.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

log = structlog.get_logger()

# Looking a metric up by its labels costs more than counting; there are no more than there are routes and statuses.
_counter = cache(REQUESTS.labels)
_histogram = cache(SECONDS.labels)


def configure_logs(level: str) -> None:
    """To the process's own stderr: loggers keep it, whatever stands in its place for a while."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level, logging.INFO)),
        logger_factory=structlog.BytesLoggerFactory((sys.__stderr__ or sys.stderr).buffer),
        cache_logger_on_first_use=True,
    )


def observe_requests(app: Flask) -> None:
    def begin() -> None:
        given = request.environ.get("HTTP_X_REQUEST_ID", "")
        noted = g._get_current_object()
        noted.started = time.perf_counter()
        noted.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex

    def finish(response: Response) -> Response:
        # The objects themselves, for a proxy looks them up again at each use.
        noted, asked = g._get_current_object(), request._get_current_object()  # type: ignore[attr-defined]
        if "request_id" not in noted:
            return response
        seconds = time.perf_counter() - noted.started
        route = asked.url_rule.rule if asked.url_rule else "(none)"
        response.headers.add("X-Request-Id", noted.request_id)
        _counter(route, asked.method if asked.method in METHODS else "other", response.status_code).inc()
        _histogram(route).observe(seconds)
        log.info(
            "request",
            request_id=noted.request_id,
            route=route,
            method=asked.method,
            status=response.status_code,
            code=noted.get("problem_code"),
            caller=type(noted.get("principal")).__name__,
            milliseconds=round(seconds * 1000, 1),
        )
        return response

    app.before_request(begin)
    app.after_request(finish)

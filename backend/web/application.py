"""The Flask application class: the one place that opens, commits or rolls back a request's transaction.

`dispatch_request` is overridden because an error at commit must still reach the error handlers: a teardown
would keep the rows after an error, an after_request hook would answer 500.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, g, request
from flask.sessions import NullSession, SessionInterface
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.routing import MapAdapter

from backend.base.clock import utc_now
from backend.base.text import DEFAULT_LANGUAGE
from backend.people.permissions import Permission, may
from backend.people.principals import (
    CitizenPrincipal,
    Nobody,
    Principal,
    StaffPrincipal,
    UnregisteredPrincipal,
)
from backend.web.binaries import read_body, receive_body
from backend.web.calls import Call, Later
from backend.web.contracts import Contract, contract_of
from backend.web.ground import ground_of
from backend.web.identity import identify, read_credential
from backend.web.problems import PermissionMissing, RegistrationRequired, SignInRequired
from backend.web.rate_limits import limited
from backend.web.usage import note_use

EASY_JAPANESE_TAGS = {"ja-x-easy", "ja-easy", "ja-hira", "ja@easy"}


EMPTY_SESSION = NullSession()


class NoSessions(SessionInterface):
    """No answer here sets a cookie: whoever calls is known by a bearer token."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return EMPTY_SESSION


class Meguri(Flask):
    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view or hook here is a coroutine, and finding that out anew each time costs more than most of them."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """No route here depends on the host, which Flask would read, check and encode for each request."""
        if request is None:
            return super().create_url_adapter(request)
        environ = request.environ
        return MapAdapter(
            self.url_map,
            server_name=environ.get("HTTP_HOST") or environ["SERVER_NAME"],
            script_name=environ["SCRIPT_NAME"] or "/",
            subdomain=self.url_map.default_subdomain,
            url_scheme=environ["wsgi.url_scheme"],
            path_info=request.path,
            default_method=request.method,
            query_args=environ["QUERY_STRING"],
        )

    def dispatch_request(self) -> ResponseReturnValue:
        wished = wished_language(request)
        g.language = wished or DEFAULT_LANGUAGE
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        rule = request.url_rule
        assert rule is not None  # noqa: S101 (routing found one)
        view = self.view_functions[rule.endpoint]
        contract = contract_of(view)
        if contract is None or request.method == "OPTIONS":  # pages and files that touch no data
            return super().dispatch_request()
        return self._dispatch_contract(view, contract, wished)

    def _dispatch_contract(self, view: Any, contract: Contract, wished: str | None) -> Response:
        ground = ground_of(self)
        at = utc_now()
        credential = read_credential(request, ground)
        if contract.body is not None:
            # All of it before the transaction: a slow phone must not hold the one writer.
            read_body(contract.body_max_bytes or ground.settings.body_max_bytes, cache=True)
        if contract.binary_body is not None:
            # From those who may, and before the transaction, which reading a large body must not hold open.
            ground.database.run(
                lambda session: require(identify(session, credential, at, ground), contract.permission),
                writes=False,
            )
            receive_body(contract.binary_body)

        def work(session: Session) -> Response | Later:
            principal = identify(session, credential, at, ground)
            g.principal = principal
            g.language = wished or chosen_language(principal)
            require(principal, contract.permission)
            call = Call(session, at, principal, g.language, ground)
            found: Response | Later = view(call, **(request.view_args or {}))
            return found

        # Limits count in transactions of their own: what is refused must stay counted.
        with limited(contract.limits, credential.token, at, ground):
            found = ground.database.run(work, writes=contract.writes, single_write=contract.single_write)
            response: Response = found.find() if isinstance(found, Later) else found
        note_use(g.principal, at, ground.database)
        return response


def require(principal: Principal, permission: Permission) -> None:
    """Deny by default."""
    if may(principal, permission):
        return
    if isinstance(principal, Nobody):
        raise SignInRequired
    if isinstance(principal, UnregisteredPrincipal):
        raise RegistrationRequired
    raise PermissionMissing


def wished_language(request: Request) -> str | None:
    """What the request asks for."""
    for tag, quality in request.accept_languages:
        folded = tag.lower() if quality > 0 else ""
        if folded in EASY_JAPANESE_TAGS:
            return "ja@easy"
        if folded.partition("-")[0] in ("ja", "en"):
            return folded.partition("-")[0]
    return None


def chosen_language(principal: Principal) -> str:
    """What the person chose, else Japanese."""
    if isinstance(principal, CitizenPrincipal | StaffPrincipal):
        return principal.language
    return DEFAULT_LANGUAGE

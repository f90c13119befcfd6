"""The same request again gets the same answer again: for operations that must not be done twice.

The key, the hash of the request and the answer are kept in the transaction that did the work, by actor: a shop's
or the city's. What citizens must not do twice carries its own key, as a purchase does, for answers kept here are
part of no export and outlive who left.
"""

import hashlib
import uuid
from collections.abc import Callable

import orjson
from flask import Response, request
from sqlalchemy import select

from backend.base.errors import IdempotencyKeyReused
from backend.people.principals import RegisterPrincipal, StaffPrincipal
from backend.web.calls import Call
from backend.web.models import RequestAnswer
from backend.web.responses import CompleteResponse

REPLAYED = "Idempotent-Replayed"


def answer_once(call: Call, key: str, make: Callable[[], Response]) -> Response:
    """What `make` answers, or what it answered to this very request before. Raises IdempotencyKeyReused.

    Two at once: the second finds the key taken when it commits, is run again and replays.
    """
    actor_id = _actor_of(call)
    request_hash = _hash_request()
    query = select(RequestAnswer).where(RequestAnswer.actor_id == actor_id, RequestAnswer.request_key == key)
    before = call.session.scalar(query)
    if before is not None:
        if before.request_hash != request_hash:
            raise IdempotencyKeyReused(field="Idempotency-Key")
        return _respond(before.body, before.status, {REPLAYED: "true"})
    response = make()
    call.session.add(
        RequestAnswer(
            actor_id=actor_id,
            request_key=key,
            request_hash=request_hash,
            status=response.status_code,
            body=response.get_data(),
            answered_at=call.at,
        )
    )
    call.session.flush()
    return response


def _actor_of(call: Call) -> uuid.UUID:
    match call.principal:
        case StaffPrincipal():
            return call.principal.staff_id
        case RegisterPrincipal():
            return call.principal.register_id
    raise AssertionError("an idempotent operation is a shop's or the city's")


def _hash_request() -> bytes:
    """Only what the caller sent, in one spelling: the order of a JSON object's names means nothing."""
    body = request.get_data()
    sent = orjson.loads(body) if body else None
    said = [request.method, request.path, sent]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def _respond(body: bytes, status: int, headers: dict[str, str]) -> Response:
    return CompleteResponse(body, status, headers, mimetype="application/json" if body else None)

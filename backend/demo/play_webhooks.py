"""The shop's own system is told of a purchase: a receiver on this machine checks who speaks, then reads."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from backend.demo.calling import Caller, Teller, line, need
from backend.demo.cast import Cast
from backend.notices.webhooks.rules import sign

AMOUNT_YEN = 540
EVENT_SECONDS = 5.0
HERE = ("127.0.0.1", "localhost", "::1")

Posted = tuple[dict[str, str], str]


def play_webhooks(cast: Cast, url: str, language: str, say: Teller) -> None:
    say.step("The shop's own system wants to be told of purchases")
    if urlsplit(url).hostname not in HERE:
        say("   the server is on another machine, which a receiver here is not open to\n")
        return
    manager = Caller(url, cast.manager, language)
    with _receiver() as (address, posted):
        body = {"url": address, "event_types": ["purchase.recorded"], "note": "demo"}
        reply = manager.ask("POST", "/v1/shop/webhooks", body, expect=201)
        say(line("POST /v1/shop/webhooks", reply))
        webhook, secret = reply.body["webhook"], reply.body["secret"]
        try:
            purchase = _buy(Caller(url, cast.till, language), Caller(url, cast.citizen, language), say)
            _read(posted, secret, purchase, say)
        finally:
            manager.ask("DELETE", f"/v1/shop/webhooks/{webhook['id']}", expect=204)


def _buy(till: Caller, citizen: Caller, say: Teller) -> Any:
    code = till.ask("POST", "/v1/shop/codes", {"amount_yen": AMOUNT_YEN}, expect=201).body
    scan = {"scanned": code["url"]}
    reply = citizen.ask("POST", "/v1/purchases", scan, expect=201, key=str(uuid.uuid4()))
    say(line("POST /v1/purchases", reply))
    return reply.body


def _read(posted: "SimpleQueue[Posted]", secret: str, purchase: Any, say: Teller) -> None:
    try:
        headers, body = posted.get(timeout=EVENT_SECONDS)
    except Empty:
        say("   nothing has come yet: is the worker running?\n")
        return
    signature = sign(
        secret,
        event_id=uuid.UUID(headers["webhook-id"]),
        at=datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC),
        body=body,
    )
    need(headers["webhook-signature"] == signature, "the event is not signed with the webhook's secret")
    event = json.loads(body)
    need(event["data"]["purchase_id"] == purchase["id"], "the event tells of another purchase")
    say(
        f"   {event['type']}, signature verified: {event['data']['amount_yen']:,} yen, nothing of who bought\n"
    )


@contextmanager
def _receiver() -> Iterator[tuple[str, "SimpleQueue[Posted]"]]:
    """Its address, and what comes there."""
    posted: SimpleQueue[Posted] = SimpleQueue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(204)
            self.end_headers()
            posted.put(({name.lower(): value for name, value in self.headers.items()}, body))

        def log_message(self, *_: Any) -> None:
            """The transcript tells enough."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/meguri", posted
        finally:
            server.shutdown()

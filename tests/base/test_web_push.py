"""Web push against a local push service; what it was given is read by another's code."""

import asyncio
import base64
import string
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from backend.base.mass_posting import MassPoster, Resolve
from backend.base.push import Push, PushContent, PushOutcome, PushResult
from backend.base.subscriptions import EndpointPolicy, Subscription
from backend.base.vapid import SIGNATURE_SECONDS, Vapid
from backend.base.vapid_keys import make_private_key, public_key_of, read_private_key
from backend.base.web_push import (
    BODY_MAX_BYTES,
    PAYLOAD_MAX_BYTES,
    PublicResolver,
    WebPushSender,
    encode_payload,
    encrypt,
    topic_of,
)
from tests.conftest import NOW
from tests.fakes.push_service import Browser, FakePushService, run_push_service

PEM = make_private_key()
SUBJECT = "mailto:it@city.example"
DONE = PushOutcome(PushResult.ACCEPTED)
LOCAL = EndpointPolicy((), allows_local=True)


@pytest.fixture
def service() -> Iterator[FakePushService]:
    with run_push_service() as fake:
        yield fake


@pytest.fixture
def sender() -> Iterator[WebPushSender]:
    sender = WebPushSender(Vapid(PEM, SUBJECT), LOCAL, MassPoster(per_second=10_000, connections=5))
    yield sender
    sender.close()


@pytest.fixture
def browser(service: FakePushService) -> Browser:
    return Browser(f"{service.url}/push/1")


def content(**fields: Any) -> PushContent:
    usual: dict[str, Any] = {
        "title": "麦と汽笛でのお買い物",
        "body": "お支払い 1,480円",
        "data": {"notice_id": "n-1", "kind": "purchase_recorded"},
        "collapse_key": "n-1",
        "ttl_seconds": 86_400,
    }
    return PushContent(**(usual | fields))


def push(target: str, **fields: Any) -> Push:
    return Push(content(**fields), "web", "web_push", target)


class TestWebPushSender:
    def test_sends_what_only_the_browser_can_read(
        self, service: FakePushService, sender: WebPushSender, browser: Browser
    ) -> None:
        outcomes = sender.send([push(browser.target)])

        assert outcomes == [DONE]
        [posted] = service.posted
        assert browser.read(posted.body) == {
            "title": "麦と汽笛でのお買い物",
            "body": "お支払い 1,480円",
            "tag": "n-1",
            "data": {"notice_id": "n-1", "kind": "purchase_recorded"},
        }
        assert "麦".encode() not in posted.body

    def test_says_how_long_how_urgent_and_what_it_replaces(
        self, service: FakePushService, sender: WebPushSender, browser: Browser
    ) -> None:
        sender.send([push(browser.target)])

        headers = service.posted[0].headers
        assert headers["ttl"] == "86400"
        assert headers["urgency"] == "normal"
        assert headers["topic"] == topic_of("n-1")
        assert headers["content-encoding"] == "aes128gcm"

    def test_says_that_a_disaster_is_urgent(
        self, service: FakePushService, sender: WebPushSender, browser: Browser
    ) -> None:
        sender.send([push(browser.target, is_urgent=True)])

        assert service.posted[0].headers["urgency"] == "high"

    def test_signs_for_the_push_service(
        self, service: FakePushService, sender: WebPushSender, browser: Browser
    ) -> None:
        sender.send([push(browser.target)])

        claims = service.posted[0].claims(audience=service.url)
        assert claims == {
            "aud": service.url,
            "sub": SUBJECT,
            "exp": int(NOW.timestamp()) + SIGNATURE_SECONDS,
        }

    def test_says_with_which_key_it_signs(
        self, service: FakePushService, sender: WebPushSender, browser: Browser
    ) -> None:
        sender.send([push(browser.target)])

        key = public_key_of(read_private_key(PEM))
        assert service.posted[0].headers["authorization"].endswith(f", k={key}")

    def test_encrypts_for_each_anew(self, service: FakePushService, sender: WebPushSender) -> None:
        browsers = [Browser(f"{service.url}/push/{number}") for number in range(8)]
        one = content()

        outcomes = sender.send([Push(one, "web", "web_push", browser.target) for browser in browsers])

        assert outcomes == [DONE] * 8
        bodies = {posted.path: posted.body for posted in service.posted}
        read = [browser.read(bodies[f"/push/{number}"])["tag"] for number, browser in enumerate(browsers)]
        assert read == ["n-1"] * 8
        assert len({body[:16] for body in bodies.values()}) == 8

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            ((200, {}), DONE),
            ((202, {}), DONE),
            ((404, {}), PushOutcome(PushResult.RETIRED, "http_404")),
            ((410, {}), PushOutcome(PushResult.RETIRED, "http_410")),
            ((429, {"Retry-After": "90"}), PushOutcome(PushResult.RETRY, "http_429", 90)),
            ((503, {}), PushOutcome(PushResult.RETRY, "http_503")),
            (
                (503, {"Retry-After": "Mon, 15 Jun 2026 03:01:30 GMT"}),
                PushOutcome(PushResult.RETRY, "http_503", 90),
            ),
            ((403, {}), PushOutcome(PushResult.RETRY, "http_403")),
            ((400, {}), PushOutcome(PushResult.FAILED, "http_400")),
            ((413, {}), PushOutcome(PushResult.FAILED, "http_413")),
            ((307, {"Location": "/push/2"}), PushOutcome(PushResult.FAILED, "http_307")),
            (None, PushOutcome(PushResult.UNKNOWN, "connection_lost")),
        ],
    )
    def test_tells_what_became_of_a_push_after_asking_once(
        self,
        service: FakePushService,
        sender: WebPushSender,
        browser: Browser,
        answer: Any,
        outcome: PushOutcome,
    ) -> None:
        service.answers["/push/1"] = answer

        outcomes = sender.send([push(browser.target)])

        assert outcomes == [outcome]
        assert len(service.posted) == 1

    def test_each_has_its_own_outcome_in_order(
        self, service: FakePushService, sender: WebPushSender, browser: Browser
    ) -> None:
        service.answers["/push/gone"] = (410, {})
        gone = Browser(f"{service.url}/push/gone")

        outcomes = sender.send(
            [
                push("no subscription"),
                push(gone.target),
                push(browser.target, title="\udcff"),
                push(browser.target),
            ]
        )

        assert [each.reason for each in outcomes] == ["target_invalid", "http_410", "message_invalid", None]

    def test_looks_at_the_address_again_when_it_was_let_in_before(
        self, service: FakePushService, browser: Browser
    ) -> None:
        """In production, or after a host was taken off the list."""
        strict = EndpointPolicy(["fcm.googleapis.com"])
        sender = WebPushSender(Vapid(PEM, SUBJECT), strict, MassPoster(per_second=1_000, connections=1))
        elsewhere = Browser("https://push.example/x")

        outcomes = sender.send([push(browser.target), push(elsewhere.target)])

        assert [each.reason for each in outcomes] == ["target_invalid", "push_service_refused"]
        assert service.posted == []

    def test_does_not_post_to_a_name_that_leads_inside(self, service: FakePushService) -> None:
        port = int(service.url.rpartition(":")[2])
        sender = WebPushSender(
            Vapid(PEM, SUBJECT),
            EndpointPolicy(["fcm.googleapis.com"]),
            MassPoster(
                per_second=1_000,
                connections=1,
                resolve=PublicResolver(resolve=names("127.0.0.1", port=port)),
            ),
        )

        [outcome] = sender.send([push(Browser("https://fcm.googleapis.com/x").target)])

        assert outcome == PushOutcome(PushResult.RETRY, "OSError")
        assert service.posted == []
        sender.close()

    def test_sends_the_largest_that_every_service_takes(
        self, service: FakePushService, sender: WebPushSender, browser: Browser
    ) -> None:
        room = PAYLOAD_MAX_BYTES - len(encode_payload(content(body="")))

        outcomes = sender.send(
            [push(browser.target, body="x" * room), push(browser.target, body="x" * (room + 1))]
        )

        assert outcomes == [DONE, PushOutcome(PushResult.FAILED, "payload_too_large")]
        assert [len(posted.body) for posted in service.posted] == [BODY_MAX_BYTES]


class TestTopicOf:
    def test_is_what_a_push_service_takes(self) -> None:
        topic = topic_of("01936f1e-5d0a-7c3e-9b1f-2f6a4c8d7e10")

        assert len(topic) == 32
        assert set(topic) <= set(string.ascii_letters + string.digits + "-_")

    def test_is_one_for_one_key(self) -> None:
        assert topic_of("a") == topic_of("a") != topic_of("b")


class TestEncrypt:
    def test_makes_the_example_of_rfc_8291(self) -> None:
        subscription = Subscription.of(
            "https://push.example/x",
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        private = int.from_bytes(unpadded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))

        body = encrypt(
            b"When I grow up, I want to be a watermelon",
            subscription,
            salt=unpadded("DGv6ra1nlYgDCS1FRnbzlw"),
            own_key=ec.derive_private_key(private, ec.SECP256R1()),
        )

        assert body == unpadded(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
            "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        )


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def names(*addresses: str, port: int = 443) -> Resolve:
    """Any name leads there."""

    async def resolve(host: str, asked_port: int) -> list[tuple[str, int]]:
        return [(each, port) for each in addresses]

    return resolve


def resolve(addresses: Sequence[str], host: str, *, allows_local: bool = False) -> list[str]:
    resolver = PublicResolver(allows_local=allows_local, resolve=names(*addresses))
    return [address for address, _ in asyncio.run(_collect(resolver, host))]


async def _collect(resolver: PublicResolver, host: str) -> Sequence[tuple[str, int]]:
    return await resolver(host, 443)


class TestPublicResolver:
    def test_gives_public_addresses(self) -> None:
        addresses = ["142.250.0.1", "2404:6800:4004::1"]

        assert resolve(addresses, "fcm.googleapis.com") == addresses

    @pytest.mark.parametrize(
        "addresses",
        [[], ["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["142.250.0.1", "192.168.0.1"]],
    )
    @pytest.mark.parametrize("allows_local", [False, True])
    def test_refuses_a_name_that_leads_inside(self, addresses: list[str], allows_local: bool) -> None:
        with pytest.raises(OSError, match="public"):
            resolve(addresses, "fcm.googleapis.com", allows_local=allows_local)

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
    def test_gives_this_machine_by_its_own_name_while_developing(self, host: str) -> None:
        assert resolve(["127.0.0.1"], host, allows_local=True) == ["127.0.0.1"]

    def test_gives_nothing_else_by_that_name(self) -> None:
        with pytest.raises(OSError, match="public"):
            resolve(["10.0.0.1"], "localhost", allows_local=True)

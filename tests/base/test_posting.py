"""Posting to an address that a stranger chose."""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from backend.base.posting import Poster, PostOutcome, UrlPolicy, UrlRefused
from backend.config import Settings
from tests.fakes.receiver import FakeReceiver, run_receiver
from tests.fakes.smtp import make_certificate

HOST = "pos.example.jp"
URL = f"https://{HOST}/meguri?till=1"
PUBLIC = "198.41.0.4"
INSIDE = "10.0.0.7"
BODY = b'{"id": 1}'
LIMIT_SECONDS = 1.0
STRICT = UrlPolicy()
DEVELOPING = UrlPolicy(allows_local=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"), HOST)


@pytest.fixture
def receiver(certificate: tuple[ssl.SSLContext, Path]) -> Iterator[FakeReceiver]:
    with run_receiver(certificate[0]) as receiver:
        yield receiver


class Network:
    """A resolver and a network of the test's own: whatever address is asked, the receiver answers."""

    def __init__(self, receiver: FakeReceiver) -> None:
        self.receiver = receiver
        self.addresses: list[Sequence[str]] = []
        self.unreachable: set[str] = set()
        self.asked: list[tuple[str, int]] = []

    def resolve(self, _host: str, _port: int) -> Sequence[str]:
        return self.addresses.pop(0) if self.addresses else [PUBLIC]

    def connect(self, address: tuple[str, int], seconds: float) -> socket.socket:
        self.asked.append(address)
        if address[0] in self.unreachable:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.receiver.port), seconds)


@pytest.fixture
def network(receiver: FakeReceiver) -> Network:
    return Network(receiver)


@pytest.fixture
def post(network: Network, certificate: tuple[ssl.SSLContext, Path]) -> Callable[..., PostOutcome]:
    trusting = ssl.create_default_context(cafile=certificate[1])

    def post(url: str = URL, *, policy: UrlPolicy = STRICT, tls: ssl.SSLContext = trusting) -> PostOutcome:
        poster = Poster(
            policy,
            resolve=network.resolve,
            connect=network.connect,
            tls=tls,
            limit_seconds=LIMIT_SECONDS,
        )
        return poster.post(url, BODY, {"webhook-id": "7", "content-type": "application/json"})

    return post


Post = Callable[..., PostOutcome]


class TestUrlPolicy:
    @pytest.mark.parametrize(
        "url",
        [
            "https://pos.example.jp",
            "https://pos.example.jp/",
            "https://POS.example.jp:443/a/b?c=d&e=%20",
            "https://xn--r8jz45g.jp/in",
            "https://198.41.0.4/in",
            "https://[2606:4700::1111]/in",
        ],
    )
    def test_reads_what_may_be_asked(self, url: str) -> None:
        assert STRICT.read(url).port == 443

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "pos.example.jp",
            "//pos.example.jp/",
            "http://pos.example.jp/",
            "ftp://pos.example.jp/",
            "file:///etc/passwd",
            "https:///in",
            "https://user@pos.example.jp/",
            "https://user:secret@pos.example.jp/",
            "https://pos.example.jp@10.0.0.1/",
            "https://pos.example.jp\\@10.0.0.1/",
            "https://pos.example.jp#@10.0.0.1/",
            "https://pos.example.jp/#in",
            "https://pos.example.jp/a b",
            "https://pos.example.jp/\r\nHost: inside",
            "https://pos.example.jp/\n",
            "https://pos.example.jp:80/",
            "https://pos.example.jp:8443/",
            "https://pos.example.jp:99999/",
            "https://pos.example.jp:/",
            "https://店.example.jp/",
            "https://intranet/",
            "https://localhost/",
            "https://.example.jp/",
            "https://pos..example.jp/",
            "https://pos.example.jp./",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[fe80::1%25eth0]/",
            "https://pos.example.jp/" + "a" * 500,
        ],
    )
    def test_refuses_everything_else(self, url: str) -> None:
        with pytest.raises(UrlRefused):
            STRICT.read(url)

    @pytest.mark.parametrize(
        "url",
        ["http://127.0.0.1:8080/in", "http://localhost:8080/in", "http://[::1]:8080/", "https://localhost/"],
    )
    def test_allows_this_machine_while_developing(self, url: str) -> None:
        assert DEVELOPING.read(url).is_local

    @pytest.mark.parametrize(
        "url", ["http://pos.example.jp/", "http://10.0.0.1/", "https://[::ffff:7f00:1]/"]
    )
    def test_allows_no_more_than_this_machine_while_developing(self, url: str) -> None:
        with pytest.raises(UrlRefused):
            DEVELOPING.read(url)

    def test_allows_the_ports_of_the_settings(self) -> None:
        policy = UrlPolicy.of(Settings(mode="production", webhook_ports=[8443]))

        assert policy.read("https://pos.example.jp:8443/").authority == "pos.example.jp:8443"
        with pytest.raises(UrlRefused):
            policy.read("http://127.0.0.1:8443/")

    def test_of_the_development_mode_allows_this_machine(self) -> None:
        assert UrlPolicy.of(Settings()).allows_local


class TestPost:
    def test_says_what_it_was_given_to_whom_it_was_meant_for(
        self, post: Post, receiver: FakeReceiver
    ) -> None:
        outcome = post()

        [received] = receiver.received
        assert outcome == PostOutcome(status=200)
        assert (received.path, received.body) == ("/meguri?till=1", BODY.decode())
        assert (received.headers["host"], received.headers["webhook-id"]) == (HOST, "7")

    @pytest.mark.parametrize("status", [204, 400, 410, 500, 503])
    def test_tells_the_status(self, post: Post, receiver: FakeReceiver, status: int) -> None:
        receiver.answers = [status]

        outcome = post()

        assert (outcome.status, outcome.is_accepted) == (status, status == 204)

    def test_follows_no_redirect(self, post: Post, receiver: FakeReceiver) -> None:
        receiver.answers = ["redirect"]

        outcome = post()

        assert (outcome.status, outcome.is_accepted) == (302, False)
        assert [received.path for received in receiver.received] == ["/meguri?till=1"]

    @pytest.mark.parametrize(
        ("answer", "failure"),
        [
            ("hang", "timed_out"),
            ("drip", "timed_out"),
            ("drop", "connection_failed"),
            ("flood", "answer_unreadable"),
        ],
    )
    def test_gives_up_on_who_does_not_answer(
        self, post: Post, receiver: FakeReceiver, answer: str, failure: str
    ) -> None:
        receiver.answers = [answer]

        assert post() == PostOutcome(failure=failure)

    def test_does_not_read_the_body(self, post: Post, receiver: FakeReceiver) -> None:
        receiver.answers = ["pour"]

        assert post() == PostOutcome(status=200)


class TestPostTls:
    def test_wants_a_certificate_somebody_vouches_for(self, post: Post, receiver: FakeReceiver) -> None:
        assert post(tls=ssl.create_default_context()) == PostOutcome(failure="tls_failed")
        assert receiver.received == []

    def test_wants_it_for_the_name_and_not_for_the_address(self, post: Post, receiver: FakeReceiver) -> None:
        assert post("https://other.example.jp/") == PostOutcome(failure="tls_failed")
        assert receiver.received == []


class TestPostInside:
    @pytest.mark.parametrize(
        "addresses",
        [[INSIDE], [PUBLIC, INSIDE], ["127.0.0.1"], ["::1"], ["::ffff:198.41.0.4"], ["fe80::1%2"], []],
    )
    def test_asks_nobody_where_an_address_is_not_public(
        self, post: Post, network: Network, addresses: Sequence[str]
    ) -> None:
        network.addresses = [addresses]

        assert post() == PostOutcome(failure="host_not_public")
        assert network.asked == []

    def test_connects_to_the_address_that_was_looked_at(self, post: Post, network: Network) -> None:
        """A second answer of the resolver, which leads inside, is never asked for."""
        network.addresses = [[PUBLIC], [INSIDE]]

        post()

        assert network.asked == [(PUBLIC, 443)]
        assert network.addresses == [[INSIDE]]

    def test_looks_again_at_each_post(self, post: Post, network: Network) -> None:
        network.addresses = [[PUBLIC], [INSIDE]]

        outcomes = [post(), post()]

        assert outcomes == [PostOutcome(status=200), PostOutcome(failure="host_not_public")]
        assert network.asked == [(PUBLIC, 443)]

    def test_goes_on_to_the_next_address(self, post: Post, network: Network) -> None:
        network.addresses = [[PUBLIC, "198.41.0.5"]]
        network.unreachable = {PUBLIC}

        assert post() == PostOutcome(status=200)
        assert network.asked == [(PUBLIC, 443), ("198.41.0.5", 443)]

    def test_looks_at_the_address_again_when_the_url_was_let_in_before(self, post: Post) -> None:
        assert post("http://127.0.0.1:8080/") == PostOutcome(failure="url_refused")

    def test_of_a_local_name_goes_nowhere_but_to_this_machine(self, post: Post, network: Network) -> None:
        network.addresses = [[INSIDE]]

        assert post("http://localhost:8080/", policy=DEVELOPING) == PostOutcome(failure="host_not_public")
        assert network.asked == []

    def test_does_not_take_a_name_that_resolves_to_nothing(self, receiver: FakeReceiver) -> None:
        poster = Poster(STRICT, limit_seconds=LIMIT_SECONDS)

        assert poster.post("https://nowhere.invalid/", BODY, {}) == PostOutcome(failure="host_not_public")

    def test_reaches_this_machine_while_developing(self) -> None:
        with run_receiver() as receiver:
            outcome = Poster(DEVELOPING).post(f"http://127.0.0.1:{receiver.port}/in", BODY, {})

        assert outcome == PostOutcome(status=200)
        assert receiver.received[0].headers["host"] == f"127.0.0.1:{receiver.port}"

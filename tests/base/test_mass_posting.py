"""Posting many: how fast, over how many connections, and what an answer may do."""

import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.base.kept_connections import ANSWER_MAX_BYTES
from backend.base.mass_posting import BURST_SECONDS, TICK_SECONDS, MassPoster, Pace, PostRequest
from tests.fakes.fcm import FakeFcm, FcmAnswer, run_fcm
from tests.fakes.smtp import make_certificate


@pytest.fixture
def fake() -> Iterator[FakeFcm]:
    with run_fcm() as fake:
        yield fake


@pytest.fixture
def poster() -> Iterator[MassPoster]:
    poster = MassPoster(per_second=100_000, connections=5)
    yield poster
    poster.close()


def request_to(fake: FakeFcm, target: str = "one") -> PostRequest:
    return PostRequest(
        fake.url, {"Authorization": "Bearer x"}, f'{{"message":{{"fid":"{target}"}}}}'.encode()
    )


class TestPace:
    def test_lets_a_short_burst_pass_and_then_some_every_tick(self) -> None:
        pace = Pace(100)

        waits = [pace.wait_seconds(50.0) for _ in range(14)]

        assert waits == pytest.approx([0.0] * 10 + [0.02, 0.02, 0.04, 0.04])

    def test_forgets_what_was_not_used_before(self) -> None:
        pace = Pace(100)
        pace.wait_seconds(0.0)

        waits = [pace.wait_seconds(1_000.0) for _ in range(12)]

        assert waits[-1] == pytest.approx(0.02)

    def test_keeps_to_one_in_ten_seconds(self) -> None:
        pace = Pace(0.1)

        waits = [pace.wait_seconds(0.0) for _ in range(3)]

        assert waits == pytest.approx([0.0, 10.0, 20.0])

    @given(
        per_second=st.floats(0.5, 5_000),
        pauses=st.lists(st.floats(0, 0.5), min_size=1, max_size=60),
    )
    def test_never_lets_more_pass_than_the_rate_and_a_burst(
        self, per_second: float, pauses: list[float]
    ) -> None:
        pace, now, moments = Pace(per_second), 1_000.0, []
        for pause in pauses:
            now += pause
            wait = pace.wait_seconds(now)
            assert wait >= 0
            moments.append(now + wait)

        for first, begin in enumerate(moments):
            for last, end in enumerate(moments[first:], first):
                turns = last - first + 1
                # Those of one tick leave together: what was due since the tick before counts too.
                seconds = end - begin + TICK_SECONDS + max(BURST_SECONDS, 1 / per_second)
                assert turns <= per_second * seconds + 1.001

    @given(per_second=st.floats(50, 5_000))
    def test_holds_nobody_back_for_more_than_a_tick(self, per_second: float) -> None:
        pace = Pace(per_second)

        waits = [pace.wait_seconds(1_000.0) for _ in range(300)]

        burst = int(per_second * BURST_SECONDS)
        for number, wait in enumerate(waits):
            own = max(0.0, (number - burst) / per_second)
            assert wait <= own + 1 / per_second + TICK_SECONDS + 0.001


class TestMassPoster:
    def test_opens_no_more_connections_than_it_may_and_keeps_them(
        self, fake: FakeFcm, poster: MassPoster
    ) -> None:
        for _ in range(3):
            poster.post_all([request_to(fake)] * 40)

        assert fake.connections == 5

    def test_threads_share_the_rate(self, fake: FakeFcm) -> None:
        poster = MassPoster(per_second=100, connections=50)
        started = time.monotonic()

        with ThreadPoolExecutor(3) as threads:
            list(threads.map(lambda _: poster.post_all([request_to(fake)] * 10), range(3)))

        assert time.monotonic() - started >= 30 / 100 - BURST_SECONDS
        assert len(fake.messages) == 30
        poster.close()

    def test_reads_no_more_of_an_answer_than_any_that_is_understood(
        self, fake: FakeFcm, poster: MassPoster
    ) -> None:
        fake.answers["one"] = FcmAnswer(body=b"x" * 10_000_000)

        [answer] = poster.post_all([request_to(fake)])

        assert (answer.status, len(answer.body) < 10 * ANSWER_MAX_BYTES) == (200, True)

    def test_gives_an_answer_that_came_in_pieces_whole(self, fake: FakeFcm, poster: MassPoster) -> None:
        fake.answers["one"] = FcmAnswer(body=b"in two pieces", slow_seconds=0.05)

        [answer] = poster.post_all([request_to(fake)])

        assert answer.body == b"in two pieces"

    def test_says_nothing_of_itself(self, fake: FakeFcm, poster: MassPoster) -> None:
        poster.post_all([request_to(fake)])

        assert set(fake.headers[0]) == {"host", "authorization", "content-length"}

    def test_of_nothing_makes_nothing(self, poster: MassPoster) -> None:
        assert poster.post_all([]) == []

    def test_may_be_closed_twice_and_unused(self, poster: MassPoster) -> None:
        poster.close()
        poster.close()

        assert poster.post_all([]) == []


class TestMassPosterByTls:
    @pytest.fixture
    def silent_port(self) -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            yield silent.getsockname()[1]

    @pytest.fixture
    def certificate(self, tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
        return make_certificate(tmp_path, "127.0.0.1")

    @pytest.fixture
    def secure(self, certificate: tuple[ssl.SSLContext, Path]) -> Iterator[FakeFcm]:
        with run_fcm(certificate[0]) as fake:
            yield fake

    def test_posts_to_whom_somebody_vouches_for(
        self, secure: FakeFcm, certificate: tuple[ssl.SSLContext, Path]
    ) -> None:
        trusting = ssl.create_default_context(cafile=certificate[1])
        poster = MassPoster(per_second=1_000, connections=2, tls=trusting)

        answers = poster.post_all([request_to(secure)] * 4)

        assert [answer.status for answer in answers] == [200] * 4
        poster.close()

    def test_posts_to_nobody_else(self, secure: FakeFcm) -> None:
        poster = MassPoster(per_second=1_000, connections=2)

        [answer] = poster.post_all([request_to(secure)])

        assert (answer.failure, answer.was_sent) == ("SSLCertVerificationError", False)
        assert secure.messages == []
        poster.close()

    def test_what_was_cut_off_before_it_was_secure_was_never_sent(
        self, fake: FakeFcm, poster: MassPoster
    ) -> None:
        """The stand-in speaks no TLS: its answer to the greeting ends the connection."""
        url = fake.url.replace("http:", "https:")

        [answer] = poster.post_all([PostRequest(url, {}, b"{}")])

        assert answer.was_sent is False

    def test_a_machine_that_never_greets_was_never_sent_anything(self, silent_port: int) -> None:
        poster = MassPoster(per_second=1_000, connections=2, connect_seconds=0.2)

        [answer] = poster.post_all([PostRequest(f"https://127.0.0.1:{silent_port}", {}, b"{}")])

        assert (answer.failure, answer.was_sent) == ("connecting_timed_out", False)
        poster.close()

"""A connection that stays open: what it makes of every way in which an answer may come."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from backend.base.kept_connections import (
    ANSWER_MAX_BYTES,
    KeptConnection,
    Origin,
    PostAnswer,
    make_head,
    open_connection,
    read_address,
)
from tests.fakes.smtp import make_certificate

Script = Sequence[bytes | None]


async def _post_to(script: Script, count: int) -> tuple[list[PostAnswer], int]:
    """So many posts over one connection to a server that sends a piece of the script a request; None: it hangs up."""
    pieces = iter(script)
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            while await reader.readuntil(b"{}"):
                piece = next(pieces)
                if piece is None:
                    break
                writer.write(piece)
                if b"Connection: close" in piece:
                    await writer.drain()
                    break
        except asyncio.IncompleteReadError:
            pass  # it is the client who ended
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        origin, target, host = read_address(f"http://127.0.0.1:{port}/send")
        head = make_head(target, host, {"X-Test": "1"})
        answers = []
        connection = await _open(origin)
        for _ in range(count):
            if not connection.is_reusable:
                connection = await _open(origin)
            answers.append(await connection.post(head, b"{}", seconds=0.3))
        connection.close()
        server.close()
        return answers, connections


async def _open(origin: Origin) -> KeptConnection:
    return await open_connection(origin, (origin.host, origin.port), ssl.create_default_context())


def post_to(script: Script, count: int = 1) -> tuple[list[PostAnswer], int]:
    return asyncio.run(_post_to(script, count))


WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class TestPost:
    @pytest.mark.parametrize(
        ("said", "answer"),
        [
            (WHOLE, PostAnswer(200, None, b"ok")),
            (b"HTTP/1.1 204 No Content\r\n\r\n", PostAnswer(204)),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
                PostAnswer(200, None, b"ok"),
            ),
            (b"HTTP/1.1 103 Early Hints\r\n\r\n" + WHOLE, PostAnswer(200, None, b"ok")),
            (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok", PostAnswer(200, None, b"ok")),
            (
                b"HTTP/1.1 429 Too Many\r\nretry-after: 30\r\nContent-Length: 0\r\n\r\n",
                PostAnswer(429, "30"),
            ),
            (b"SSH-2.0-OpenSSH_9.6\r\n", PostAnswer(failure="answer_malformed")),
            (b"HTTP/1.1 200 OK\r\nContent-Le", PostAnswer(failure="answer_timed_out")),
            (None, PostAnswer(failure="connection_lost")),
            (b"HTTP/1.1 200 OK\r\nX: " + b"x" * ANSWER_MAX_BYTES, PostAnswer(failure="answer_too_long")),
            (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3_000, PostAnswer(failure="answer_too_long")),
        ],
    )
    def test_gives_what_came(self, said: bytes | None, answer: PostAnswer) -> None:
        assert post_to([said])[0] == [answer]

    def test_keeps_a_connection_that_may_be_kept(self) -> None:
        answers, connections = post_to([WHOLE, WHOLE, WHOLE], 3)

        assert [answer.status for answer in answers] == [200] * 3
        assert connections == 1

    @pytest.mark.parametrize(
        "first",
        [
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
            WHOLE + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",  # one answer more than was asked for
            b"nonsense\r\n",
            None,
        ],
    )
    def test_keeps_no_other(self, first: bytes | None) -> None:
        answers, connections = post_to([first, WHOLE], 2)

        assert answers[1] == PostAnswer(200, None, b"ok")
        assert connections == 2


class TestConnectionThatTheServerEnds:
    """The end takes some rounds of the loop; a post in them would be thrown away and yet count as sent."""

    @pytest.mark.parametrize("is_secure", [False, True])
    def test_is_of_no_use_from_the_first_sign_of_it_on(self, tmp_path: Path, is_secure: bool) -> None:
        server_tls, trusted = make_certificate(tmp_path)
        client_tls = ssl.create_default_context(cafile=str(trusted))

        reusable = asyncio.run(_see_the_end(server_tls if is_secure else None, client_tls))

        assert reusable is False


async def _see_the_end(server_tls: ssl.SSLContext | None, client_tls: ssl.SSLContext) -> bool:
    """Whether a connection is reusable just when its server has said that there is no more to come."""
    loop = asyncio.get_running_loop()
    seen: asyncio.Future[bool] = loop.create_future()

    class Watched(KeptConnection):
        def eof_received(self) -> None:
            super().eof_received()
            if not seen.done():
                seen.set_result(self.is_reusable)

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    named: dict[str, Any] = {"ssl": client_tls, "server_hostname": "localhost"} if server_tls else {}
    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_tls) as server:
        port = server.sockets[0].getsockname()[1]
        _, connection = await loop.create_connection(Watched, "127.0.0.1", port, **named)
        reusable = await asyncio.wait_for(seen, 5)
        connection.close()
    return reusable


class TestReadAddress:
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "/send",
            "ftp://fcm.example/send",
            "https://user@fcm.example/send",
            "https://fcm.example:port/send",
            "https://fcm.example/a b",
            "https://fcm.example/あ",
            "https:///send",
        ],
    )
    def test_refuses_what_cannot_be_posted_to(self, url: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            read_address(url)

    def test_names_the_port_only_where_the_address_does(self) -> None:
        origin, target, host = read_address("https://fcm.example/send?x=1")

        assert (origin.port, target, host) == (443, "/send?x=1", "fcm.example")


class TestMakeHead:
    @pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\n", "\x00", "あ"])
    def test_lets_no_header_break_out_of_its_line(self, value: str) -> None:
        with pytest.raises(ValueError, match="request"):
            make_head("/", "fcm.example", {"Topic": value})

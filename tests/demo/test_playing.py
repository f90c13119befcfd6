"""The main job played against a real server, as `make demo` does."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from backend.base.database import Database
from backend.config import Settings
from backend.demo import play_messages, play_webhooks
from backend.demo.playing import PLAYING, Cast, PlayFailed, play
from backend.demo.tokens import issue_token
from backend.jobs.runner import run_worker
from backend.points.verification import verify_ledger
from tests.conftest import NOW

MESSAGES_BEGIN = (
    "   POST /v1/city/messages/…/schedule",
    "   POST /v1/shop/messages/…/schedule",
    "   POST /v1/city/disaster-messages →",
)


@pytest.fixture
def server_url(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cast(database: Database, settings: Settings) -> Cast:
    tokens = database.run(
        lambda session: {name: issue_token(session, name=name, settings=settings, at=NOW) for name in PLAYING}
    )
    return Cast(**tokens, citizen_name="かもめ", neighbour_name="えぞりす")


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here but those that a test starts."""
    monkeypatch.setattr(play_webhooks, "EVENT_SECONDS", 0.2)
    monkeypatch.setattr(play_messages, "LOOKS", 1)
    monkeypatch.setattr(play_messages, "PAUSE_SECONDS", 0)


class TestPlay:
    def test_tells_the_story_to_its_end(self, server_url: str, cast: Cast, database: Database) -> None:
        transcript: list[str] = []

        play(server_url, cast, transcript.append)

        told = "\n".join(transcript)
        assert "POST /v1/shop/codes → 201" in told
        assert "Idempotent-Replayed: true" in told
        assert "refused, till_code_used: This code has been used." in told
        assert "Your purchase at Mugi to Kiteki Bakery | Paid: ¥1,480" in told
        assert "accepted: It is within the limits and was recorded at once." in told
        assert "drafted → submitted → rejected → appealed → accepted" in told
        assert "   the code says http://127.0.0.1:8000/s/" in told
        assert "POST /v1/claims/serial → 201" in told
        assert "the same label once more: serial_used" in told
        assert "refused, receipt_claimed: This receipt has been claimed already." in told
        assert "honoured: かもめ earned" in told
        assert "missing here: 540 yen" in told
        assert "   a button says: " in told
        assert "quiet from 20:00 to 09:00" in told
        assert "GET /v1/sync?since=… → 200" in told
        assert "by the officer: permission_missing" in told
        assert "[Ad] Mugi to Kiteki Bakery: Fresh bread day" in told
        assert "POST /v1/city/disaster-messages/…/review → 200" in told
        assert transcript[-1].startswith("Played to the end")
        assert database.run(verify_ledger) == []

    def test_tells_it_again_on_the_same_day(self, server_url: str, cast: Cast) -> None:
        first: list[str] = []
        transcript: list[str] = []
        play(server_url, cast, first.append)

        play(server_url, cast, transcript.append)

        assert "   refused, claim_limit_reached: this story was played today already\n" in transcript
        assert transcript[-1].startswith("Played to the end")

    def test_speaks_the_language_that_is_asked_for(self, server_url: str, cast: Cast) -> None:
        transcript: list[str] = []

        play(server_url, cast, transcript.append, language="ja")

        assert "お支払い 1,480円" in "\n".join(transcript)

    def test_shows_the_push_that_the_worker_has_sent(
        self, server_url: str, cast: Cast, settings: Settings, tmp_path: Path
    ) -> None:
        push_log = tmp_path / "push.log"
        transcript: list[str] = []

        def say(line: str) -> None:
            transcript.append(line)
            if line.startswith("9."):
                run_worker(replace(settings, push_log_file=push_log), once=True)

        play(server_url, cast, say, push_log=push_log)

        assert "push to android fcm_token" in "\n".join(transcript)

    def test_checks_the_event_that_the_worker_has_posted(
        self, server_url: str, cast: Cast, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(play_webhooks, "EVENT_SECONDS", 10.0)
        transcript: list[str] = []

        def say(line: str) -> None:
            if transcript and transcript[-1].startswith("   POST /v1/shop/webhooks") and "purchases" in line:
                run_worker(replace(settings, push_log_file=tmp_path / "push.log"), once=True)
            transcript.append(line)

        play(server_url, cast, say)

        assert "purchase.recorded, signature verified" in "\n".join(transcript)

    def test_finds_in_the_inbox_what_the_worker_has_sent(
        self, server_url: str, cast: Cast, settings: Settings, tmp_path: Path
    ) -> None:
        transcript: list[str] = []

        def say(line: str) -> None:
            if line.startswith(MESSAGES_BEGIN):
                run_worker(replace(settings, push_log_file=tmp_path / "push.log"), once=True)
            transcript.append(line)

        play(server_url, cast, say)

        told = "\n".join(transcript)
        assert "in the inbox of かもめ: Event: Harbour market" in told
        assert "in the inbox of かもめ: [Ad] Mugi to Kiteki Bakery: Fresh bread day" in told
        assert "in the inbox of かもめ: SHELTER open" in told

    def test_says_so_when_nobody_answers(self, cast: Cast) -> None:
        with pytest.raises(PlayFailed, match="make run"):
            play("http://127.0.0.1:9", cast, print)

    def test_says_so_when_somebody_else_answers(self, cast: Cast) -> None:
        class SomebodyElse(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<html>")

            def log_message(self, *_: Any) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), SomebodyElse) as server:
            threading.Thread(target=server.handle_request).start()
            with pytest.raises(PlayFailed, match="is this Meguri"):
                play(f"http://127.0.0.1:{server.server_port}", cast, print)

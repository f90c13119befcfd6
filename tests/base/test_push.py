"""The log that stands for a push service."""

import io
from pathlib import Path

import pytest

from backend.base.push import LogPushSender, Push, PushContent, PushOutcome, PushResult

TARGET = "dIsVQ2QVRT-TW7L6VfeAMh:the-rest-of-a-long-token"


def push(title: str = "麦と汽笛でのお買い物", body: str = "お支払い 1,480円", target: str = TARGET) -> Push:
    content = PushContent(title=title, body=body, data={}, collapse_key="n-1", ttl_seconds=60)
    return Push(content, platform="ios", target_kind="fid", target=target)


class TestLogPushSender:
    def test_writes_one_readable_line_a_push(self) -> None:
        stream = io.StringIO()

        outcomes = LogPushSender(stream=stream).send([push(), push(title="二つ\nめ")])

        assert outcomes == [PushOutcome(PushResult.ACCEPTED)] * 2
        assert stream.getvalue().splitlines() == [
            "2026-06-15T12:00:00+09:00 push to ios fid …-token: 麦と汽笛でのお買い物 | お支払い 1,480円",
            "2026-06-15T12:00:00+09:00 push to ios fid …-token: 二つ め | お支払い 1,480円",
        ]

    @pytest.mark.parametrize("target", [TARGET, "short-target"])
    def test_never_shows_the_whole_target(self, target: str) -> None:
        stream = io.StringIO()

        LogPushSender(stream=stream).send([push(target=target)])

        assert target not in stream.getvalue()

    def test_adds_to_the_file_as_well(self, tmp_path: Path) -> None:
        path = tmp_path / "push.log"
        stream = io.StringIO()
        sender = LogPushSender(path, stream)

        sender.send([push()])
        sender.send([push()])

        assert path.read_text(encoding="utf-8") == stream.getvalue()

    def test_a_file_that_cannot_be_written_is_told_before_anything_is_sent(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="no-such-folder"):
            LogPushSender(tmp_path / "no-such-folder" / "push.log")


class TestPush:
    def test_its_repr_holds_no_target(self) -> None:
        assert TARGET not in repr(push())

"""The log that stands for a push service."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from backend.base.push import (
    RETRY_AFTER_MAX_SECONDS,
    LogPushSender,
    MissingPushSender,
    Push,
    PushContent,
    PushOutcome,
    PushResult,
    RoutingPushSender,
    read_retry_after,
)
from tests.fakes.senders import RememberingPushSender

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


def push_by(target_kind: str, target: str) -> Push:
    return Push(PushContent("title", "body", {}, "key", 60), "web", target_kind, target)


class FailingPushSender(RememberingPushSender):
    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        raise RuntimeError("a mistake of ours")


class TestRoutingPushSender:
    def test_gives_each_to_its_own_and_keeps_the_order(self) -> None:
        phones, browsers, others = RememberingPushSender(), RememberingPushSender(), RememberingPushSender()
        phones.outcomes["b"] = PushOutcome(PushResult.RETIRED)
        browsers.outcomes["c"] = PushOutcome(PushResult.RETRY)
        router = RoutingPushSender({"fid": phones, "fcm_token": phones, "web_push": browsers}, others)
        kinds = ["fid", "fcm_token", "web_push", "carrier_pigeon", "fid"]

        outcomes = router.send([push_by(kind, target) for kind, target in zip(kinds, "abcde", strict=True)])

        assert [each.result.value for each in outcomes] == [
            "accepted",
            "retired",
            "retry",
            "accepted",
            "accepted",
        ]
        assert ["".join(push.target for push in each.sent) for each in (phones, browsers, others)] == [
            "abe",
            "c",
            "d",
        ]

    def test_of_one_that_fails_nobody_knows_and_the_others_have_their_outcomes(self) -> None:
        router = RoutingPushSender({"fid": FailingPushSender()}, RememberingPushSender())

        outcomes = router.send([push_by("web_push", "a"), push_by("fid", "b")])

        assert outcomes == [
            PushOutcome(PushResult.ACCEPTED),
            PushOutcome(PushResult.UNKNOWN, "RuntimeError"),
        ]

    def test_closes_all(self) -> None:
        phones, others = RememberingPushSender(), RememberingPushSender()

        RoutingPushSender({"fid": phones, "fcm_token": phones}, others).close()

        assert (phones.is_closed, others.is_closed) == (True, True)


class TestMissingPushSender:
    def test_fails_each(self) -> None:
        outcomes = MissingPushSender().send([push(), push()])

        assert outcomes == [PushOutcome(PushResult.FAILED, "push_service_not_set_up")] * 2


class TestReadRetryAfter:
    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            (None, None),
            ("", None),
            ("soon", None),
            ("-5", None),
            ("0", 0),
            (" 120 ", 120),
            ("86401", RETRY_AFTER_MAX_SECONDS),
            ("9" * 5_000, RETRY_AFTER_MAX_SECONDS),
            ("Mon, 15 Jun 2026 03:01:30 GMT", 90),
            ("Mon, 15 Jun 2026 02:00:00 GMT", 0),
            ("Mon, 15 Jun 2099 02:00:00 GMT", RETRY_AFTER_MAX_SECONDS),
            ("Mon, 15 Jun 2026 03:01:30 -0000", None),
        ],
    )
    def test_takes_seconds_and_dates_and_no_more_than_a_day(
        self, value: str | None, seconds: int | None
    ) -> None:
        assert read_retry_after(value) == seconds

"""What FCM is posted: held against Google's own description, and the same on every platform."""

import json
from typing import Any

import pytest

from backend.base.clock import utc_now
from backend.base.fcm import encode_pushes
from backend.base.firebase import PAYLOAD_MAX_BYTES
from backend.base.push import PushOutcome, PushResult
from tests.factories.pushes import push
from tests.support.discovery import find_faults


class TestEncodePushes:
    @pytest.mark.parametrize("target_kind", ["fid", "fcm_token"])
    @pytest.mark.parametrize("fields", [{}, {"is_urgent": True, "analytics_label": "summer-2026"}])
    def test_makes_what_googles_own_description_says(self, target_kind: str, fields: dict[str, Any]) -> None:
        [body] = encode_pushes([push("target-1", target_kind, **fields)])

        assert isinstance(body, bytes)
        assert find_faults(json.loads(body), "SendMessageRequest") == []

    @pytest.mark.parametrize("target", ['a"b\\c', "</script>", "改行\n", "x" * 512])
    def test_puts_any_target_in_as_it_is(self, target: str) -> None:
        [body] = encode_pushes([push(target)])

        assert isinstance(body, bytes)
        assert json.loads(body)["message"]["fid"] == target

    @pytest.mark.parametrize("target", ["", "\udcff"])
    def test_refuses_a_target_that_is_none(self, target: str) -> None:
        outcomes = list(encode_pushes([push(target), push()]))

        assert outcomes[0] == PushOutcome(PushResult.FAILED, "target_invalid")
        assert isinstance(outcomes[1], bytes)

    def test_refuses_a_kind_that_fcm_does_not_know(self) -> None:
        outcomes = list(encode_pushes([push(target_kind="web_push")]))

        assert outcomes == [PushOutcome(PushResult.FAILED, "target_invalid")]

    @pytest.mark.parametrize(
        "fields",
        [
            {"data": {"points": 74}},
            {"title": "\udcff"},
            {"ttl_seconds": -1},
            {"ttl_seconds": 28 * 86_400 + 1},
            {"analytics_label": "x" * 51},
            {"analytics_label": "夏"},
        ],
    )
    def test_refuses_what_the_schema_forbids(self, fields: dict[str, Any]) -> None:
        outcomes = list(encode_pushes([push(**fields)]))

        assert outcomes == [PushOutcome(PushResult.FAILED, "message_invalid")]

    def test_refuses_what_is_larger_than_a_phone_may_be_sent(self) -> None:
        too_long = push(body="あ" * (PAYLOAD_MAX_BYTES // 3))

        outcomes = list(encode_pushes([too_long]))

        assert outcomes == [PushOutcome(PushResult.FAILED, "payload_too_large")]

    def test_names_the_label_for_the_analytics(self) -> None:
        [body] = encode_pushes([push(analytics_label="x" * 50)])

        assert isinstance(body, bytes)
        assert json.loads(body)["message"]["fcm_options"] == {"analytics_label": "x" * 50}

    def test_wakes_every_platform_for_what_is_urgent(self) -> None:
        [body] = encode_pushes([push(is_urgent=True)])

        assert isinstance(body, bytes)
        message = json.loads(body)["message"]
        assert message["android"]["priority"] == "high"
        assert message["apns"]["headers"]["apns-priority"] == "10"
        assert message["webpush"]["headers"]["Urgency"] == "high"

    def test_makes_a_push_that_comes_twice_show_once_on_every_platform(self) -> None:
        [body] = encode_pushes([push()])

        assert isinstance(body, bytes)
        message = json.loads(body)["message"]
        assert message["android"] == {"ttl": "86400s", "notification": {"tag": "n-1"}}
        assert message["apns"]["headers"]["apns-collapse-id"] == "n-1"
        assert message["webpush"] == {"headers": {"TTL": "86400"}, "notification": {"tag": "n-1"}}

    def test_ends_at_the_same_moment_on_every_platform(self) -> None:
        [body] = encode_pushes([push(ttl_seconds=60)])

        assert isinstance(body, bytes)
        expires = json.loads(body)["message"]["apns"]["headers"]["apns-expiration"]
        assert expires == str(int(utc_now().timestamp()) + 60)

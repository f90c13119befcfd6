"""The check against Google's description finds what is wrong."""

from typing import Any

import pytest

from tests.support.discovery import find_faults

GOOD: dict[str, Any] = {"message": {"token": "t", "android": {"ttl": "60s", "priority": "HIGH"}}}


class TestFindFaults:
    def test_finds_none_in_what_is_right(self) -> None:
        assert find_faults(GOOD, "SendMessageRequest") == []

    @pytest.mark.parametrize(
        "message",
        [
            {"token": 7},
            {"tokens": "t"},
            {"data": {"points": 74}},
            {"data": []},
            {"android": {"priority": "urgent"}},
            {"android": {"ttl": 60}},
            {"android": {"ttl": "60"}},
            {"android": {"directBootOk": "true"}},
            {"android": {"notification": {"notificationCount": True}}},
            {"android": {"notification": {"bodyLocArgs": ["a", 1]}}},
            {"notification": {"title": "a", "tag": "b"}},
        ],
    )
    def test_finds_what_is_wrong(self, message: dict[str, Any]) -> None:
        assert len(find_faults({"message": message}, "SendMessageRequest")) == 1

"""Signatures, bodies, the ladder of tries."""

import re
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from backend.notices.webhooks.rules import (
    RETRY_SECONDS,
    make_body,
    make_headers,
    new_secret,
    retry_at,
    sign,
)

GUIDE = (Path(__file__).parents[3] / "docs/api-guide.md").read_text(encoding="utf-8")
# The vector that the guide publishes.
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
EVENT_ID = uuid.UUID("019ecadb-28c0-7000-8000-000000000001")
AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
BODY = '{"id":"019ecadb-28c0-7000-8000-000000000001","type":"test","data":{}}'
SIGNATURE = "v1,7o5LOI/MDFeP8PJKNKUI+/Lcb/biM6sHhPULMOJEnx4="


def receiver() -> SimpleNamespace:
    """The guide's example of a receiver, run as it stands there."""
    [example] = re.findall(r"^```python\n(.*?def read_event.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 (it is what readers copy)
    return SimpleNamespace(**names)


class TestSign:
    def test_gives_the_published_signature(self) -> None:
        assert sign(SECRET, event_id=EVENT_ID, at=AT, body=BODY) == SIGNATURE

    def test_differs_by_secret_id_moment_and_body(self) -> None:
        usual: dict[str, Any] = {"event_id": EVENT_ID, "at": AT, "body": BODY}
        changes: list[dict[str, Any]] = [
            {"event_id": uuid.UUID(int=1)},
            {"at": AT.replace(second=1)},
            {"body": BODY + " "},
        ]

        signatures = {
            sign(SECRET, **usual),
            sign(new_secret(), **usual),
            *(sign(SECRET, **usual | change) for change in changes),
        }

        assert len(signatures) == 5


class TestGuide:
    def test_publishes_the_vector(self) -> None:
        for part in (SECRET, str(EVENT_ID), str(int(AT.timestamp())), BODY, SIGNATURE):
            assert part in GUIDE

    def test_shows_a_receiver_that_takes_what_we_sign(self) -> None:
        headers = make_headers([SECRET], event_id=EVENT_ID, at=AT, body=BODY)

        event = receiver().read_event(SECRET, headers, BODY.encode(), now=AT.timestamp())

        assert event["type"] == "test"

    def test_shows_a_receiver_that_takes_either_secret_while_both_sign(self) -> None:
        headers = make_headers([new_secret(), SECRET], event_id=EVENT_ID, at=AT, body=BODY)

        assert receiver().read_event(SECRET, headers, BODY.encode(), now=AT.timestamp())

    @pytest.mark.parametrize(
        ("change", "seconds"),
        [
            ({"webhook-signature": "v1,AAAA"}, 0),
            ({"webhook-signature": SIGNATURE.replace("v1,", "v2,")}, 0),
            ({"webhook-id": "another"}, 0),
            ({"webhook-timestamp": "1781492401"}, 0),
            ({}, 301),
            ({}, -301),
        ],
    )
    def test_shows_a_receiver_that_refuses_forged_and_old_ones(
        self, change: dict[str, str], seconds: int
    ) -> None:
        headers = {**make_headers([SECRET], event_id=EVENT_ID, at=AT, body=BODY), **change}

        with pytest.raises(ValueError, match=r"signature|moment"):
            receiver().read_event(SECRET, headers, BODY.encode(), now=AT.timestamp() + seconds)


class TestNewSecret:
    def test_is_of_32_random_bytes(self) -> None:
        assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", new_secret())
        assert new_secret() != new_secret()


class TestMakeBody:
    def test_spells_moments_and_ids_for_everybody(self) -> None:
        body = make_body(
            event_id=EVENT_ID, event_type="test", shop_id=uuid.UUID(int=2), data={"done_at": AT}, at=AT
        )

        assert body == (
            '{"id":"019ecadb-28c0-7000-8000-000000000001","type":"test","timestamp":"2026-06-15T03:00:00Z",'
            '"shop_id":"00000000-0000-0000-0000-000000000002","data":{"done_at":"2026-06-15T03:00:00Z"}}'
        )


class TestRetryAt:
    def test_climbs_for_almost_a_day_and_gives_up(self) -> None:
        waits = [
            retry_at(AT, event_type="purchase.recorded", attempts=attempts, spread=0)
            for attempts in range(1, len(RETRY_SECONDS) + 2)
        ]

        seconds = [(moment - AT).total_seconds() for moment in waits[:-1] if moment]
        assert seconds == list(RETRY_SECONDS)
        assert 23 * 3600 < sum(seconds) < 24 * 3600
        assert waits[-1] is None

    def test_spreads_over_a_tenth_more(self) -> None:
        latest = retry_at(AT, event_type="purchase.recorded", attempts=1, spread=1)

        assert latest is not None
        assert (latest - AT).total_seconds() == pytest.approx(33)

    def test_gives_a_test_one_try(self) -> None:
        assert retry_at(AT, event_type="test", attempts=1, spread=0) is None

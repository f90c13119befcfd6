"""Letters: taken one by one, deleted once sent."""

import string
import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.text import LANGUAGES, catalogue
from backend.notices.letters import (
    TakenLetter,
    discard_letter,
    has_due_letter,
    make_letter,
    postpone_letter,
    take_letter,
)
from backend.notices.rules import RETRY_SECONDS
from backend.people.models import Letter
from backend.people.service.letters import queue_letter

PARAMS = {"code": "123456", "minutes": "15"}
LEASE_SECONDS = 60


def queue(session: Session, at: datetime, channel: str = "email", language: str = "ja") -> None:
    recipient = "citizen@example.jp" if channel == "email" else "+819012345678"
    queue_letter(
        session,
        channel=channel,
        recipient=recipient,
        kind="verify_code",
        language=language,
        params=PARAMS,
        at=at,
    )
    session.flush()


def take(session: Session, at: datetime) -> TakenLetter:
    letter = take_letter(session, at=at, lease_seconds=LEASE_SECONDS)
    assert letter is not None
    return letter


def count_letters(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Letter)) or 0


class TestTakeLetter:
    def test_gives_it_once_while_the_lease_lasts(self, session: Session, at: datetime) -> None:
        queue(session, at)

        letter = take(session, at)

        assert (letter.channel, letter.recipient, letter.attempts) == ("email", "citizen@example.jp", 1)
        assert letter.params == PARAMS
        assert not has_due_letter(session, at=at)
        assert take_letter(session, at=at, lease_seconds=LEASE_SECONDS) is None

    def test_gives_it_again_after_a_crash(self, session: Session, at: datetime) -> None:
        queue(session, at)
        take(session, at)

        assert take(session, at + timedelta(seconds=LEASE_SECONDS)).attempts == 2

    def test_gives_the_longest_waiting_first(self, session: Session, at: datetime) -> None:
        queue(session, at, channel="phone")
        queue(session, at - timedelta(minutes=1), channel="email")

        assert take(session, at).channel == "email"


class TestDiscardLetter:
    def test_leaves_no_trace_of_the_code(self, session: Session, at: datetime) -> None:
        queue(session, at)

        discard_letter(session, letter=take(session, at))

        assert count_letters(session) == 0


class TestPostponeLetter:
    def test_climbs_the_ladder_and_gives_up(self, session: Session, at: datetime) -> None:
        queue(session, at)
        kept = []
        for attempt in range(len(RETRY_SECONDS) + 1):
            moment = at + timedelta(hours=2 * attempt)
            kept.append(postpone_letter(session, letter=take(session, moment), at=moment))

        assert kept == [True] * len(RETRY_SECONDS) + [False]
        assert count_letters(session) == 0


def taken(channel: str, language: str) -> TakenLetter:
    return TakenLetter(
        id=uuid.UUID(int=1),
        attempts=1,
        channel=channel,
        recipient="somebody",
        kind="verify_code",
        language=language,
        params=PARAMS,
    )


class TestMakeLetter:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_an_e_mail_has_a_subject_and_the_code(self, language: str) -> None:
        message = make_letter(taken("email", language))

        assert message.subject
        assert "123456" in message.body
        assert "15" in message.body

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_phone_gets_one_short_line(self, language: str) -> None:
        message = make_letter(taken("phone", language))

        assert message.subject == ""
        assert "\n" not in message.body
        assert "123456" in message.body

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_translation_names_the_same_parameters(self, language: str) -> None:
        def names(template: str) -> set[str | None]:
            return {name for _, name, _, _ in string.Formatter().parse(template) if name}

        letters = {key for key in catalogue("ja") if key.startswith(("mail.", "sms.", "notice."))}
        differing = {key for key in letters if names(catalogue(language)[key]) != names(catalogue("ja")[key])}
        assert differing == set()


class TestTextsOfLetters:
    """Each kind with the parameters that its sender gives."""

    @pytest.mark.parametrize(
        ("kind", "params"),
        [
            ("verify_code", PARAMS),
            ("reset_password_code", PARAMS),
            ("staff_invitation", {"token": "mgi_x", "days": "7"}),
            ("shop_approved", {"shop": "麦と汽笛", "link": "https://meguri.example"}),
            ("shop_rejected", {"shop": "麦と汽笛", "reason": "所在地が市外のため"}),
        ],
    )
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_tell_everything_they_were_given(self, kind: str, params: dict[str, str], language: str) -> None:
        message = make_letter(replace(taken("email", language), kind=kind, params=params))

        assert message.subject
        assert all(value in message.body for value in params.values())

"""Pushes by FCM, many a second: the SDK checks what is sent, our own loop posts it.

The SDK's ways of sending to many hold one request for each message in a thread of its own, or hang behind a few that
are answered 503; docs/decisions/0032-push-senders.md has the measurements.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError

from backend.base.firebase import FcmAccess, PayloadTooLarge, encode_content, end_message
from backend.base.kept_connections import PostAnswer
from backend.base.mass_posting import MassPoster, PostRequest
from backend.base.push import Push, PushContent, PushOutcome, PushResult, read_retry_after
from backend.config import Settings

TARGET_KINDS = ("fcm_token", "fid")
# What FCM asks for where a 429 does not say how long to wait.
QUOTA_PAUSE_SECONDS = 60

ACCEPTED = PushOutcome(PushResult.ACCEPTED)
TOKEN_REFUSED = PushOutcome(PushResult.RETRY, "unauthenticated")
TARGET_INVALID = PushOutcome(PushResult.FAILED, "target_invalid")

# The target is another project's: when the project is the wrong one, all are.
ANOTHER_PROJECTS = "sender_id_mismatch"
# Ours or Firebase's to mend, not the message's fault: our project, our rights, Apple's certificate.
OURS_TO_MEND = (401, 403, 404, 429)
ERROR_CODE = re.compile(r"[A-Z][A-Z_]{1,39}")


class FcmSender:
    """A PushSender. Threads that send at once share the connections and the rate."""

    def __init__(self, project_id: str, credential: Path | Credentials, poster: MassPoster) -> None:
        """Raises OSError or ValueError when the credentials file is not one. The poster is closed with it."""
        self._access = FcmAccess(project_id, credential)
        self._url = self._access.send_url
        self._poster = poster

    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        bodies: dict[int, bytes] = {}
        outcomes: dict[int, PushOutcome] = {}
        for number, encoded in enumerate(encode_pushes(pushes)):
            if isinstance(encoded, bytes):
                bodies[number] = encoded
            else:
                outcomes[number] = encoded
        if bodies:
            outcomes |= self._post(bodies)
        return [outcomes[number] for number in range(len(pushes))]

    def close(self) -> None:
        self._poster.close()

    def _post(self, bodies: Mapping[int, bytes]) -> dict[int, PushOutcome]:
        """A token that is refused is replaced, and what was posted with it is posted once more."""
        outcomes: dict[int, PushOutcome] = {}
        try:
            token = self._access.get_token()
            outcomes = self._post_with(token, bodies)
            refused = {number: bodies[number] for number, each in outcomes.items() if each is TOKEN_REFUSED}
            if refused:
                outcomes |= self._post_with(self._access.replace_token(token), refused)
        except GoogleAuthError as error:
            failed = PushOutcome(PushResult.RETRY, type(error).__name__)
            return dict.fromkeys(bodies, failed) | outcomes
        return outcomes

    def _post_with(self, token: str, bodies: Mapping[int, bytes]) -> dict[int, PushOutcome]:
        headers = {**self._access.headers, "Authorization": f"Bearer {token}"}
        answers = self._poster.post_all([PostRequest(self._url, headers, body) for body in bodies.values()])
        return dict(zip(bodies, map(read_answer, answers), strict=True))


def make_fcm_sender(settings: Settings, credentials_file: Path) -> FcmSender:
    """Raises OSError or ValueError when the credentials file is not one."""
    poster = MassPoster(per_second=settings.push_per_second, connections=settings.push_connections)
    return FcmSender(settings.firebase_project_id, credentials_file, poster)


def encode_pushes(pushes: Sequence[Push]) -> Iterator[bytes | PushOutcome]:
    """The body of each request, or why there is none. Each content is built, checked and encoded once."""
    contents: dict[PushContent, bytes | PushOutcome] = {}
    for push in pushes:
        encoded = contents.get(push.content)
        if encoded is None:
            encoded = contents[push.content] = _encode(push.content)
        yield encoded if isinstance(encoded, PushOutcome) else _end(encoded, push)


def _encode(content: PushContent) -> bytes | PushOutcome:
    try:
        return encode_content(content)
    except PayloadTooLarge:
        return PushOutcome(PushResult.FAILED, "payload_too_large")
    except (ValueError, TypeError):  # TypeError: of orjson, for what is no text
        return PushOutcome(PushResult.FAILED, "message_invalid")


def _end(encoded: bytes, push: Push) -> bytes | PushOutcome:
    if not push.target or push.target_kind not in TARGET_KINDS:
        return TARGET_INVALID
    try:
        return end_message(encoded, push.target_kind, push.target)
    except TypeError:
        return TARGET_INVALID


def read_answer(answer: PostAnswer) -> PushOutcome:
    """What an answer of FCM means for one push. Pure, but for the clock of a Retry-After that is a date."""
    if answer.status is None:
        return PushOutcome(PushResult.UNKNOWN if answer.was_sent else PushResult.RETRY, answer.failure)
    if answer.status == 200:
        return ACCEPTED if "name" in _document(answer.body) else UNREADABLE
    status, code = _error_of(answer)
    if code == "unregistered":
        return PushOutcome(PushResult.RETIRED, code)
    if code == ANOTHER_PROJECTS:
        return PushOutcome(PushResult.FAILED, code)
    if answer.status == 401 and not code:
        return TOKEN_REFUSED
    reason = code or status or f"http_{answer.status}"
    if answer.status in OURS_TO_MEND or answer.status >= 500:
        after = read_retry_after(answer.retry_after)
        if after is None and answer.status == 429:
            after = QUOTA_PAUSE_SECONDS
        return PushOutcome(PushResult.RETRY, reason, after)
    return PushOutcome(PushResult.FAILED, reason)


UNREADABLE = PushOutcome(PushResult.UNKNOWN, "answer_unreadable")


def _error_of(answer: PostAnswer) -> tuple[str, str]:
    """The platform's word for what is wrong, and FCM's own, which only some errors carry; in small letters."""
    error = _document(answer.body).get("error")
    if not isinstance(error, dict):
        return "", ""
    details = error.get("details")
    found = (
        [each.get("errorCode") for each in details if isinstance(each, dict)]
        if isinstance(details, list)
        else []
    )
    return _word(error.get("status")), next(filter(None, map(_word, found)), "")


def _word(value: Any) -> str:
    return value.lower() if isinstance(value, str) and ERROR_CODE.fullmatch(value) else ""


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}

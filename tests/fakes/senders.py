"""Senders that remember what they were given."""

from collections.abc import Callable, Sequence

from backend.base.mail import MailMessage
from backend.base.push import PushMessage, PushOutcome, PushResult


class RememberingPushSender:
    """`outcomes`: by target, accepted when not named; `meanwhile` runs while the network would be asked."""

    def __init__(self, meanwhile: Callable[[], None] | None = None) -> None:
        self.sent: list[PushMessage] = []
        self.outcomes: dict[str, PushOutcome] = {}
        self.meanwhile = meanwhile

    def send(self, messages: Sequence[PushMessage]) -> list[PushOutcome]:
        self.sent.extend(messages)
        if self.meanwhile is not None:
            self.meanwhile()
        accepted = PushOutcome(PushResult.ACCEPTED)
        return [self.outcomes.get(message.target, accepted) for message in messages]


class RememberingMailSender:
    """Raises `error`, where there is one, instead of taking a letter."""

    def __init__(self) -> None:
        self.sent: list[MailMessage] = []
        self.error: Exception | None = None

    def send(self, message: MailMessage) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(message)

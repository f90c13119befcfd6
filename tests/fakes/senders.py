"""Senders that remember what they were given."""

from collections.abc import Callable, Sequence

from backend.base.mail import MailMessage
from backend.base.push import Push, PushOutcome, PushResult


class RememberingPushSender:
    """`outcomes`: by target, accepted when not named; `meanwhile` runs while the network would be asked."""

    def __init__(self, meanwhile: Callable[[], None] | None = None) -> None:
        self.sent: list[Push] = []
        self.outcomes: dict[str, PushOutcome] = {}
        self.meanwhile = meanwhile
        self.is_closed = False

    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        self.sent.extend(pushes)
        if self.meanwhile is not None:
            self.meanwhile()
        accepted = PushOutcome(PushResult.ACCEPTED)
        return [self.outcomes.get(push.target, accepted) for push in pushes]

    def close(self) -> None:
        self.is_closed = True


class RememberingMailSender:
    """Raises `error`, where there is one, instead of taking a letter."""

    def __init__(self) -> None:
        self.sent: list[MailMessage] = []
        self.error: Exception | None = None

    def send(self, message: MailMessage) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(message)

"""What is pushed of a circular, in each language: made once, so that senders encode it once."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.push import PushContent
from backend.base.text import pick_language
from backend.messages.models import MessagePurpose
from backend.notices.copies import CIRCULAR_KIND
from backend.notices.kinds import link_of_circular
from backend.notices.models import Circular


class Contents:
    """Of one message. `in_language` gives the same object each time; two threads at once may make one too many."""

    def __init__(self, circular: Circular) -> None:
        self._circular = circular
        self._made: dict[str, PushContent] = {}

    def in_language(self, language: str) -> PushContent:
        """In Japanese where the language is missing."""
        found = self._made.get(language)
        if found is None:
            found = self._made.setdefault(language, self._make(language))
        return found

    def _make(self, language: str) -> PushContent:
        circular = self._circular
        # The app opens the inbox copy by its `circular_id`, or the link, without asking us first.
        data = {"kind": CIRCULAR_KIND, "circular_id": str(circular.id), "category": circular.category}
        link = link_of_circular(circular)
        if link is not None:
            data["link"] = link
        return PushContent(
            title=pick_language(circular.titles, language),
            body=pick_language(circular.bodies, language),
            data=data,
            collapse_key=circular.collapse_key,
            ttl_seconds=circular.ttl_seconds,
            is_urgent=circular.purpose == MessagePurpose.DISASTER,
            analytics_label=f"message-{circular.id}",
        )


def load_contents(session: Session, *, message_id: uuid.UUID) -> Contents:
    """Of a message that has started."""
    return Contents(session.scalars(select(Circular).where(Circular.id == message_id)).one())

"""Who could not be told by a push, or perhaps was: looked through, and sent once more where that does no harm."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, null, select, update
from sqlalchemy.orm import Session

from backend.base.errors import Conflict
from backend.base.pages import Page, PageRequest, make_page, small_whole
from backend.messages.models import (
    Message,
    MessageAct,
    MessageRecipient,
    MessageShard,
    MessageStatus,
    RecipientStatus,
    ShardStatus,
)
from backend.messages.queries import get_message
from backend.messages.sending.rules import may_send_again
from backend.messages.service.recording import record_event

AS_SAID = {"synchronize_session": False}
DEAD = (RecipientStatus.FAILED.value, RecipientStatus.UNKNOWN.value)


class MessageNotReplayable(Conflict):
    """It is not being sent and not done."""


class ReplayTooLate(Conflict):
    """Whoever was not told until now is not told any more."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Nobody's name and no target: a place in the message. `may_replay`: see `replay_dead_letters`."""

    position: int
    status: str
    failure: str | None
    attempts: int
    settled_at: datetime | None
    may_replay: bool


def list_dead_letters(
    session: Session, *, message_id: uuid.UUID, page: PageRequest, at: datetime
) -> Page[DeadLetter]:
    """Failed and unknown, by position. Raises MessageNotFound, CursorInvalid."""
    message = get_message(session, message_id=message_id)
    query = (
        select(
            MessageRecipient.position,
            MessageRecipient.status,
            MessageRecipient.failure,
            MessageRecipient.attempts,
            MessageRecipient.settled_at,
        )
        .where(MessageRecipient.message_id == message_id, MessageRecipient.status.in_(DEAD))
        .order_by(MessageRecipient.position)
        .limit(page.limit + 1)
    )
    if after := page.after(small_whole):
        query = query.where(MessageRecipient.position > after[0])
    replayable = _replayable(message) if at < message.send_until else ()
    rows = [DeadLetter(*row, may_replay=row.status in replayable) for row in session.execute(query)]
    return make_page(rows, page, lambda letter: letter.position)


def replay_dead_letters(session: Session, *, message_id: uuid.UUID, by: uuid.UUID, at: datetime) -> int:
    """Try once more whom no push reached for certain; those of unknown fate only where a phone shows one of two.

    Returns how many wait again; who waits already is not counted twice. One more try each, at once; consent and quiet
    hours hold as ever, and each keeps the place under the cap that the first try took. Raises MessageNotFound,
    MessageNotReplayable, ReplayTooLate.
    """
    message = get_message(session, message_id=message_id, lock=True)
    if message.status not in (MessageStatus.SENDING, MessageStatus.DONE):
        raise MessageNotReplayable
    if at >= message.send_until:
        raise ReplayTooLate
    again = session.execute(
        update(MessageRecipient)
        .where(
            MessageRecipient.message_id == message_id,
            MessageRecipient.status.in_(_replayable(message)),
        )
        .values(status=RecipientStatus.WAITING.value, not_before=at, settled_at=None)
        .returning(MessageRecipient.position)
        .execution_options(**AS_SAID)
    ).all()
    if not again:
        return 0
    _open_shards(session, message_id, at)
    before = message.status
    message.status, message.done_at = MessageStatus.SENDING.value, None
    session.flush()
    session.execute(
        update(Message).where(Message.id == message_id).values(health=null()).execution_options(**AS_SAID)
    )
    record_event(
        session,
        message=message,
        act=MessageAct.REPLAYED,
        before=before,
        by=by,
        at=at,
        reason=f"{len(again)}",
    )
    return len(again)


def _replayable(message: Message) -> tuple[str, ...]:
    return DEAD if may_send_again(message.purpose, message.collapse_key) else (RecipientStatus.FAILED.value,)


def _open_shards(session: Session, message_id: uuid.UUID, at: datetime) -> None:
    """Those with somebody who waits. One that is leased finds them by itself, or is due again when it is given back:
    locked first, so that one which is just being given back is seen as it then is.
    """
    waits = exists().where(
        MessageRecipient.message_id == MessageShard.message_id,
        MessageRecipient.position.between(MessageShard.first_position, MessageShard.last_position),
        MessageRecipient.status == RecipientStatus.WAITING.value,
        MessageRecipient.not_before == at,
    )
    numbers = select(MessageShard.number).where(MessageShard.message_id == message_id, waits)
    session.execute(numbers.order_by(MessageShard.number).with_for_update())
    session.execute(
        update(MessageShard)
        .where(MessageShard.message_id == message_id, MessageShard.status != ShardStatus.LEASED.value, waits)
        .values(status=ShardStatus.WAITING.value, not_before=at)
        .execution_options(**AS_SAID)
    )

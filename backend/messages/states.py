"""The states of a message, when it may be sent, and until when. Pure.

draft → review → approved → scheduled → sending → done. What is being sent can be stopped and resumed, or ended: then
nobody else is told. Before anybody was told it can be cancelled. A disaster message begins as scheduled.
"""

from datetime import datetime, timedelta

from backend.base.errors import Conflict, MeguriError, Refused
from backend.messages.models import MessageAct, MessagePurpose, MessageStatus

# A time just gone by still means now: clocks differ, and people need a moment to press.
PAST_TOLERATED = timedelta(minutes=5)
SCHEDULE_MAX = timedelta(days=60)
# Whom quiet hours hold back is told in the morning.
SEND_WITHIN = timedelta(hours=24)
SEND_WITHIN_MAX = timedelta(days=7)
SEND_WITHIN_MIN = timedelta(minutes=15)
DISASTER_SEND_WITHIN = timedelta(hours=6)
SHOWN_FOR = timedelta(days=30)
SHOWN_FOR_MAX = timedelta(days=90)
DISASTER_SHOWN_FOR = timedelta(days=7)
TTL_SECONDS = 86_400
TTL_MIN_SECONDS = 60
SPREAD_MAX_MINUTES = 720


class MessageNotDraft(Conflict):
    """It is not edited or submitted any more."""


class MessageNotInReview(Conflict):
    pass


class MessageNotApproved(Conflict):
    """It is still drafted or reviewed, or it was sent or cancelled."""


class MessageNotSending(Conflict):
    pass


class MessageNotStopped(Conflict):
    pass


class MessageNotCancellable(Conflict):
    """It is being sent (stop it first), or over."""


class MessageNotTestable(Conflict):
    """It was begun or cancelled."""


class MessageReviewNotOpen(Conflict):
    """Not a disaster message, or reviewed already."""


class MessageTimesInvalid(Refused):
    """In the past, too far ahead, or in the wrong order; `field` says which."""


_S, _A = MessageStatus, MessageAct
# From which status each act leads to which; and what is said where it does not.
TRANSITIONS: dict[MessageAct, tuple[dict[MessageStatus, MessageStatus], type[MeguriError]]] = {
    _A.EDITED: ({_S.DRAFT: _S.DRAFT}, MessageNotDraft),
    _A.SUBMITTED: ({_S.DRAFT: _S.REVIEW}, MessageNotDraft),
    _A.RETURNED: ({_S.REVIEW: _S.DRAFT}, MessageNotInReview),
    _A.APPROVED: ({_S.REVIEW: _S.APPROVED}, MessageNotInReview),
    # Once more: at another time.
    _A.SCHEDULED: ({_S.APPROVED: _S.SCHEDULED, _S.SCHEDULED: _S.SCHEDULED}, MessageNotApproved),
    _A.STOPPED: ({_S.SENDING: _S.STOPPED}, MessageNotSending),
    _A.RESUMED: ({_S.STOPPED: _S.SENDING}, MessageNotStopped),
    # The worker drops whoever is left, and is done.
    _A.ENDED: ({_S.STOPPED: _S.SENDING}, MessageNotStopped),
    _A.CANCELLED: (
        dict.fromkeys((_S.DRAFT, _S.REVIEW, _S.APPROVED, _S.SCHEDULED), _S.CANCELLED),
        MessageNotCancellable,
    ),
}


def status_after(status: str, act: MessageAct) -> MessageStatus:
    """Raises what stands in TRANSITIONS."""
    ways, otherwise = TRANSITIONS[act]
    if status not in ways:
        raise otherwise
    return ways[MessageStatus(status)]


def send_window(
    *,
    purpose: str,
    send_at: datetime,
    send_until: datetime | None,
    expires_at: datetime | None,
    spread_minutes: int,
) -> tuple[datetime, datetime]:
    """Until when it is sent and shown in inboxes, where nothing else is said. Raises MessageTimesInvalid."""
    is_disaster = purpose == MessagePurpose.DISASTER
    shown = expires_at or send_at + (DISASTER_SHOWN_FOR if is_disaster else SHOWN_FOR)
    least = max(SEND_WITHIN_MIN, timedelta(minutes=spread_minutes))
    if shown - send_at < least:
        raise MessageTimesInvalid(field="expires_at")
    # What is over tonight is told until tonight.
    until = send_until or min(send_at + (DISASTER_SEND_WITHIN if is_disaster else SEND_WITHIN), shown)
    if not least <= until - send_at <= SEND_WITHIN_MAX:
        raise MessageTimesInvalid(field="send_until")
    if shown < until or shown - send_at > SHOWN_FOR_MAX:
        raise MessageTimesInvalid(field="expires_at")
    return until, shown


def send_moment(send_at: datetime, *, at: datetime) -> datetime:
    """A wished moment as it will hold. Raises MessageTimesInvalid."""
    if not at - PAST_TOLERATED <= send_at <= at + SCHEDULE_MAX:
        raise MessageTimesInvalid(field="send_at", days=SCHEDULE_MAX.days)
    return max(send_at, at)

"""The outboxes: take in one transaction, send in none, settle each in one of its own.

Whatever dies in between leaves rows that say they were being sent. A push is then never sent again, for it
may have arrived; a letter is, for a code that comes twice does no harm.
"""

from collections.abc import Sequence

import structlog

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.base.mail import MailRefused, MailUnavailable
from backend.base.push import Push, PushOutcome, PushResult, PushSender
from backend.jobs.senders import Senders
from backend.jobs.work import write_down
from backend.notices import letters
from backend.notices.letters import TakenLetter
from backend.notices.models import DeliveryStatus
from backend.notices.queries import has_due_delivery
from backend.notices.rules import TakenDelivery, make_push
from backend.notices.service import close_lapsed_leases, settle_delivery, take_deliveries
from backend.notices.terms import NoticeTerms

# A batch must end well within its lease, even when each of its requests runs into a timeout.
PUSH_BATCH = 40
PUSH_LEASE_SECONDS = 180
LETTER_LEASE_SECONDS = 180

log = structlog.get_logger()


def send_pushes(database: Database, sender: PushSender, terms: NoticeTerms) -> bool:
    """One batch. Whether more may wait."""
    at = utc_now()
    if not database.run(
        lambda session: has_due_delivery(session, status=DeliveryStatus.WAITING, at=at), writes=False
    ):
        return False
    taken = database.run(
        lambda session: take_deliveries(
            session, at=at, limit=PUSH_BATCH, lease_seconds=PUSH_LEASE_SECONDS, terms=terms
        )
    )
    for delivery, outcome in _hand_over(sender, taken):
        _settle(database, delivery, outcome)
    return True


def _hand_over(sender: PushSender, taken: Sequence[TakenDelivery]) -> list[tuple[TakenDelivery, PushOutcome]]:
    pushes: list[Push] = []
    sendable: list[TakenDelivery] = []
    results: list[tuple[TakenDelivery, PushOutcome]] = []
    for delivery in taken:
        try:
            pushes.append(make_push(delivery))
            sendable.append(delivery)
        except (KeyError, ValueError) as error:  # a notice without its text must not hold up the others
            log.error("notice_unreadable", notice_id=str(delivery.notice_id), error=repr(error))
            results.append((delivery, PushOutcome(PushResult.FAILED, "notice_unreadable")))
    return results + list(zip(sendable, sender.send(pushes), strict=True))


def _settle(database: Database, delivery: TakenDelivery, outcome: PushOutcome) -> None:
    def write() -> None:
        at = utc_now()
        database.run(lambda session: settle_delivery(session, delivery=delivery, outcome=outcome, at=at))

    write_down(write, notice_id=str(delivery.notice_id))
    if outcome.result is not PushResult.ACCEPTED:
        log.warning(
            "push_not_accepted",
            notice_id=str(delivery.notice_id),
            device_id=str(delivery.device_id),
            result=outcome.result.value,
            reason=outcome.reason,
            attempts=delivery.attempts,
        )


def close_leases(database: Database) -> bool:
    """Deliveries whose sender died become unknown."""
    at = utc_now()
    if database.run(
        lambda session: has_due_delivery(session, status=DeliveryStatus.SENDING, at=at), writes=False
    ):
        closed = database.run(lambda session: close_lapsed_leases(session, at=at))
        log.warning("push_leases_lapsed", deliveries=closed)
    return False


def send_letters(database: Database, senders: Senders) -> bool:
    """One letter. Whether more may wait."""
    at = utc_now()
    if not database.run(lambda session: letters.has_due_letter(session, at=at), writes=False):
        return False
    letter = database.run(
        lambda session: letters.take_letter(session, at=at, lease_seconds=LETTER_LEASE_SECONDS)
    )
    if letter is not None:
        _send_letter(database, senders, letter)
    return letter is not None


def _send_letter(database: Database, senders: Senders, letter: TakenLetter) -> None:
    sender = senders.phone if letter.channel == "phone" else senders.email
    about = {"letter_id": str(letter.id), "kind": letter.kind, "attempts": letter.attempts}
    try:
        sender.send(letters.make_letter(letter))
    except MailUnavailable as error:
        at = utc_now()
        again = database.run(lambda session: letters.postpone_letter(session, letter=letter, at=at))
        log.warning("letter_postponed" if again else "letter_given_up", reason=str(error), **about)
        return
    except (MailRefused, KeyError, ValueError) as error:
        log.error("letter_refused", reason=repr(error), **about)
    database.run(lambda session: letters.discard_letter(session, letter=letter))

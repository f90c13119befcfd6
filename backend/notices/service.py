"""Announcing, reading, devices; taking deliveries out of the outbox and settling them."""

import random
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, literal_column, or_, select, tuple_, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import NotFound, Refused
from backend.base.push import PushOutcome, PushResult
from backend.base.writes import WriteList
from backend.notices.cards import NoticeCard
from backend.notices.engagement import count_opened, count_tapped
from backend.notices.gates import sort_out
from backend.notices.kinds import KINDS
from backend.notices.models import OPEN_DELIVERIES, Delivery, DeliveryStatus, Device, DeviceUse, Notice
from backend.notices.queries import list_notices_among
from backend.notices.rules import TakenDelivery, render, settle, ttl_seconds_of
from backend.notices.terms import NoticeTerms
from backend.notices.writes import ANNOUNCE_WRITES, announce_rows, consent_stands
from backend.people.models import Citizen, CitizenSession
from backend.people.service.offline_codes import revoke_installation

# More than anybody carries; without a bound one account could make every notice of theirs a thousand pushes.
DEVICES_MAX = 10
INSTALLATION_ID = re.compile(r"[A-Za-z0-9._:-]{8,64}")

ANNOUNCEMENT = WriteList(ANNOUNCE_WRITES)

# No loaded object mirrors what these statements change.
AS_SAID = {"synchronize_session": False}


class NoticeNotFound(NotFound):
    pass


class DeviceNotFound(NotFound):
    pass


class InstallationIdInvalid(Refused):
    """8 to 64 letters, digits and . _ : - that the app made up once, when it was installed."""


def announce(
    session: Session, *, citizen_id: uuid.UUID, kind: str, params: Mapping[str, Any], at: datetime
) -> uuid.UUID:
    """Put a notice into the inbox and one delivery a device into the outbox. Returns the notice's id.

    What writes in one statement adds ANNOUNCE_WRITES to its own list instead. Raises KeyError when the
    kind, or a parameter that its texts name, does not exist.
    """
    render(kind, params, "ja")
    rows = announce_rows(citizen_id=citizen_id, kind=kind, params=params, at=at)
    session.flush()  # the citizen may be as new as the notice
    ANNOUNCEMENT.run(session, rows)
    return uuid.UUID(str(rows["notices"][0]["id"]))


def mark_read(
    session: Session, *, citizen_id: uuid.UUID, notice_id: uuid.UUID, language: str, at: datetime
) -> NoticeCard:
    """The first reading counts; reading again changes nothing. Raises NoticeNotFound."""
    first_read = session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.citizen_id == citizen_id, Notice.read_at.is_(None))
        .values(read_at=at)
        .returning(Notice.circular_id)
        .execution_options(**AS_SAID)
    ).first()
    if first_read and first_read.circular_id:
        count_opened(session, circular_id=first_read.circular_id)
    found = list_notices_among(session, citizen_id=citizen_id, notice_ids=[notice_id], language=language)
    if not found:
        raise NoticeNotFound
    return found[0]


def mark_all_read(
    session: Session, *, citizen_id: uuid.UUID, up_to: uuid.UUID | None = None, at: datetime
) -> int:
    """Every notice, or those no newer than `up_to`, so that none is marked that was never on the screen.

    Returns how many were counted as unread until now. A circular so marked was not opened.
    """
    query = update(Notice).where(Notice.citizen_id == citizen_id, Notice.read_at.is_(None))
    if up_to is not None:
        query = query.where(Notice.id <= up_to)
    marked = query.values(read_at=at).returning(Notice.expires_at).execution_options(**AS_SAID)
    return sum(row.expires_at is None or row.expires_at > at for row in session.execute(marked))


def note_tap(session: Session, *, citizen_id: uuid.UUID, notice_id: uuid.UUID) -> None:
    """Its push, its link or its attachment was followed; counted for circulars only. Raises NoticeNotFound."""
    row = session.execute(
        select(Notice.circular_id).where(Notice.id == notice_id, Notice.citizen_id == citizen_id)
    ).first()
    if row is None:
        raise NoticeNotFound
    if row.circular_id:
        count_tapped(session, circular_id=row.circular_id)


def register_device(
    session: Session,
    *,
    citizen_id: uuid.UUID,
    installation_id: str,
    platform: str,
    target_kind: str,
    target: str,
    at: datetime,
    session_id: uuid.UUID | None = None,
) -> Device:
    """An installation belongs to whoever registered it last; so does a target, even a recycled one.

    What was on its way to a former owner ends with their row: it must not appear on somebody else's phone.
    Raises InstallationIdInvalid.
    """
    if not INSTALLATION_ID.fullmatch(installation_id):
        raise InstallationIdInvalid(field="installation_id")
    same_target = and_(Device.target_kind == target_kind, Device.target == target)
    found = session.scalars(
        select(Device)
        .where(or_(Device.installation_id == installation_id, same_target))
        .with_for_update(key_share=True)
    ).all()
    device = next(
        (one for one in found if (one.installation_id, one.citizen_id) == (installation_id, citizen_id)), None
    )
    for other in found:
        if other is not device:
            session.delete(other)
    session.flush()  # gives their UNIQUE values free
    if device is None:
        device = Device(id=new_id(), citizen_id=citizen_id, installation_id=installation_id, registered_at=at)
        session.add(device)
    # One row an installation: the target it had before, of either kind, is forgotten here.
    device.platform, device.target_kind, device.target = platform, target_kind, target
    device.last_seen_at, device.retired_at, device.session_id = at, None, session_id
    session.flush()
    _note_use(session, installation_id, citizen_id, at)
    revoke_installation(session, installation_id=installation_id, at=at, except_citizen_id=citizen_id)
    _forget_surplus_devices(session, citizen_id)
    return device


def _note_use(session: Session, installation_id: str, citizen_id: uuid.UUID, at: datetime) -> None:
    """Of two at once the second waits for the first's row of the device, and then finds this one too."""
    if session.get(DeviceUse, (installation_id, citizen_id)) is None:
        use = DeviceUse(installation_id=installation_id, citizen_id=citizen_id, first_seen_at=at)
        session.add(use)
        session.flush()


def _forget_surplus_devices(session: Session, citizen_id: uuid.UUID) -> None:
    surplus = (
        select(Device.id)
        .where(Device.citizen_id == citizen_id)
        .order_by(Device.last_seen_at.desc(), Device.id.desc())
        .offset(DEVICES_MAX)
    )
    session.execute(delete(Device).where(Device.id.in_(surplus)).execution_options(**AS_SAID))


def remove_device(session: Session, *, citizen_id: uuid.UUID, installation_id: str, at: datetime) -> None:
    """Forget the device and what is on its way to it; it makes no codes any more. Raises DeviceNotFound."""
    removed = session.execute(
        delete(Device)
        .where(Device.citizen_id == citizen_id, Device.installation_id == installation_id)
        .returning(Device.id)
        .execution_options(**AS_SAID)
    ).first()
    if removed is None:
        raise DeviceNotFound
    revoke_installation(session, installation_id=installation_id, at=at)


def forget_signed_out_devices(session: Session, citizen_id: uuid.UUID) -> None:
    """Those whose session was ended, here or from elsewhere, with what is on its way to them."""
    ended = select(CitizenSession.id).where(
        CitizenSession.citizen_id == citizen_id, CitizenSession.revoked_at.is_not(None)
    )
    session.execute(
        delete(Device)
        .where(Device.citizen_id == citizen_id, Device.session_id.in_(ended))
        .execution_options(**AS_SAID)
    )


def take_deliveries(
    session: Session, *, at: datetime, limit: int, lease_seconds: int, terms: NoticeTerms
) -> list[TakenDelivery]:
    """Mark what is due as being sent, and give what may still be sent of it.

    Commit before the network is asked: whoever dies while sending leaves rows that say so, and whose lease
    `close_lapsed_leases` ends. Consent, the device and the rest (see `gates`) are looked at once more here.
    """
    keys = _lease_due(session, at, limit, at + timedelta(seconds=lease_seconds))
    if not keys:
        return []
    found = sort_out(session, session.execute(_details(keys)).all(), terms=terms, at=at)
    for reason, dropped in found.dropped.items():
        status = DeliveryStatus.RETIRED if reason == "device_retired" else DeliveryStatus.FAILED
        _put(session, dropped, status=status.value, failure=reason, settled_at=at)
    for opening, held in found.held.items():
        waiting = DeliveryStatus.WAITING.value
        _put(session, held, status=waiting, attempts=Delivery.attempts - 1, not_before=opening)
    return [_taken(row, at) for row in found.passed]


def _put(session: Session, keys: Sequence[tuple[uuid.UUID, uuid.UUID]], **values: Any) -> None:
    session.execute(
        update(Delivery)
        .where(tuple_(Delivery.notice_id, Delivery.device_id).in_(keys))
        .values(**values)
        .execution_options(**AS_SAID)
    )


def _lease_due(
    session: Session, at: datetime, limit: int, until: datetime
) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    due = (
        select(Delivery.notice_id, Delivery.device_id)
        .where(
            literal_column(OPEN_DELIVERIES),
            Delivery.status == DeliveryStatus.WAITING.value,
            Delivery.not_before <= at,
        )
        .order_by(Delivery.not_before)
        .limit(limit)
        # Two workers take different rows; SQLite has one writer and leaves this out.
        .with_for_update(skip_locked=True)
        # A table of its own: PostgreSQL may run a subquery again, and then lock more than the limit.
        .cte("due")
    )
    leased = session.execute(
        update(Delivery)
        .where(tuple_(Delivery.notice_id, Delivery.device_id).in_(select(due.c.notice_id, due.c.device_id)))
        .values(status=DeliveryStatus.SENDING.value, attempts=Delivery.attempts + 1, not_before=until)
        .returning(Delivery.notice_id, Delivery.device_id)
        .execution_options(**AS_SAID)
    )
    return [(row.notice_id, row.device_id) for row in leased]


def _details(keys: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> Any:
    """What a push is made of, and what decides whether to send it."""
    purpose = case(
        {kind: literal_column(f"'{terms.purpose.value}'") for kind, terms in KINDS.items()}, value=Notice.kind
    )
    return (
        select(
            Delivery.notice_id,
            Delivery.device_id,
            Delivery.attempts,
            Notice.kind,
            Notice.params,
            Citizen.language,
            Device.platform,
            Device.target_kind,
            Device.target,
            Device.citizen_id,
            Device.retired_at,
            Device.last_seen_at,
            Notice.created_at,
            Notice.expires_at,
            consent_stands(Device.__table__.c.citizen_id, purpose).label("may_send"),
        )
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(Device, Device.id == Delivery.device_id)
        .join(Citizen, Citizen.id == Device.citizen_id)
        .where(tuple_(Delivery.notice_id, Delivery.device_id).in_(keys))
        .order_by(Notice.id)
    )


def _taken(row: Any, at: datetime) -> TakenDelivery:
    return TakenDelivery(
        notice_id=row.notice_id,
        device_id=row.device_id,
        attempts=row.attempts,
        kind=row.kind,
        params=row.params,
        language=row.language,
        platform=row.platform,
        target_kind=row.target_kind,
        target=row.target,
        ttl_seconds=ttl_seconds_of(row.expires_at, at=at),
    )


def settle_delivery(session: Session, *, delivery: TakenDelivery, outcome: PushOutcome, at: datetime) -> None:
    """Write down what became of one delivery. An answer that comes after the lease still counts."""
    settlement = settle(outcome, attempts=delivery.attempts, at=at, spread=random.random())  # noqa: S311
    waits = settlement.not_before is not None
    session.execute(
        update(Delivery)
        .where(
            Delivery.notice_id == delivery.notice_id,
            Delivery.device_id == delivery.device_id,
            Delivery.attempts == delivery.attempts,
            Delivery.status.in_([DeliveryStatus.SENDING.value, DeliveryStatus.UNKNOWN.value]),
        )
        .values(
            status=settlement.status.value,
            failure=settlement.failure[:64] if settlement.failure else None,
            settled_at=None if waits else at,
            not_before=settlement.not_before or Delivery.not_before,
        )
        .execution_options(**AS_SAID)
    )
    if outcome.result is PushResult.RETIRED:
        _retire_target(session, delivery, at)


def _retire_target(session: Session, delivery: TakenDelivery, at: datetime) -> None:
    """Unless the device has registered another target since."""
    session.execute(
        update(Device)
        .where(
            Device.id == delivery.device_id,
            Device.target_kind == delivery.target_kind,
            Device.target == delivery.target,
        )
        .values(retired_at=at)
        .execution_options(**AS_SAID)
    )


def close_lapsed_leases(session: Session, *, at: datetime) -> int:
    """A sender died or hung: whether its pushes went out nobody knows, so they are not sent again."""
    closed = session.execute(
        update(Delivery)
        .where(
            literal_column(OPEN_DELIVERIES),
            Delivery.status == DeliveryStatus.SENDING.value,
            Delivery.not_before <= at,
        )
        .values(status=DeliveryStatus.UNKNOWN.value, failure="lease_lapsed", settled_at=at)
        .returning(Delivery.notice_id)
        .execution_options(**AS_SAID)
    )
    return len(closed.all())

"""Settling: what became of a batch, in one statement for those who were told and one for the others."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.base.push import PushOutcome, PushResult
from backend.messages.models import RecipientStatus
from backend.messages.sending.rules import Settlement, settle_person
from backend.messages.sending.taking import Batch, LeasedShard, TakenRecipient
from backend.messages.sending.writes import RETIRE, SETTLE, SETTLE_ACCEPTED


def settle_batch(
    session: Session, *, batch: Batch, outcomes: Sequence[PushOutcome], at: datetime
) -> list[Settlement]:
    """`outcomes`: one a device, in the order of the batch. Doing it again changes nothing but moments.

    An answer that comes after the lease still counts, unless the recipient was taken again since. Returns what
    becomes of each by these outcomes, in the same order.
    """
    remaining = iter(outcomes)
    accepted: dict[int, list[int]] = {}  # by attempts
    rows: list[dict[str, Any]] = []
    settled: list[Settlement] = []
    gone: list[dict[str, Any]] = []
    for recipient in batch.recipients:
        own = [next(remaining) for _ in recipient.devices]
        fate = settle_person(
            own,
            attempts=recipient.attempts,
            at=at,
            send_until=batch.send_until,
            spread=random.random(),  # noqa: S311 (spreads retries)
        )
        settled.append(fate)
        if fate.status is RecipientStatus.ACCEPTED:
            accepted.setdefault(recipient.attempts, []).append(recipient.position)
        else:
            rows.append(_row(batch.shard, recipient, fate, at))
        gone += _retired(recipient, own, at)
    for attempts, positions in accepted.items():
        SETTLE_ACCEPTED.rows(
            session,
            message_id=batch.shard.message_id,
            positions=positions,
            attempts=attempts,
            at=at,
        )
    SETTLE.run(session, {"settlements": rows})
    RETIRE.run(session, {"retirements": gone})
    return settled


def _row(
    shard: LeasedShard, recipient: TakenRecipient, settlement: Settlement, at: datetime
) -> dict[str, Any]:
    return {
        "message_id": shard.message_id,
        "position": recipient.position,
        "attempts": recipient.attempts,
        "status": settlement.status.value,
        "failure": settlement.failure,
        "not_before": settlement.not_before,
        "settled_at": at,
    }


def _retired(
    recipient: TakenRecipient, outcomes: Sequence[PushOutcome], at: datetime
) -> list[dict[str, Any]]:
    return [
        {"id": device.id, "target_kind": device.target_kind, "target": device.target, "at": at}
        for device, outcome in zip(recipient.devices, outcomes, strict=True)
        if outcome.result is PushResult.RETIRED
    ]

"""What a citizen wants to hear of, and when their phone may ring. The consents stand in `people`."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import ColumnElement, delete, literal, select
from sqlalchemy.orm import Session

from backend.base.errors import Refused
from backend.notices.categories import CHOOSABLE
from backend.notices.kinds import Trigger
from backend.notices.models import ChoiceKind, NoticeChoice, NoticePreference
from backend.notices.quiet_hours import minute_of, time_of
from backend.notices.terms import NoticeTerms
from backend.organisations.models import Shop
from backend.people.models import Citizen

MUTED_SHOPS_MAX = 300

# Of the others, what there is to choose bounds how many are chosen.
SUBJECTS: Mapping[ChoiceKind, frozenset[str]] = {
    ChoiceKind.INTEREST: frozenset(CHOOSABLE),
    ChoiceKind.MUTED_CATEGORY: frozenset(CHOOSABLE),
    ChoiceKind.MUTED_TRIGGER: frozenset(Trigger),
}


class NoticeChoiceUnknown(Refused):
    """No category, trigger or shop of ours."""


class NoticeChoicesFull(Refused):
    """More shops than anybody needs to mute one by one."""


class QuietHoursEmpty(Refused):
    """Both ends are the same: to have none, say so."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """In the city's time: quiet from the first end on, no longer at the second."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class MutedShop:
    id: uuid.UUID
    names: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Preferences:
    """`quiet_hours`: None when there are none; `are_own`: chosen by the citizen, else as the terms say."""

    quiet_hours: QuietHours | None
    are_own: bool
    choices: Mapping[ChoiceKind, Sequence[str]]
    muted_shops: Sequence[MutedShop]


def get_preferences(session: Session, *, citizen_id: uuid.UUID, terms: NoticeTerms) -> Preferences:
    """Three queries."""
    own = session.get(NoticePreference, citizen_id, populate_existing=True)
    starts, ends = (
        (time_of(own.quiet_from), time_of(own.quiet_until)) if own else (terms.quiet_from, terms.quiet_until)
    )
    choices: dict[ChoiceKind, list[str]] = {kind: [] for kind in ChoiceKind}
    rows = session.execute(
        select(NoticeChoice.kind, NoticeChoice.subject)
        .where(NoticeChoice.citizen_id == citizen_id)
        .order_by(NoticeChoice.kind, NoticeChoice.subject)
    )
    for kind, subject in rows:
        choices[ChoiceKind(kind)].append(subject)
    shop_ids = [uuid.UUID(subject) for subject in choices[ChoiceKind.MUTED_SHOP]]
    shops = session.execute(
        select(Shop.id, Shop.name_ja, Shop.name_en).where(Shop.id.in_(shop_ids)).order_by(Shop.id)
    )
    return Preferences(
        quiet_hours=None if starts == ends else QuietHours(starts, ends),
        are_own=own is not None,
        choices=choices,
        muted_shops=[MutedShop(row.id, {"ja": row.name_ja, "en": row.name_en}) for row in shops],
    )


def set_quiet_hours(
    session: Session, *, citizen_id: uuid.UUID, quiet_hours: QuietHours | None, at: datetime
) -> None:
    """None: at no time. Raises QuietHoursEmpty."""
    if quiet_hours and quiet_hours.starts == quiet_hours.ends:
        raise QuietHoursEmpty(field="quiet_hours")
    _lock(session, citizen_id)
    starts, ends = (minute_of(quiet_hours.starts), minute_of(quiet_hours.ends)) if quiet_hours else (0, 0)
    own = session.get(NoticePreference, citizen_id, populate_existing=True)
    if own is None:
        own = NoticePreference(citizen_id=citizen_id)
        session.add(own)
    own.quiet_from, own.quiet_until, own.chosen_at = starts, ends, at
    session.flush()


def set_choices(
    session: Session, *, citizen_id: uuid.UUID, kind: ChoiceKind, subjects: Collection[str], at: datetime
) -> None:
    """These and no others. Raises NoticeChoiceUnknown, NoticeChoicesFull."""
    wanted = set(_check(session, kind, subjects))
    _lock(session, citizen_id)
    chosen = _chosen(session, citizen_id, kind)
    session.execute(
        delete(NoticeChoice).where(
            NoticeChoice.citizen_id == citizen_id,
            NoticeChoice.kind == kind.value,
            NoticeChoice.subject.in_(chosen - wanted),
        )
    )
    _add(session, citizen_id, kind, wanted - chosen, at)


def add_choice(
    session: Session, *, citizen_id: uuid.UUID, kind: ChoiceKind, subject: str, at: datetime
) -> None:
    """Adding it again keeps its day. Raises NoticeChoiceUnknown, NoticeChoicesFull."""
    [known] = _check(session, kind, [subject])
    _lock(session, citizen_id)
    chosen = _chosen(session, citizen_id, kind)
    if known in chosen:
        return
    if kind is ChoiceKind.MUTED_SHOP and len(chosen) >= MUTED_SHOPS_MAX:
        raise NoticeChoicesFull(field=field_of(kind), maximum=MUTED_SHOPS_MAX)
    _add(session, citizen_id, kind, {known}, at)


def remove_choice(session: Session, *, citizen_id: uuid.UUID, kind: ChoiceKind, subject: str) -> None:
    """Removing what was not chosen changes nothing."""
    session.execute(
        delete(NoticeChoice).where(
            NoticeChoice.citizen_id == citizen_id,
            NoticeChoice.kind == kind.value,
            NoticeChoice.subject == _spelled(kind, subject),
        )
    )


def has_chosen(
    citizen_id: ColumnElement[uuid.UUID], kind: ChoiceKind, subject: str | ColumnElement[str]
) -> ColumnElement[bool]:
    """A condition: that citizen chose it."""
    choices = NoticeChoice.__table__.c
    return (
        select(literal(1))
        .where(choices.citizen_id == citizen_id, choices.kind == kind.value, choices.subject == subject)
        .exists()
    )


def field_of(kind: ChoiceKind) -> str:
    """As the citizen's face names it."""
    return {ChoiceKind.MUTED_CATEGORY: "muted_categories"}.get(kind, f"{kind}s")


def _check(session: Session, kind: ChoiceKind, subjects: Collection[str]) -> list[str]:
    """As they are kept."""
    spelled = [_spelled(kind, subject) for subject in subjects]
    if kind is not ChoiceKind.MUTED_SHOP:
        return spelled
    if len(set(spelled)) > MUTED_SHOPS_MAX:
        raise NoticeChoicesFull(field=field_of(kind), maximum=MUTED_SHOPS_MAX)
    ids = [uuid.UUID(subject) for subject in spelled]
    shops = {str(shop_id) for shop_id in session.scalars(select(Shop.id).where(Shop.id.in_(ids)))}
    if not shops.issuperset(spelled):
        raise NoticeChoiceUnknown(field=field_of(kind))
    return spelled


def _spelled(kind: ChoiceKind, subject: str) -> str:
    if kind in SUBJECTS:
        if subject not in SUBJECTS[kind]:
            raise NoticeChoiceUnknown(field=field_of(kind))
        return subject
    try:
        return str(uuid.UUID(subject))
    except ValueError:
        raise NoticeChoiceUnknown(field=field_of(kind)) from None


def _lock(session: Session, citizen_id: uuid.UUID) -> None:
    """One change of somebody's preferences at a time, or their bound would hold only nearly."""
    session.execute(select(Citizen.id).where(Citizen.id == citizen_id).with_for_update(key_share=True))


def _chosen(session: Session, citizen_id: uuid.UUID, kind: ChoiceKind) -> set[str]:
    query = select(NoticeChoice.subject).where(
        NoticeChoice.citizen_id == citizen_id, NoticeChoice.kind == kind.value
    )
    return set(session.scalars(query))


def _add(
    session: Session, citizen_id: uuid.UUID, kind: ChoiceKind, subjects: Collection[str], at: datetime
) -> None:
    session.add_all(
        NoticeChoice(citizen_id=citizen_id, kind=kind.value, subject=subject, chosen_at=at)
        for subject in sorted(subjects)
    )
    session.flush()

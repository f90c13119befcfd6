"""A notice as its reader sees it: from the texts of its kind, or from the circular that it names. Pure."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.base.text import pick_language, text
from backend.notices.kinds import (
    CIRCULAR_KIND,
    KINDS,
    AttachmentKind,
    KindTerms,
    link_of,
    link_of_circular,
    shop_of,
)
from backend.notices.models import ChoiceKind
from backend.notices.rules import render, said_in
from backend.people.models import ConsentPurpose

CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Attachment:
    """What comes with a notice: `id` of an offer or a campaign, `code` of points to claim."""

    kind: str
    id: uuid.UUID | None
    code: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """One way to hear no more of this: a choice to add (see ChoiceKind), or a consent to withdraw."""

    kind: str
    subject: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCard:
    """In the reader's language. `stops`: the narrowest way first; `link`: a path of our own host.

    `circular_id`: by which the push of a circular, one for all its readers, names it.
    """

    id: uuid.UUID
    circular_id: uuid.UUID | None
    kind: str
    purpose: str
    title: str
    body: str
    sender: str
    reason: str
    link: str | None
    attachment: Attachment | None
    stops: Sequence[Stop]
    created_at: datetime
    read_at: datetime | None
    expires_at: datetime | None


def make_card(row: Any, language: str) -> NoticeCard:
    """From a row of `queries.CARD_COLUMNS`."""
    if row.kind == CIRCULAR_KIND:
        return _circular_card(row, language)
    terms, said = KINDS[row.kind], render(row.kind, row.params, language)
    words = said_in(row.params, language)
    is_advertising = terms.purpose is ConsentPurpose.PUSH_SHOPS
    return NoticeCard(
        id=row.id,
        circular_id=None,
        kind=row.kind,
        purpose=terms.purpose.value,
        title=said.title,
        body=said.body,
        sender=words["shop"] if is_advertising else text("notice.sender", language),
        reason=text(f"notice.{row.kind}.reason", language, **words),
        link=link_of(row.kind, row.params),
        attachment=_attachment(terms, row.params, words),
        stops=_stops(terms, shop_of(row.params) if is_advertising else None, words, language),
        created_at=row.created_at,
        read_at=row.read_at,
        expires_at=row.expires_at,
    )


def _attachment(terms: KindTerms, params: Any, words: Any) -> Attachment | None:
    kind = terms.attachment
    attached = params.get(f"{kind}_id") if kind else None
    if kind is None or attached is None:
        return None
    return Attachment(kind.value, uuid.UUID(attached), None, words.get(kind.value))


def _stops(terms: KindTerms, shop_id: uuid.UUID | None, words: Any, language: str) -> list[Stop]:
    stops = [] if shop_id is None else [_stop_shop(shop_id, words["shop"], language)]
    if terms.trigger is not None:
        stops.append(_stop(ChoiceKind.MUTED_TRIGGER, terms.trigger, f"trigger.{terms.trigger}", language))
    return [*stops, _stop_purpose(terms.purpose, language)]


def _circular_card(row: Any, language: str) -> NoticeCard:
    sender = pick_language(row.sender_names, language)
    stops = [] if row.shop_id is None else [_stop_shop(row.shop_id, sender, language)]
    if row.purpose != ConsentPurpose.PUSH_DISASTER:
        stops.append(_stop(ChoiceKind.MUTED_CATEGORY, row.category, f"category.{row.category}", language))
    return NoticeCard(
        id=row.id,
        circular_id=row.circular_id,
        kind=row.kind,
        purpose=row.purpose,
        title=pick_language(row.titles, language),
        body=pick_language(row.bodies, language),
        sender=sender,
        reason=pick_language(row.reasons, language),
        link=link_of_circular(row),
        attachment=_circular_attachment(row, language),
        stops=[*stops, _stop_purpose(row.purpose, language)],
        created_at=row.created_at,
        read_at=row.read_at,
        expires_at=row.expires_at,
    )


def _circular_attachment(row: Any, language: str) -> Attachment | None:
    if row.attachment_kind is None:
        return None
    title = pick_language(row.attachment_titles or {}, language) or None
    if row.attachment_kind == AttachmentKind.REWARD_CODE:
        return Attachment(row.attachment_kind, None, row.attachment, title)
    return Attachment(row.attachment_kind, uuid.UUID(row.attachment), None, title)


def _stop_shop(shop_id: uuid.UUID, name: str, language: str) -> Stop:
    kind = ChoiceKind.MUTED_SHOP
    return Stop(kind.value, str(shop_id), text(f"stop.{kind}", language, subject=name))


def _stop(kind: ChoiceKind, subject: str, name: str, language: str) -> Stop:
    return Stop(kind.value, subject, text(f"stop.{kind}", language, subject=text(name, language)))


def _stop_purpose(purpose: str, language: str) -> Stop:
    name = text(f"push_purpose.{purpose}", language)
    return Stop(CONSENT, purpose, text(f"stop.{CONSENT}", language, subject=name))

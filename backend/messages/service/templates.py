"""Templates: a version is drafted, approved by a second person, retired. What was approved never changes."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.base.errors import Conflict, SecondPersonRequired
from backend.messages.models import MessagePurpose, MessageTemplate, TemplateStatus
from backend.messages.queries import get_template
from backend.messages.rules import TemplateInvalid, TemplateParameter, check_template, tidy

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


class TemplateNotDraft(Conflict):
    """It was approved or retired before."""


class TemplateNotApproved(Conflict):
    """It is only drafted, or retired: messages use the version that is approved."""


class TemplateRetired(Conflict):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDraft:
    """`titles` and `bodies` by language; `{name}` in them is filled by the parameter of that name."""

    slug: str
    purpose: MessagePurpose
    titles: Mapping[str, str]
    bodies: Mapping[str, str]
    parameters: Sequence[TemplateParameter] = ()


def draft_template(
    session: Session, *, draft: TemplateDraft, drafted_by: uuid.UUID, at: datetime
) -> MessageTemplate:
    """The next version of its slug. Raises TemplateInvalid, MessageTextRefused, MessageTextTooLong."""
    if not SLUG.fullmatch(draft.slug):
        raise TemplateInvalid(field="slug")
    titles, bodies = _tidy(draft.titles), _tidy(draft.bodies)
    check_template(purpose=draft.purpose, titles=titles, bodies=bodies, parameters=draft.parameters)
    # Two at once meet at the primary key: the second is tried again, and is then the version after.
    newest = session.execute(
        select(func.max(MessageTemplate.version), func.min(MessageTemplate.purpose)).where(
            MessageTemplate.slug == draft.slug
        )
    ).one()
    if newest[1] is not None and newest[1] != draft.purpose:
        raise TemplateInvalid(field="purpose")
    template = MessageTemplate(
        slug=draft.slug,
        version=(newest[0] or 0) + 1,
        purpose=draft.purpose.value,
        status=TemplateStatus.DRAFT.value,
        titles=titles,
        bodies=bodies,
        parameters=[asdict(parameter) for parameter in draft.parameters],
        drafted_by_staff_id=drafted_by,
        drafted_at=at,
    )
    session.add(template)
    session.flush()
    return template


def _tidy(texts: Mapping[str, str]) -> dict[str, str]:
    """As phones show them: what a form left around a text would be sent with it."""
    return {language: tidy(said) for language, said in texts.items()}


def approve_template(
    session: Session, *, slug: str, version: int, approved_by: uuid.UUID, at: datetime
) -> MessageTemplate:
    """Messages may be written from it; the version before is retired, what was approved with it is still sent.

    Raises TemplateNotFound, TemplateNotDraft, SecondPersonRequired.
    """
    template = get_template(session, slug=slug, version=version, lock=True)
    if template.status != TemplateStatus.DRAFT:
        raise TemplateNotDraft
    if template.drafted_by_staff_id == approved_by:
        raise SecondPersonRequired
    session.execute(
        update(MessageTemplate)
        .where(MessageTemplate.slug == slug, MessageTemplate.status == TemplateStatus.APPROVED.value)
        .values(status=TemplateStatus.RETIRED.value, retired_at=at, retired_by_staff_id=approved_by)
        .execution_options(synchronize_session=False)
    )
    template.status = TemplateStatus.APPROVED.value
    template.approved_by_staff_id, template.approved_at = approved_by, at
    session.flush()
    return template


def retire_template(
    session: Session, *, slug: str, version: int, retired_by: uuid.UUID, at: datetime
) -> MessageTemplate:
    """Nothing new is written from it; a draft comes to nothing. Raises TemplateNotFound, TemplateRetired."""
    template = get_template(session, slug=slug, version=version, lock=True)
    if template.status == TemplateStatus.RETIRED:
        raise TemplateRetired
    template.status = TemplateStatus.RETIRED.value
    template.retired_by_staff_id, template.retired_at = retired_by, at
    session.flush()
    return template

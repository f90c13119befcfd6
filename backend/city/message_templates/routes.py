"""Templates of messages: drafted, approved by a second person, retired."""

from typing import Any

from backend.base.errors import SecondPersonRequired
from backend.base.pages import Page
from backend.city.message_templates.schemas import (
    TEMPLATE_EXAMPLE,
    DraftTemplateIn,
    TemplateListQuery,
    TemplateOut,
    TemplatePage,
)
from backend.messages import queries
from backend.messages.models import MessagePurpose, MessageTemplate, TemplateStatus
from backend.messages.queries import TemplateNotFound
from backend.messages.rules import (
    MessageTextRefused,
    MessageTextTooLong,
    TemplateInvalid,
    TemplateParameter,
)
from backend.messages.service import templates
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face(
    "message-templates",
    __name__,
    url_prefix="/v1/city/message-templates",
    description="Words that messages are made of.",
)

TEMPLATE = "/<slug>/<int(max=1000000):version>"


@face.operation(
    "GET",
    "",
    permission=Permission.READ_MESSAGES,
    query=TemplateListQuery,
    answer=TemplatePage,
)
def list_message_templates(call: Call, query: dict[str, Any]) -> Page[MessageTemplate]:
    """All templates by their slugs, the newest version first."""
    return queries.list_templates(
        call.session,
        purpose=MessagePurpose(query["purpose"]) if query["purpose"] else None,
        status=TemplateStatus(query["status"]) if query["status"] else None,
        page=page_request(query),
    )


@face.operation(
    "GET",
    TEMPLATE,
    permission=Permission.READ_MESSAGES,
    answer=TemplateOut,
    errors=[TemplateNotFound],
)
def get_message_template(call: Call, slug: str, version: int) -> MessageTemplate:
    """One version of a template."""
    return queries.get_template(call.session, slug=slug, version=version)


@face.operation(
    "POST",
    "",
    permission=Permission.WRITE_MESSAGES,
    body=DraftTemplateIn,
    answer=TemplateOut,
    status=201,
    errors=[MessageTextRefused, MessageTextTooLong, TemplateInvalid],
    example=TEMPLATE_EXAMPLE,
)
def draft_message_template(call: Call, body: dict[str, Any]) -> MessageTemplate:
    """Draft a template, or the next version of one. Messages use it once a second person has approved it."""
    draft = templates.TemplateDraft(
        slug=body["slug"],
        purpose=MessagePurpose(body["purpose"]),
        titles=_texts(body["titles"]),
        bodies=_texts(body["bodies"]),
        parameters=[TemplateParameter(**parameter) for parameter in body["parameters"]],
    )
    return templates.draft_template(call.session, draft=draft, drafted_by=call.staff.staff_id, at=call.at)


@face.operation(
    "POST",
    f"{TEMPLATE}/approval",
    permission=Permission.APPROVE_MESSAGES,
    answer=TemplateOut,
    errors=[SecondPersonRequired, TemplateNotFound, templates.TemplateNotDraft],
)
def approve_message_template(call: Call, slug: str, version: int) -> MessageTemplate:
    """Approve what somebody else drafted; the version before is retired."""
    return templates.approve_template(
        call.session, slug=slug, version=version, approved_by=call.staff.staff_id, at=call.at
    )


@face.operation(
    "POST",
    f"{TEMPLATE}/retirement",
    permission=Permission.APPROVE_MESSAGES,
    answer=TemplateOut,
    errors=[TemplateNotFound, templates.TemplateRetired],
)
def retire_message_template(call: Call, slug: str, version: int) -> MessageTemplate:
    """Let nothing new be written from it. What was approved is still sent."""
    return templates.retire_template(
        call.session, slug=slug, version=version, retired_by=call.staff.staff_id, at=call.at
    )


def _texts(body: dict[str, str | None]) -> dict[str, str]:
    """Language → text, only what was given."""
    named = {"ja": body.get("ja"), "ja@easy": body.get("ja_easy"), "en": body.get("en")}
    return {language: text for language, text in named.items() if text}

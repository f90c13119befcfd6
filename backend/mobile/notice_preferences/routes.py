"""Quiet hours, interests, and what is muted; the four consents stand at `/v1/me/consents`."""

from datetime import time
from typing import Any

from backend.base.text import pick_language, text
from backend.mobile.notice_preferences.schemas import NoticePreferencesOut, SetNoticePreferencesIn
from backend.notices import preferences
from backend.notices.categories import CATEGORIES, CHOOSABLE
from backend.notices.kinds import KINDS
from backend.notices.models import ChoiceKind
from backend.notices.preferences import (
    NoticeChoicesFull,
    NoticeChoiceUnknown,
    QuietHours,
    QuietHoursEmpty,
    field_of,
)
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face(
    "notice-preferences",
    __name__,
    url_prefix="/v1/me/notice-preferences",
    description="What I want to hear of, and when my phone may ring.",
)

KIND_BY_PATH = {field_of(kind).replace("_", "-"): kind for kind in ChoiceKind}
QUOTED = ",".join(f'"{path}"' for path in sorted(KIND_BY_PATH))
CHOICE = f"/<any({QUOTED}):kind>/<subject>"


@face.operation("GET", "", permission=Permission.MANAGE_OWN_ACCOUNT, answer=NoticePreferencesOut)
def get_notice_preferences(call: Call) -> dict[str, Any]:
    """What I chose, and what there is to choose from."""
    return _describe(call)


@face.operation(
    "PUT",
    "",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    body=SetNoticePreferencesIn,
    answer=NoticePreferencesOut,
    errors=[QuietHoursEmpty, NoticeChoiceUnknown, NoticeChoicesFull],
    example={"quiet_hours": {"starts": "20:00", "ends": "09:30"}, "interests": ["local_food", "events"]},
)
def set_notice_preferences(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Choose anew. What is left out stays as it was."""
    citizen_id = call.citizen.citizen_id
    if "quiet_hours" in body:
        preferences.set_quiet_hours(
            call.session, citizen_id=citizen_id, quiet_hours=_read_hours(body["quiet_hours"]), at=call.at
        )
    for kind in ChoiceKind:
        if (subjects := body.get(field_of(kind))) is not None:
            preferences.set_choices(
                call.session, citizen_id=citizen_id, kind=kind, subjects=[*map(str, subjects)], at=call.at
            )
    return _describe(call)


@face.operation(
    "PUT",
    CHOICE,
    permission=Permission.MANAGE_OWN_ACCOUNT,
    status=204,
    errors=[NoticeChoiceUnknown, NoticeChoicesFull],
)
def add_notice_choice(call: Call, kind: str, subject: str) -> None:
    """Mute one thing, or take an interest in it; doing so again changes nothing. A notice's `stops` name it."""
    preferences.add_choice(
        call.session,
        citizen_id=call.citizen.citizen_id,
        kind=KIND_BY_PATH[kind],
        subject=subject,
        at=call.at,
    )


@face.operation(
    "DELETE", CHOICE, permission=Permission.MANAGE_OWN_ACCOUNT, status=204, errors=[NoticeChoiceUnknown]
)
def remove_notice_choice(call: Call, kind: str, subject: str) -> None:
    """Take it back; doing so again changes nothing."""
    preferences.remove_choice(
        call.session, citizen_id=call.citizen.citizen_id, kind=KIND_BY_PATH[kind], subject=subject
    )


def _describe(call: Call) -> dict[str, Any]:
    found = preferences.get_preferences(
        call.session, citizen_id=call.citizen.citizen_id, terms=call.ground.notice_terms
    )
    language = call.language
    return {
        "quiet_hours": _tell_hours(found.quiet_hours),
        "quiet_hours_are_own": found.are_own,
        **{field_of(kind): subjects for kind, subjects in found.choices.items()},
        "muted_shops": [
            {"id": shop.id, "name": pick_language(shop.names, language)} for shop in found.muted_shops
        ],
        "categories": [
            _choosable(category, f"category.{category}", purpose, language)
            for purpose, categories in CATEGORIES.items()
            for category in categories
            if category in CHOOSABLE
        ],
        "triggers": [
            _choosable(trigger, f"trigger.{trigger}", purpose, language)
            for trigger, purpose in sorted(
                {(terms.trigger, terms.purpose) for terms in KINDS.values() if terms.trigger}
            )
        ],
    }


def _read_hours(given: dict[str, str] | None) -> QuietHours | None:
    return QuietHours(*(time.fromisoformat(given[end]) for end in ("starts", "ends"))) if given else None


def _tell_hours(hours: QuietHours | None) -> dict[str, str] | None:
    return {"starts": f"{hours.starts:%H:%M}", "ends": f"{hours.ends:%H:%M}"} if hours else None


def _choosable(subject: str, name: str, purpose: str, language: str) -> dict[str, str]:
    return {"subject": subject, "name": text(name, language), "purpose": purpose}

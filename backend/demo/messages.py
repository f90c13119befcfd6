"""What the demonstration's city and a shop of it say to many: one message is done, one scheduled, one in review."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.base.clock import start_of_city_day
from backend.demo.city.accounts import ACCOUNTS, DEMO_SHOP_KEY
from backend.demo.identifiers import staff_id
from backend.demo.town import Founding, Row, Table, Town
from backend.messages.health import LATENCY_SECONDS, Health
from backend.messages.models import Message, MessageAct, MessageEvent, MessagePurpose, MessageStatus
from backend.messages.queries import get_words
from backend.notices.kinds import CIRCULAR_KIND
from backend.notices.models import Circular, Notice
from backend.organisations.regions import load_region

EVENING = timedelta(hours=17, minutes=30)
SENT_SECONDS = 40
SHOWN_DAYS = 30

MARKET: Mapping[str, Any] = {
    "event": {
        "ja": "幣舞橋の夕市",
        "ja@easy": "幣舞橋(ぬさまいばし)の 夕市(ゆういち)",
        "en": "Evening market",
    },
    "when": {
        "ja": "土曜日 16時から",
        "ja@easy": "土曜日(どようび) 16時(じ)から",
        "en": "Saturday, from 16:00",
    },
    "place": {"ja": "幣舞橋のたもと", "ja@easy": "幣舞橋(ぬさまいばし)", "en": "Nusamai bridge"},
    "text": {
        "ja": "小さなお店が20軒ならびます。",
        "ja@easy": "お店(みせ)が 20(にじゅう) あります。",
        "en": "Twenty small shops.",
    },
}
GARBAGE: Mapping[str, Any] = {
    "heading": {
        "ja": "年末のごみ収集のお知らせ",
        "ja@easy": "年末(ねんまつ)の ごみの 日(ひ)",
        "en": "Garbage at the end of the year",
    },
    "text": {
        "ja": "年末の収集は30日までです。大きなごみは早めにお申し込みください。",
        "ja@easy": "ごみは 30日(にち)まで です。大(おお)きい ごみは はやく 申(もう)しこんで ください。",
        "en": "Collected until the 30th. Book large items early.",
    },
}
BREAD: Mapping[str, Any] = {
    "offer": {"ja": "焼きたて食パンの日", "ja@easy": "食(しょく)パンの 日(ひ)", "en": "Fresh bread day"},
    "until": {"ja": "今週末", "ja@easy": "今週(こんしゅう)", "en": "this weekend"},
    "text": {
        "ja": "11時と15時に焼き上がります。",
        "ja@easy": "11時(じ)と 15時(じ)に できます。",
        "en": "Out of the oven at 11:00 and 15:00.",
    },
}


def list_messages(session: Session, founding: Founding, town: Town) -> Sequence[Table]:
    """Their words come from the templates that the database begins with."""
    done = _message(founding, "event", "events", MARKET, send_at=_evening(founding, -1))
    done |= {
        "status": MessageStatus.DONE.value,
        "started_at": done["send_at"],
        "done_at": done["send_at"] + timedelta(seconds=SENT_SECONDS),
        "recipient_count": len(town.citizen_ids),
        "health": _health(len(town.citizen_ids)),
    }
    scheduled = _message(founding, "notice", "news", GARBAGE, send_at=_evening(founding, 3))
    shops = _message(founding, "shop-offer", "local_food", BREAD, send_at=_evening(founding, 2))
    shops |= {
        "status": MessageStatus.REVIEW.value,
        "shop_id": town.shop_ids[DEMO_SHOP_KEY],
        "purpose": MessagePurpose.SHOPS.value,
        "drafted_by_staff_id": staff_id("manager"),
        "approved_by_staff_id": None,
        "approved_at": None,
    }
    return [
        (Message, [done, scheduled, shops]),
        (MessageEvent, [*_events(founding, done), *_events(founding, scheduled), *_events(founding, shops)]),
        (Circular, [_circular(session, done)]),
        (Notice, _copies(founding, town, done)),
    ]


def _evening(founding: Founding, days: int) -> datetime:
    return start_of_city_day(founding.today) + timedelta(days=days) + EVENING


def _message(
    founding: Founding, slug: str, category: str, params: Mapping[str, Any], *, send_at: datetime
) -> Row:
    """The city's, approved and scheduled."""
    drafted_at = founding.days_ago(4)
    message_id = founding.ids.at(drafted_at)
    return {
        "id": message_id,
        "shop_id": None,
        "purpose": MessagePurpose.CITY.value,
        "category": category,
        "status": MessageStatus.SCHEDULED.value,
        "template_slug": slug,
        "template_version": 1,
        "params": dict(params),
        "audience": {},
        "link": None,
        "attachment_kind": None,
        "attachment": None,
        "send_at": send_at,
        "send_until": send_at + timedelta(days=1),
        "spread_minutes": 0,
        "ttl_seconds": 86_400,
        "collapse_key": str(message_id),
        "expires_at": send_at + timedelta(days=SHOWN_DAYS),
        "drafted_by_staff_id": staff_id("city"),
        "approved_by_staff_id": staff_id("approver"),
        "reviewed_by_staff_id": None,
        "created_at": drafted_at,
        "approved_at": drafted_at + timedelta(hours=2),
        "started_at": None,
        "done_at": None,
        "is_stopped_by_city": False,
        "heard_before": 0,
        "recipient_count": 0,
        "left_unknown": 0,
        "health": None,
    }


# Act, from status, to status, whose account (None: the worker's), minutes after it was drafted.
DECISIONS = (
    (MessageAct.DRAFTED, None, MessageStatus.DRAFT, "", 0),
    (MessageAct.SUBMITTED, MessageStatus.DRAFT, MessageStatus.REVIEW, "", 10),
    (MessageAct.APPROVED, MessageStatus.REVIEW, MessageStatus.APPROVED, "approver", 120),
    (MessageAct.SCHEDULED, MessageStatus.APPROVED, MessageStatus.SCHEDULED, "", 130),
)


def _events(founding: Founding, message: Row) -> list[Row]:
    """As far as the message has come."""
    steps: list[tuple[Any, Any, Any, uuid.UUID | None, datetime]] = [
        (
            act,
            before,
            after,
            staff_id(who) if who else message["drafted_by_staff_id"],
            _later(message, minutes),
        )
        for act, before, after, who, minutes in DECISIONS
    ]
    if message["status"] == MessageStatus.REVIEW:
        steps = steps[:2]
    if message["status"] == MessageStatus.DONE:
        sending, done = MessageStatus.SENDING, MessageStatus.DONE
        steps += [
            (MessageAct.STARTED, MessageStatus.SCHEDULED, sending, None, message["started_at"]),
            (MessageAct.DONE, sending, done, None, message["done_at"]),
        ]
    return [
        {
            "id": founding.ids.at(at),
            "message_id": message["id"],
            "act": act.value,
            "from_status": before.value if before else None,
            "to_status": after.value,
            "by_staff_id": by,
            "at": at,
            "reason": None,
        }
        for act, before, after, by, at in steps
    ]


def _later(message: Row, minutes: int) -> datetime:
    moment: datetime = message["created_at"] + timedelta(minutes=minutes)
    return moment


def _health(people: int) -> dict[str, Any]:
    """Only those who can sign in have phones in the demonstration; the rest found it in their inbox."""
    phones = sum(1 for account in ACCOUNTS if account.kind == "citizen")
    return Health(
        recipients=people,
        states={"accepted": phones, "inbox_only": people - phones},
        failures={"inbox_only": {"no_consent": people - phones}},
        rescheduled=0,
        left_unknown=0,
        latency=(phones, *[0] * len(LATENCY_SECONDS)),
    ).to_json()


def _circular(session: Session, message: Row) -> Row:
    words = get_words(session, message=Message(**message), region=load_region())
    same = ("id", "purpose", "category", "shop_id", "link", "attachment_kind", "attachment")
    rest = ("collapse_key", "ttl_seconds", "expires_at")
    return {
        **{name: message[name] for name in (*same, *rest)},
        "sender_names": dict(words.sender_names),
        "titles": dict(words.titles),
        "bodies": dict(words.bodies),
        "reasons": dict(words.reasons),
        "attachment_titles": None,
        "created_at": message["started_at"],
    }


def _copies(founding: Founding, town: Town, message: Row) -> list[Row]:
    """As with other notices, in the inboxes of those who can sign in."""
    at = message["started_at"]
    return [
        {
            "id": founding.ids.at(at),
            "citizen_id": town.citizen_ids[account.citizen_key],
            "kind": CIRCULAR_KIND,
            "params": {},
            "circular_id": message["id"],
            "created_at": at,
            "read_at": None,
            "expires_at": message["expires_at"],
        }
        for account in ACCOUNTS
        if account.citizen_key
    ]

"""The table of kinds: what each notice is pushed for, where a tap leads, what comes with it, how to stop it. Pure.

A kind joins by a line in KINDS and its texts `notice.<kind>.title`, `.body` and `.reason` (why one got it); where it
has a toggle of its own, by a Trigger with the text `trigger.<trigger>`.
"""

import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.people.models import ConsentPurpose


class NoticeKind(enum.StrEnum):
    WELCOME = "welcome"
    PURCHASE_RECORDED = "purchase_recorded"
    PURCHASE_PAID_WITH_POINTS = "purchase_paid_with_points"
    PURCHASE_REFUNDED = "purchase_refunded"
    PURCHASE_REVERSED = "purchase_reversed"
    POINTS_CORRECTED = "points_corrected"
    POINTS_EXPIRING = "points_expiring"
    MISSION_REWARDED = "mission_rewarded"
    CLAIM_PARTLY_ACCEPTED = "claim_partly_accepted"
    CLAIM_REJECTED = "claim_rejected"
    CLAIM_REJECTED_FINALLY = "claim_rejected_finally"
    COUPON_ENDING = "coupon_ending"
    SAVED_OFFER_ENDING = "saved_offer_ending"
    FAVOURITE_OFFER = "favourite_offer"
    CAMPAIGN_BUDGET_NEARLY_GONE = "campaign_budget_nearly_gone"
    CAMPAIGN_CHANGED = "campaign_changed"
    MESSAGE_TEST = "message_test"
    ADVERTISEMENT_TEST = "advertisement_test"


# Of a message to many: its words, its purpose and the rest stand in the circular that the notice names.
CIRCULAR_KIND = "circular"


class Trigger(enum.StrEnum):
    """What tells somebody without anybody writing a message; each can be muted."""

    POINTS_EXPIRING = "points_expiring"
    COUPON_ENDING = "coupon_ending"
    CAMPAIGN_BUDGET = "campaign_budget"
    CAMPAIGN_CHANGED = "campaign_changed"
    FAVOURITE_OFFER = "favourite_offer"


class AttachmentKind(enum.StrEnum):
    OFFER = "offer"
    CAMPAIGN = "campaign"
    REWARD_CODE = "reward_code"  # points to claim


@dataclass(frozen=True, slots=True)
class KindTerms:
    """What holds for each notice of a kind.

    `purpose`: the consent under which it is pushed; one table, so that no caller can send advertising as a receipt.
    `link`: a path of our own host, filled by the notice's parameters.
    `is_prompt`: of one's own act just now, so it rings at any hour.
    `attachment`: its id is the parameter `<attachment>_id`, its name the parameter `<attachment>`.
    """

    purpose: ConsentPurpose
    link: str
    is_prompt: bool = False
    trigger: Trigger | None = None
    attachment: AttachmentKind | None = None


_TRANSACTIONS, _CITY = ConsentPurpose.PUSH_TRANSACTIONS, ConsentPurpose.PUSH_CITY
_PURCHASE = KindTerms(_TRANSACTIONS, "/purchases/{purchase_id}", is_prompt=True)
_CLAIM = KindTerms(_TRANSACTIONS, "/claims/{claim_id}")
_CAMPAIGN = "/campaigns/{campaign_id}"

KINDS: Mapping[str, KindTerms] = {
    NoticeKind.WELCOME: KindTerms(_CITY, "/", is_prompt=True),
    # Testers asked for it, by joining a list.
    NoticeKind.MESSAGE_TEST: KindTerms(_CITY, "/", is_prompt=True),
    # The same of a shop is advertising, and no more welcome at night.
    NoticeKind.ADVERTISEMENT_TEST: KindTerms(ConsentPurpose.PUSH_SHOPS, "/"),
    NoticeKind.PURCHASE_RECORDED: _PURCHASE,
    NoticeKind.PURCHASE_PAID_WITH_POINTS: _PURCHASE,
    NoticeKind.PURCHASE_REFUNDED: _PURCHASE,
    NoticeKind.PURCHASE_REVERSED: KindTerms(_TRANSACTIONS, "/purchases/{purchase_id}"),
    NoticeKind.POINTS_CORRECTED: KindTerms(_TRANSACTIONS, "/points"),
    NoticeKind.POINTS_EXPIRING: KindTerms(_TRANSACTIONS, "/points", trigger=Trigger.POINTS_EXPIRING),
    NoticeKind.MISSION_REWARDED: KindTerms(_TRANSACTIONS, _CAMPAIGN, is_prompt=True),
    NoticeKind.CLAIM_PARTLY_ACCEPTED: _CLAIM,
    NoticeKind.CLAIM_REJECTED: _CLAIM,
    NoticeKind.CLAIM_REJECTED_FINALLY: _CLAIM,
    NoticeKind.COUPON_ENDING: KindTerms(
        _TRANSACTIONS, "/coupons", trigger=Trigger.COUPON_ENDING, attachment=AttachmentKind.OFFER
    ),
    NoticeKind.SAVED_OFFER_ENDING: KindTerms(
        _TRANSACTIONS, "/offers/{offer_id}", trigger=Trigger.COUPON_ENDING, attachment=AttachmentKind.OFFER
    ),
    NoticeKind.FAVOURITE_OFFER: KindTerms(
        ConsentPurpose.PUSH_SHOPS,
        "/offers/{offer_id}",
        trigger=Trigger.FAVOURITE_OFFER,
        attachment=AttachmentKind.OFFER,
    ),
    NoticeKind.CAMPAIGN_BUDGET_NEARLY_GONE: KindTerms(
        _CITY, _CAMPAIGN, trigger=Trigger.CAMPAIGN_BUDGET, attachment=AttachmentKind.CAMPAIGN
    ),
    NoticeKind.CAMPAIGN_CHANGED: KindTerms(
        _CITY, _CAMPAIGN, trigger=Trigger.CAMPAIGN_CHANGED, attachment=AttachmentKind.CAMPAIGN
    ),
}
ATTACHMENT_LINKS: Mapping[str, str] = {
    AttachmentKind.OFFER: "/offers/{attachment}",
    AttachmentKind.CAMPAIGN: "/campaigns/{attachment}",
    AttachmentKind.REWARD_CODE: "/missions/rewards/{attachment}",
}


def link_of(kind: str, params: Mapping[str, Any]) -> str | None:
    """Where a tap on the notice leads; None where an early notice does not say of what it is."""
    try:
        return KINDS[kind].link.format_map(params)
    except KeyError:
        return None


def link_of_circular(circular: Any) -> str | None:
    """Its own, or where what comes with it is shown. `circular`: one, or a row that has these columns of it."""
    if circular.link is not None or circular.attachment_kind is None:
        return circular.link  # type: ignore[no-any-return]
    return ATTACHMENT_LINKS[circular.attachment_kind].format(attachment=circular.attachment)


def shop_of(params: Mapping[str, Any]) -> uuid.UUID | None:
    """Whose advertising a notice is."""
    shop_id = params.get("shop_id")
    return uuid.UUID(shop_id) if shop_id else None

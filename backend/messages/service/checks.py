"""What a message names must be there: its template, its audience, its link, what is attached to it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.audiences.rules import Audience, write_audience
from backend.audiences.service import check_audience
from backend.base.errors import Conflict, Refused
from backend.base.secrets import Vault
from backend.campaigns.models import RewardCode
from backend.campaigns.queries import CampaignNotFound, get_visible_campaign
from backend.campaigns.service.reward_codes import hash_code
from backend.campaigns.states import LIVE, state_of
from backend.messages.models import Message, MessagePurpose, MessageTemplate, TemplateStatus
from backend.messages.queries import get_template
from backend.messages.rules import (
    TemplateParameter,
    check_category,
    check_link,
    check_params,
    refuse_addresses,
    refuse_shopping_link,
    render_message,
)
from backend.messages.service.templates import TemplateNotApproved
from backend.notices.kinds import AttachmentKind
from backend.notices.terms import NoticeTerms
from backend.offers.models import Offer, OfferStatus
from backend.organisations.models import Shop, ShopStatus
from backend.organisations.queries import ShopNotActive
from backend.organisations.regions import Region


class MessagePurposeMismatched(Refused):
    """The template is for messages of another purpose."""


class AttachmentInvalid(Refused):
    """Neither an offer's or a campaign's id, nor a code; or not for senders of this kind."""


class AttachmentUnusable(Conflict):
    """Whoever got the message could not use it: it is not there, not published, over, or used up."""


@dataclass(frozen=True, slots=True)
class City:
    """Where messages are written: its rings, its numbers, our own address, the secret of its codes."""

    region: Region
    terms: NoticeTerms
    public_url: str
    vault: Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message says to whom. `params`: see `rules.check_params`; `audience`: see `audiences.rules`."""

    template_slug: str
    template_version: int
    category: str
    params: Mapping[str, Any]
    audience: Mapping[str, Any]
    link: str | None = None
    attachment_kind: str | None = None
    attachment: str | None = None


def check_content(
    session: Session, *, content: Content, purpose: MessagePurpose, shop_id: uuid.UUID | None, city: City
) -> dict[str, Any]:
    """As columns of a message.

    Raises TemplateNotFound, TemplateNotApproved, MessagePurposeMismatched, MessageCategoryInvalid,
    MessageParamsInvalid, MessageTextRefused, MessageTextTooLong, MessageLinkForeign, DisasterLinkRefused,
    AttachmentInvalid, AudienceInvalid.
    """
    template = get_template(session, slug=content.template_slug, version=content.template_version)
    check_template_use(template, purpose)
    check_category(content.category, purpose=purpose)
    parameters = [TemplateParameter(**parameter) for parameter in template.parameters]
    params = check_params(parameters, content.params)
    refuse_addresses(
        render_message(
            purpose=purpose,
            titles=template.titles,
            bodies=template.bodies,
            params=params,
            meant={},
            # A shop may be named like a page.
            sender_names={"ja": "…"},
        )
    )
    _check_attachment_kind(content, purpose)
    return {
        "purpose": purpose.value,
        "category": content.category,
        "template_slug": template.slug,
        "template_version": template.version,
        "params": params,
        "audience": write_audience(
            check_audience(session, document=content.audience, shop_id=shop_id, region=city.region)
        ),
        "link": _check_link(content.link, purpose, city),
        "attachment_kind": content.attachment_kind,
        "attachment": content.attachment,
    }


def check_template_use(template: MessageTemplate, purpose: str) -> None:
    """Raises TemplateNotApproved, MessagePurposeMismatched."""
    if template.status != TemplateStatus.APPROVED:
        raise TemplateNotApproved(field="template_version")
    if template.purpose != purpose:
        raise MessagePurposeMismatched(field="template_slug")


def audience_of(session: Session, *, message: Message, city: City) -> Audience:
    """Raises AudienceInvalid: a list may have been closed since."""
    return check_audience(session, document=message.audience, shop_id=message.shop_id, region=city.region)


def check_shop(session: Session, *, message: Message) -> None:
    """A shop that the city has suspended or closed is not heard. Raises ShopNotActive."""
    status = select(Shop.status).where(Shop.id == message.shop_id)
    if message.shop_id is not None and session.scalar(status) != ShopStatus.ACTIVE:
        raise ShopNotActive


def _check_link(link: str | None, purpose: MessagePurpose, city: City) -> str | None:
    if link is None:
        return None
    path = check_link(link, public_url=city.public_url)
    if purpose is MessagePurpose.DISASTER:
        refuse_shopping_link(path)
    return path


def _check_attachment_kind(content: Content, purpose: MessagePurpose) -> None:
    """Nothing goes with a disaster message; a shop gives away nothing of the city's."""
    kind, value = content.attachment_kind, content.attachment
    if (kind is None) != (value is None):
        raise AttachmentInvalid(field="attachment")
    if kind is None or value is None:
        return
    allowed = {
        MessagePurpose.CITY: set(AttachmentKind),
        MessagePurpose.SHOPS: {AttachmentKind.OFFER, AttachmentKind.CAMPAIGN},
        MessagePurpose.DISASTER: set(),
    }
    if kind not in allowed[purpose]:
        raise AttachmentInvalid(field="attachment.kind")
    if kind != AttachmentKind.REWARD_CODE:
        _read_id(value)


def _read_id(value: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError as error:
        raise AttachmentInvalid(field="attachment.value") from error


def check_attachment(session: Session, *, message: Message, city: City, at: datetime) -> None:
    """That whoever gets it when it is sent can use it. Raises AttachmentUnusable, AttachmentInvalid."""
    moment = max(message.send_at, at)
    if message.attachment_kind == AttachmentKind.REWARD_CODE and message.attachment is not None:
        usable = _code_usable(session, message.attachment, city.vault, moment)
    else:
        usable = is_on_show(session, message=message, at=moment)
    if not usable:
        raise AttachmentUnusable(field="attachment")


def is_on_show(session: Session, *, message: Message, at: datetime) -> bool:
    """Whether the offer or the campaign that comes with it, if any does, can be used then. Raises AttachmentInvalid."""
    if message.attachment_kind == AttachmentKind.OFFER and message.attachment is not None:
        return _offer_usable(session, _read_id(message.attachment), message.shop_id, at)
    if message.attachment_kind == AttachmentKind.CAMPAIGN and message.attachment is not None:
        return _campaign_usable(session, _read_id(message.attachment), at)
    return True


def _offer_usable(session: Session, offer_id: uuid.UUID, shop_id: uuid.UUID | None, at: datetime) -> bool:
    query = select(Offer.id).where(
        Offer.id == offer_id,
        Offer.status == OfferStatus.PUBLISHED.value,
        Offer.displayed_from <= at,
        Offer.displayed_until > at,
        Offer.stock_left.is_(None) | (Offer.stock_left > 0),
    )
    if shop_id is not None:
        query = query.where(Offer.shop_id == shop_id)
    return session.scalar(query) is not None


def _campaign_usable(session: Session, campaign_id: uuid.UUID, at: datetime) -> bool:
    """One that is announced may still begin."""
    try:
        found = get_visible_campaign(session, campaign_id=campaign_id)
    except CampaignNotFound:
        return False
    return state_of(found.campaign, at) in LIVE and found.left_points > 0


def _code_usable(session: Session, code: str, vault: Vault, at: datetime) -> bool:
    query = select(RewardCode.id).where(
        RewardCode.code_hash == hash_code(vault, code),
        RewardCode.revoked_at.is_(None),
        RewardCode.valid_until > at,
        RewardCode.uses_left > 0,
    )
    return session.scalar(query) is not None

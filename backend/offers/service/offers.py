"""Offers: a shop drafts, edits, publishes and ends them; the city holds, releases and removes them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, Refused
from backend.base.text import DEFAULT_LANGUAGE
from backend.notices.kinds import NoticeKind
from backend.notices.recalling import INVITING, recall_pushes
from backend.offers.models import Offer, OfferShop, OfferStatus, OfferTag
from backend.offers.queries import list_shop_ids, list_tags, lock_offer
from backend.offers.rules import (
    PER_PERSON_MAX,
    STOCK_MAX,
    TERMS,
    OfferAction,
    OfferPeriodInvalid,
    OfferTerms,
    check_windows,
    next_status,
    terms_of,
)
from backend.organisations.models import Product, Shop, ShopStatus
from backend.organisations.queries import ProductNotFound
from backend.organisations.service.shops import ReasonRequired, lock_living_shop
from backend.organisations.texts import (
    normalise_tags,
    one_line,
    one_line_or_none,
    paragraphs_or_none,
    search_text,
)
from backend.people.memberships import MemberListNotFound
from backend.people.models import MemberList

SEARCH_TEXT_MAX_CHARACTERS = 4000
SHOPS_MAX = 50
# Of a published offer these change freely, or only in favour of those who took it.
FREE = frozenset({"names", "descriptions", "tags"})
LATER = frozenset({"displayed_until", "usable_until"})


class OfferShopsForeign(Refused):
    """Shops of another organisation, or none at all."""


class OfferLimitInvalid(Refused):
    """A stock or a limit of a person beyond the bounds."""


class OfferConditionsFrozen(Conflict):
    """People have seen and taken it: only texts, more stock and later ends are still possible."""


class OfferClosed(Conflict):
    """Ended or removed: nothing of it changes any more."""


class OfferShopNotActive(Conflict):
    """The shop does not take part now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDraft:
    """`names`, `descriptions`: by language, Japanese always. `shop_ids`: where it is good.

    `stock` None: as many coupons as are wanted. `member_list_id`: for those on the list only.
    """

    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    terms: OfferTerms
    displayed_from: datetime
    displayed_until: datetime
    usable_from: datetime
    usable_until: datetime
    shop_ids: Sequence[uuid.UUID]
    product_id: uuid.UUID | None = None
    stock: int | None = None
    per_person_limit: int = 1
    member_list_id: uuid.UUID | None = None
    tags: Sequence[str] = ()


DRAFT_FIELDS = tuple(field.name for field in fields(OfferDraft))


def draft_offer(
    session: Session, *, shop_id: uuid.UUID, draft: OfferDraft, created_by: uuid.UUID | None, at: datetime
) -> Offer:
    """Nobody but the shop sees it yet.

    Raises ShopNotFound, ShopEnded, NameBlank, OfferPeriodInvalid, OfferLimitInvalid, OfferShopsForeign,
    ProductNotFound, MemberListNotFound, TagInvalid.
    """
    shop = lock_living_shop(session, shop_id)
    draft = _checked(session, draft, shop)
    offer = Offer(
        id=new_id(),
        shop_id=shop_id,
        status=OfferStatus.DRAFT.value,
        created_by_staff_id=created_by,
        created_at=at,
        updated_at=at,
        **_columns(draft),
        stock_left=draft.stock,
    )
    session.add(offer)
    session.flush()
    _put_shops(session, offer.id, draft.shop_ids)
    _put_tags(session, offer.id, draft.tags)
    return offer


def edit_offer(
    session: Session,
    *,
    offer_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    changes: Mapping[str, Any],
    at: datetime,
) -> Offer:
    """`changes`: some fields of an OfferDraft. A draft changes freely, what is published or held only in favour
    of those who took it.

    Raises OfferNotFound (also for another shop's), OfferClosed, OfferConditionsFrozen and what `draft_offer` raises.
    """
    offer = lock_offer(session, offer_id=offer_id, shop_ids=shop_ids)
    if offer.status in (OfferStatus.ENDED, OfferStatus.REMOVED):
        raise OfferClosed
    shop = lock_living_shop(session, offer.shop_id)
    before = _draft_of(session, offer)
    values = {name: changes.get(name, getattr(before, name)) for name in DRAFT_FIELDS}
    after = _checked(session, OfferDraft(**values), shop)
    if offer.status != OfferStatus.DRAFT:
        _refuse_worse(before, after)
    if offer.stock is None or after.stock is None:
        offer.stock_left = after.stock
    else:
        offer.stock_left = (offer.stock_left or 0) + after.stock - offer.stock
    for name, value in _columns(after).items():
        setattr(offer, name, value)
    offer.updated_at = at
    session.flush()
    _put_shops(session, offer.id, after.shop_ids)
    _put_tags(session, offer.id, after.tags)
    return offer


def publish_offer(
    session: Session, *, offer_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> Offer:
    """Citizens see it from the beginning of its display window.

    Raises OfferNotFound, OfferTransitionRefused, OfferShopNotActive, OfferPeriodInvalid (over already).
    """
    offer = lock_offer(session, offer_id=offer_id, shop_ids=shop_ids)
    offer.status = next_status(offer.status, OfferAction.PUBLISH).value
    if session.scalar(select(Shop.status).where(Shop.id == offer.shop_id)) != ShopStatus.ACTIVE:
        raise OfferShopNotActive
    if offer.displayed_until <= at:
        raise OfferPeriodInvalid(field="displayed_until")
    offer.published_at = offer.updated_at = at
    session.flush()
    return offer


def end_offer(session: Session, *, offer_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime) -> Offer:
    """Nobody takes it any more; coupons that were taken stay good. Raises OfferNotFound, OfferTransitionRefused."""
    offer = lock_offer(session, offer_id=offer_id, shop_ids=shop_ids)
    offer.status = next_status(offer.status, OfferAction.END).value
    offer.ended_at = offer.updated_at = at
    session.flush()
    recall_pushes(session, kinds=INVITING, subject="offer_id", subject_id=offer_id, at=at)
    return offer


def hold_offer(session: Session, *, offer_id: uuid.UUID, reason: str, at: datetime) -> Offer:
    """Neither shown nor taken nor redeemed, until released. Raises OfferNotFound, OfferTransitionRefused,
    ReasonRequired."""
    return _decide(session, offer_id, OfferAction.HOLD, reason, at)


def release_offer(session: Session, *, offer_id: uuid.UUID, at: datetime) -> Offer:
    """As if it had never been held. Raises OfferNotFound, OfferTransitionRefused."""
    return _decide(session, offer_id, OfferAction.RELEASE, None, at)


def remove_offer(session: Session, *, offer_id: uuid.UUID, reason: str, at: datetime) -> Offer:
    """For good, with all its coupons. Raises OfferNotFound, OfferTransitionRefused, ReasonRequired."""
    offer = _decide(session, offer_id, OfferAction.REMOVE, reason, at)
    offer.ended_at = offer.ended_at or at
    session.flush()
    return offer


def _decide(
    session: Session, offer_id: uuid.UUID, action: OfferAction, reason: str | None, at: datetime
) -> Offer:
    """The city's word."""
    offer = lock_offer(session, offer_id=offer_id)
    status = next_status(offer.status, action)
    reason = paragraphs_or_none(reason)
    if action is not OfferAction.RELEASE and reason is None:
        raise ReasonRequired(field="reason")
    offer.status, offer.status_reason, offer.updated_at = status.value, reason, at
    session.flush()
    if action is not OfferAction.RELEASE:
        kinds = (*INVITING, NoticeKind.COUPON_ENDING)
        recall_pushes(session, kinds=kinds, subject="offer_id", subject_id=offer_id, at=at)
    return offer


def _checked(session: Session, draft: OfferDraft, shop: Shop) -> OfferDraft:
    """As it is kept: texts in one writing, each tag and shop once."""
    check_windows(
        displayed_from=draft.displayed_from,
        displayed_until=draft.displayed_until,
        usable_from=draft.usable_from,
        usable_until=draft.usable_until,
    )
    if draft.stock is not None and not 1 <= draft.stock <= STOCK_MAX:
        raise OfferLimitInvalid(field="stock", maximum=STOCK_MAX)
    if not 1 <= draft.per_person_limit <= PER_PERSON_MAX:
        raise OfferLimitInvalid(field="per_person_limit", maximum=PER_PERSON_MAX)
    _check_shops(session, draft.shop_ids, shop)
    _check_product(session, draft.product_id, shop)
    _check_member_list(session, draft.member_list_id, shop)
    names = {
        language: one_line(text, field=f"names.{language}")
        for language, text in draft.names.items()
        if language == DEFAULT_LANGUAGE or one_line_or_none(text)
    }
    descriptions = {
        language: found
        for language, text in draft.descriptions.items()
        if (found := paragraphs_or_none(text))
    }
    values = {name: getattr(draft, name) for name in DRAFT_FIELDS}
    return OfferDraft(
        **values
        | {
            "names": names,
            "descriptions": descriptions,
            "tags": normalise_tags(draft.tags),
            "shop_ids": sorted(set(draft.shop_ids)),
        }
    )


def _check_shops(session: Session, shop_ids: Sequence[uuid.UUID], owner: Shop) -> None:
    wanted = set(shop_ids)
    if not 1 <= len(wanted) <= SHOPS_MAX:
        raise OfferShopsForeign(field="shop_ids")
    query = (
        select(func.count())
        .select_from(Shop)
        .where(Shop.id.in_(wanted), Shop.organisation_id == owner.organisation_id)
    )
    if session.scalar(query) != len(wanted):
        raise OfferShopsForeign(field="shop_ids")


def _check_product(session: Session, product_id: uuid.UUID | None, owner: Shop) -> None:
    if product_id is None:
        return
    query = select(Product.id).where(Product.id == product_id, Product.shop_id == owner.id)
    if session.scalar(query) is None:
        raise ProductNotFound(field="product_id")


def _check_member_list(session: Session, list_id: uuid.UUID | None, owner: Shop) -> None:
    if list_id is None:
        return
    query = select(MemberList.id).where(
        MemberList.id == list_id, MemberList.shop_id == owner.id, MemberList.closed_at.is_(None)
    )
    if session.scalar(query) is None:
        raise MemberListNotFound(field="member_list_id")


def _refuse_worse(before: OfferDraft, after: OfferDraft) -> None:
    for name in DRAFT_FIELDS:
        old, new = getattr(before, name), getattr(after, name)
        if old == new or name in FREE or (name in LATER and new > old):
            continue
        if name == "stock" and old is not None and (new is None or new > old):
            continue
        raise OfferConditionsFrozen(field="benefit" if name == "terms" else name)


def _draft_of(session: Session, offer: Offer) -> OfferDraft:
    kept = {"terms", "shop_ids", "tags"}
    return OfferDraft(
        **{name: getattr(offer, name) for name in DRAFT_FIELDS if name not in kept},
        terms=terms_of(offer),
        shop_ids=list_shop_ids(session, offer_ids=[offer.id])[offer.id],
        tags=list_tags(session, offer_ids=[offer.id])[offer.id],
    )


def _columns(draft: OfferDraft) -> dict[str, Any]:
    """The columns that a draft decides; how many are left of the stock is another matter."""
    terms = {name: getattr(draft.terms, name) for name in TERMS}
    texts = [*draft.names.values(), *draft.descriptions.values()]
    elsewhere = {"terms", "shop_ids", "tags"}
    return {
        **{name: getattr(draft, name) for name in DRAFT_FIELDS if name not in elsewhere},
        "benefit_kind": draft.terms.kind.value,
        **terms,
        "search_text": search_text(*texts, maximum=SEARCH_TEXT_MAX_CHARACTERS),
    }


def _put_shops(session: Session, offer_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> None:
    session.execute(delete(OfferShop).where(OfferShop.offer_id == offer_id))
    session.add_all(OfferShop(offer_id=offer_id, shop_id=shop_id) for shop_id in shop_ids)
    session.flush()


def _put_tags(session: Session, offer_id: uuid.UUID, tags: Sequence[str]) -> None:
    session.execute(delete(OfferTag).where(OfferTag.offer_id == offer_id))
    session.add_all(OfferTag(offer_id=offer_id, tag=tag) for tag in tags)
    session.flush()

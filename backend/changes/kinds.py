"""The table of kinds: which things of a kind a citizen sees, which of them changed, and how they are read.

A kind joins by a line in KINDS, a field in the face's schema, and triggers on its tables; the house's tests fail for a
table without. `seen` is what the kind's list shows. `changed` may name more than was told before, never less.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Uuid, and_, bindparam, or_, select, union
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.campaigns import queries as campaigns
from backend.campaigns.models import Campaign
from backend.changes.models import Change, OwnChange
from backend.notices import queries as notices
from backend.notices.models import Notice
from backend.offers import browsing
from backend.offers.models import Offer, OfferShop, OfferStatus
from backend.organisations import queries as organisations
from backend.organisations.models import Product, Shop, ShopStatus
from backend.people.models import MemberListEntry

CITIZEN_ID = bindparam("citizen_id", type_=Uuid())
AT = bindparam("at", type_=UtcDateTime())
SINCE = bindparam("since", type_=BigInteger())
SINCE_AT = bindparam("since_at", type_=UtcDateTime())


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose copy it is; `language` of their notices."""

    citizen_id: uuid.UUID
    language: str


Fetch = Callable[[Session, Collection[uuid.UUID], Reader, datetime], Mapping[uuid.UUID, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`seen`, `changed`: selects of one column `id`. `fetch`: those of the ids that are seen, by id."""

    name: str
    seen: Select[Any]
    changed: Any
    fetch: Fetch


def _logged(*kinds: str) -> Select[Any]:
    """Ids of what everybody may be told of."""
    among = or_(*(Change.kind == kind for kind in kinds))
    return select(Change.subject_id).where(among, Change.changed_in >= SINCE)


def _own(kind: str) -> Select[Any]:
    """Ids of what is the citizen's own affair."""
    return select(OwnChange.subject_id).where(
        OwnChange.citizen_id == CITIZEN_ID, OwnChange.kind == kind, OwnChange.changed_in >= SINCE
    )


def _begun(starts_at: Any) -> ColumnElement[bool]:
    """What the clock alone has brought about: no log tells of it."""
    return and_(starts_at > SINCE_AT, starts_at <= AT)


# --- Shops and products ---

# Nobody was ever told of those that the city has not let in.
LET_IN = and_(Shop.status != ShopStatus.APPLIED.value, Shop.status != ShopStatus.REJECTED.value)
ACTIVE = Shop.status == ShopStatus.ACTIVE.value
PRODUCTS_OF_SHOPS = select(Product.id).join(Shop, Shop.id == Product.shop_id)

SHOPS = Kind(
    "shops",
    seen=select(Shop.id).where(ACTIVE),
    changed=select(Shop.id).where(LET_IN, Shop.id.in_(_logged("shops"))),
    fetch=lambda session, ids, _reader, _at: {
        found.shop.id: found for found in organisations.list_active_shops(session, shop_ids=ids)
    },
)
PRODUCTS = Kind(
    "products",
    seen=PRODUCTS_OF_SHOPS.where(ACTIVE, Product.withdrawn_at.is_(None)),
    changed=union(
        PRODUCTS_OF_SHOPS.where(LET_IN, Product.id.in_(_logged("products"))),
        PRODUCTS_OF_SHOPS.where(LET_IN, Product.withdrawn_at.is_(None), Shop.id.in_(_logged("shop_cards"))),
    ),
    fetch=lambda session, ids, _reader, _at: {
        found.product.id: found for found in organisations.list_products_sold(session, product_ids=ids)
    },
)

# --- Offers ---

# What is for members concerns those who are on its list, or were.
MINE = or_(
    Offer.member_list_id.is_(None),
    Offer.member_list_id.in_(select(MemberListEntry.list_id).where(MemberListEntry.citizen_id == CITIZEN_ID)),
    Offer.member_list_id.in_(_own("member_lists")),
)
# Before, nobody was told of it.
BEGUN = and_(Offer.published_at.is_not(None), Offer.displayed_from <= AT)
# What changes around an offer matters while phones show it.
SHOWN = and_(BEGUN, Offer.status == OfferStatus.PUBLISHED.value, Offer.displayed_until > AT)
GOOD_AT_CHANGED = select(OfferShop.offer_id).where(OfferShop.shop_id.in_(_logged("shop_cards")))

OFFERS = Kind(
    "offers",
    seen=select(Offer.id)
    .join(Shop, Shop.id == Offer.shop_id)
    .where(browsing.is_displayed(CITIZEN_ID, AT), browsing.is_good_somewhere()),
    # One by one, for an index serves each; a single condition with all of them would read every offer.
    changed=union(
        *(
            select(Offer.id).where(MINE, BEGUN, Offer.id.in_(changed))
            for changed in (_logged("offers"), _own("offers"))
        ),
        *(
            select(Offer.id).where(MINE, SHOWN, changed)
            for changed in (
                _begun(Offer.displayed_from),
                Offer.shop_id.in_(_logged("shop_cards")),
                Offer.id.in_(GOOD_AT_CHANGED),
                Offer.member_list_id.in_(_logged("member_lists")),
                Offer.member_list_id.in_(_own("member_lists")),
            )
        ),
    ),
    fetch=lambda session, ids, reader, at: {
        found.offer.id: found
        for found in browsing.list_displayed_offers(
            session, offer_ids=ids, citizen_id=reader.citizen_id, at=at
        )
    },
)

# --- Campaigns ---

CAMPAIGNS = Kind(
    "campaigns",
    seen=select(Campaign.id).where(campaigns.is_current(AT)),
    changed=select(Campaign.id).where(
        Campaign.funding_account_id.is_not(None),  # citizens see it from when it is scheduled on
        or_(_begun(Campaign.starts_at), Campaign.id.in_(_logged("campaigns"))),
    ),
    fetch=lambda session, ids, _reader, at: {
        found.campaign.id: found for found in campaigns.list_current_among(session, campaign_ids=ids, at=at)
    },
)

# --- Notices ---


def _renumbered(state: ColumnElement[bool]) -> Select[Any]:
    return select(Notice.id).where(Notice.citizen_id == CITIZEN_ID, state, Notice.changed_in >= SINCE)


NOTICES = Kind(
    "notices",
    seen=select(Notice.id).where(Notice.citizen_id == CITIZEN_ID),
    # Each half has its index; the log tells only of those that are gone.
    changed=union(
        _renumbered(Notice.read_at.is_(None)), _renumbered(Notice.read_at.is_not(None)), _own("notices")
    ),
    fetch=lambda session, ids, reader, _at: {
        found.id: found
        for found in notices.list_notices_among(
            session, citizen_id=reader.citizen_id, notice_ids=ids, language=reader.language
        )
    },
)

# In this order they are told. A new one makes every phone start over, which brings it the kind as a whole.
KINDS: Sequence[Kind] = (SHOPS, PRODUCTS, OFFERS, CAMPAIGNS, NOTICES)
NAMES = tuple(kind.name for kind in KINDS)

"""The offers of the demonstration as rows, and the coupons that citizens took and used in its past."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from backend.base.clock import start_of_city_day
from backend.demo.city import shapes
from backend.demo.city.accounts import DEMO_SHOP_KEY
from backend.demo.city.offers import OFFERS
from backend.demo.drawing import draw
from backend.demo.identifiers import staff_id
from backend.demo.memberships import Memberships
from backend.demo.town import Founding, Row, Table, Town
from backend.offers.models import Offer, OfferPhoto, OfferShop, OfferTag
from backend.offers.rules import TERMS, discount_of
from backend.offers.service.offers import SEARCH_TEXT_MAX_CHARACTERS
from backend.organisations.texts import search_text

# Of the purchases that could use a coupon, so many in a hundred do.
USED_PERCENT = 35
TAKEN_AT_MOST_HOURS_BEFORE = 60
DRAFTED_DAYS_BEFORE = 3
# A day begins at nine for the shop, at any hour of its daytime for citizens.
SHOP_HOURS = timedelta(hours=9)
TRIES = 400


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A coupon about to be used with a purchase. `held`: the row of one that the citizen has already."""

    offer: shapes.Offer
    offer_id: uuid.UUID
    taken_at: datetime
    discount_yen: int
    held: Row | None = None


class Offers:
    """Keeps what is taken of each, by whom. Nobody takes more of one than its `taken_count` in all."""

    def __init__(self, founding: Founding, town: Town, memberships: Memberships) -> None:
        self._founding = founding
        self._town = town
        self._memberships = memberships
        self._random = Random(f"{founding.seed}:coupons")
        self._taken: Counter[str] = Counter()
        self._numbers: Counter[tuple[str, uuid.UUID]] = Counter()
        self._granted: Counter[tuple[str, uuid.UUID]] = Counter()
        self.ids = {offer.key: founding.ids.at(self._drafted_at(offer)) for offer in OFFERS}
        self._key_by_id = {offer_id: key for key, offer_id in self.ids.items()}
        self._by_key = {offer.key: offer for offer in OFFERS}
        self._by_shop: dict[str, list[shapes.Offer]] = defaultdict(list)
        for offer in OFFERS:
            for shop_key in (offer.shop_key, *offer.also_shop_keys):
                self._by_shop[shop_key].append(offer)
        self._pockets: dict[tuple[str, uuid.UUID], list[Row]] = defaultdict(list)
        self.coupons: list[Row] = []

    def _day(self, days: int) -> datetime:
        return start_of_city_day(self._founding.today + timedelta(days=days))

    def _drafted_at(self, offer: shapes.Offer) -> datetime:
        """Before it is shown, and before today."""
        return self._day(min(offer.shown_from_days, 0) - DRAFTED_DAYS_BEFORE) + SHOP_HOURS

    def _held_at(self, offer: shapes.Offer) -> datetime | None:
        return None if offer.held_days_ago is None else self._day(-offer.held_days_ago) + SHOP_HOURS

    def choose(self, purchase: shapes.Purchase, account_id: uuid.UUID) -> Redeemed | None:
        """The coupon that a citizen uses with a purchase, if any."""
        for offer in self._by_shop.get(purchase.shop_key, ()):
            if held := self._held_coupon(offer, purchase, account_id):
                discount_yen = discount_of(offer.terms, purchase.amount_yen)
                return Redeemed(offer, self.ids[offer.key], held["taken_at"], discount_yen, held)
            if offer.status == "draft" or not self._may_use(offer, purchase, account_id):
                continue
            hours = self._random.uniform(0.2, TAKEN_AT_MOST_HOURS_BEFORE)
            taken_at = max(
                purchase.done_at - timedelta(hours=hours),
                self._day(offer.shown_from_days) + timedelta(minutes=5),
                self._town.joined_at[purchase.citizen_key],
            )
            if taken_at >= min(purchase.done_at, self._day(offer.shown_until_days)):
                continue
            if self._random.randrange(100) < USED_PERCENT:
                discount_yen = discount_of(offer.terms, purchase.amount_yen)
                return Redeemed(offer, self.ids[offer.key], taken_at, discount_yen)
        return None

    def _held_coupon(
        self, offer: shapes.Offer, purchase: shapes.Purchase, account_id: uuid.UUID
    ) -> Row | None:
        """One that a campaign gave: whoever has it uses it on the next occasion."""
        held = self._pockets.get((offer.key, account_id))
        return held[0] if held and purchase.amount_yen >= offer.terms.least_yen else None

    def _may_use(self, offer: shapes.Offer, purchase: shapes.Purchase, account_id: uuid.UUID) -> bool:
        held_at = self._held_at(offer)
        return (
            self._day(offer.shown_from_days) < purchase.done_at < self._day(offer.good_until_days)
            and (held_at is None or purchase.done_at < held_at)
            and purchase.amount_yen >= offer.terms.least_yen
            and self._may_take(offer, purchase.citizen_key, account_id, purchase.done_at)
        )

    def _may_take(self, offer: shapes.Offer, citizen_key: str, account_id: uuid.UUID, at: datetime) -> bool:
        number = self._numbers[offer.key, account_id] - self._granted[offer.key, account_id]
        return (
            self._taken[offer.key] < offer.taken_count
            and number < offer.per_person_limit
            and self._memberships.is_on(offer.member_list_key, citizen_key, at)
        )

    def use(self, redeemed: Redeemed, account_id: uuid.UUID, *, purchase_id: uuid.UUID, at: datetime) -> None:
        if redeemed.held:
            redeemed.held.update({"redeemed_at": at, "purchase_id": purchase_id})
            self._pockets[redeemed.offer.key, account_id].remove(redeemed.held)
            return
        self._take(redeemed.offer, account_id, redeemed.taken_at, redeemed_at=at, purchase_id=purchase_id)

    def grant(
        self, offer_id: uuid.UUID, account_id: uuid.UUID, *, campaign_id: uuid.UUID, at: datetime
    ) -> None:
        """For a filled card: beyond the limit of a person."""
        offer = self._by_key[self._key_by_id[offer_id]]
        self._granted[offer.key, account_id] += 1
        self._take(offer, account_id, at, campaign_id=campaign_id)
        self._pockets[offer.key, account_id].append(self.coupons[-1])

    def _take(
        self,
        offer: shapes.Offer,
        account_id: uuid.UUID,
        taken_at: datetime,
        *,
        redeemed_at: datetime | None = None,
        purchase_id: uuid.UUID | None = None,
        campaign_id: uuid.UUID | None = None,
    ) -> None:
        self._taken[offer.key] += campaign_id is None
        self._numbers[offer.key, account_id] += 1
        self.coupons.append(
            {
                "id": self._founding.ids.at(taken_at),
                "offer_id": self.ids[offer.key],
                "account_id": account_id,
                "number": self._numbers[offer.key, account_id],
                "granted_by_campaign_id": campaign_id,
                "taken_at": taken_at,
                "usable_until": self._day(offer.good_until_days),
                "redeemed_at": redeemed_at,
                "purchase_id": purchase_id,
            }
        )

    def take_the_rest(self) -> None:
        """Coupons that lie in somebody's pocket until today."""
        citizens = tuple(self._town.citizens)
        for offer in OFFERS:
            begins_at = self._day(offer.shown_from_days)
            ends_at = min(
                self._held_at(offer) or self._day(0), self._day(offer.shown_until_days), self._day(0)
            )
            for _ in range(TRIES):
                key = self._random.choice(citizens)
                account_id = self._town.account_ids[key]
                from_at = max(begins_at, self._town.joined_at[key])
                taken_at = from_at + self._random.random() * (ends_at - from_at)
                if from_at < ends_at and self._may_take(offer, key, account_id, taken_at):
                    self._take(offer, account_id, taken_at)

    def tables(self) -> Sequence[Table]:
        """In the order of insertion; coupons come after purchases."""
        return [
            (Offer, [self._row(offer) for offer in OFFERS]),
            (OfferShop, [row for offer in OFFERS for row in self._shops(offer)]),
            (
                OfferTag,
                [{"offer_id": self.ids[offer.key], "tag": tag} for offer in OFFERS for tag in offer.tags],
            ),
            (OfferPhoto, [self._photo(offer, offer.drawing) for offer in OFFERS if offer.drawing]),
        ]

    def _shops(self, offer: shapes.Offer) -> list[Row]:
        keys = (offer.shop_key, *offer.also_shop_keys)
        return [{"offer_id": self.ids[offer.key], "shop_id": self._town.shop_ids[key]} for key in keys]

    def _photo(self, offer: shapes.Offer, drawing: shapes.Drawing) -> Row:
        picture = draw(drawing)
        return {
            "offer_id": self.ids[offer.key],
            "content": picture.content,
            "media_type": picture.media_type,
            "width_pixels": picture.width_pixels,
            "height_pixels": picture.height_pixels,
            "etag": picture.etag,
            "stored_at": self._drafted_at(offer),
        }

    def _row(self, offer: shapes.Offer) -> Row:
        created_at = self._drafted_at(offer)
        published_at = None if offer.status == "draft" else created_at + timedelta(hours=4)
        list_key, product_key = offer.member_list_key, offer.product_key
        texts = (*offer.names.values(), *offer.descriptions.values())
        return {
            "id": self.ids[offer.key],
            "shop_id": self._town.shop_ids[offer.shop_key],
            "status": offer.status,
            "status_reason": offer.held_reason,
            "names": dict(offer.names),
            "descriptions": dict(offer.descriptions),
            "search_text": search_text(*texts, maximum=SEARCH_TEXT_MAX_CHARACTERS),
            "product_id": self._town.product_ids[product_key] if product_key else None,
            "benefit_kind": offer.terms.kind.value,
            **{name: getattr(offer.terms, name) for name in TERMS},
            "displayed_from": self._day(offer.shown_from_days),
            "displayed_until": self._day(offer.shown_until_days),
            "usable_from": self._day(offer.shown_from_days),
            "usable_until": self._day(offer.good_until_days),
            "stock": offer.stock,
            "stock_left": None if offer.stock is None else offer.stock - self._taken[offer.key],
            "per_person_limit": offer.per_person_limit,
            "member_list_id": self._memberships.ids[list_key] if list_key else None,
            "created_by_staff_id": self._author(offer),
            "created_at": created_at,
            "updated_at": self._held_at(offer) or published_at or created_at,
            "published_at": published_at,
            "ended_at": None,
        }

    def _author(self, offer: shapes.Offer) -> uuid.UUID | None:
        """Only one shop of the demonstration has somebody who signs in."""
        return staff_id("manager") if offer.shop_key == DEMO_SHOP_KEY else None

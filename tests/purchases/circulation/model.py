"""What the town's books must say, as a child would keep them with paper and pencil.

People, shops, lots, purchases, coupons and checkouts are numbered from 0 in the order of their ids. Each verb
answers "done", or the code of the refusal, and changes nothing then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from backend.base.clock import city_day, end_of_city_day
from tests.purchases.circulation.terms import (
    ALONE,
    ALONE_FROM_YEN,
    ALONE_POINTS,
    ALONE_SHOP,
    BASE,
    CAMPAIGNS,
    CAPPED,
    DAY,
    LATER,
    OFFERS,
    PERSON_DAY_POINTS,
    PERSON_WEEK_AWARDS,
    RATES,
    SHOP_DAY_POINTS,
    SHOPS,
)

DONE = "done"
# In place of a coupon's number.
WITHDRAWN = -1
CHECKOUT_LIFETIME = timedelta(minutes=10)
RETURNED_FOR = 14 * DAY
CORRECTION_DAYS = 1


@dataclass
class Lot:
    person: int
    budget: str
    granted: int
    left: int
    spendable_at: datetime | None
    expires_at: datetime
    held: int = 0
    lapsed: int = 0
    # By refunds: what they asked for, and what was found in this very lot, be it for another one.
    asked: int = 0
    reclaimed: int = 0

    @property
    def free(self) -> int:
        return self.left - self.held

    def is_spendable(self, at: datetime) -> bool:
        return (self.spendable_at is None or self.spendable_at <= at) and self.expires_at > at


@dataclass
class Debt:
    person: int
    budget: str
    owed: int


@dataclass
class Coupon:
    """`purchase`: with which it was used. `earned_with`: the purchase that filled the card it is the reward of."""

    offer: str
    person: int
    usable_until: datetime
    purchase: int | None = None
    earned_with: int | None = None


@dataclass
class Checkout:
    """`lots`: what its hold set aside of each, if it has one. `coupon` may be WITHDRAWN."""

    person: int
    shop: int
    amount: int
    coupon: int | None
    earns: bool
    lots: dict[int, int]
    expires_at: datetime
    status: str = "open"
    hold: str | None = None

    def is_overdue(self, at: datetime) -> bool:
        """Its points can be spent again, though nobody has ended the hold yet."""
        return self.hold == "held" and self.expires_at <= at


@dataclass
class Purchase:
    """By lot: `used` points paid it and have not come back, `awards` it earned."""

    person: int
    shop: int
    amount: int
    discount: int
    spent: int
    done_at: datetime
    used: dict[int, int] = field(default_factory=dict)
    awards: dict[int, int] = field(default_factory=dict)
    told_balance: int = 0
    cash_back: int = 0
    points_back: int = 0
    discount_back: int = 0

    @property
    def cash_left(self) -> int:
        return self.amount - self.discount - self.spent - self.cash_back

    @property
    def left(self) -> int:
        return self.amount - self.cash_back - self.points_back - self.discount_back


@dataclass
class Campaign:
    status: str
    ends_at: datetime


CardKey = tuple[str, int, int]  # campaign, person, number of the card


@dataclass
class Model:
    campaigns: dict[str, Campaign] = field(
        default_factory=lambda: {
            slug: Campaign("scheduled", terms.ends_at) for slug, terms in CAMPAIGNS.items()
        }
    )
    budgets: dict[str, int] = field(
        default_factory=lambda: {slug: terms.left_points for slug, terms in CAMPAIGNS.items()}
    )
    tills: list[int] = field(default_factory=lambda: [0] * SHOPS)
    stocks: dict[str, int] = field(
        default_factory=lambda: {slug: terms.stock for slug, terms in OFFERS.items()}
    )
    lots: list[Lot] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    coupons: list[Coupon] = field(default_factory=list)
    checkouts: list[Checkout] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    # Key of the stamp → purchase.
    stamps: dict[CardKey, dict[str, int]] = field(default_factory=dict)
    # By which purchase they were completed.
    full_cards: dict[CardKey, int] = field(default_factory=dict)

    def lots_of(self, person: int) -> list[int]:
        """In the order in which they are used up."""
        own = [number for number, lot in enumerate(self.lots) if lot.person == person]
        return sorted(own, key=lambda number: (self.lots[number].expires_at, number))

    def spendable(self, person: int, at: datetime) -> int:
        return sum(
            self.lots[number].free for number in self.lots_of(person) if self.lots[number].is_spendable(at)
        )

    def within_reach(self, person: int, at: datetime) -> int:
        """With what holds keep beyond their time."""
        overdue = [found for found in self.checkouts if found.person == person and found.is_overdue(at)]
        alive = [
            points
            for found in overdue
            for number, points in found.lots.items()
            if self.lots[number].is_spendable(at)
        ]
        return self.spendable(person, at) + sum(alive)

    def open_debts(self, person: int) -> Iterator[Debt]:
        return (debt for debt in self.debts if debt.person == person and debt.owed)

    def use(self, numbers: list[int], points: int) -> dict[int, int]:
        """So many points from the lots, first come first served; does not take them."""
        used = {}
        for number in numbers:
            take = min(self.lots[number].free, points)
            if take > 0:
                used[number] = take
                points -= take
        return used

    def choose(self, person: int, points: int, at: datetime) -> dict[int, int]:
        return self.use(
            [number for number in self.lots_of(person) if self.lots[number].is_spendable(at)], points
        )

    # --- Coupons ---

    def take_coupon(self, *, at: datetime, person: int, offer: str) -> str:
        terms = OFFERS[offer]
        taken = [coupon for coupon in self.coupons if coupon.offer == offer and coupon.person == person]
        if at >= terms.displayed_until:
            return "offer_not_found"
        if sum(coupon.earned_with is None for coupon in taken) >= terms.per_person:
            return "coupon_limit_reached"
        if not self.stocks[offer]:
            return "offer_sold_out"
        self.stocks[offer] -= 1
        self.coupons.append(Coupon(offer, person, terms.usable_until))
        return DONE

    def refuse_coupon(self, coupon: int | None, shop: int, amount: int, at: datetime) -> str | None:
        if coupon is None:
            return None
        if coupon == WITHDRAWN:
            return "coupon_not_found"
        found = self.coupons[coupon]
        terms = OFFERS[found.offer]
        if found.purchase is not None:
            return "coupon_used"
        if max(found.usable_until, terms.usable_until) <= at:
            return "coupon_expired"
        if shop != terms.shop:
            return "coupon_not_usable_here"
        return "coupon_minimum_not_met" if amount < terms.minimum_yen else None

    def discount(self, coupon: int | None, amount: int) -> int:
        return 0 if coupon is None else min(OFFERS[self.coupons[coupon].offer].discount_yen, amount)

    # --- What a purchase earns ---

    def counted(self, slug: str, first_on: date, last_on: date, **whose: int) -> tuple[int, int]:
        """Points of a campaign given in these days, less what was taken back; and how many awards still stand."""
        points = awards = 0
        for purchase in self.purchases:
            if not first_on <= city_day(purchase.done_at) <= last_on:
                continue
            if any(getattr(purchase, name) != number for name, number in whose.items()):
                continue
            for lot, granted in purchase.awards.items():
                if self.lots[lot].budget == slug:
                    points += granted - self.lots[lot].asked
                    awards += purchase.left > 0
        return points, awards

    def allowed_by_caps(self, person: int, shop: int, on: date) -> int:
        monday = on - on.weekday() * DAY
        if self.counted(CAPPED, monday, monday + 6 * DAY, person=person)[1] >= PERSON_WEEK_AWARDS:
            return 0
        of_person, of_shop = (
            self.counted(CAPPED, on, on, person=person)[0],
            self.counted(CAPPED, on, on, shop=shop)[0],
        )
        return max(0, min(PERSON_DAY_POINTS - of_person, SHOP_DAY_POINTS - of_shop))

    def runs(self, slug: str, done_at: datetime) -> bool:
        campaign = self.campaigns[slug]
        return campaign.status == "scheduled" and done_at < campaign.ends_at

    def award(self, slug: str, purchase: Purchase) -> int:
        """Of a campaign that pays by the amount, alone."""
        net = purchase.amount - purchase.discount - purchase.spent
        if not self.runs(slug, purchase.done_at):
            return 0
        if slug == ALONE:
            fits = purchase.shop == ALONE_SHOP and net >= ALONE_FROM_YEN
            return min(ALONE_POINTS if fits else 0, self.budgets[ALONE])
        points = net * RATES[slug] // 1000
        if slug == CAPPED:
            on = city_day(purchase.done_at)
            points = min(points, self.allowed_by_caps(purchase.person, purchase.shop, on))
        return min(points, self.budgets[slug])

    def awards(self, purchase: Purchase) -> dict[str, int]:
        """And whether cards are stamped: not beside a campaign that stands alone."""
        alone = self.award(ALONE, purchase)
        slugs = [BASE, ALONE] if alone else [BASE, CAPPED, LATER]
        return {slug: self.award(slug, purchase) for slug in slugs}

    def grant(self, purchase: Purchase, awards: dict[str, int], at: datetime) -> None:
        """What is owed is repaid out of it, the oldest debt first."""
        new = []
        for slug, points in awards.items():
            if points:
                terms = CAMPAIGNS[slug]
                lot = Lot(purchase.person, slug, points, points, terms.spendable_at(at), terms.expires_at(at))
                purchase.awards[len(self.lots)] = points
                self.budgets[slug] -= points
                self.lots.append(lot)
                new.append(lot)
        for debt in self.open_debts(purchase.person):
            for lot in new:
                paid = min(lot.left, debt.owed)
                lot.left -= paid
                lot.reclaimed += paid
                debt.owed -= paid
                self.budgets[debt.budget] += paid

    # --- By hand, and by the clock ---

    def correct(self, *, at: datetime, person: int, points: int, is_second_person: bool) -> str:
        if not is_second_person:
            return "second_person_required"
        if points < 0:
            alive = [number for number in self.lots_of(person) if self.lots[number].expires_at > at]
            used = self.use(alive, -points)
            if sum(used.values()) < -points:
                return "points_insufficient"
            for number, taken in used.items():
                self.lots[number].left -= taken
        else:
            ends_at = end_of_city_day(city_day(at) + CORRECTION_DAYS * DAY)
            self.lots.append(Lot(person, BASE, points, points, None, ends_at))
        self.budgets[BASE] -= points
        return DONE

    def lapse_expired_lots(self, *, at: datetime) -> str:
        for lot in self.lots:
            if lot.expires_at <= at:
                lot.lapsed += lot.free
                lot.left = lot.held
        return DONE

    def expire_holds(self, *, at: datetime) -> str:
        for checkout in self.checkouts:
            if checkout.is_overdue(at):
                self.free(checkout, "expired")
        return DONE

    def free(self, checkout: Checkout, status: str) -> None:
        checkout.hold = status
        for number, points in checkout.lots.items():
            self.lots[number].held -= points

    def watch_budgets(self, *, at: datetime) -> str:
        for slug, campaign in self.campaigns.items():
            if campaign.status in ("scheduled", "paused") and campaign.ends_at <= at:
                campaign.status = "ended"
            elif campaign.status == "scheduled" and self.budgets[slug] == 0 and slug != BASE:
                campaign.status, campaign.ends_at = "ended", at
        return DONE

    def seal_ledger(self, *, at: datetime) -> str:
        return DONE

    def pause_campaign(self, *, at: datetime, slug: str) -> str:
        if not self.runs(slug, at):
            return "campaign_not_running"
        self.campaigns[slug].status = "paused"
        return DONE

    def resume_campaign(self, *, at: datetime, slug: str) -> str:
        campaign = self.campaigns[slug]
        if campaign.status != "paused" or campaign.ends_at <= at:
            return "campaign_not_paused"
        campaign.status = "scheduled"
        return DONE

    def end_campaign(self, *, at: datetime, slug: str) -> str:
        campaign = self.campaigns[slug]
        if campaign.status not in ("scheduled", "paused") or campaign.ends_at <= at:
            return "campaign_not_approved"
        campaign.status, campaign.ends_at = "ended", at
        return DONE

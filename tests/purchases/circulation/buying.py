"""The model with its tills: purchases, checkouts, stamp cards and refunds."""

from dataclasses import dataclass
from datetime import datetime

from backend.base.clock import city_day, end_of_city_day
from tests.purchases.circulation.model import (
    CHECKOUT_LIFETIME,
    DONE,
    RETURNED_FOR,
    WITHDRAWN,
    CardKey,
    Checkout,
    Coupon,
    Debt,
    Lot,
    Model,
    Purchase,
)
from tests.purchases.circulation.terms import (
    ALONE,
    CAMPAIGNS,
    CARD_CAMPAIGNS,
    GIFT,
    OFFERS,
    RALLY,
    RALLY_POINTS,
)

Wish = int | str  # "none", "all", or just so many points


@dataclass
class TownModel(Model):
    def buy(
        self,
        *,
        at: datetime,
        done_at: datetime,
        person: int,
        shop: int,
        amount: int,
        wish: Wish,
        coupon: int | None,
    ) -> str:
        """By till code: the citizen knows the price, so more points than fit or than there are is an error."""
        if refusal := self.refuse_coupon(coupon, shop, amount, at):
            return refusal
        price = amount - self.discount(coupon, amount)
        if isinstance(wish, int) and wish > price:
            return "points_above_price"
        if isinstance(wish, int) and wish > self.within_reach(person, at):
            return "points_not_enough"
        return self.settle(at, done_at, person, shop, amount, wish, coupon)

    def sell(
        self,
        *,
        at: datetime,
        person: int,
        shop: int,
        amount: int,
        wish: Wish,
        coupon: int | None,
        earns: bool,
    ) -> str:
        """By citizen code: as many of the chosen points as fit."""
        if refusal := self.refuse_coupon(coupon, shop, amount, at):
            return refusal
        return self.settle(at, at, person, shop, amount, wish, coupon, earns=earns)

    def settle(
        self,
        at: datetime,
        done_at: datetime,
        person: int,
        shop: int,
        amount: int,
        wish: Wish,
        coupon: int | None,
        *,
        earns: bool = True,
    ) -> str:
        discount = self.discount(coupon, amount)
        used = self.choose(person, self.fitting(person, amount - discount, wish, at), at)
        for number, points in used.items():
            self.lots[number].left -= points
        self.record(at, done_at, person, shop, amount, discount, used, coupon, earns=earns)
        return DONE

    def fitting(self, person: int, price: int, wish: Wish, at: datetime) -> int:
        wanted = {"none": 0, "all": price}[wish] if isinstance(wish, str) else wish
        return min(wanted, price, self.within_reach(person, at))

    def record(
        self,
        at: datetime,
        done_at: datetime,
        person: int,
        shop: int,
        amount: int,
        discount: int,
        used: dict[int, int],
        coupon: int | None,
        *,
        earns: bool,
    ) -> None:
        number, spent = len(self.purchases), sum(used.values())
        purchase = Purchase(person, shop, amount, discount, spent, done_at, used=used)
        self.tills[shop] += spent
        if coupon is not None:
            self.coupons[coupon].purchase = number
        if earns and amount > discount + spent:
            awards = self.awards(purchase)
            if not awards.get(ALONE):
                awards[RALLY] = self.stamp_cards(number, purchase, at)
            self.grant(purchase, awards, at)
        purchase.told_balance = self.spendable(person, at)
        self.purchases.append(purchase)

    # --- Stamp cards ---

    def stamp_cards(self, number: int, purchase: Purchase, at: datetime) -> int:
        """Points for a full card; a coupon is given here."""
        points = 0
        keys = {RALLY: str(purchase.shop)}
        for slug in CARD_CAMPAIGNS:
            if not self.runs(slug, purchase.done_at) or not self.budgets[slug]:
                continue
            key = keys.get(slug, city_day(purchase.done_at).isoformat())
            card = self.next_card(slug, purchase.person)
            stamps = self.stamps.get(card, {})
            if key in stamps:
                continue
            self.stamps[card] = {**stamps, key: number}
            if len(self.stamps[card]) < CAMPAIGNS[slug].target:
                continue
            self.full_cards[card] = number
            if slug == RALLY:
                points = min(RALLY_POINTS, self.budgets[RALLY])
            elif self.stocks[GIFT] and at < OFFERS[GIFT].usable_until:
                self.stocks[GIFT] -= 1
                gift = Coupon(GIFT, purchase.person, OFFERS[GIFT].usable_until, earned_with=number)
                self.coupons.append(gift)
        return points

    def next_card(self, slug: str, person: int) -> CardKey:
        """An open one goes before a new one."""
        begun = sorted(card for card in {**self.stamps, **self.full_cards} if card[:2] == (slug, person))
        open_card = next((card for card in begun if card not in self.full_cards), None)
        return open_card or (slug, person, begun[-1][2] + 1 if begun else 1)

    # --- Checkouts ---

    def open_checkout(
        self,
        *,
        at: datetime,
        person: int,
        shop: int,
        amount: int,
        wish: Wish,
        coupon: int | None,
        earns: bool,
    ) -> str:
        if refusal := self.refuse_coupon(coupon, shop, amount, at):
            return refusal
        price = amount - self.discount(coupon, amount)
        used = self.choose(person, self.fitting(person, price, wish, at), at)
        for number, points in used.items():
            self.lots[number].held += points
        hold = "held" if used else None
        expires_at = at + CHECKOUT_LIFETIME
        self.checkouts.append(Checkout(person, shop, amount, coupon, earns, used, expires_at, hold=hold))
        return DONE

    def refuse_checkout(self, checkout: Checkout, at: datetime) -> str | None:
        if checkout.status != "open":
            return "checkout_closed"
        return "checkout_expired" if checkout.expires_at <= at else None

    def cancel_checkout(self, *, at: datetime, checkout: int) -> str:
        found = self.checkouts[checkout]
        if refusal := self.refuse_checkout(found, at):
            return refusal
        found.status = "cancelled"
        if found.hold:
            self.free(found, "voided")
        return DONE

    def complete_checkout(self, *, at: datetime, checkout: int, amount: int | None) -> str:
        """`amount`: of a sale that became smaller. What is held pays as far as it fits."""
        found = self.checkouts[checkout]
        if refusal := self.refuse_checkout(found, at):
            return refusal
        if amount is not None and amount > found.amount:
            return "checkout_amount_raised"
        amount = amount or found.amount
        if refusal := self.refuse_coupon(
            found.coupon, found.shop, amount, found.expires_at - CHECKOUT_LIFETIME
        ):
            return refusal
        discount = self.discount(found.coupon, amount)
        spent = min(amount - discount, sum(found.lots.values()))
        if found.hold:
            self.free(found, "posted" if spent else "voided")
        order = [number for number in self.lots_of(found.person) if number in found.lots]
        used = {}
        for number in order:
            take = min(found.lots[number], spent - sum(used.values()))
            if take:
                used[number] = take
                self.lots[number].left -= take
        found.status = "completed"
        self.record(at, at, found.person, found.shop, amount, discount, used, found.coupon, earns=found.earns)
        return DONE

    # --- Refunds ---

    def refund(self, *, at: datetime, purchase: int, amount: int | None) -> str:
        """`amount` None: all that is left. Money makes up for what does not divide; awards are rounded up."""
        found = self.purchases[purchase]
        whole = found.left
        amount = whole if amount is None else amount
        if amount > whole or whole == 0:
            return "refund_above_rest"
        parts = [
            found.cash_left,
            found.spent - found.points_back,
            found.discount - found.discount_back,
        ]
        shares = [part * amount // whole for part in parts]
        for index, part in enumerate(parts):
            shares[index] += min(amount - sum(shares), part - shares[index])
        asked = {
            lot: -(-(granted - self.lots[lot].asked) * amount // whole)
            for lot, granted in found.awards.items()
        }
        found.cash_back += shares[0]
        found.points_back += shares[1]
        found.discount_back += shares[2]
        if not found.cash_left:
            asked |= self.roll_back_stamps(purchase)
        self.give_back(found, shares[1], at)
        self.reclaim(found.person, {lot: points for lot, points in sorted(asked.items()) if points}, at)
        if not found.left:
            self.return_coupon(purchase, at)
        return DONE

    def give_back(self, purchase: Purchase, points: int, at: datetime) -> None:
        """The points used last come back first, and can be spent for two weeks at least."""
        self.tills[purchase.shop] -= points
        used = purchase.used
        order = sorted(used, key=lambda number: (self.lots[number].expires_at, number), reverse=True)
        for number in order:
            back = min(used[number], points)
            if not back:
                continue
            points -= back
            used[number] -= back
            lot = self.lots[number]
            ends_at = max(lot.expires_at, end_of_city_day(city_day(at) + RETURNED_FOR))
            self.lots.append(Lot(lot.person, lot.budget, back, back, None, ends_at))

    def reclaim(self, person: int, asked: dict[int, int], at: datetime) -> None:
        """Each lot pays for itself; what lapsed of it is forgiven; any other point pays the rest, or it is owed."""
        owed: dict[str, int] = {}
        for number, points in asked.items():
            lot = self.lots[number]
            unpaid_before = max(0, lot.asked - lot.reclaimed)
            lot.asked += points
            paid = min(points, lot.free)
            forgiven = min(points - paid, max(0, lot.lapsed - unpaid_before))
            lot.left -= paid
            lot.reclaimed += paid
            self.budgets[lot.budget] += paid
            owed[lot.budget] = owed.get(lot.budget, 0) + points - paid - forgiven
        alive = [number for number in self.lots_of(person) if self.lots[number].expires_at > at]
        used = self.use(alive, sum(owed.values()))
        for number, points in used.items():
            self.lots[number].left -= points
            self.lots[number].reclaimed += points
        found = sum(used.values())
        for budget in owed:
            paid = min(owed[budget], found)
            found -= paid
            owed[budget] -= paid
            self.budgets[budget] += paid
        self.debts += [Debt(person, slug, owed[slug]) for slug in CAMPAIGNS if owed.get(slug)]

    def return_coupon(self, number: int, at: datetime) -> None:
        for coupon in self.coupons:
            if coupon.purchase == number:
                coupon.purchase = None
                coupon.usable_until = max(coupon.usable_until, at + RETURNED_FOR)

    def roll_back_stamps(self, number: int) -> dict[int, int]:
        """Cards that lose a stamp are open again, and their rewards go: lot → points that are asked back.

        Unless the reward was a coupon that has been used: that card stays as full as it was.
        """
        asked: dict[int, int] = {}
        for card, held in list(self.stamps.items()):
            kept = {key: purchase for key, purchase in held.items() if purchase != number}
            if len(kept) == len(held):
                continue
            self.stamps[card] = kept
            if not kept:
                del self.stamps[card]
            filled_with = self.full_cards.get(card)
            if filled_with is None or not self.withdraw_coupon(filled_with):
                continue
            del self.full_cards[card]
            for lot, granted in self.purchases[filled_with].awards.items():
                if self.lots[lot].budget == card[0]:
                    asked[lot] = granted - self.lots[lot].asked
        return asked

    def withdraw_coupon(self, earned_with: int) -> bool:
        """False: it has been used."""
        for number, coupon in enumerate(self.coupons):
            if coupon.earned_with != earned_with:
                continue
            if coupon.purchase is not None:
                return False
            del self.coupons[number]
            self.stocks[coupon.offer] += 1
            for checkout in self.checkouts:
                checkout.coupon = without(checkout.coupon, number)
            break
        return True


def without(number: int | None, gone: int) -> int | None:
    """What a coupon's number is once another one is gone."""
    if number is None or number < gone:
        return number
    return WITHDRAWN if number == gone else number - 1

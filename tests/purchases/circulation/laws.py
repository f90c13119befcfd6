"""What holds of the town's books whatever happened, however it raced: each broken law by its name."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.campaigns.models import EVERY_SHOP, EVERYBODY, CampaignCard, CampaignCounter, CampaignStamp
from backend.campaigns.rules.calendar import Within, period_start
from backend.offers.models import Coupon, Offer
from backend.points.models import PointsBalance, PointsEntry, PointsLot, PointsTransaction
from backend.points.service.budgets import get_figures
from backend.points.service.seals import verify_seals
from backend.points.verification import verify_ledger
from backend.purchases.models import Purchase, Refund
from tests.purchases.circulation.reading import rows_of
from tests.purchases.circulation.terms import (
    CAMPAIGNS,
    CAPPED,
    PERSON_DAY_POINTS,
    PERSON_WEEK_AWARDS,
    RALLY,
    RALLY_POINTS,
    REGULAR,
    SHOP_DAY_POINTS,
)
from tests.purchases.circulation.town import Places

# Whose, where, in which period.
CounterKey = tuple[uuid.UUID, uuid.UUID, Within, date]
# Built once, for building costs more than running.
EARNED = (
    select(*PointsLot.__table__.c, PointsTransaction.source_id)
    .join(PointsTransaction, PointsTransaction.id == PointsLot.transaction_id)
    .where(PointsTransaction.kind == "grant")
)
SPENT = (
    select(PointsTransaction.source_id, func.sum(PointsEntry.amount_points))
    .join(PointsEntry, PointsEntry.transaction_id == PointsTransaction.id)
    .where(PointsTransaction.kind == "spend", PointsEntry.amount_points > 0)
    .group_by(PointsTransaction.source_id)
)


def broken_laws(session: Session, places: Places, at: datetime) -> list[str]:
    books = _Books(session, places)
    return list(
        chain(
            map(str, verify_ledger(session)),
            map(str, verify_seals(session)),
            _of_balances(session),
            _of_budgets(session, places, at),
            _of_purchases(books),
            _of_coupons(books),
            _of_stamps(books),
            _of_caps(books),
        )
    )


class _Books:
    """Purchases with their refunds, and the lots that each of them earned."""

    def __init__(self, session: Session, places: Places) -> None:
        self.session, self.places = session, places
        self.purchases = session.execute(rows_of(Purchase)).all()
        self.refunds: defaultdict[uuid.UUID, list[Any]] = defaultdict(list)
        self.asked: Counter[str] = Counter()
        for refund in session.execute(rows_of(Refund)):
            self.refunds[refund.purchase_id].append(refund)
            self.asked.update(refund.awards)
        self.awards: defaultdict[uuid.UUID, list[Any]] = defaultdict(list)
        for lot in session.execute(EARNED):
            self.awards[lot.source_id].append(lot)

    def left_of(self, lot: Any) -> int:
        """Of an award, after refunds."""
        return lot.granted_points - self.asked[str(lot.id)]


def _of_balances(session: Session) -> Iterator[str]:
    if sum(row.balance_points for row in session.execute(rows_of(PointsBalance))) != 0:
        yield "all accounts together hold nothing"


def _of_budgets(session: Session, places: Places, at: datetime) -> Iterator[str]:
    figures = get_figures(session, account_ids=list(places.budgets.values()), at=at)
    for slug, account_id in places.budgets.items():
        found = figures[account_id]
        came_back = found.reclaimed_points + found.repaid_points
        funded = found.funded_points - found.released_points
        if found.granted_points - came_back > funded:
            yield f"{slug}: more was granted than was funded"
        if found.left_points != funded - found.granted_points + came_back or found.left_points < 0:
            yield f"{slug}: the budget has left what it did not give"
        if funded != CAMPAIGNS[slug].left_points:
            yield f"{slug}: what was funded stays"


def _of_purchases(books: _Books) -> Iterator[str]:
    spent = dict(books.session.execute(SPENT).all())
    for purchase in books.purchases:
        refunds = books.refunds[purchase.id]
        paid_yen = purchase.amount_yen - purchase.discount_yen - purchase.spent_points
        parts = {
            "amount_yen": purchase.amount_yen,
            "cash_yen": paid_yen,
            "returned_points": purchase.spent_points,
            "discount_yen": purchase.discount_yen,
        }
        for name, whole in parts.items():
            if not 0 <= sum(getattr(refund, name) for refund in refunds) <= whole:
                yield f"no more comes back than was given: {name}"
        if purchase.refunded_yen != sum(refund.amount_yen for refund in refunds):
            yield "what was refunded is the sum of the refunds"
        if int(spent.pop(purchase.id, 0)) != purchase.spent_points:
            yield "points that paid are those that were spent"
        if purchase.earned_points != sum(lot.granted_points for lot in books.awards[purchase.id]):
            yield "points earned are those that were granted"
        if any(books.left_of(lot) < 0 for lot in books.awards[purchase.id]):
            yield "no more is taken back than was earned"
    if spent:
        yield "every spend has its purchase"


def _of_coupons(books: _Books) -> Iterator[str]:
    coupons = books.session.execute(rows_of(Coupon)).all()
    used = Counter(coupon.purchase_id for coupon in coupons if coupon.purchase_id)
    for purchase in books.purchases:
        is_discounted = purchase.discount_yen > 0 and purchase.refunded_yen < purchase.amount_yen
        if used.pop(purchase.id, 0) != is_discounted:
            yield "a discount is one coupon, used once"
    if used:
        yield "a used coupon has its purchase"
    made = Counter(coupon.offer_id for coupon in coupons)
    taken = Counter(
        (coupon.offer_id, coupon.account_id) for coupon in coupons if coupon.granted_by_campaign_id is None
    )
    for offer in books.session.execute(rows_of(Offer)):
        if offer.stock_left < 0 or offer.stock_left + made[offer.id] != offer.stock:
            yield "a stock is what is left and what was taken"
        if any(
            count > offer.per_person_limit for (offer_id, _), count in taken.items() if offer_id == offer.id
        ):
            yield "nobody takes more than one person may"


def _of_stamps(books: _Books) -> Iterator[str]:
    slugs = {campaign_id: slug for slug, campaign_id in books.places.campaigns.items()}
    keys: defaultdict[Any, list[str]] = defaultdict(list)
    stamped: set[Any] = set()
    for stamp in books.session.execute(rows_of(CampaignStamp)):
        keys[stamp.campaign_id, stamp.account_id, stamp.card_number].append(stamp.distinct_key)
        if (stamp.campaign_id, stamp.purchase_id) in stamped:
            yield "a purchase gives one stamp of a campaign at most"
        stamped.add((stamp.campaign_id, stamp.purchase_id))
    full = {
        (card.campaign_id, card.account_id, card.card_number)
        for card in books.session.execute(rows_of(CampaignCard))
    }
    for card, held in keys.items():
        target = CAMPAIGNS[slugs[card[0]]].target
        if len(held) > target or len(set(held)) < len(held):
            yield "a card holds distinct stamps, no more than its target"
        if len(held) == target and card not in full:
            yield "a card with all its stamps is full"
    for campaign_id, account_id, number in full:
        slug = slugs[campaign_id]
        # One whose coupon has been used stays full.
        if slug != REGULAR and len(keys[campaign_id, account_id, number]) < CAMPAIGNS[slug].target:
            yield "a full card has all its stamps"
    yield from _of_rewards(
        books, Counter((slugs[campaign_id], account_id) for campaign_id, account_id, _ in full)
    )


def _of_rewards(books: _Books, cards: Counter[tuple[str, uuid.UUID]]) -> Iterator[str]:
    """`cards`: how many full ones a person has of a campaign."""
    points: Counter[uuid.UUID] = Counter()
    for lot in chain.from_iterable(books.awards.values()):
        if lot.funding_account_id == books.places.budgets[RALLY]:
            points[lot.account_id] += books.left_of(lot)
    if any(total > RALLY_POINTS * cards[RALLY, account_id] for account_id, total in points.items()):
        yield "every full card is rewarded once, with points"
    coupons = Counter(
        coupon.account_id
        for coupon in books.session.execute(rows_of(Coupon))
        if coupon.granted_by_campaign_id is not None
    )
    if any(count > cards[REGULAR, account_id] for account_id, count in coupons.items()):
        yield "every full card is rewarded once, with a coupon"


def _of_caps(books: _Books) -> Iterator[str]:
    """And the counters, by which caps are kept, say what the lots say."""
    counted: defaultdict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for purchase in books.purchases:
        for lot in books.awards[purchase.id]:
            if lot.funding_account_id == books.places.budgets[CAPPED]:
                for key in _counters_of(purchase):
                    counted[key][0] += books.left_of(lot)
                    counted[key][1] += purchase.refunded_yen < purchase.amount_yen
    yield from (
        f"no more is given than a cap allows: {key}"
        for key, (points, awards) in counted.items()
        if _is_above_cap(key, points, awards)
    )
    for counter in books.session.execute(rows_of(CampaignCounter)):
        key = (counter.account_id, counter.shop_id, Within(counter.within), counter.period_on)
        if [counter.awarded_points, counter.award_count] != counted.pop(key, [0, 0]):
            yield f"a counter counts the awards that stand: {key}"
    if counted:
        yield "every award is counted"


def _is_above_cap(key: CounterKey, points: int, awards: int) -> bool:
    account_id, _, within, _ = key
    if within == Within.WEEK:
        return awards > PERSON_WEEK_AWARDS
    return points > (SHOP_DAY_POINTS if account_id == EVERYBODY else PERSON_DAY_POINTS)


def _counters_of(purchase: Any) -> list[CounterKey]:
    """One for each cap."""
    on = city_day(purchase.done_at)
    return [
        (purchase.account_id, EVERY_SHOP, Within.DAY, on),
        (EVERYBODY, purchase.shop_id, Within.DAY, on),
        (purchase.account_id, EVERY_SHOP, Within.WEEK, period_start(Within.WEEK, on)),
    ]

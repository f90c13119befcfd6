"""A purchase of the demonstration as the rules see it, and budgets fitted to what such purchases earn."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backend.base.clock import start_of_city_day
from backend.campaigns.rules.deciding import Limits, RunningCampaign, awards_of, decide
from backend.campaigns.rules.facts import Facts, LineFacts, ShopFacts
from backend.demo.city import shapes
from backend.demo.city.places import MUNICIPALITY_BY_CODE
from backend.demo.city.products import PRODUCTS
from backend.demo.city.shops import SHOP_BY_KEY
from backend.demo.counting import Counters
from backend.demo.town import Row, Town
from backend.purchases.rules.paying import Payment

PRODUCT_BY_KEY = {product.key: product for product in PRODUCTS}
REST_NAME = "その他の品"


@dataclass(frozen=True, slots=True)
class Sold:
    """One line of a receipt; what the till did not recognise stands in the last."""

    row: Row
    facts: LineFacts


class Till:
    """Knows the shops and their products."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._shops = {key: _shop_facts(SHOP_BY_KEY[key], shop_id) for key, shop_id in town.shop_ids.items()}

    def ring_up(self, purchase: shapes.Purchase) -> tuple[Sold, ...]:
        """The lines sum to the amount; none where the till recognised nothing."""
        if not purchase.lines:
            return ()
        sold = [self._product_line(line) for line in purchase.lines]
        rest_yen = purchase.amount_yen - sum(line.facts.amount_yen for line in sold)
        if rest_yen:
            sold.append(Sold(_line_row(REST_NAME, 1, rest_yen), LineFacts(amount_yen=rest_yen)))
        return tuple(sold)

    def _product_line(self, line: shapes.PurchaseLine) -> Sold:
        product = PRODUCT_BY_KEY[line.product_key]
        amount_yen = line.quantity * line.unit_price_yen
        ring = MUNICIPALITY_BY_CODE[product.origin_municipality_code].ring
        product_id = self._town.product_ids[product.key]
        row = _line_row(product.name_ja, line.quantity, amount_yen) | {
            "gtin": product.gtin,
            "in_store_code": product.in_store_code,
            "product_id": product_id,
            "category": "other",
            "certifications": [],
            "origin_ring": ring,
        }
        facts = LineFacts(
            amount_yen=amount_yen,
            quantity=line.quantity,
            gtin=product.gtin,
            product_id=product_id,
            category="other",
            origin_ring=ring,
        )
        return Sold(row, facts)

    def facts(
        self,
        purchase: shapes.Purchase,
        lines: Sequence[Sold],
        payment: Payment,
        offer_ids: frozenset[uuid.UUID] = frozenset(),
    ) -> Facts:
        return Facts(
            gross_yen=payment.amount_yen,
            paid_yen=payment.to_pay_yen,
            done_at=purchase.done_at,
            shop=self._shops[purchase.shop_key],
            lines=tuple(line.facts for line in lines),
            redeemed_offer_ids=offer_ids,
        )


def _shop_facts(shop: shapes.Shop, shop_id: uuid.UUID) -> ShopFacts:
    return ShopFacts(
        id=shop_id,
        size_class=shop.size_class,
        is_locally_owned=shop.locally_owned,
        ring=MUNICIPALITY_BY_CODE[shop.municipality_code].ring,
        district=shop.district,
        tags=frozenset(shop.tags),
    )


def _line_row(name: str, quantity: int, amount_yen: int) -> Row:
    return {
        "name": name,
        "quantity": quantity,
        "amount_yen": amount_yen,
        "gtin": None,
        "in_store_code": None,
        "tax_permille": None,
        "product_id": None,
        "category": None,
        "certifications": [],
        "origin_ring": None,
    }


def fit_budget(
    campaign: shapes.Campaign,
    purchases: Iterable[shapes.Purchase],
    *,
    till: Till,
    account_ids: Mapping[str, uuid.UUID],
    today: date,
) -> int:
    """What the campaign gives if nobody pays with points or coupons, over the share it is to be. In full hundreds."""
    fitting = campaign.fitting
    if fitting is None:
        return campaign.budget_points
    begins_at, until_at, ends_at = (
        start_of_city_day(today + timedelta(days=days))
        for days in (
            campaign.starts_offset_days,
            fitting.until_offset_days,
            campaign.ends_offset_days,
        )
    )
    nobody = uuid.UUID(int=0)
    alone = RunningCampaign(
        id=nobody,
        names=campaign.names,
        is_base_programme=False,
        rule=campaign.rule,
        starts_at=begins_at,
        ends_at=ends_at,
        funding_account_id=nobody,
        slice_count=1,
    )
    counters, points = Counters(), 0
    for purchase in purchases:
        if not begins_at <= purchase.done_at < until_at:
            continue
        facts = till.facts(purchase, till.ring_up(purchase), Payment(purchase.amount_yen, 0, 0))
        account_id = account_ids[purchase.citizen_key]
        limits = Limits(counters.read(account_id, [alone], facts))
        for award in awards_of(decide(facts, [alone], limits)):
            counters.count(account_id, award, facts)
            points += award.points
    # Rounded up, so that the budget reaches for every one of them.
    hundreds = -(-points * 1000 // (fitting.used_permille * 100))
    return max(hundreds, 1) * 100

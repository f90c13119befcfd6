"""A till reads a citizen's code: what it is good for is weighed, and the purchase recorded at once."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import is_locking, new_id
from backend.base.secrets import Vault
from backend.offers.redeeming import list_redeemable, list_redeemable_by_tokens
from backend.offers.rules import Redeemable, discounts_of
from backend.organisations.models import ShopStatus
from backend.organisations.regions import Region
from backend.people.models import CodeScope, SpendMode
from backend.people.offline_codes import USUAL_POLICY, OfflinePolicy
from backend.people.queries import CitizenCodeRow
from backend.people.service.citizen_codes import find_citizen_code
from backend.people.writes import code_use_rows
from backend.purchases.basis import Basis, Buyer, complete_basis, lock_basis, read_basis
from backend.purchases.queries import PurchaseRecord
from backend.purchases.rows import Evidence
from backend.purchases.rules.paying import NO_POINTS, PointsChoice, clip_choice
from backend.purchases.rules.sales import Sale
from backend.purchases.service.codes import Issuer, ShopNotActive
from backend.purchases.service.settling import Weighed, Wishes, settle, spendable_by, weigh


@dataclass(frozen=True, slots=True)
class SaleContext:
    """What reading a citizen's code takes besides the code."""

    public_url: str
    vault: Vault
    region: Region
    offline: OfflinePolicy = USUAL_POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRequest:
    """What a till sends: whose code, what is sold, and the tokens of coupons that the citizen shows."""

    citizen_code: str
    sale: Sale
    coupon_tokens: tuple[str, ...] = ()


def record_sale(
    session: Session,
    *,
    shop_id: uuid.UUID,
    issuer: Issuer,
    request: SaleRequest,
    context: SaleContext,
    at: datetime,
) -> PurchaseRecord:
    """Record a sale to whoever showed the code, with the points that the code lets the till spend.

    Raises ShopNotActive, what `find_citizen_code` raises, and what `weigh` raises.
    """
    code, weighed = weigh_sale(session, shop_id=shop_id, request=request, context=context, at=at)
    evidence = Evidence(citizen_code_id=code.id, code_use=code_use_rows(code, at), issuer_id=issuer.id)
    record, _ = settle(session, weighed=weighed, evidence=evidence, purchase_id=new_id(), at=at)
    return record


def weigh_sale(
    session: Session, *, shop_id: uuid.UUID, request: SaleRequest, context: SaleContext, at: datetime
) -> tuple[CitizenCodeRow, Weighed]:
    """The price of a sale to whoever showed the code. Raises as `record_sale`."""
    code = find_citizen_code(
        session,
        text=request.citizen_code,
        scopes=(),
        public_url=context.public_url,
        vault=context.vault,
        offline=context.offline,
        at=at,
    )
    buyer = Buyer(code.citizen_id, code.account_id)
    basis = read_sale_basis(
        session, shop_id=shop_id, buyer=buyer, sale=request.sale, region=context.region, at=at
    )
    coupons = _coupons(session, request, code, at)
    wishes = Wishes(
        points=_points_for(session, code, basis, coupons, at),
        coupons=coupons,
        coupons_field="coupon_tokens",
        may_earn=CodeScope.EARN in code.scopes,
    )
    return code, weigh(session, basis=basis, wishes=wishes, at=at)


def read_sale_basis(
    session: Session, *, shop_id: uuid.UUID, buyer: Buyer, sale: Sale, region: Region, at: datetime
) -> Basis:
    """Of a sale at a till, which happens now. Raises ShopNotActive."""
    if is_locking(session):
        lock_basis(session, account_id=buyer.account_id, at=at)
    rows = read_basis(session, buyer=buyer, shop_id=shop_id, on=city_day(at), at=at)
    if rows[0].shop_status != ShopStatus.ACTIVE:
        raise ShopNotActive
    return complete_basis(session, rows=rows, buyer=buyer, sale=sale, done_at=at, region=region)


def _coupons(
    session: Session, request: SaleRequest, code: CitizenCodeRow, at: datetime
) -> tuple[Redeemable, ...]:
    """Those whose tokens were shown, then those that the code itself carries."""
    shown = list_redeemable_by_tokens(session, tokens=request.coupon_tokens, at=at)
    known = {coupon.coupon_id for coupon in shown}
    carried = [coupon_id for coupon_id in code.coupon_ids if coupon_id not in known]
    return (*shown, *list_redeemable(session, coupon_ids=carried, account_id=code.account_id))


def _points_for(
    session: Session, code: CitizenCodeRow, basis: Basis, coupons: tuple[Redeemable, ...], at: datetime
) -> PointsChoice:
    """The citizen chose before the amount was known: as many of the chosen points as fit."""
    if CodeScope.SPEND not in code.scopes:
        return NO_POINTS
    choice = PointsChoice(SpendMode(code.spend_mode), code.spend_points or 0)
    price_yen = basis.sale.amount_yen - sum(discounts_of(coupons, basis.sale.amount_yen).values())
    return clip_choice(choice, price_yen, spendable_by(session, basis, choice, at))

"""A sale in two steps: points are held while the rest is paid, then the till completes or cancels it, once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, NotFound, Refused, StaleRead
from backend.base.writes import WriteList
from backend.offers.redeeming import list_redeemable
from backend.organisations.regions import Region
from backend.people.models import CodeScope
from backend.people.writes import CODE_USES, code_use_rows
from backend.points.queries import HoldRecord, get_hold
from backend.points.service.holds import hold, void_hold
from backend.points.service.movements import PointsInsufficient
from backend.purchases.basis import Buyer
from backend.purchases.deciding import foresee
from backend.purchases.models import Checkout, CheckoutStatus, Purchase
from backend.purchases.queries import PurchaseRecord
from backend.purchases.rows import Evidence
from backend.purchases.rules.sales import Sale, read_lines
from backend.purchases.service.codes import Issuer
from backend.purchases.service.selling import SaleContext, SaleRequest, read_sale_basis, weigh_sale
from backend.purchases.service.settling import Weighed, Wishes, settle, weigh

LIFETIME = timedelta(minutes=10)
USE = WriteList(CODE_USES)


class CheckoutNotFound(NotFound):
    """Not there, or another shop's."""


class CheckoutClosed(Conflict):
    """Completed or cancelled before."""


class CheckoutExpired(Conflict):
    """Its points are free again: the citizen shows a new code."""


class CheckoutAmountRaised(Refused):
    """A sale can become smaller on the way, not larger: the citizen saw this amount."""


@dataclass(frozen=True, slots=True)
class CheckoutCard:
    """As its shop sees it. `status` is open, completed, cancelled or expired; `earned_points` is foreseen."""

    id: uuid.UUID
    shop_id: uuid.UUID
    status: str
    amount_yen: int
    discount_yen: int
    held_points: int
    earned_points: int | None
    opened_at: datetime
    expires_at: datetime
    purchase_id: uuid.UUID | None

    @property
    def to_pay_yen(self) -> int:
        return self.amount_yen - self.discount_yen - self.held_points


def open_checkout(
    session: Session,
    *,
    shop_id: uuid.UUID,
    issuer: Issuer,
    request: SaleRequest,
    context: SaleContext,
    at: datetime,
) -> CheckoutCard:
    """Use the citizen's code up and hold the points that it lets the till spend. Raises as `record_sale`."""
    code, weighed = weigh_sale(session, shop_id=shop_id, request=request, context=context, at=at)
    payment, expires_at = weighed.payment, at + LIFETIME
    hold_id = None
    if payment.spent_points:
        hold_id = _hold(session, code.account_id, shop_id, payment.spent_points, expires_at, at)
    USE.run(session, code_use_rows(code, at))
    checkout = Checkout(
        id=new_id(),
        shop_id=shop_id,
        issuer_kind=issuer.kind.value,
        issuer_id=issuer.id,
        citizen_id=code.citizen_id,
        account_id=code.account_id,
        citizen_code_id=code.id,
        status=CheckoutStatus.OPEN.value,
        amount_yen=payment.amount_yen,
        discount_yen=payment.discount_yen,
        lines=[line.to_json() for line in request.sale.lines] or None,
        coupon_ids=[str(coupon.coupon_id) for coupon in weighed.wishes.coupons],
        may_earn=CodeScope.EARN in code.scopes,
        hold_id=hold_id,
        opened_at=at,
        expires_at=expires_at,
    )
    session.add(checkout)
    session.flush()
    return _card(checkout, payment.spent_points, at, earned_points=_foreseen(session, weighed))


def _hold(
    session: Session,
    account_id: uuid.UUID,
    shop_id: uuid.UUID,
    points: int,
    expires_at: datetime,
    at: datetime,
) -> uuid.UUID:
    try:
        return hold(
            session,
            account_id=account_id,
            to_account_id=shop_id,
            points=points,
            expires_at=expires_at,
            at=at,
        )
    except PointsInsufficient as error:  # they were there a moment ago: weigh what is there now
        raise StaleRead from error


def complete_checkout(
    session: Session,
    *,
    checkout_id: uuid.UUID,
    shop_ids: Sequence[uuid.UUID],
    sale: Sale | None,
    region: Region,
    at: datetime,
) -> PurchaseRecord:
    """Record the purchase, of `sale` if it became smaller; held points that it does not need are free again.

    Raises CheckoutNotFound, CheckoutClosed, CheckoutExpired, CheckoutAmountRaised, ShopNotActive and what
    `weigh` raises.
    """
    checkout = _lock_open(session, checkout_id, shop_ids, at)
    if sale is not None and sale.amount_yen > checkout.amount_yen:
        raise CheckoutAmountRaised(field="amount_yen")
    if sale is None:
        sale = Sale(checkout.amount_yen, read_lines(checkout.lines))
    buyer = Buyer(checkout.citizen_id, checkout.account_id)
    basis = read_sale_basis(session, shop_id=checkout.shop_id, buyer=buyer, sale=sale, region=region, at=at)
    coupon_ids = [uuid.UUID(coupon_id) for coupon_id in checkout.coupon_ids]
    wishes = Wishes(
        held=_held(session, checkout),
        coupons=list_redeemable(session, coupon_ids=coupon_ids, account_id=buyer.account_id),
        shown_at=checkout.opened_at,
        may_earn=checkout.may_earn,
    )
    weighed = weigh(session, basis=basis, wishes=wishes, at=at)
    evidence = Evidence(checkout_id=checkout.id, issuer_id=checkout.issuer_id)
    record, _ = settle(session, weighed=weighed, evidence=evidence, purchase_id=new_id(), at=at)
    _close(session, checkout, CheckoutStatus.COMPLETED, at)
    return record


def cancel_checkout(
    session: Session, *, checkout_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> CheckoutCard:
    """Free the held points. Raises CheckoutNotFound, CheckoutClosed, CheckoutExpired."""
    checkout = _lock_open(session, checkout_id, shop_ids, at)
    if checkout.hold_id is not None:
        void_hold(session, hold_id=checkout.hold_id, at=at)
    _close(session, checkout, CheckoutStatus.CANCELLED, at)
    return get_checkout_card(session, checkout_id=checkout_id, shop_ids=shop_ids, at=at)


def get_checkout_card(
    session: Session, *, checkout_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> CheckoutCard:
    """Raises CheckoutNotFound."""
    checkout = _get(session, checkout_id, shop_ids)
    held = _held(session, checkout)
    purchase_id = session.scalar(select(Purchase.id).where(Purchase.checkout_id == checkout.id))
    return _card(checkout, held.points if held else 0, at, purchase_id=purchase_id)


def _get(
    session: Session, checkout_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], *, lock: bool = False
) -> Checkout:
    query = select(Checkout).where(Checkout.id == checkout_id, Checkout.shop_id.in_(shop_ids))
    if lock:  # what was read before the lock may have changed since
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise CheckoutNotFound
    return found


def _lock_open(
    session: Session, checkout_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> Checkout:
    checkout = _get(session, checkout_id, shop_ids, lock=True)
    if checkout.status != CheckoutStatus.OPEN:
        raise CheckoutClosed
    if checkout.expires_at <= at:
        raise CheckoutExpired
    return checkout


def _held(session: Session, checkout: Checkout) -> HoldRecord | None:
    return get_hold(session, hold_id=checkout.hold_id) if checkout.hold_id is not None else None


def _close(session: Session, checkout: Checkout, status: CheckoutStatus, at: datetime) -> None:
    checkout.status = status.value
    checkout.closed_at = at
    session.flush()


def _foreseen(session: Session, weighed: Weighed) -> int:
    if not weighed.wishes.may_earn:
        return 0
    verdicts = foresee(session, basis=weighed.basis, facts=weighed.facts)
    return sum(verdict.points for verdict in verdicts)


def _card(
    checkout: Checkout,
    held_points: int,
    at: datetime,
    *,
    earned_points: int | None = None,
    purchase_id: uuid.UUID | None = None,
) -> CheckoutCard:
    is_over = checkout.status == CheckoutStatus.OPEN and checkout.expires_at <= at
    return CheckoutCard(
        checkout.id,
        checkout.shop_id,
        "expired" if is_over else checkout.status,
        checkout.amount_yen,
        checkout.discount_yen,
        held_points,
        earned_points,
        checkout.opened_at,
        checkout.expires_at,
        purchase_id,
    )

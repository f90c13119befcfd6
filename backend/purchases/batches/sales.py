"""Sales that a till stored: to many citizens, by the codes that they showed at the time."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import MeguriError, TooMany
from backend.base.records import made_often
from backend.organisations.models import Shop, ShopStatus
from backend.people.codes import CitizenCodeUnknown, CitizenCodeUsed
from backend.people.models import CodeScope
from backend.people.queries import CardUsed, CitizenCodeRow, OfflineUse
from backend.people.service.citizen_codes import find_citizen_codes, moment_of_use
from backend.people.writes import code_use_rows
from backend.purchases.basis import Buyer
from backend.purchases.batches.bought import Bought, Outcome, check_done_at
from backend.purchases.batches.once import Keyed, record_once
from backend.purchases.queries import find_sales_by_keys
from backend.purchases.rows import Evidence
from backend.purchases.rules.offline_codes import CLOCK_SKEW
from backend.purchases.rules.sales import SaleLine
from backend.purchases.service.codes import Issuer, ShopNotActive
from backend.purchases.service.lines import read_sale, with_products
from backend.purchases.service.selling import SaleContext

# Codes that nobody opened, in one batch: more would be guessing, and the rest of the batch waits.
UNKNOWN_MAX = 10
UNKNOWN_PAUSE_SECONDS = 900


class TooManyCodesUnknown(TooMany):
    """So many codes before this one in the batch are nobody's that this one was not looked at."""


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSale:
    """`key` is the till's own for this sale, for good; `done_at` by the till's clock."""

    key: str
    citizen_code: str
    amount_yen: int
    lines: Sequence[SaleLine] = ()
    done_at: datetime

    def hashed(self) -> bytes:
        """What makes two of the same key the same: only what the till sent, in one spelling."""
        lines = [line.to_json() for line in self.lines]
        said = [self.citizen_code.strip(), self.amount_yen, lines, self.done_at.astimezone(UTC).isoformat()]
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(frozen=True, slots=True)
class StoredSalesContext:
    """`window`: how long ago a stored sale may have been."""

    sale: SaleContext
    window: timedelta


def record_stored_sales(
    session: Session,
    *,
    shop_id: uuid.UUID,
    issuer: Issuer,
    sales: Sequence[StoredSale],
    context: StoredSalesContext,
    at: datetime,
) -> Sequence[Outcome]:
    """What becomes of each sale of a shop, in their order; each key is recorded once.

    Outcomes besides a purchase: DoneAtOutsideWindow, what `find_citizen_codes` tells, CitizenCodeUsed,
    CitizenCodeNotOpenThen, TooManyCodesUnknown, ShopNotActive, IdempotencyKeyReused, StateChanged, and what
    `lines.read_sale` raises.
    """
    keyed = [Keyed(sale.key, sale.hashed()) for sale in sales]
    # Codes before keys: of the same batch sent twice at once the later would else find codes used by sales that
    # were not there a moment ago.
    codes = find_citizen_codes(
        session,
        read={(sale.citizen_code, sale.done_at) for sale in sales},
        public_url=context.sale.public_url,
        vault=context.sale.vault,
        offline=context.sale.offline,
    )
    kept = find_sales_by_keys(session, shop_id=shop_id, keys=[each.key for each in keyed])
    desk = _Desk(session, shop_id, issuer, codes, context.window, at)
    return record_once(
        session,
        keyed=keyed,
        kept=kept,
        key_field="id",
        read=lambda places: desk.read([sales[place] for place in places], [keyed[place] for place in places]),
        region=context.sale.region,
        at=at,
    )


class _Desk:
    """Checks one sale after the other; a code is good for the first that names it."""

    def __init__(
        self,
        session: Session,
        shop_id: uuid.UUID,
        issuer: Issuer,
        codes: Mapping[tuple[str, datetime], CitizenCodeRow | MeguriError],
        window: timedelta,
        at: datetime,
    ) -> None:
        self._session = session
        self._shop_id = shop_id
        self._issuer = issuer
        self._codes = codes
        self._window = window
        self._at = at
        self._used: set[uuid.UUID | OfflineUse] = set()
        self._unknown = 0
        status = session.scalar(select(Shop.status).where(Shop.id == shop_id))
        self._is_active = status == ShopStatus.ACTIVE

    def read(self, sales: Sequence[StoredSale], keyed: Sequence[Keyed]) -> Iterator[Bought | MeguriError]:
        checked = [self._try(sale, each) for sale, each in zip(sales, keyed, strict=True)]
        found = [each for each in checked if isinstance(each, Bought)]
        rung_up = with_products(self._session, shop_id=self._shop_id, sales=[each.sale for each in found])
        products = iter(rung_up)
        for each in checked:
            if isinstance(each, Bought):
                sale = next(products)
                yield each if sale is each.sale else replace(each, sale=sale)
            else:
                yield each

    def _try(self, sale: StoredSale, keyed: Keyed) -> Bought | MeguriError:
        try:
            return self._check(sale, keyed)
        except CitizenCodeUnknown as error:
            self._unknown += 1
            return error
        except MeguriError as error:
            return error

    def _check(self, sale: StoredSale, keyed: Keyed) -> Bought:
        if self._unknown >= UNKNOWN_MAX:
            raise TooManyCodesUnknown(retry_after_seconds=UNKNOWN_PAUSE_SECONDS)
        if not self._is_active:
            raise ShopNotActive
        check_done_at(sale.done_at, window=self._window, at=self._at)
        code = self._take_code(sale)
        used_at = moment_of_use(code, at=sale.done_at, skew=CLOCK_SKEW)
        read = read_sale(sale.amount_yen, sale.lines)
        self._used.add(_identity(code))
        return Bought(
            buyer=Buyer(code.citizen_id, code.account_id),
            shop_id=self._shop_id,
            sale=read,
            done_at=sale.done_at,
            evidence=Evidence(
                citizen_code_id=code.id,
                code_use=code_use_rows(code, used_at),
                issuer_id=self._issuer.id,
                sale_key=keyed.key,
                sale_hash=keyed.hash,
            ),
            may_earn=CodeScope.EARN in code.scopes,
        )

    def _take_code(self, sale: StoredSale) -> CitizenCodeRow:
        code = self._codes[sale.citizen_code, sale.done_at]
        if isinstance(code, MeguriError):
            raise code
        if isinstance(code.origin, CardUsed):
            return replace(code, id=new_id())  # each sale to a card is a use of its own
        if _identity(code) in self._used:
            raise CitizenCodeUsed(field="citizen_code")
        return code


def _identity(code: CitizenCodeRow) -> uuid.UUID | OfflineUse:
    """By which one code is known that two sales name."""
    return code.origin if isinstance(code.origin, OfflineUse) else code.id

"""Codes on tills that a citizen's phone scanned and stored while it had no network."""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import is_locking
from backend.base.errors import Conflict, MeguriError
from backend.base.statements import Prepared, among
from backend.organisations.models import Shop, ShopStatus
from backend.purchases.basis import Buyer
from backend.purchases.batches.bought import Bought, Outcome, check_done_at
from backend.purchases.batches.once import Keyed, record_once
from backend.purchases.models import SigningKey, TillCode
from backend.purchases.queries import find_purchases_by_requests
from backend.purchases.rows import Evidence
from backend.purchases.rules.offline_codes import CLOCK_SKEW, OfflineCodeText, check_honourable
from backend.purchases.rules.sales import Sale, read_lines
from backend.purchases.rules.till_codes import CodeUnreadable, TillCodeText, hash_request, read_scanned
from backend.purchases.service.codes import (
    ShopNotActive,
    TillCodeCancelled,
    TillCodeUsed,
)
from backend.purchases.service.honouring import OfflineCodeUsed, find_offline_code, lock_allowances
from backend.purchases.service.recording import ScanContext, check_signature

INSTANT = timedelta(microseconds=1)
ScannedText = TillCodeText | OfflineCodeText


class TillCodeNotOpenThen(Conflict):
    """At the time of a stored scan the till did not show it, or no longer."""


TILL_CODES = Prepared(
    lambda dialect: (
        select(
            TillCode.id.label("code_id"),
            TillCode.shop_id,
            TillCode.amount_yen,
            TillCode.lines,
            TillCode.issued_at,
            TillCode.expires_at,
            TillCode.used_at,
            TillCode.cancelled_at,
            SigningKey.salt,
            SigningKey.retired_at.label("key_retired_at"),
            Shop.status.label("shop_status"),
        )
        .join(SigningKey, SigningKey.id == TillCode.key_id)
        .join(Shop, Shop.id == TillCode.shop_id)
        .where(among(TillCode.id, "code_ids", dialect))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredScan:
    """`key` is the request key that the phone made for it; `done_at` by the phone's clock."""

    key: str
    scanned: str
    done_at: datetime


def record_stored_scans(
    session: Session, *, buyer: Buyer, scans: Sequence[StoredScan], context: ScanContext, at: datetime
) -> Sequence[Outcome]:
    """What becomes of each scan of one citizen, in their order; each key is recorded once.

    `context.done_at_window`: how long ago a stored scan may have been. Outcomes besides a purchase:
    DoneAtOutsideWindow, CodeUnreadable, CodeForeign, TillCodeUsed, TillCodeCancelled, TillCodeNotOpenThen,
    ShopNotActive, IdempotencyKeyReused, StateChanged; of codes made without a network OfflineCodeUsed and what
    `find_offline_code` and `check_honourable` raise.
    """
    keyed = [Keyed(scan.key, hash_request(scan.scanned, scan.done_at)) for scan in scans]
    texts = {scan.scanned: _read_text(scan.scanned, context.public_url) for scan in scans}
    # Codes before keys: of the same batch sent twice at once the later would else find codes used by purchases that
    # were not there a moment ago.
    codes = _find_codes(session, texts)
    kept = find_purchases_by_requests(session, account_id=buyer.account_id, keys=[each.key for each in keyed])
    phone = _Phone(session, buyer, texts, codes, context, at)
    return record_once(
        session,
        keyed=keyed,
        kept=kept,
        key_field="id",
        read=lambda places: phone.read(
            [scans[place] for place in places], [keyed[place] for place in places]
        ),
        region=context.region,
        at=at,
    )


def _read_text(scanned: str, public_url: str) -> ScannedText | MeguriError:
    try:
        return read_scanned(scanned, public_url)
    except MeguriError as error:
        return error


def _find_codes(session: Session, texts: Mapping[str, ScannedText | MeguriError]) -> Mapping[uuid.UUID, Any]:
    """Rows of TILL_CODES by id; locked on a second try, and allowances after them."""
    code_ids = {text.code_id for text in texts.values() if isinstance(text, TillCodeText)}
    if is_locking(session):
        query = select(TillCode.id).where(TillCode.id.in_(code_ids)).order_by(TillCode.id)
        session.execute(query.with_for_update())
        lock_allowances(session, [text for text in texts.values() if isinstance(text, OfflineCodeText)])
    return {row.code_id: row for row in TILL_CODES.rows(session, code_ids=code_ids)}


class _Phone:
    """Checks one scan after the other; a code is good for the first that names it."""

    def __init__(
        self,
        session: Session,
        buyer: Buyer,
        texts: Mapping[str, ScannedText | MeguriError],
        codes: Mapping[uuid.UUID, Any],
        context: ScanContext,
        at: datetime,
    ) -> None:
        self._session = session
        self._buyer = buyer
        self._texts = texts
        self._codes = codes
        self._context = context
        self._at = at
        self._used: set[uuid.UUID | tuple[uuid.UUID, int]] = set()
        # Of each allowance, by codes of this batch.
        self._honoured_yen: Counter[uuid.UUID] = Counter()

    def read(self, scans: Sequence[StoredScan], keyed: Sequence[Keyed]) -> Iterator[Bought | MeguriError]:
        for scan, each in zip(scans, keyed, strict=True):
            try:
                yield self._check(scan, each)
            except MeguriError as error:
                yield error

    def _check(self, scan: StoredScan, keyed: Keyed) -> Bought:
        text = self._texts[scan.scanned]
        if isinstance(text, MeguriError):
            raise text
        if isinstance(text, OfflineCodeText):
            return self._honour(text, keyed)
        row = self._codes.get(text.code_id)
        if row is None:
            raise CodeUnreadable(field="scanned")
        check_signature(text, row, self._context.vault)
        if row.used_at or text.code_id in self._used:
            raise TillCodeUsed(field="scanned")
        if row.cancelled_at:
            raise TillCodeCancelled(field="scanned")
        if row.shop_status != ShopStatus.ACTIVE:
            raise ShopNotActive(field="scanned")
        check_done_at(scan.done_at, window=self._context.done_at_window, at=self._at)
        if not row.issued_at - CLOCK_SKEW <= scan.done_at < row.expires_at + CLOCK_SKEW:
            raise TillCodeNotOpenThen(field="scanned")
        self._used.add(text.code_id)
        return Bought(
            buyer=self._buyer,
            shop_id=row.shop_id,
            sale=Sale(row.amount_yen, read_lines(row.lines)),
            done_at=scan.done_at,
            evidence=Evidence(
                till_code_id=text.code_id,
                used_at=min(max(scan.done_at, row.issued_at), row.expires_at - INSTANT),
                request_key=keyed.key,
                request_hash=keyed.hash,
            ),
        )

    def _honour(self, text: OfflineCodeText, keyed: Keyed) -> Bought:
        """A code that its till made without a network: it tells itself when that was."""
        found = find_offline_code(self._session, code=text, vault=self._context.vault)
        name = (text.allowance_id, text.serial_number)
        if found.purchase_id is not None or name in self._used:
            raise OfflineCodeUsed(field="scanned")
        if not found.is_shop_active:
            raise ShopNotActive(field="scanned")
        used_yen = found.used_yen + self._honoured_yen[text.allowance_id]
        window = self._context.offline_window
        check_honourable(text, found.limits, used_yen=used_yen, window=window, at=self._at)
        self._used.add(name)
        self._honoured_yen[text.allowance_id] += text.amount_yen
        return Bought(
            buyer=self._buyer,
            shop_id=found.shop_id,
            sale=Sale(text.amount_yen),
            done_at=min(text.made_at, self._at),
            evidence=Evidence(offline_code=text, request_key=keyed.key, request_hash=keyed.hash),
        )

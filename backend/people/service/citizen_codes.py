"""Citizen codes: opened by a citizen's phone, found by a till, used up by the purchase that a till records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.database import is_locking, new_id
from backend.base.digits import DIGITS, group_digits, new_checked_digits
from backend.base.errors import Conflict, Forbidden, MeguriError
from backend.base.secrets import Vault
from backend.people import queries
from backend.people.cards import CARD_DIGITS
from backend.people.codes import (
    CitizenCodeMistyped,
    CitizenCodeUnknown,
    CitizenCodeUsed,
    CodePermit,
    citizen_code_url,
    read_citizen_code,
)
from backend.people.models import CitizenCode, CodeScope
from backend.people.offline_codes import OFFLINE_DIGITS, OfflinePolicy
from backend.people.principals import CitizenPrincipal
from backend.people.queries import CitizenCodeRow
from backend.people.service.cards import prove_cards
from backend.people.service.offline_codes import prove_offline_codes

PURPOSE = "citizen code"
INSTANT = timedelta(microseconds=1)


class CitizenCodeExpired(Conflict):
    """Its seconds are over, or the phone has shown a newer one since."""


class CitizenCodeNotOpenThen(Conflict):
    """At the time of a stored sale the phone did not show it, or no longer."""


class CitizenCodeScopeMissing(Forbidden):
    """The citizen opened it for something else."""


@dataclass(frozen=True, slots=True)
class OpenedCitizenCode:
    """`code` in groups, `url` for a QR: told this once. `scopes` in their order."""

    code: str
    url: str
    expires_at: datetime
    scopes: Sequence[str]


def open_citizen_code(
    session: Session,
    *,
    citizen: CitizenPrincipal,
    permit: CodePermit,
    lifetime_seconds: int,
    public_url: str,
    vault: Vault,
    at: datetime,
) -> OpenedCitizenCode:
    """A code for one purchase; those before it that nobody used end now. Raises CitizenNotFound."""
    queries.lock_citizen_for_children(session, citizen_id=citizen.citizen_id)
    session.execute(
        update(CitizenCode)
        .where(
            CitizenCode.citizen_id == citizen.citizen_id,
            CitizenCode.used_at.is_(None),
            CitizenCode.expires_at > at,
        )
        .values(expires_at=at)
    )
    digits = _new_digits(session, vault)
    expires_at = at + timedelta(seconds=lifetime_seconds)
    scopes = [scope.value for scope in CodeScope if scope in permit.scopes]
    session.add(
        CitizenCode(
            id=new_id(),
            citizen_id=citizen.citizen_id,
            account_id=citizen.account_id,
            code_hash=_hash(vault, digits),
            scopes=scopes,
            spend_mode=permit.spend_mode.value,
            spend_points=permit.spend_points,
            coupon_ids=[str(coupon_id) for coupon_id in permit.coupon_ids],
            created_at=at,
            expires_at=expires_at,
        )
    )
    session.flush()
    return OpenedCitizenCode(group_digits(digits), citizen_code_url(public_url, digits), expires_at, scopes)


def get_citizen_code(
    session: Session, *, text: str, public_url: str, vault: Vault, offline: OfflinePolicy, at: datetime
) -> CitizenCodeRow:
    """The code that was typed or scanned at that moment, whatever its state.

    On a second try the row of one that the server opened is locked. Raises CitizenCodeMistyped, CitizenCodeUnknown,
    and what `find_unopened_codes` tells.
    """
    digits = read_citizen_code(text, public_url)
    if len(digits) != DIGITS:
        return _get_unopened(session, digits, vault, offline, at)
    code_hash = _hash(vault, digits)
    if is_locking(session):
        queries.lock_citizen_code(session, code_hash=code_hash)
    found = queries.find_citizen_code_by_hash(session, code_hash=code_hash)
    if found is None:
        raise CitizenCodeUnknown(field="citizen_code")
    return found


def _get_unopened(
    session: Session, digits: str, vault: Vault, offline: OfflinePolicy, at: datetime
) -> CitizenCodeRow:
    shown = (digits, at)
    found = find_unopened_codes(session, shown=[shown], vault=vault, offline=offline)[shown]
    if isinstance(found, MeguriError):
        raise found
    return found


def find_unopened_codes(
    session: Session, *, shown: Collection[tuple[str, datetime]], vault: Vault, offline: OfflinePolicy
) -> Mapping[tuple[str, datetime], CitizenCodeRow | MeguriError]:
    """Codes that the server did not open: what a phone made without a network, and paper cards.

    `shown`: digits as `read_citizen_code` gives them, and when a till read them, which is the caller's to bound.
    Each with its code, or why it is none; one read for all of a kind.
    """
    cards = sorted(one for one in shown if len(one[0]) == CARD_DIGITS)
    made = sorted(one for one in shown if len(one[0]) == OFFLINE_DIGITS)
    return {
        **prove_cards(session, shown=cards, vault=vault),
        **prove_offline_codes(session, shown=made, vault=vault, policy=offline),
    }


def find_citizen_codes(
    session: Session,
    *,
    read: Collection[tuple[str, datetime]],
    public_url: str,
    vault: Vault,
    offline: OfflinePolicy,
) -> Mapping[tuple[str, datetime], CitizenCodeRow | MeguriError]:
    """By what a till read and when: the code, whatever its state, or why it is none. One read for all of a kind.

    What it is none for: CitizenCodeMistyped, CitizenCodeUnknown, and what `find_unopened_codes` tells. On a second
    try the rows of those that the server opened are locked.
    """
    found: dict[tuple[str, datetime], CitizenCodeRow | MeguriError] = {}
    digits: dict[tuple[str, datetime], str] = {}
    for one in read:
        try:
            digits[one] = read_citizen_code(one[0], public_url)
        except CitizenCodeMistyped as error:
            found[one] = error
    hashes = {typed: _hash(vault, typed) for typed in set(digits.values()) if len(typed) == DIGITS}
    if is_locking(session):
        queries.lock_citizen_codes(session, code_hashes=list(hashes.values()))
    opened = queries.find_citizen_codes_by_hash(session, code_hashes=list(hashes.values()))
    shown = {(typed, at) for (_, at), typed in digits.items() if typed not in hashes}
    unopened = find_unopened_codes(session, shown=shown, vault=vault, offline=offline)
    for (text, at), typed in digits.items():
        known = opened.get(hashes[typed]) if typed in hashes else unopened[typed, at]
        found[text, at] = known or CitizenCodeUnknown(field="citizen_code")
    return found


def moment_of_use(code: CitizenCodeRow, *, at: datetime, skew: timedelta) -> datetime:
    """When within its life a code was used, of which a till's clock says that it was used `at`.

    Clocks may differ by `skew`. Raises CitizenCodeUsed, CitizenCodeNotOpenThen.
    """
    if code.used_at is not None:
        raise CitizenCodeUsed(field="citizen_code")
    if not code.created_at - skew <= at < code.expires_at + skew:
        raise CitizenCodeNotOpenThen(field="citizen_code")
    return min(max(at, code.created_at), code.expires_at - INSTANT)


def check_citizen_code(code: CitizenCodeRow, *, scopes: Collection[CodeScope], at: datetime) -> None:
    """`scopes`: all that the till wants to do. Raises CitizenCodeUsed, -Expired, -ScopeMissing."""
    if code.used_at is not None:
        raise CitizenCodeUsed(field="citizen_code")
    if code.expires_at <= at:
        raise CitizenCodeExpired(field="citizen_code")
    if missing := [scope.value for scope in CodeScope if scope in scopes and scope not in code.scopes]:
        raise CitizenCodeScopeMissing(field="citizen_code", scope=missing[0])


def find_citizen_code(
    session: Session,
    *,
    text: str,
    scopes: Collection[CodeScope],
    public_url: str,
    vault: Vault,
    offline: OfflinePolicy,
    at: datetime,
) -> CitizenCodeRow:
    """A code that is good for all this. Raises what `get_citizen_code` and `check_citizen_code` raise."""
    code = get_citizen_code(session, text=text, public_url=public_url, vault=vault, offline=offline, at=at)
    check_citizen_code(code, scopes=scopes, at=at)
    return code


def _new_digits(session: Session, vault: Vault) -> str:
    digits = new_checked_digits()
    while queries.find_citizen_code_by_hash(session, code_hash=_hash(vault, digits)) is not None:
        digits = new_checked_digits()
    return digits


def _hash(vault: Vault, digits: str) -> bytes:
    """Keyed by the secret: a million million codes could be tried out on a plain hash."""
    return vault.keyed_hash(PURPOSE, digits)

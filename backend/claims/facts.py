"""Facts counted about a claim or a purchase, in one read: what `rules.flags` decides from.

Windows are bounded twice: by ids, which an index knows, and by moments, which are exact.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Select,
    Uuid,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session, aliased

from backend.base.database import UtcDateTime, first_id_at
from backend.base.statements import Prepared
from backend.claims.models import Claim, FlagKind
from backend.claims.rules.flags import Facts, Threshold
from backend.notices.models import DeviceUse
from backend.people.models import Citizen, CitizenLogin, Staff, StaffRole
from backend.points.models import PointsAccount
from backend.purchases.models import Purchase

ACCOUNT_ID = bindparam("account_id", type_=Uuid())
SHOP_ID = bindparam("shop_id", type_=Uuid())
SUBJECT_ID = bindparam("subject_id", type_=Uuid())
AMOUNT_YEN = bindparam("amount_yen", type_=BigInteger())
IS_STATED = bindparam("is_stated", type_=Boolean())
DONE_AT = {edge: bindparam(f"done_{edge}", type_=UtcDateTime()) for edge in ("after", "before")}
# What is waiting will be a purchase or nothing; what was accepted is counted as its purchase.
WAITING = Claim.waits_for.is_not(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is looked at; `id` of the claim or purchase, before which the others came. `seen_at`: by our clock."""

    id: uuid.UUID
    account_id: uuid.UUID
    shop_id: uuid.UUID | None
    amount_yen: int
    done_at: datetime
    seen_at: datetime
    is_stated: bool


def _since(kind: FlagKind) -> tuple[ColumnElement[uuid.UUID], ColumnElement[datetime]]:
    return bindparam(f"{kind}_id", type_=Uuid()), bindparam(f"{kind}_at", type_=UtcDateTime())


def _purchases(kind: FlagKind, *columns: Any) -> Select[Any]:
    since_id, since = _since(kind)
    return select(*columns).where(
        Purchase.id >= since_id, Purchase.id < SUBJECT_ID, Purchase.recorded_at >= since
    )


def _claims(kind: FlagKind, *columns: Any) -> Select[Any]:
    since_id, since = _since(kind)
    return select(*columns).where(Claim.id >= since_id, Claim.id < SUBJECT_ID, Claim.submitted_at >= since)


def _count(query: Select[Any]) -> ColumnElement[int]:
    return query.with_only_columns(func.count()).scalar_subquery()


def _young_accounts() -> ColumnElement[int]:
    """Others that are young and were at the shop before."""
    _, since = _since(FlagKind.YOUNG_ACCOUNTS)
    bought = _purchases(FlagKind.YOUNG_ACCOUNTS, Purchase.account_id).where(Purchase.shop_id == SHOP_ID)
    stated = _claims(FlagKind.YOUNG_ACCOUNTS, Claim.account_id).where(Claim.shop_id == SHOP_ID, WAITING)
    there = union(bought, stated).subquery("young_there")
    return (
        select(func.count())
        .select_from(there)
        .join(PointsAccount, PointsAccount.id == there.c.account_id)
        .where(PointsAccount.opened_at > since, PointsAccount.id != ACCOUNT_ID)
        .scalar_subquery()
    )


def _device_accounts() -> ColumnElement[int]:
    """On the most shared of the person's installations, the person included."""
    own, others = aliased(DeviceUse), aliased(DeviceUse)
    shared = (
        select(func.count().label("accounts"))
        .select_from(others)
        .join(own, own.installation_id == others.installation_id)
        .join(Citizen, Citizen.id == own.citizen_id)
        .where(Citizen.account_id == ACCOUNT_ID)
        .group_by(others.installation_id)
        .subquery("shared_devices")
    )
    return select(func.coalesce(func.max(shared.c.accounts), 0)).scalar_subquery()


def _staff_roles() -> ColumnElement[int]:
    """The address is the only thing that staff and citizens have in common."""
    return (
        select(func.count())
        .select_from(StaffRole)
        .join(Staff, Staff.id == StaffRole.staff_id)
        .join(CitizenLogin, CitizenLogin.subject == Staff.email)
        .join(Citizen, Citizen.id == CitizenLogin.citizen_id)
        .where(
            StaffRole.shop_id == SHOP_ID,
            Staff.disabled_at.is_(None),
            CitizenLogin.kind == "email",
            Citizen.account_id == ACCOUNT_ID,
        )
        .scalar_subquery()
    )


def _here(model: type[Purchase] | type[Claim]) -> tuple[ColumnElement[bool], ...]:
    """By the person at the shop, for just the same amount."""
    return (
        model.account_id == ACCOUNT_ID,
        model.shop_id == SHOP_ID,
        model.amount_yen == AMOUNT_YEN,
    )


def _same(kind: FlagKind) -> tuple[Select[Any], Select[Any]]:
    return (
        _purchases(kind, literal(1)).where(*_here(Purchase)),
        _claims(kind, literal(1)).where(*_here(Claim), WAITING),
    )


def _same_round_amounts() -> ColumnElement[int]:
    bought, stated = _same(FlagKind.ROUND_AMOUNTS)
    return _count(bought) + _count(stated)


def _same_purchases() -> ColumnElement[int]:
    """At about the same time, one of the two at least said by the citizen: who buys twice the till knows."""
    bought, stated = _same(FlagKind.REPEATED_PURCHASE)
    bought = bought.where(
        Purchase.done_at.between(DONE_AT["after"], DONE_AT["before"]),
        or_(IS_STATED, Purchase.claim_id.is_not(None)),
    )
    stated = stated.where(Claim.done_at.between(DONE_AT["after"], DONE_AT["before"]))
    return _count(bought) + _count(stated)


def _person_purchases() -> ColumnElement[int]:
    bought = _purchases(FlagKind.PERSON_VELOCITY, literal(1)).where(Purchase.account_id == ACCOUNT_ID)
    stated = _claims(FlagKind.PERSON_VELOCITY, literal(1)).where(Claim.account_id == ACCOUNT_ID, WAITING)
    return _count(bought) + _count(stated)


def _shop_claims() -> ColumnElement[int]:
    return _count(_claims(FlagKind.SHOP_VELOCITY, literal(1)).where(Claim.shop_id == SHOP_ID))


def _facts() -> Select[Any]:
    _, young_since = _since(FlagKind.YOUNG_ACCOUNTS)
    return select(
        case((PointsAccount.opened_at > young_since, 1), else_=0).label("is_young"),
        _young_accounts().label("young_accounts"),
        _device_accounts().label("device_accounts"),
        _staff_roles().label("staff_roles"),
        _same_round_amounts().label("same_round_amounts"),
        _same_purchases().label("same_purchases"),
        _person_purchases().label("person_purchases"),
        _shop_claims().label("shop_claims"),
    ).where(PointsAccount.id == ACCOUNT_ID)


FACTS = Prepared(lambda _dialect: _facts())
# The kinds of flags that look back over some hours.
LOOKING_BACK = (
    FlagKind.YOUNG_ACCOUNTS,
    FlagKind.ROUND_AMOUNTS,
    FlagKind.REPEATED_PURCHASE,
    FlagKind.PERSON_VELOCITY,
    FlagKind.SHOP_VELOCITY,
)


def count_facts(
    session: Session, *, subject: Subject, thresholds: Mapping[FlagKind, Threshold], round_yen: int
) -> Facts:
    """Each fact counts the subject too."""
    hours = {kind: thresholds[kind].within_hours if kind in thresholds else 0 for kind in LOOKING_BACK}
    since = {kind: subject.seen_at - timedelta(hours=count) for kind, count in hours.items()}
    around = timedelta(hours=hours[FlagKind.REPEATED_PURCHASE])
    # However late it is claimed, the other one was recorded when it was bought.
    since[FlagKind.REPEATED_PURCHASE] = subject.done_at - around
    row = FACTS.first(
        session,
        account_id=subject.account_id,
        shop_id=subject.shop_id,
        subject_id=subject.id,
        amount_yen=subject.amount_yen,
        is_stated=subject.is_stated,
        done_after=subject.done_at - around,
        done_before=subject.done_at + around,
        **{f"{kind}_id": first_id_at(moment) for kind, moment in since.items()},
        **{f"{kind}_at": moment for kind, moment in since.items()},
    )
    assert row is not None  # noqa: S101 (claims and purchases have an account)
    return Facts(
        is_stated=subject.is_stated,
        is_young=bool(row.is_young),
        young_accounts=row.young_accounts + 1,
        device_accounts=row.device_accounts,
        staff_roles=row.staff_roles,
        same_round_amounts=row.same_round_amounts + 1 if subject.amount_yen % round_yen == 0 else 0,
        same_purchases=row.same_purchases + 1,
        person_purchases=row.person_purchases + 1,
        shop_claims=row.shop_claims + 1,
    )

"""The inboxes of those who can sign in to the demonstration; everybody else's are empty."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.demo.campaigning import Warned
from backend.demo.city.accounts import ACCOUNTS
from backend.demo.city.shops import SHOP_BY_KEY
from backend.demo.identifiers import Identifiers
from backend.demo.town import Row, Town
from backend.notices.kinds import NoticeKind

PURCHASES_KEPT = 8
UNREAD = 2
READ_AFTER = timedelta(minutes=4)


@dataclass(frozen=True, slots=True)
class _Told:
    kind: str
    params: Mapping[str, object]
    at: datetime


def list_notices(
    town: Town,
    ids: Identifiers,
    *,
    purchases: Sequence[Row],
    refunds: Sequence[Row],
    warned: Sequence[Warned],
) -> list[Row]:
    """The welcome, what became of the last purchases, warnings of budgets. The latest are unread."""
    rows: list[Row] = []
    for key in (account.citizen_key for account in ACCOUNTS if account.citizen_key):
        account_id = town.account_ids[key]
        own = [row for row in purchases if row["account_id"] == account_id][-PURCHASES_KEPT:]
        told = [_Told(NoticeKind.WELCOME, {}, town.joined_at[key])]
        told += [_purchase(town, row) for row in own]
        told += _refunds(town, refunds, own, account_id)
        told += _warnings(warned, account_id)
        told.sort(key=lambda one: one.at)
        rows += [
            {
                "id": ids.at(one.at),
                "citizen_id": town.citizen_ids[key],
                "kind": str(one.kind),
                "params": dict(one.params),
                "created_at": one.at,
                "read_at": None if place >= len(told) - UNREAD else one.at + READ_AFTER,
            }
            for place, one in enumerate(told)
        ]
    return rows


def _purchase(town: Town, row: Row) -> _Told:
    params = {
        "shop": _shop_names(town, row["shop_id"]),
        "amount_yen": row["amount_yen"],
        "points": row["earned_points"],
        "spent_points": row["spent_points"],
        "balance_points": row["balance_points"],
        "purchase_id": str(row["id"]),
    }
    return _Told(
        NoticeKind.PURCHASE_PAID_WITH_POINTS if row["spent_points"] else NoticeKind.PURCHASE_RECORDED,
        params,
        row["done_at"],
    )


def _refunds(
    town: Town, refunds: Sequence[Row], own: Sequence[Row], account_id: uuid.UUID
) -> Iterator[_Told]:
    """Of the purchases that are told of."""
    shops = {row["id"]: row["shop_id"] for row in own}
    for refund in refunds:
        if refund["account_id"] == account_id and refund["purchase_id"] in shops:
            params = {
                "shop": _shop_names(town, shops[refund["purchase_id"]]),
                "amount_yen": refund["amount_yen"],
                "cash_yen": refund["cash_yen"],
                "returned_points": refund["returned_points"],
                "reclaimed_points": refund["reclaimed_points"],
                "purchase_id": str(refund["purchase_id"]),
            }
            yield _Told(NoticeKind.PURCHASE_REFUNDED, params, refund["refunded_at"])


def _warnings(warned: Sequence[Warned], account_id: uuid.UUID) -> Iterator[_Told]:
    for warning in warned:
        if account_id in warning.account_ids:
            params = {
                "campaign": dict(warning.names),
                "percent": warning.percent,
                "campaign_id": str(warning.campaign_id),
            }
            yield _Told(NoticeKind.CAMPAIGN_BUDGET_NEARLY_GONE, params, warning.at)


def _shop_names(town: Town, shop_id: uuid.UUID) -> Mapping[str, str]:
    shop = SHOP_BY_KEY[town.shop_keys[shop_id]]
    return {"ja": shop.name_ja, "en": shop.name_en}

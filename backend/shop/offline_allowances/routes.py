"""Till codes without a network: a register gets an allowance beforehand."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.organisations.queries import ShopNotFound
from backend.people.permissions import Permission
from backend.purchases.models import OfflineAllowance
from backend.purchases.rules.till_codes import till_code_url
from backend.purchases.service import offline_allowances
from backend.purchases.service.codes import ShopNotActive
from backend.purchases.service.offline_allowances import (
    AllowanceLimits,
    AllowanceRecord,
    IssuedAllowance,
    OfflineAllowanceNotFound,
    OfflineAllowancesAllIssued,
)
from backend.shop.offline_allowances.schemas import (
    IssuedOfflineAllowanceOut,
    IssueOfflineAllowanceIn,
    OfflineAllowanceDetailOut,
    OfflineAllowanceListQuery,
    OfflineAllowancePage,
)
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face(
    "offline_allowances", __name__, url_prefix="/v1/shop", description="Till codes made without a network."
)


@face.operation(
    "POST",
    "/offline-allowances",
    permission=Permission.GET_OFFLINE_ALLOWANCES,
    body=IssueOfflineAllowanceIn,
    answer=IssuedOfflineAllowanceOut,
    status=201,
    errors=[ShopNotActive, OfflineAllowancesAllIssued],
    example={"hours": 12, "count_max": 100, "code_max_yen": 5000, "total_max_yen": 100000},
)
def issue_offline_allowance(call: Call, body: dict[str, Any]) -> IssuedAllowance:
    """Get an allowance to make till codes without a network; its secret is told once.

    For registers only, four a day at most. Every other answer of the allowance tells how much of it was used.
    """
    limits = _limits(call)
    return offline_allowances.issue_offline_allowance(
        call.session,
        register=call.register,
        wished=AllowanceLimits(
            hours=body["hours"] or limits.hours,
            count=body["count_max"] or limits.count,
            code_yen=body["code_max_yen"] or limits.code_yen,
            total_yen=body["total_max_yen"] or limits.total_yen,
        ),
        limits=limits,
        code_prefix=till_code_url(call.settings.public_url, ""),
        vault=call.ground.vault,
        at=call.at,
    )


@face.operation(
    "GET",
    "/offline-allowances",
    permission=Permission.MANAGE_OWN_REGISTERS,
    query=OfflineAllowanceListQuery,
    answer=OfflineAllowancePage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_offline_allowances(call: Call, query: dict[str, Any]) -> Page[OfflineAllowance]:
    """What my shop's registers may sign, and what was honoured of it; newest first."""
    shop_id = choose_shop(call, Permission.MANAGE_OWN_REGISTERS, query["shop_id"])
    return offline_allowances.list_offline_allowances(call.session, shop_id=shop_id, page=page_request(query))


@face.operation(
    "GET",
    "/offline-allowances/<uuid:allowance_id>",
    permission=Permission.GET_OFFLINE_ALLOWANCES,
    answer=OfflineAllowanceDetailOut,
    errors=[OfflineAllowanceNotFound],
)
def get_offline_allowance(call: Call, allowance_id: uuid.UUID) -> AllowanceRecord:
    """Which codes of an allowance of mine were honoured."""
    return offline_allowances.get_offline_allowance(
        call.session, allowance_id=allowance_id, register_id=call.register.register_id
    )


@face.operation(
    "DELETE",
    "/offline-allowances/<uuid:allowance_id>",
    permission=Permission.MANAGE_OWN_REGISTERS,
    status=204,
    errors=[OfflineAllowanceNotFound],
)
def revoke_offline_allowance(call: Call, allowance_id: uuid.UUID) -> None:
    """Honour no code of an allowance any more, whenever it was made: for a till that was stolen.

    Revoking the register's key does the same for all allowances it got with that key.
    """
    offline_allowances.revoke_offline_allowance(
        call.session,
        allowance_id=allowance_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_REGISTERS),
        at=call.at,
    )


def _limits(call: Call) -> AllowanceLimits:
    settings = call.settings
    return AllowanceLimits(
        hours=settings.offline_allowance_hours,
        count=settings.offline_allowance_codes,
        code_yen=settings.offline_code_yen,
        total_yen=settings.offline_allowance_yen,
    )

"""Registers of a shop: their API keys."""

import uuid
from datetime import timedelta
from typing import Any

from backend.base.pages import Page
from backend.organisations import register_queries
from backend.organisations.models import ApiKey
from backend.organisations.queries import ShopNotFound
from backend.organisations.service import registers
from backend.organisations.service.shops import ShopEnded
from backend.organisations.texts import NameBlank
from backend.people.permissions import Permission
from backend.shop.registers.schemas import (
    IssueApiKeyIn,
    IssuedApiKeyOut,
    RegisterListQuery,
    RegisterPage,
    RotateApiKeyIn,
    RotatedApiKeyOut,
)
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import page_request

face = Face("registers", __name__, url_prefix="/v1/shop", description="Tills, by API key.")


@face.operation(
    "GET",
    "/registers",
    permission=Permission.MANAGE_OWN_REGISTERS,
    query=RegisterListQuery,
    answer=RegisterPage,
    errors=[ShopNotFound, ShopChoiceRequired],
)
def list_api_keys(call: Call, query: dict[str, Any]) -> Page[ApiKey]:
    """My shop's registers: their keys, when each was last used, when it ends, what follows it.

    A key that has ended is shown for another month.
    """
    shop_id = choose_shop(call, Permission.MANAGE_OWN_REGISTERS, query["shop_id"])
    return register_queries.list_api_keys(call.session, shop_id=shop_id, at=call.at, page=page_request(query))


@face.operation(
    "POST",
    "/registers",
    permission=Permission.MANAGE_OWN_REGISTERS,
    body=IssueApiKeyIn,
    answer=IssuedApiKeyOut,
    status=201,
    errors=[
        ShopNotFound,
        ShopChoiceRequired,
        ShopEnded,
        NameBlank,
        registers.ScopeUnknown,
        registers.ApiKeyEndPassed,
    ],
    example={"name": "レジ1", "scopes": ["codes"]},
)
def issue_api_key(call: Call, body: dict[str, Any]) -> registers.IssuedApiKey:
    """Issue a key for a register; it is shown once."""
    return registers.issue_api_key(
        call.session,
        shop_id=choose_shop(call, Permission.MANAGE_OWN_REGISTERS, body["shop_id"]),
        name=body["name"],
        scopes=body["scopes"],
        issued_by=call.staff.staff_id,
        expires_at=body["expires_at"],
        at=call.at,
    )


@face.operation(
    "POST",
    "/registers/<uuid:api_key_id>/rotation",
    permission=Permission.MANAGE_OWN_REGISTERS,
    body=RotateApiKeyIn,
    answer=RotatedApiKeyOut,
    status=201,
    errors=[registers.ApiKeyNotFound, registers.ApiKeyRotated, registers.ApiKeyEndPassed, ShopEnded],
    example={"overlap_hours": 24},
)
def rotate_api_key(call: Call, api_key_id: uuid.UUID, body: dict[str, Any]) -> registers.RotatedApiKey:
    """Give a register another key; it is shown once. The old one works for some hours beside it.

    To us it stays the same register: a request sent again with the new key is a repetition.
    """
    return registers.rotate_api_key(
        call.session,
        api_key_id=api_key_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_REGISTERS),
        overlap=timedelta(hours=body["overlap_hours"]),
        rotated_by=call.staff.staff_id,
        expires_at=body["expires_at"],
        at=call.at,
    )


@face.operation(
    "DELETE",
    "/registers/<uuid:api_key_id>",
    permission=Permission.MANAGE_OWN_REGISTERS,
    status=204,
    errors=[registers.ApiKeyNotFound],
)
def revoke_api_key(call: Call, api_key_id: uuid.UUID) -> None:
    """End a register's key at once."""
    registers.revoke_api_key(
        call.session,
        api_key_id=api_key_id,
        shop_ids=own_shops(call, Permission.MANAGE_OWN_REGISTERS),
        at=call.at,
    )

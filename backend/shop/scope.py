"""Whose shop: every route of this face works on the caller's own shops only."""

import uuid

from backend.base.errors import Refused
from backend.organisations.queries import ShopNotFound
from backend.people.permissions import Permission, shops_where
from backend.web.calls import Call


class ShopChoiceRequired(Refused):
    """The caller works for several shops: which one?"""


def own_shops(call: Call, permission: Permission) -> tuple[uuid.UUID, ...]:
    return shops_where(call.principal, permission)


def choose_shop(call: Call, permission: Permission, wished: uuid.UUID | None) -> uuid.UUID:
    """The shop meant: the wished one if it is the caller's, else the only one."""
    shops = own_shops(call, permission)
    if wished is not None:
        if wished not in shops:
            raise ShopNotFound(field="shop_id")
        return wished
    if len(shops) != 1:
        raise ShopChoiceRequired(field="shop_id")
    return shops[0]

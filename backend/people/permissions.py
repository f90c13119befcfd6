"""What each may do: the whole policy, in one table. A route without a permission does not start."""

import enum
import uuid

from backend.people.principals import (
    CitizenPrincipal,
    Nobody,
    Principal,
    RegisterPrincipal,
    StaffPrincipal,
    UnregisteredPrincipal,
)


class Permission(enum.StrEnum):
    PUBLIC = "public"

    # citizens, each over what is their own
    REGISTER_SELF = "register_self"
    MANAGE_OWN_ACCOUNT = "manage_own_account"
    RECORD_OWN_PURCHASES = "record_own_purchases"
    SHOW_OWN_CODE = "show_own_code"
    READ_OWN_POINTS = "read_own_points"
    READ_OWN_NOTICES = "read_own_notices"
    MANAGE_OWN_COUPONS = "manage_own_coupons"
    EARN_BY_MISSIONS = "earn_by_missions"

    # shops, each over their own
    MANAGE_OWN_STAFF_SESSION = "manage_own_staff_session"
    READ_OWN_SHOP = "read_own_shop"
    EDIT_OWN_SHOP = "edit_own_shop"
    MANAGE_OWN_SHOP_STAFF = "manage_own_shop_staff"
    MANAGE_OWN_REGISTERS = "manage_own_registers"
    MANAGE_OWN_MEMBER_LISTS = "manage_own_member_lists"
    ISSUE_TILL_CODES = "issue_till_codes"
    SELL_TO_CITIZENS = "sell_to_citizens"
    UPLOAD_SALES = "upload_sales"
    REFUND_PURCHASES = "refund_purchases"
    EDIT_OWN_OFFERS = "edit_own_offers"

    # the city
    MANAGE_STAFF = "manage_staff"
    APPROVE_SHOPS = "approve_shops"
    VERIFY_CITIZENS = "verify_citizens"
    MANAGE_CITY_MEMBER_LISTS = "manage_city_member_lists"
    EXPLAIN_PURCHASES = "explain_purchases"
    READ_CAMPAIGNS = "read_campaigns"
    EDIT_CAMPAIGNS = "edit_campaigns"
    APPROVE_CAMPAIGNS = "approve_campaigns"
    MODERATE_OFFERS = "moderate_offers"
    READ_BUDGETS = "read_budgets"
    EDIT_BUDGETS = "edit_budgets"
    READ_CORRECTIONS = "read_corrections"
    PROPOSE_CORRECTIONS = "propose_corrections"
    APPROVE_CORRECTIONS = "approve_corrections"


P = Permission

CITIZEN_PERMISSIONS = frozenset(
    {
        P.MANAGE_OWN_ACCOUNT,
        P.RECORD_OWN_PURCHASES,
        P.SHOW_OWN_CODE,
        P.READ_OWN_POINTS,
        P.READ_OWN_NOTICES,
        P.MANAGE_OWN_COUPONS,
        P.EARN_BY_MISSIONS,
    }
)

SHOP_ROLE_PERMISSIONS = {
    "clerk": frozenset({P.READ_OWN_SHOP, P.ISSUE_TILL_CODES, P.SELL_TO_CITIZENS, P.REFUND_PURCHASES}),
    "manager": frozenset(
        {
            P.READ_OWN_SHOP,
            P.EDIT_OWN_SHOP,
            P.MANAGE_OWN_SHOP_STAFF,
            P.MANAGE_OWN_REGISTERS,
            P.MANAGE_OWN_MEMBER_LISTS,
            P.ISSUE_TILL_CODES,
            P.SELL_TO_CITIZENS,
            P.UPLOAD_SALES,
            P.REFUND_PURCHASES,
            P.EDIT_OWN_OFFERS,
        }
    ),
}

CITY_ROLE_PERMISSIONS = {
    "administrator": frozenset({P.MANAGE_STAFF, P.READ_CAMPAIGNS, P.READ_BUDGETS}),
    "officer": frozenset(
        {
            P.APPROVE_SHOPS,
            P.MANAGE_CITY_MEMBER_LISTS,
            P.MODERATE_OFFERS,
            P.EXPLAIN_PURCHASES,
            P.READ_CAMPAIGNS,
            P.EDIT_CAMPAIGNS,
            P.READ_BUDGETS,
            P.EDIT_BUDGETS,
            P.READ_CORRECTIONS,
            P.PROPOSE_CORRECTIONS,
        }
    ),
    "approver": frozenset(
        {
            P.READ_CAMPAIGNS,
            P.APPROVE_CAMPAIGNS,
            P.READ_BUDGETS,
            P.READ_CORRECTIONS,
            P.APPROVE_CORRECTIONS,
        }
    ),
    "counter": frozenset({P.VERIFY_CITIZENS, P.EXPLAIN_PURCHASES}),
}

SCOPE_PERMISSIONS = {
    "codes": frozenset({P.ISSUE_TILL_CODES}),
    "sales": frozenset({P.SELL_TO_CITIZENS, P.UPLOAD_SALES, P.REFUND_PURCHASES}),
    "shop": frozenset({P.READ_OWN_SHOP}),
}


def may(principal: Principal, permission: Permission) -> bool:
    """Whether the caller holds the permission anywhere; over which shop is for `may_at_shop`."""
    if permission is Permission.PUBLIC:
        return True
    match principal:
        case CitizenPrincipal():
            return permission in CITIZEN_PERMISSIONS or permission is Permission.REGISTER_SELF
        case Nobody() | UnregisteredPrincipal():
            return permission is Permission.REGISTER_SELF
        case StaffPrincipal():
            if permission is Permission.MANAGE_OWN_STAFF_SESSION:
                return True
            table = SHOP_ROLE_PERMISSIONS if principal.face == "shop" else CITY_ROLE_PERMISSIONS
            return any(permission in table.get(held.role, ()) for held in principal.roles)
        case RegisterPrincipal():
            return any(permission in SCOPE_PERMISSIONS.get(scope, ()) for scope in principal.scopes)
    return False


def shops_where(principal: Principal, permission: Permission) -> tuple[uuid.UUID, ...]:
    """The shops over which a shop's clerk or register holds the permission."""
    match principal:
        case StaffPrincipal(face="shop"):
            held = [
                role.shop_id
                for role in principal.roles
                if role.shop_id and permission in SHOP_ROLE_PERMISSIONS.get(role.role, ())
            ]
            return tuple(dict.fromkeys(held))
        case RegisterPrincipal() if may(principal, permission):
            return (principal.shop_id,)
    return ()

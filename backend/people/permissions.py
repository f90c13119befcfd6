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
    MANAGE_OWN_CARDS = "manage_own_cards"
    READ_OWN_POINTS = "read_own_points"
    READ_OWN_NOTICES = "read_own_notices"
    MANAGE_OWN_COUPONS = "manage_own_coupons"
    EARN_BY_MISSIONS = "earn_by_missions"
    MANAGE_OWN_CLAIMS = "manage_own_claims"

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
    RECONCILE_SALES = "reconcile_sales"
    GET_OFFLINE_ALLOWANCES = "get_offline_allowances"
    EDIT_OWN_OFFERS = "edit_own_offers"
    CONFIRM_CLAIMS = "confirm_claims"
    MANAGE_OWN_WEBHOOKS = "manage_own_webhooks"
    MANAGE_OWN_MESSAGES = "manage_own_messages"
    MANAGE_OWN_AUDIENCES = "manage_own_audiences"

    # the city
    MANAGE_STAFF = "manage_staff"
    APPROVE_SHOPS = "approve_shops"
    VERIFY_CITIZENS = "verify_citizens"
    PRINT_CARDS = "print_cards"
    HAND_OUT_CARDS = "hand_out_cards"
    MANAGE_CITY_MEMBER_LISTS = "manage_city_member_lists"
    EXPLAIN_PURCHASES = "explain_purchases"
    READ_RECONCILIATIONS = "read_reconciliations"
    READ_CAMPAIGNS = "read_campaigns"
    EDIT_CAMPAIGNS = "edit_campaigns"
    APPROVE_CAMPAIGNS = "approve_campaigns"
    MODERATE_OFFERS = "moderate_offers"
    READ_BUDGETS = "read_budgets"
    EDIT_BUDGETS = "edit_budgets"
    READ_CORRECTIONS = "read_corrections"
    PROPOSE_CORRECTIONS = "propose_corrections"
    APPROVE_CORRECTIONS = "approve_corrections"
    REVIEW_CLAIMS = "review_claims"
    READ_MESSAGES = "read_messages"
    WRITE_MESSAGES = "write_messages"
    STOP_MESSAGES = "stop_messages"
    APPROVE_MESSAGES = "approve_messages"
    SEND_DISASTER_MESSAGES = "send_disaster_messages"
    READ_CITY_AUDIENCES = "read_city_audiences"
    EDIT_CITY_AUDIENCES = "edit_city_audiences"


P = Permission

CITIZEN_PERMISSIONS = frozenset(
    {
        P.MANAGE_OWN_ACCOUNT,
        P.RECORD_OWN_PURCHASES,
        P.SHOW_OWN_CODE,
        P.MANAGE_OWN_CARDS,
        P.READ_OWN_POINTS,
        P.READ_OWN_NOTICES,
        P.MANAGE_OWN_COUPONS,
        P.EARN_BY_MISSIONS,
        P.MANAGE_OWN_CLAIMS,
    }
)

SHOP_ROLE_PERMISSIONS = {
    "clerk": frozenset(
        {
            P.READ_OWN_SHOP,
            P.ISSUE_TILL_CODES,
            P.SELL_TO_CITIZENS,
            P.REFUND_PURCHASES,
            P.RECONCILE_SALES,
            P.CONFIRM_CLAIMS,
        }
    ),
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
            P.RECONCILE_SALES,
            P.EDIT_OWN_OFFERS,
            P.CONFIRM_CLAIMS,
            P.MANAGE_OWN_WEBHOOKS,
            P.MANAGE_OWN_MESSAGES,
            P.MANAGE_OWN_AUDIENCES,
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
            P.PRINT_CARDS,
            P.EXPLAIN_PURCHASES,
            P.READ_RECONCILIATIONS,
            P.READ_CAMPAIGNS,
            P.EDIT_CAMPAIGNS,
            P.READ_BUDGETS,
            P.EDIT_BUDGETS,
            P.READ_CORRECTIONS,
            P.PROPOSE_CORRECTIONS,
            P.REVIEW_CLAIMS,
            P.READ_MESSAGES,
            P.WRITE_MESSAGES,
            P.STOP_MESSAGES,
            P.SEND_DISASTER_MESSAGES,
            P.READ_CITY_AUDIENCES,
            P.EDIT_CITY_AUDIENCES,
        }
    ),
    "approver": frozenset(
        {
            P.READ_CAMPAIGNS,
            P.APPROVE_CAMPAIGNS,
            P.READ_BUDGETS,
            P.READ_CORRECTIONS,
            P.APPROVE_CORRECTIONS,
            P.REVIEW_CLAIMS,
            P.READ_MESSAGES,
            P.STOP_MESSAGES,
            P.APPROVE_MESSAGES,
            P.READ_CITY_AUDIENCES,
        }
    ),
    "counter": frozenset({P.VERIFY_CITIZENS, P.EXPLAIN_PURCHASES, P.HAND_OUT_CARDS}),
    # Who hands out paper cards in the districts, and does nothing else.
    "helper": frozenset({P.HAND_OUT_CARDS}),
}

SCOPE_PERMISSIONS = {
    "codes": frozenset({P.ISSUE_TILL_CODES}),
    "sales": frozenset({P.SELL_TO_CITIZENS, P.UPLOAD_SALES, P.REFUND_PURCHASES, P.CONFIRM_CLAIMS}),
    "shop": frozenset({P.READ_OWN_SHOP}),
    "offline": frozenset({P.GET_OFFLINE_ALLOWANCES}),
    "reconciliation": frozenset({P.RECONCILE_SALES}),
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

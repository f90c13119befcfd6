"""A shop's people: seen, invited, released by a manager; invitations accepted by who holds the letter."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.organisations.queries import ShopNotFound
from backend.people import queries
from backend.people.permissions import Permission
from backend.people.principals import RoleAssignment
from backend.people.rules import LoginMalformed, NicknameRefused, PasswordTooWeak
from backend.people.service import staff
from backend.people.service.staff import (
    InvitationAccepted,
    InvitationInvalid,
    StaffInvited,
    StaffNotFound,
    TotpCodeInvalid,
)
from backend.shop.scope import ShopChoiceRequired, choose_shop, own_shops
from backend.shop.staff.schemas import (
    AcceptedInvitationOut,
    AcceptInvitationIn,
    ConfirmTotpIn,
    InviteClerkIn,
    StaffInvitedOut,
    StaffMemberPage,
)
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face("staff", __name__, url_prefix="/v1/shop", description="Who works at the shop.")


@face.operation(
    "GET",
    "/staff",
    permission=Permission.MANAGE_OWN_SHOP_STAFF,
    query=PageQuery,
    answer=StaffMemberPage,
)
def list_staff(call: Call, query: dict[str, Any]) -> Page[queries.StaffMember]:
    """Who works at my shops, and as what."""
    shop_ids = own_shops(call, Permission.MANAGE_OWN_SHOP_STAFF)
    return queries.list_staff(call.session, shop_ids=shop_ids, page=page_request(query))


@face.operation(
    "POST",
    "/staff",
    permission=Permission.MANAGE_OWN_SHOP_STAFF,
    body=InviteClerkIn,
    answer=StaffInvitedOut,
    status=201,
    errors=[LoginMalformed, NicknameRefused, ShopChoiceRequired, ShopNotFound],
    limits=[RateLimit("invite", "sign_in_attempts", By.TOKEN, factor=3)],
    example={"email": "tenban@example.jp", "display_name": "店番"},
)
def invite_clerk(call: Call, body: dict[str, Any]) -> StaffInvited:
    """Let somebody work as a clerk of my shop; a letter invites who cannot sign in yet."""
    shop_id = choose_shop(call, Permission.MANAGE_OWN_SHOP_STAFF, body["shop_id"])
    return staff.invite_staff(
        call.session,
        email=body["email"],
        display_name=body["display_name"],
        language=body["language"],
        roles=[RoleAssignment("clerk", shop_id)],
        at=call.at,
    )


@face.operation(
    "DELETE",
    "/staff/<uuid:staff_id>",
    permission=Permission.MANAGE_OWN_SHOP_STAFF,
    status=204,
    errors=[StaffNotFound],
)
def release_clerk(call: Call, staff_id: uuid.UUID) -> None:
    """They are no longer a clerk of my shops; managers come and go by the city."""
    shop_ids = own_shops(call, Permission.MANAGE_OWN_SHOP_STAFF)
    staff.release_clerk(call.session, staff_id=staff_id, shop_ids=shop_ids)


@face.operation(
    "POST",
    "/invitations/accept",
    permission=Permission.PUBLIC,
    body=AcceptInvitationIn,
    answer=AcceptedInvitationOut,
    errors=[InvitationInvalid, PasswordTooWeak],
    limits=[RateLimit("invitation", "sign_in_attempts", By.ADDRESS, factor=3)],
    example={"token": "mgi_…", "password": "asagiri no minato 5"},
)
def accept_invitation(call: Call, body: dict[str, Any]) -> InvitationAccepted:
    """Choose a password, and you can sign in; an authenticator app may be added with what is answered."""
    return staff.accept_invitation(
        call.session,
        token=body["token"],
        password=body["password"],
        face="shop",
        vault=call.ground.vault,
        at=call.at,
    )


@face.operation(
    "POST",
    "/invitations/totp/confirm",
    permission=Permission.PUBLIC,
    body=ConfirmTotpIn,
    status=204,
    errors=[InvitationInvalid, TotpCodeInvalid],
    limits=[RateLimit("invitation", "sign_in_attempts", By.ADDRESS, factor=3)],
    example={"token": "mgi_…", "totp_code": "305182"},
)
def confirm_totp(call: Call, body: dict[str, Any]) -> None:
    """The authenticator app works: from now on its codes are asked for when signing in."""
    staff.confirm_totp(
        call.session,
        token=body["token"],
        totp_code=body["totp_code"],
        face="shop",
        vault=call.ground.vault,
        at=call.at,
    )

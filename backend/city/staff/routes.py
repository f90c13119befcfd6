"""Staff: seen, invited, renewed, removed by an administrator; invitations accepted by their holders."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.city.staff.schemas import (
    AcceptedInvitationOut,
    AcceptInvitationIn,
    ConfirmTotpIn,
    InviteStaffIn,
    StaffInvitedOut,
    StaffMemberPage,
)
from backend.organisations.queries import ShopNotFound, get_shop
from backend.people import queries
from backend.people.permissions import Permission
from backend.people.principals import RoleAssignment
from backend.people.rules import LoginMalformed, NicknameRefused, PasswordTooWeak
from backend.people.service import staff
from backend.people.service.staff import (
    FreshSignInRequired,
    InvitationAccepted,
    InvitationInvalid,
    OwnStaffAccount,
    RoleUnknown,
    StaffInvited,
    StaffNotFound,
    TotpCodeInvalid,
)
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face("staff", __name__, url_prefix="/v1/city", description="Who works for the city and the shops.")


@face.operation("GET", "/staff", permission=Permission.MANAGE_STAFF, query=PageQuery, answer=StaffMemberPage)
def list_staff(call: Call, query: dict[str, Any]) -> Page[queries.StaffMember]:
    """Everybody, of the city office and of all shops, with the roles they hold."""
    return queries.list_staff(call.session, shop_ids=None, page=page_request(query))


@face.operation(
    "POST",
    "/staff",
    permission=Permission.MANAGE_STAFF,
    body=InviteStaffIn,
    answer=StaffInvitedOut,
    status=201,
    errors=[FreshSignInRequired, LoginMalformed, NicknameRefused, RoleUnknown, ShopNotFound],
    example={
        "email": "madoguchi@example.jp",
        "display_name": "市民課 窓口",
        "roles": [{"role": "counter"}],
    },
)
def invite_staff(call: Call, body: dict[str, Any]) -> StaffInvited:
    """Give roles to a person, new or known; a letter invites who cannot sign in with them yet."""
    staff.require_fresh_session(call.session, session_id=call.staff.session_id, at=call.at)
    for role in body["roles"]:
        if role["shop_id"] is not None:
            get_shop(call.session, shop_id=role["shop_id"])  # people know no shops
    return staff.invite_staff(
        call.session,
        email=body["email"],
        display_name=body["display_name"],
        language=body["language"],
        roles=[RoleAssignment(role["role"], role["shop_id"]) for role in body["roles"]],
        at=call.at,
    )


@face.operation(
    "POST",
    "/staff/<uuid:staff_id>/invitations",
    permission=Permission.MANAGE_STAFF,
    answer=StaffInvitedOut,
    status=201,
    errors=[FreshSignInRequired, OwnStaffAccount, StaffNotFound],
)
def renew_staff(call: Call, staff_id: uuid.UUID) -> StaffInvited:
    """Password and second factor end, a new invitation goes out: a telephone was lost."""
    staff.require_fresh_session(call.session, session_id=call.staff.session_id, at=call.at)
    return staff.renew_staff(call.session, staff_id=staff_id, by_staff_id=call.staff.staff_id, at=call.at)


@face.operation(
    "DELETE",
    "/staff/<uuid:staff_id>",
    permission=Permission.MANAGE_STAFF,
    status=204,
    errors=[FreshSignInRequired, OwnStaffAccount, StaffNotFound],
)
def disable_staff(call: Call, staff_id: uuid.UUID) -> None:
    """Roles, password, second factor and sessions end at once."""
    staff.require_fresh_session(call.session, session_id=call.staff.session_id, at=call.at)
    staff.disable_staff(call.session, staff_id=staff_id, by_staff_id=call.staff.staff_id, at=call.at)


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
    """Choose a password and set up the authenticator app; you can sign in once it is confirmed."""
    return staff.accept_invitation(
        call.session,
        token=body["token"],
        password=body["password"],
        face="city",
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
    """The authenticator app works: now you can sign in."""
    staff.confirm_totp(
        call.session,
        token=body["token"],
        totp_code=body["totp_code"],
        face="city",
        vault=call.ground.vault,
        at=call.at,
    )

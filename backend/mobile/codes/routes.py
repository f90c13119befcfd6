"""The code that a citizen shows at a till."""

from typing import Any

from backend.mobile.codes.schemas import OpenedCodeOut, OpenMyCodeIn
from backend.people.codes import CitizenCodeContradictory, make_permit
from backend.people.permissions import Permission
from backend.people.service.citizen_codes import OpenedCitizenCode, open_citizen_code
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face("codes", __name__, url_prefix="/v1/me", description="The code I show at a till.")


@face.operation(
    "POST",
    "/codes",
    permission=Permission.SHOW_OWN_CODE,
    body=OpenMyCodeIn,
    answer=OpenedCodeOut,
    status=201,
    errors=[CitizenCodeContradictory],
    example={"scopes": ["earn", "spend"], "points_to_spend": 300},
)
def open_my_code(call: Call, body: dict[str, Any]) -> OpenedCitizenCode:
    """Open a code for one purchase, good for a minute; the one before it ends.

    The clerk scans it or types its digits, and enters the amount. What the till may do with it I say here.
    """
    return open_citizen_code(
        call.session,
        citizen=call.citizen,
        permit=make_permit(**body),
        lifetime_seconds=call.settings.citizen_code_seconds,
        public_url=call.settings.public_url,
        vault=call.ground.vault,
        at=call.at,
    )

"""The counter: a citizen shows a code and their proof, the clerk compares and confirms."""

import uuid
from typing import Any

from backend.city.verifications.schemas import DeclarationOut, ReadDeclarationIn
from backend.people.permissions import Permission
from backend.people.service import verifications
from backend.people.service.verifications import CounterCodeNotFound, Declaration, NothingDeclared
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit

face = Face(
    "verifications",
    __name__,
    url_prefix="/v1/city/verifications",
    description="What citizens declare, verified at the counter.",
)


@face.operation(
    "POST",
    "",
    permission=Permission.VERIFY_CITIZENS,
    body=ReadDeclarationIn,
    answer=DeclarationOut,
    errors=[CounterCodeNotFound],
    # More than any counter sees, and too few to find codes by guessing.
    limits=[RateLimit("counter_code", "sign_in_attempts", By.TOKEN, factor=10)],
    writes=False,
    example={"counter_code": "30518274"},
)
def read_declaration(call: Call, body: dict[str, Any]) -> Declaration:
    """What the citizen who shows this code declares. Nothing is changed or used up."""
    return verifications.read_declaration(
        call.session, counter_code=body["counter_code"], vault=call.ground.vault, at=call.at
    )


@face.operation(
    "PUT",
    "/<uuid:declaration_id>",
    permission=Permission.VERIFY_CITIZENS,
    answer=DeclarationOut,
    errors=[CounterCodeNotFound, NothingDeclared],
)
def confirm_declaration(call: Call, declaration_id: uuid.UUID) -> Declaration:
    """I have seen proof of what I read. A declaration changed since then is not found any more."""
    return verifications.confirm_declaration(
        call.session, declaration_id=declaration_id, staff_id=call.staff.staff_id, at=call.at
    )

"""Keys with which a phone makes the code for a till by itself, where there is no network."""

import uuid
from collections.abc import Sequence
from typing import Any

from backend.mobile.offline_codes.schemas import EnrolledKeyOut, EnrolOfflineKeyIn, OfflineKeyListOut
from backend.people.code_models import OfflineCodeKey
from backend.people.offline_codes import OfflinePolicy
from backend.people.permissions import Permission
from backend.people.service import offline_codes
from backend.people.service.offline_codes import (
    EnrolledKey,
    OfflineKeyNotFound,
    OfflineKeysExceeded,
    OfflineSpendExceeded,
)
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face(
    "offline_codes",
    __name__,
    url_prefix="/v1/me/offline-code-keys",
    description="Codes that my phone makes without a network.",
)


@face.operation(
    "POST",
    "",
    permission=Permission.SHOW_OWN_CODE,
    body=EnrolOfflineKeyIn,
    answer=EnrolledKeyOut,
    status=201,
    errors=[OfflineSpendExceeded, OfflineKeysExceeded],
    example={"installation_id": "7b0c1f1a-2f0e-4a57-9d3e-5b8f0b6f6a11", "spend_max_points": 300},
)
def enrol_offline_key(call: Call, body: dict[str, Any]) -> EnrolledKey:
    """Give this installation a key; the one it had ends. Do so at sign-in, while there is a network.

    The guide tells how a code is made of it, with test vectors. The key ends when I sign out here.
    """
    return offline_codes.enrol_offline_key(
        call.session,
        citizen=call.citizen,
        installation_id=body["installation_id"],
        spend_max_points=body["spend_max_points"],
        policy=OfflinePolicy(call.settings.offline_code_skew_steps, call.settings.offline_spend_max_points),
        vault=call.ground.vault,
        at=call.at,
    )


@face.operation("GET", "", permission=Permission.SHOW_OWN_CODE, answer=OfflineKeyListOut)
def list_offline_keys(call: Call) -> dict[str, Sequence[OfflineCodeKey]]:
    """Which of my telephones make codes without a network."""
    keys = offline_codes.list_offline_keys(call.session, citizen_id=call.citizen.citizen_id, at=call.at)
    return {"items": keys}


@face.operation(
    "DELETE", "/<uuid:key_id>", permission=Permission.SHOW_OWN_CODE, status=204, errors=[OfflineKeyNotFound]
)
def revoke_offline_key(call: Call, key_id: uuid.UUID) -> None:
    """Its codes are none from now on: a telephone was lost."""
    offline_codes.revoke_offline_key(
        call.session, citizen_id=call.citizen.citizen_id, key_id=key_id, at=call.at
    )

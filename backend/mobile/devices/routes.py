"""Devices: where pushes go."""

from typing import Any

from backend.base.subscriptions import EndpointPolicy
from backend.mobile.devices.schemas import DeviceOut, RegisterDeviceIn, WebPushKeyOut
from backend.notices import service
from backend.notices.models import Device
from backend.notices.service import DeviceNotFound, InstallationIdInvalid
from backend.notices.targets import PushServiceUnknown, SubscriptionInvalid, make_web_push_target
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face("devices", __name__, url_prefix="/v1", description="Where pushes reach the citizen.")

REGISTER = {
    "platform": "android",
    "target_kind": "fid",
    "target": "dIsVQ2QVRT-TW7L6VfeAMh",
}
DEVICE = {
    "installation_id": "7b0c1f1a-2f0e-4a57-9d3e-5b8f0b6f6a11",
    "platform": "android",
    "target_kind": "fid",
    "registered_at": "2026-11-24T03:12:45+00:00",
    "last_seen_at": "2026-11-24T03:12:45+00:00",
}


@face.operation("GET", "/web-push-key", permission=Permission.PUBLIC, answer=WebPushKeyOut)
def get_web_push_key(call: Call) -> dict[str, Any]:
    """The key with which a browser subscribes to this server's web pushes (VAPID)."""
    return {"public_key": call.ground.web_push_key}


@face.operation(
    "PUT",
    "/me/devices/<installation_id>",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    body=RegisterDeviceIn,
    answer=DeviceOut,
    errors=[InstallationIdInvalid, SubscriptionInvalid, PushServiceUnknown],
    example=REGISTER,
    answer_example=DEVICE,
)
def register_device(call: Call, body: dict[str, Any], installation_id: str) -> Device:
    """Register this installation of the app, or tell its new target; do so at every start of the app.

    The installation's id is made by the app once: 8 to 64 letters, digits and `. _ : -`. An installation and
    a target belong to whoever registered them last. A web app gives its subscription as the browser made it.
    """
    return service.register_device(
        call.session,
        citizen_id=call.citizen.citizen_id,
        installation_id=installation_id,
        platform=body["platform"],
        target_kind=body["target_kind"],
        target=_target_of(call, body),
        at=call.at,
        session_id=call.citizen.session_id,
    )


def _target_of(call: Call, body: dict[str, Any]) -> str:
    subscription = body["subscription"]
    if subscription is None:
        return str(body["target"])
    return make_web_push_target(
        endpoint=subscription["endpoint"], **subscription["keys"], policy=EndpointPolicy.of(call.settings)
    )


@face.operation(
    "DELETE",
    "/me/devices/<installation_id>",
    permission=Permission.MANAGE_OWN_ACCOUNT,
    status=204,
    errors=[DeviceNotFound],
)
def remove_device(call: Call, installation_id: str) -> None:
    """Forget this installation, for instance when signing out: no push reaches it, and its codes are none any more."""
    service.remove_device(
        call.session, citizen_id=call.citizen.citizen_id, installation_id=installation_id, at=call.at
    )

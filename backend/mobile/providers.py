"""Which provider signs this installation's citizens in."""

from backend.notices.service import forget_signed_out_devices
from backend.people.embedded import EmbeddedProvider
from backend.people.providers import FirebaseProvider, IdentityProvider
from backend.web.calls import Call


def provider_of(call: Call) -> IdentityProvider:
    if call.ground.verify_firebase_token is not None:
        return FirebaseProvider()
    return EmbeddedProvider(call.ground.vault, call.settings.session_days, forget_signed_out_devices)

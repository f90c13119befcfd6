"""What a device is reached by, where that is more than a name: a browser's subscription."""

from backend.base.errors import Refused
from backend.base.subscriptions import EndpointPolicy, PushServiceRefused, Subscription, SubscriptionBroken


class SubscriptionInvalid(Refused):
    """`field` names the part that no browser makes."""


class PushServiceUnknown(Refused):
    """The endpoint's host is none of a push service that we post to."""


FIELDS = {
    "endpoint": "subscription.endpoint",
    "p256dh": "subscription.keys.p256dh",
    "auth": "subscription.keys.auth",
}


def make_web_push_target(*, endpoint: str, p256dh: str, auth: str, policy: EndpointPolicy) -> str:
    """A subscription as a device's target. Raises SubscriptionInvalid, PushServiceUnknown."""
    try:
        policy.origin_of(endpoint)
        return Subscription.of(endpoint, p256dh, auth).as_target()
    except SubscriptionBroken as error:
        raise SubscriptionInvalid(field=FIELDS[error.part]) from error
    except PushServiceRefused as error:
        raise PushServiceUnknown(field=FIELDS["endpoint"]) from error

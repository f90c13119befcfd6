"""What a browser gives to be reached by, and where it may send us."""

from typing import Any

import pytest

from backend.base.subscriptions import (
    ENDPOINT_MAX_CHARACTERS,
    EndpointPolicy,
    PushServiceRefused,
    Subscription,
    SubscriptionBroken,
    encode,
)
from backend.config import Settings
from tests.fakes.push_service import Browser

STRICT = EndpointPolicy.of(Settings(mode="production"))


class TestEndpointPolicy:
    @pytest.mark.parametrize(
        ("endpoint", "origin"),
        [
            ("https://fcm.googleapis.com/fcm/send/abc:def", "https://fcm.googleapis.com"),
            (
                "https://updates.push.services.mozilla.com/wpush/v2/gAAA_-",
                "https://updates.push.services.mozilla.com",
            ),
            (
                "https://wns2-par02p.notify.windows.com/w/?token=BQY%2bA%3d%3d",
                "https://wns2-par02p.notify.windows.com",
            ),
            ("https://web.push.apple.com/QGuQyavXutnM", "https://web.push.apple.com"),
            ("https://FCM.googleapis.com/x", "https://fcm.googleapis.com"),
        ],
    )
    def test_takes_known_push_services(self, endpoint: str, origin: str) -> None:
        assert STRICT.origin_of(endpoint) == origin

    @pytest.mark.parametrize(
        "endpoint",
        [
            "https://evil.example/x",
            "https://fcm.googleapis.com.evil.example/x",
            "https://evil-fcm.googleapis.com/x",
            "https://xnotify.windows.com/x",
            "https://notify.windows.com/x",
            "https://93.184.216.34/x",
        ],
    )
    def test_takes_no_other(self, endpoint: str) -> None:
        with pytest.raises(PushServiceRefused):
            STRICT.origin_of(endpoint)

    @pytest.mark.parametrize(
        "endpoint",
        [
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com:8443/x",
            "https://user@fcm.googleapis.com/x",
            "https://evil.example@fcm.googleapis.com/x",
            "https://fcm.googleapis.com/x#fragment",
            "https://fcm.googleapis.com\\@evil.example/",
            "https://127.0.0.1/x",
            "https://localhost/x",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/x",
            "ftp://fcm.googleapis.com/x",
            "//fcm.googleapis.com/x",
            "",
            "https://fcm.googleapis.com/" + "x" * ENDPOINT_MAX_CHARACTERS,
        ],
    )
    def test_calls_broken_what_is_no_such_address(self, endpoint: str) -> None:
        with pytest.raises(SubscriptionBroken) as raised:
            STRICT.origin_of(endpoint)

        assert raised.value.part == "endpoint"

    def test_takes_this_machine_while_developing_only(self) -> None:
        policy = EndpointPolicy.of(Settings())

        assert policy.origin_of("http://127.0.0.1:8001/push/1") == "http://127.0.0.1:8001"

    def test_takes_whom_the_settings_name(self) -> None:
        policy = EndpointPolicy.of(Settings(mode="production", web_push_hosts=["Push.City.Example"]))

        assert policy.origin_of("https://push.city.example/x") == "https://push.city.example"


class TestSubscription:
    def test_is_one_text_however_it_was_padded(self) -> None:
        browser = Browser("https://fcm.googleapis.com/x")
        padded = Subscription.of(browser.endpoint, browser.p256dh + "=", browser.auth + "==")

        assert padded.as_target() == browser.target

    def test_is_read_from_its_text(self) -> None:
        browser = Browser("https://fcm.googleapis.com/x")

        subscription = Subscription.read(browser.target)

        assert (subscription.endpoint, encode(subscription.auth)) == (browser.endpoint, browser.auth)

    @pytest.mark.parametrize(
        ("change", "part"),
        [
            ({"p256dh": ""}, "p256dh"),
            ({"p256dh": "あ"}, "p256dh"),
            ({"p256dh": "A" * 87}, "p256dh"),
            ({"p256dh": "BA" + "A" * 85}, "p256dh"),
            ({"p256dh": "A" * 89}, "p256dh"),
            ({"p256dh": 7}, "p256dh"),
            ({"p256dh": Browser("x").compressed}, "p256dh"),
            ({"auth": "AAAA"}, "auth"),
            ({"auth": "A"}, "auth"),
            ({"auth": "BTBZMqHH6r4Tts7J_aSIgg\n"}, "auth"),
            ({"auth": "BTBZMqHH6r4Tts7J+aSIgg"}, "auth"),
        ],
    )
    def test_refuses_keys_that_no_browser_makes(self, change: dict[str, Any], part: str) -> None:
        browser = Browser("https://fcm.googleapis.com/x")
        given = {"endpoint": browser.endpoint, "p256dh": browser.p256dh, "auth": browser.auth} | change

        with pytest.raises(SubscriptionBroken) as raised:
            Subscription.of(**given)

        assert raised.value.part == part

    @pytest.mark.parametrize("target", ["", "a-token", "[]", "{}", "7", '{"endpoint":1,"p256dh":2,"auth":3}'])
    def test_refuses_a_text_that_is_none(self, target: str) -> None:
        with pytest.raises(SubscriptionBroken):
            Subscription.read(target)

    def test_its_repr_holds_nothing(self) -> None:
        browser = Browser("https://fcm.googleapis.com/x")

        assert repr(Subscription.read(browser.target)) == "Subscription()"

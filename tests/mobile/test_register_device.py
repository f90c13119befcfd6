"""PUT /v1/me/devices/{installation_id}."""

from dataclasses import replace
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from backend.base.database import Database
from backend.base.subscriptions import ENDPOINT_MAX_CHARACTERS, Subscription
from backend.config import Settings
from backend.notices.models import Device
from tests.factories.world import World
from tests.fakes.push_service import Browser
from tests.support.client import ApiClient

PATH = "/v1/me/devices/7b0c1f1a-2f0e-4a57-9d3e-5b8f0b6f6a11"
BODY = {"platform": "android", "target_kind": "fid", "target": "dIsVQ2QVRT-TW7L6VfeAMh"}


def list_owners(database: Database) -> list[Any]:
    return database.run(lambda session: list(session.scalars(select(Device.citizen_id))))


class TestRegisterDevice:
    def test_answers_the_device_without_its_target(
        self, citizen: ApiClient, world: World, database: Database
    ) -> None:
        response = citizen.put(PATH, BODY)

        assert response.status_code == 200
        device = response.get_json()
        assert device["installation_id"] == PATH.rpartition("/")[2]
        assert "target" not in device
        assert list_owners(database) == [world.citizen.id]

    def test_doing_so_at_every_start_keeps_one_device(
        self, citizen: ApiClient, database: Database, clock: time_machine.Traveller
    ) -> None:
        first = citizen.put(PATH, BODY).get_json()
        clock.shift(3600)

        again = citizen.put(PATH, BODY | {"target": "a-new-target"}).get_json()

        assert again["registered_at"] == first["registered_at"]
        assert again["last_seen_at"] > first["last_seen_at"]
        assert len(list_owners(database)) == 1

    def test_a_phone_that_changed_hands_is_the_new_owners(
        self, citizen: ApiClient, neighbour: ApiClient, world: World, database: Database
    ) -> None:
        citizen.put(PATH, BODY)

        neighbour.put(PATH, BODY)

        assert list_owners(database) == [world.neighbour.id]

    @pytest.mark.parametrize(
        "change",
        [
            {"platform": "fax"},
            {"target_kind": "topic"},
            {"target_kind": "web_push"},
            {"subscription": Browser("https://fcm.googleapis.com/x").subscription},
            {"target": None},
            {"target": ""},
            {"target": "x" * 513},
            {"target": "a\u0000b"},
            {"target": 7},
            {"citizen_id": "01936f1e-5d0a-7c3e-9b1f-2f6a4c8d7e10"},
        ],
    )
    def test_refuses_another_shape(self, citizen: ApiClient, change: dict[str, Any]) -> None:
        response = citizen.put(PATH, BODY | change)

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")

    @pytest.mark.parametrize(
        "installation_id", ["short", "x" * 65, "%E3%81%B2%E3%82%89%E3%81%8C%E3%81%AA%E3%81%B2%E3%82%89"]
    )
    def test_refuses_an_installation_id_that_no_app_makes(
        self, citizen: ApiClient, installation_id: str
    ) -> None:
        response = citizen.put(f"/v1/me/devices/{installation_id}", BODY)

        assert (response.status_code, response.get_json()["code"]) == (422, "installation_id_invalid")

    def test_wants_a_citizen(self, nobody: ApiClient, clerk: ApiClient) -> None:
        assert nobody.put(PATH, BODY).status_code == 401
        assert clerk.put(PATH, BODY).status_code == 403


def browsers_body(browser: Browser, **changes: Any) -> dict[str, Any]:
    subscription = browser.subscription | changes
    return {"platform": "web", "target_kind": "web_push", "subscription": subscription}


class TestRegisterBrowser:
    @pytest.fixture
    def browser(self) -> Browser:
        return Browser("https://updates.push.services.mozilla.com/wpush/v2/" + "g" * 180)

    def test_keeps_its_subscription(self, citizen: ApiClient, browser: Browser, database: Database) -> None:
        response = citizen.put(PATH, browsers_body(browser))

        assert response.status_code == 200
        assert response.get_json()["target_kind"] == "web_push"
        [target] = database.run(lambda session: list(session.scalars(select(Device.target))))
        assert Subscription.read(target) == Subscription.read(browser.target)

    def test_takes_the_longest_address(self, citizen: ApiClient, database: Database) -> None:
        beginning = "https://wns2-par02p.notify.windows.com/w/?token="
        longest = Browser(beginning + "%" * (ENDPOINT_MAX_CHARACTERS - len(beginning)))

        response = citizen.put(PATH, browsers_body(longest))

        assert response.status_code == 200
        [target] = database.run(lambda session: list(session.scalars(select(Device.target))))
        assert Subscription.read(target).endpoint == longest.endpoint

    def test_a_browser_that_changed_hands_is_the_new_owners(
        self, citizen: ApiClient, neighbour: ApiClient, world: World, browser: Browser, database: Database
    ) -> None:
        citizen.put(PATH, browsers_body(browser))

        neighbour.put(PATH + "-of-another-profile", browsers_body(browser))

        assert list_owners(database) == [world.neighbour.id]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"endpoint": "http://fcm.googleapis.com/x"}, "subscription.endpoint"),
            ({"endpoint": "https://10.0.0.1/x"}, "subscription.endpoint"),
            ({"endpoint": "https://user@fcm.googleapis.com/x"}, "subscription.endpoint"),
            ({"keys": {"p256dh": "A" * 87, "auth": "A" * 22}}, "subscription.keys.p256dh"),
            ({"keys": {"p256dh": Browser("x").p256dh, "auth": "AAAA"}}, "subscription.keys.auth"),
        ],
    )
    def test_refuses_what_no_browser_makes(
        self, citizen: ApiClient, browser: Browser, change: dict[str, Any], field: str
    ) -> None:
        response = citizen.put(PATH, browsers_body(browser, **change))

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "subscription_invalid")
        assert field in str(problem["errors"])

    def test_refuses_another_address_than_a_push_services(self, citizen: ApiClient, browser: Browser) -> None:
        response = citizen.put(PATH, browsers_body(browser, endpoint="https://evil.example/x"))

        assert (response.status_code, response.get_json()["code"]) == (422, "push_service_unknown")

    def test_takes_this_machine_while_developing(self, citizen: ApiClient) -> None:
        assert citizen.put(PATH, browsers_body(Browser("http://127.0.0.1:9/x"))).status_code == 200

    def test_does_not_take_this_machine_in_production(
        self, make_app: Any, settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("backend.app.refuse_unfit", lambda _settings: None)
        citizen = ApiClient(make_app(replace(settings, mode="production")), world.citizen.token)

        response = citizen.put(PATH, browsers_body(Browser("http://127.0.0.1:9/x")))

        assert (response.status_code, response.get_json()["code"]) == (422, "subscription_invalid")

    @pytest.mark.parametrize(
        "change",
        [
            {"platform": "android"},
            {"target": "a-token"},
            {"subscription": None},
            {"subscription": {"endpoint": "https://fcm.googleapis.com/x"}},
            {"subscription": {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "A"}}},
            {"subscription": Browser("https://fcm.googleapis.com/" + "x" * 1_000).subscription},
            {"subscription": Browser("https://fcm.googleapis.com/x").subscription | {"more": 1}},
        ],
    )
    def test_refuses_another_shape(
        self, citizen: ApiClient, browser: Browser, change: dict[str, Any]
    ) -> None:
        response = citizen.put(PATH, browsers_body(browser) | change)

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")

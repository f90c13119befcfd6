"""POST /v1/shop/webhooks: an address of the shop's own system, and a secret shown once."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.config import Settings
from backend.notices.webhooks.models import Webhook
from backend.notices.webhooks.service import WEBHOOKS_MAX
from backend.web.ground import Ground
from tests.factories.organisations import make_shop
from tests.factories.webhooks import PATH, URL, register_webhook
from tests.factories.world import World
from tests.support.client import ApiClient

BODY = {"url": URL, "event_types": ["purchase.recorded"]}


class TestRegisterWebhook:
    def test_answers_it_with_its_secret(self, manager: ApiClient, world: World) -> None:
        response = manager.post(PATH, BODY | {"note": "POS"})

        answer = response.get_json()
        assert response.status_code == 201
        assert answer["secret"].startswith("whsec_")
        assert (answer["webhook"]["shop_id"], answer["webhook"]["status"]) == (str(world.shop_id), "active")
        assert (answer["webhook"]["url"], answer["webhook"]["note"]) == (URL, "POS")

    def test_keeps_the_secret_sealed(self, manager: ApiClient, database: Database, ground: Ground) -> None:
        secret = register_webhook(manager)["secret"].encode()

        [sealed] = database.run(lambda session: session.scalars(select(Webhook.secret_sealed)).all())

        assert secret not in sealed
        assert ground.vault.open(sealed) == secret

    def test_takes_an_event_named_twice_once(self, manager: ApiClient) -> None:
        webhook = register_webhook(manager, event_types=["purchase.recorded"] * 2)

        assert webhook["event_types"] == ["purchase.recorded"]

    @pytest.mark.parametrize(
        "url",
        [
            "http://pos.example.jp/in",
            "https://pos.example.jp:8443/in",
            "https://user:secret@pos.example.jp/in",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/in",
            "https://[::ffff:127.0.0.1]/in",
            "https://intranet/in",
            "javascript:alert(1)",
        ],
    )
    def test_refuses_an_address_that_leads_inside(self, manager: ApiClient, url: str) -> None:
        response = manager.post(PATH, BODY | {"url": url})

        assert (response.status_code, response.get_json()["code"]) == (422, "webhook_url_refused")
        assert [error["field"] for error in response.get_json()["errors"]] == ["url"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"url": "https://pos.example.jp/" + "a" * 500}, "url"),
            ({"url": "https://pos.example.jp/\x00"}, "url"),
            ({"url": 7}, "url"),
            ({"event_types": []}, "event_types"),
            ({"event_types": ["test"]}, "event_types.0"),
            ({"event_types": "purchase.recorded"}, "event_types"),
            ({"note": "a" * 101}, "note"),
            ({"secret": "mine"}, "secret"),
        ],
    )
    def test_refuses_a_field_and_names_it(
        self, manager: ApiClient, changes: dict[str, Any], field: str
    ) -> None:
        response = manager.post(PATH, BODY | changes)

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_takes_this_machine_while_developing(self, manager: ApiClient) -> None:
        assert manager.post(PATH, BODY | {"url": "http://127.0.0.1:9/in"}).status_code == 201

    def test_does_not_take_this_machine_in_production(
        self, make_app: Any, settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("backend.app.refuse_unfit", lambda _settings: None)
        manager = ApiClient(make_app(replace(settings, mode="production")), world.manager.token)

        response = manager.post(PATH, BODY | {"url": "http://127.0.0.1:9/in"})

        assert (response.status_code, response.get_json()["code"]) == (422, "webhook_url_refused")

    def test_stops_at_five(self, manager: ApiClient) -> None:
        for _ in range(WEBHOOKS_MAX):
            register_webhook(manager)

        response = manager.post(PATH, BODY)

        assert (response.status_code, response.get_json()["code"]) == (409, "webhook_limit_reached")

    def test_knows_no_other_shop(self, manager: ApiClient, database: Database, at: datetime) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)

        assert manager.post(PATH, BODY | {"shop_id": str(other_id)}).status_code == 404

    def test_is_for_managers(self, clerk: ApiClient, register: ApiClient) -> None:
        assert clerk.post(PATH, BODY).status_code == 403
        assert register.post(PATH, BODY).status_code == 403

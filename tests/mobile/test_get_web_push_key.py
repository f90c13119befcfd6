"""GET /v1/web-push-key."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from backend.base.vapid_keys import make_private_key, read_web_push_key
from backend.config import Settings
from tests.support.client import ApiClient


class TestGetWebPushKey:
    def test_is_what_a_browser_subscribes_with(
        self, make_app: Any, settings: Settings, tmp_path: Path
    ) -> None:
        file = tmp_path / "vapid.pem"
        file.write_bytes(make_private_key())
        nobody = ApiClient(make_app(replace(settings, vapid_private_key_file=file)))

        response = nobody.get("/v1/web-push-key")

        assert response.status_code == 200
        assert response.get_json() == {"public_key": read_web_push_key(file)}

    def test_says_that_there_is_none(self, nobody: ApiClient) -> None:
        assert nobody.get("/v1/web-push-key").get_json() == {"public_key": None}

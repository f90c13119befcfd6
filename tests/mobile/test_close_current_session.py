"""DELETE /v1/sessions/current."""

import pytest

from tests.factories.credentials import register
from tests.mobile.test_close_session import sign_in
from tests.support.client import ApiClient


class TestCloseCurrentSession:
    @pytest.fixture
    def phone(self, nobody: ApiClient) -> ApiClient:
        return register(nobody)

    @pytest.fixture
    def tablet(self, nobody: ApiClient, phone: ApiClient) -> ApiClient:
        return sign_in(nobody)

    def test_signs_out_here(self, phone: ApiClient, tablet: ApiClient) -> None:
        response = phone.delete("/v1/sessions/current")

        assert response.status_code == 204
        assert phone.get("/v1/me").get_json()["code"] == "token_invalid"
        assert tablet.get("/v1/me").status_code == 200

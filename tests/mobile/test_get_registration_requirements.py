"""GET /v1/registrations/requirements."""

from typing import Any

from tests.support.client import ApiClient


class TestGetRegistrationRequirements:
    def test_names_the_texts_to_consent_to(self, nobody: ApiClient) -> None:
        body = nobody.get("/v1/registrations/requirements").get_json()

        assert body["provider"] == "embedded"
        required = [consent for consent in body["consents"] if consent["is_required"]]
        assert required == [{"purpose": "terms", "version": "2026-11", "is_required": True}]

    def test_says_when_firebase_signs_citizens_in(self, make_app: Any) -> None:
        nobody = ApiClient(make_app(verify_firebase_token=str))

        assert nobody.get("/v1/registrations/requirements").get_json()["provider"] == "firebase"

"""GET /v1/me."""

from tests.mobile.test_amend_me import DECLARED
from tests.support.client import ApiClient


class TestGetMe:
    def test_needs_a_nickname_only(self, citizen: ApiClient) -> None:
        me = citizen.get("/v1/me").get_json()

        assert me["nickname"] == "しまふくろう"
        assert {me[name] for name in DECLARED} == {None}
        assert me["verified_at"] is None

    def test_tells_logins_and_consents(self, citizen: ApiClient) -> None:
        me = citizen.get("/v1/me").get_json()

        assert me["logins"] == []
        assert {row["purpose"] for row in me["consents"]} == {"terms", "push_transactions"}

    def test_wants_a_citizen(self, nobody: ApiClient, clerk: ApiClient) -> None:
        assert nobody.get("/v1/me").get_json()["code"] == "sign_in_required"
        assert clerk.get("/v1/me").get_json()["code"] == "permission_missing"

"""DELETE /v1/shop/audiences/{audience_id}."""

from tests.factories.audiences import save_audience
from tests.support.client import ApiClient

PATH = "/v1/shop/audiences"


class TestDeleteAudience:
    def test_forgets_it(self, manager: ApiClient) -> None:
        path = f"{PATH}/{save_audience(manager)['id']}"

        response = manager.delete(path)

        assert response.status_code == 204
        assert manager.get(path).status_code == 404

    def test_is_for_managers(self, manager: ApiClient, clerk: ApiClient) -> None:
        path = f"{PATH}/{save_audience(manager)['id']}"

        assert clerk.delete(path).status_code == 403

"""GET /v1/shop/offline-allowances."""

from tests.factories.purchases import record
from tests.factories.tills import get_allowance, sign
from tests.support.client import ApiClient

PATH = "/v1/shop/offline-allowances"


class TestListOfflineAllowances:
    def test_tells_what_was_honoured_and_no_secret(
        self, manager: ApiClient, register: ApiClient, citizen: ApiClient
    ) -> None:
        issued = get_allowance(register)
        record(citizen, sign(issued, 980))

        response = manager.get(PATH)

        [allowance] = response.get_json()["items"]
        assert (allowance["used_count"], allowance["used_yen"]) == (1, 980)
        assert issued["secret"] not in response.get_data(as_text=True)

    def test_goes_page_by_page_from_the_newest(self, manager: ApiClient, register: ApiClient) -> None:
        first, second = (get_allowance(register)["allowance"]["id"] for _ in range(2))

        page = manager.get(f"{PATH}?limit=1").get_json()
        rest = manager.get(f"{PATH}?limit=1&cursor={page['next_cursor']}").get_json()

        assert [item["id"] for item in page["items"] + rest["items"]] == [second, first]
        assert rest["next_cursor"] is None

    def test_is_for_managers(self, clerk: ApiClient, register: ApiClient) -> None:
        assert clerk.get(PATH).status_code == 403
        assert register.get(PATH).status_code == 403

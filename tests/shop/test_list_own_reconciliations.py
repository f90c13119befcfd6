"""GET /v1/shop/reconciliations."""

from tests.factories.tills import reconcile
from tests.support.client import ApiClient

PATH = "/v1/shop/reconciliations"


class TestListOwnReconciliations:
    def test_tells_the_newest_version_of_each_day_the_latest_first(self, register: ApiClient) -> None:
        for sold_on, count in (("2026-06-13", 0), ("2026-06-14", 0), ("2026-06-13", 1)):
            reconcile(register, sold_on, count=count, amount_yen=count)

        items = register.get(PATH).get_json()["items"]

        assert [(item["sold_on"], item["version"]) for item in items] == [
            ("2026-06-14", 1),
            ("2026-06-13", 2),
        ]

    def test_finds_a_day_and_what_differs(self, register: ApiClient) -> None:
        for sold_on, count in (("2026-06-13", 0), ("2026-06-14", 1), ("2026-06-15", 1)):
            reconcile(register, sold_on, count=count, amount_yen=count)

        differing = register.get(f"{PATH}?only_differing=true").get_json()["items"]
        day = register.get(f"{PATH}?sold_on=2026-06-13").get_json()["items"]

        assert [item["sold_on"] for item in differing] == ["2026-06-15", "2026-06-14"]
        assert [item["sold_on"] for item in day] == ["2026-06-13"]

    def test_goes_page_by_page(self, register: ApiClient, clerk: ApiClient) -> None:
        for till in (register, clerk):
            reconcile(till, count=0, amount_yen=0)
        reconcile(register, "2026-06-14", count=0, amount_yen=0)

        first = clerk.get(f"{PATH}?limit=2").get_json()
        rest = clerk.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        found = first["items"] + rest["items"]
        assert [item["sold_on"] for item in found] == ["2026-06-15", "2026-06-15", "2026-06-14"]
        assert len({item["id"] for item in found}) == 3
        assert rest["next_cursor"] is None

    def test_is_for_the_shop(self, citizen: ApiClient) -> None:
        assert citizen.get(PATH).status_code == 403

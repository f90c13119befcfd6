"""GET /v1/city/budget-lines."""

from tests.city.test_create_budget_line import PATH, line
from tests.support.client import ApiClient


class TestListBudgetLines:
    def test_shows_the_newest_first(self, city: ApiClient) -> None:
        made = [city.post(PATH, line(name=name)).get_json() for name in ("夏", "冬")]

        response = city.get(PATH)

        assert response.status_code == 200
        assert response.get_json() == {"items": made[::-1], "next_cursor": None}

    def test_goes_on_where_the_page_before_ended(self, city: ApiClient) -> None:
        made = [city.post(PATH, line(name=name)).get_json() for name in ("夏", "冬")]

        page = city.get(f"{PATH}?limit=1").get_json()
        rest = city.get(f"{PATH}?limit=1&cursor={page['next_cursor']}").get_json()

        assert page["items"] + rest["items"] == made[::-1]

    def test_keeps_to_a_fiscal_year(self, city: ApiClient) -> None:
        made = [city.post(PATH, line(fiscal_year=year)).get_json() for year in (2026, 2027)]

        assert city.get(f"{PATH}?fiscal_year=2026").get_json()["items"] == made[:1]

    def test_refuses_a_year_that_is_none(self, city: ApiClient) -> None:
        response = city.get(f"{PATH}?fiscal_year=Reiwa")

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "fiscal_year"

    def test_is_for_whoever_reads_campaigns(self, approver: ApiClient, manager: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (approver, manager)] == [200, 403]

"""POST /v1/shop/audiences/counts."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.shop.audiences.schemas import COUNT_EXAMPLE
from tests.factories.towns import make_consent, make_person, make_phone
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/audiences/counts"


def fill_district(database: Database, at: datetime, people: int) -> None:
    """With people of 鳥取 whom advertising reaches."""

    def work(session: Session) -> None:
        for _ in range(people):
            person = make_person(session, at=at, district="鳥取")
            make_consent(session, citizen_id=person.id, purpose="push_shops", at=at)
            make_phone(session, citizen_id=person.id, seen_at=at)

    database.run(work)


class TestCountAudience:
    def test_tells_tens(self, manager: ApiClient, database: Database, at: datetime) -> None:
        fill_district(database, at, 13)

        counted = manager.post(PATH, {"audience": {"district": ["鳥取"]}}).get_json()

        assert counted["count"] == {
            "people_count": 10,
            "consenting_count": 10,
            "reachable_count": 10,
            "unmuted_count": 10,
            "is_rounded": True,
            "is_suppressed": False,
        }

    def test_tells_no_small_number(self, manager: ApiClient, database: Database, at: datetime) -> None:
        fill_district(database, at, 9)

        counted = manager.post(PATH, {"audience": {"district": ["鳥取"]}}).get_json()

        assert counted["count"]["people_count"] is None
        assert counted["count"]["is_suppressed"]

    def test_tells_nobody_and_few_alike(self, manager: ApiClient, database: Database, at: datetime) -> None:
        nobody = manager.post(PATH, {"audience": {"district": ["鳥取"]}}).get_json()
        fill_district(database, at, 9)

        assert manager.post(PATH, {"audience": {"district": ["鳥取"]}}).get_json() == nobody

    def test_takes_what_the_specification_shows(self, manager: ApiClient) -> None:
        assert manager.post(PATH, COUNT_EXAMPLE).status_code == 200

    def test_says_where_a_description_is_wrong(self, manager: ApiClient) -> None:
        problem = manager.post(PATH, {"audience": {"consent": "statistics"}}).get_json()

        assert [error["field"] for error in problem["errors"]] == ["audience.consent"]

    def test_counts_no_consent_but_that_to_advertising(self, manager: ApiClient, world: World) -> None:
        response = manager.post(PATH, {"audience": {}, "purpose": "push_city"})

        assert response.get_json()["code"] == "fields_invalid"

    def test_is_asked_so_often_and_no_more(self, manager: ApiClient) -> None:
        for _ in range(30):
            manager.post(PATH, {"audience": {}})

        assert manager.post(PATH, {"audience": {}}).status_code == 429

    def test_is_for_managers(self, clerk: ApiClient, city: ApiClient) -> None:
        assert [each.post(PATH, {"audience": {}}).status_code for each in (clerk, city)] == [403, 403]

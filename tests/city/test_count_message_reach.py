"""GET /v1/city/messages/{id}/reach: whom it would reach now."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.messages import in_city, made_draft, made_shop_draft, mute
from tests.factories.sendings import make_reader
from tests.factories.world import World
from tests.support.client import ApiClient


class TestCountMessageReach:
    def test_counts_down_from_whom_it_means_to_who_hears_a_phone(
        self, city: ApiClient, database: Database, at: datetime
    ) -> None:
        def work(session: Session) -> None:
            make_reader(session, at=at)
            make_reader(session, at=at, devices=0)
            deaf = make_reader(session, at=at)
            mute(session, citizen_id=deaf, kind="muted_category", subject="events", at=at)
            make_reader(session, at=at, consents=())

        database.run(work)
        path = made_draft(city)

        found = city.get(f"{path}/reach").get_json()

        # The town's two citizens consent to pushes about purchases only.
        assert found == {
            "count": {
                "people_count": 6,
                "consenting_count": 3,
                "reachable_count": 2,
                "unmuted_count": 1,
                "is_rounded": False,
                "is_suppressed": False,
            },
            "obstacle": None,
        }

    def test_says_why_no_phone_would_ring(self, city: ApiClient) -> None:
        path = made_draft(city)

        assert city.get(f"{path}/reach").get_json()["obstacle"] == "message_consent_missing"

    def test_of_advertising_leaves_out_who_muted_the_shop(
        self, city: ApiClient, manager: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> None:
            deaf = make_reader(session, at=at)
            mute(session, citizen_id=deaf, kind="muted_shop", subject=str(world.shop_id), at=at)

        database.run(work)
        path = in_city(made_shop_draft(manager))

        found = city.get(f"{path}/reach").get_json()

        assert (found["count"]["unmuted_count"], found["obstacle"]) == (0, "message_muted")

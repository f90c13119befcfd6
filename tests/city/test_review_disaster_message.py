"""POST /v1/city/disaster-messages/{id}/review: a second person, afterwards."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import DISASTERS, PATH, made, made_disaster, made_draft, refusal
from tests.factories.people import make_staff
from tests.factories.world import World
from tests.support.client import ApiClient

NOTE = {"note": "文面と対象は適切だった。"}


def review_path(path: str) -> str:
    return f"{path.replace(PATH, DISASTERS)}/review"


class TestReviewDisasterMessage:
    def test_is_written_down_with_what_was_found(
        self, city: ApiClient, approver: ApiClient, world: World
    ) -> None:
        path = made_disaster(city)

        reviewed = approver.post(review_path(path), NOTE).get_json()

        newest = city.get(f"{path}/events").get_json()["items"][0]
        assert reviewed["reviewed_by_staff_id"] == str(world.approver.id)
        assert (newest["act"], newest["reason"]) == ("reviewed", NOTE["note"])

    def test_is_done_once(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_disaster(city)
        made(approver.post(review_path(path), NOTE))

        assert refusal(approver.post(review_path(path), NOTE)) == (409, "message_review_not_open")

    def test_is_refused_to_whoever_sent_it(self, city: ApiClient, database: Database, at: datetime) -> None:
        both = database.run(
            lambda session: make_staff(session, at=at, face="city", roles=("officer", "approver"))
        )
        sender = ApiClient(city.app, both.token)
        path = made_disaster(sender)

        assert refusal(sender.post(review_path(path), NOTE)) == (403, "second_person_required")

    def test_is_for_disasters(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_draft(city)

        assert refusal(approver.post(review_path(path), NOTE)) == (409, "message_review_not_open")

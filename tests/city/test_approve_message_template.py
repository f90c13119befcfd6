"""POST /v1/city/message-templates/{slug}/{version}/approval: a second person."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import TEMPLATES, made, made_template, refusal
from tests.factories.people import make_staff
from tests.factories.world import World
from tests.support.client import ApiClient


class TestApproveMessageTemplate:
    def test_lets_messages_use_it(self, city: ApiClient, approver: ApiClient, world: World) -> None:
        path = made_template(city)

        approved = approver.post(f"{path}/approval").get_json()

        assert (approved["status"], approved["approved_by_staff_id"]) == ("approved", str(world.approver.id))

    def test_retires_the_version_before(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_template(city, slug="notice")

        made(approver.post(f"{path}/approval"))

        assert city.get(f"{TEMPLATES}/notice/1").get_json()["status"] == "retired"

    def test_is_done_once(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_template(city)
        made(approver.post(f"{path}/approval"))

        assert refusal(approver.post(f"{path}/approval")) == (409, "template_not_draft")

    def test_is_refused_to_whoever_drafted_it(
        self, city: ApiClient, database: Database, at: datetime
    ) -> None:
        both = database.run(
            lambda session: make_staff(session, at=at, face="city", roles=("officer", "approver"))
        )
        drafter = ApiClient(city.app, both.token)
        path = made_template(drafter)

        assert refusal(drafter.post(f"{path}/approval")) == (403, "second_person_required")

    def test_is_not_for_officers(self, city: ApiClient) -> None:
        path = made_template(city)

        assert refusal(city.post(f"{path}/approval")) == (403, "permission_missing")

"""POST /v1/city/messages/{id}/tests: to a few who asked for it, marked as a test."""

from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.member_lists import create_list, fill_list, join
from tests.factories.messages import KEY, begin, made_draft, made_scheduled, refusal
from tests.support.client import ApiClient


@pytest.fixture
def testers(city: ApiClient, citizen: ApiClient) -> str:
    """The id of a list that one citizen has joined."""
    made_list = create_list(city, "お知らせの試し送り", face="city")
    join(citizen, made_list["join_code"])
    found: str = made_list["member_list"]["id"]
    return found


class TestSendMessageTest:
    def test_reaches_the_testers_and_nobody_else(
        self, city: ApiClient, citizen: ApiClient, neighbour: ApiClient, testers: str
    ) -> None:
        path = made_draft(city)

        sent = city.post(f"{path}/tests", {"member_list_id": testers}, headers=KEY).get_json()

        newest = citizen.get("/v1/notices").get_json()["items"][0]
        assert sent == {"tester_count": 1}
        assert newest["title"] == "【試し送信】催し：港の朝市"
        assert neighbour.get("/v1/notices").get_json()["items"] == []

    def test_is_written_down(self, city: ApiClient, testers: str) -> None:
        path = made_draft(city)

        city.post(f"{path}/tests", {"member_list_id": testers}, headers=KEY)

        newest = city.get(f"{path}/events").get_json()["items"][0]
        assert (newest["act"], newest["to_status"], newest["reason"]) == ("tested", "draft", testers)

    def test_is_sent_once_however_often_it_is_asked_for(
        self, city: ApiClient, citizen: ApiClient, testers: str
    ) -> None:
        path = made_draft(city)

        for _ in range(2):
            city.post(f"{path}/tests", {"member_list_id": testers}, headers=KEY)

        assert len(citizen.get("/v1/notices").get_json()["items"]) == 1

    @pytest.mark.parametrize("members", [0, 6])
    def test_takes_one_to_five_testers(
        self, city: ApiClient, database: Database, at: datetime, members: int
    ) -> None:
        list_id = create_list(city, "試し", face="city")["member_list"]["id"]
        database.run(lambda session: fill_list(session, list_id=list_id, members=members, at=at))
        path = made_draft(city)

        response = city.post(f"{path}/tests", {"member_list_id": list_id}, headers=KEY)

        assert refusal(response) == (422, "tester_list_unfit")

    def test_takes_no_list_of_a_shop(self, city: ApiClient, manager: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]
        path = made_draft(city)

        response = city.post(f"{path}/tests", {"member_list_id": list_id}, headers=KEY)

        assert refusal(response) == (404, "member_list_not_found")

    def test_takes_no_closed_list(self, city: ApiClient, testers: str) -> None:
        city.delete(f"/v1/city/member-lists/{testers}")
        path = made_draft(city)

        response = city.post(f"{path}/tests", {"member_list_id": testers}, headers=KEY)

        assert refusal(response) == (404, "member_list_not_found")

    def test_comes_too_late_for_what_is_being_sent(
        self, city: ApiClient, approver: ApiClient, database: Database, testers: str, at: datetime
    ) -> None:
        path = made_scheduled(city, approver)
        begin(database, path, at)

        response = city.post(f"{path}/tests", {"member_list_id": testers}, headers=KEY)

        assert refusal(response) == (409, "message_not_testable")

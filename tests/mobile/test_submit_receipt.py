"""POST /v1/claims/{claim_id}/submit: a receipt is handed in, once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from backend.claims.models import Claim, Flag
from tests.factories.organisations import make_shop
from tests.factories.purchases import OTHER_KEY, buy
from tests.factories.receipts import draft, hand_in, put_photo, small_photo, submit
from tests.support.client import ApiClient

NO_NUMBER = {"receipt_number": None}
NUMBER = "T8700110005901"
Reports = Callable[[str], dict[str, Any]]


@pytest.fixture
def reports(database: Database) -> Reports:
    """What the claim was flagged with because of what it repeats."""

    def reports(claim_id: str) -> dict[str, Any]:
        flags = database.run(lambda session: session.query(Flag).filter_by(kind="reported").all())
        return next((flag.evidence for flag in flags if str(flag.claim_id) == claim_id), {})

    return reports


class TestSubmitReceipt:
    def test_lets_it_wait_for_the_city(self, citizen: ApiClient) -> None:
        submitted = submit(citizen)

        answer = submitted.get_json()
        assert (submitted.status_code, answer["status"], answer["expected_points"]) == (200, "submitted", 6)

    def test_warns_where_there_is_no_photo(self, citizen: ApiClient) -> None:
        warnings = submit(citizen).get_json()["warnings"]

        assert [warning["code"] for warning in warnings] == ["photo_missing"]

    def test_tells_the_city_which_photos_there_are(self, citizen: ApiClient, database: Database) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id, 3)

        answer = citizen.post(f"/v1/claims/{claim_id}/submit").get_json()

        evidence = database.run(lambda session: session.query(Claim).one().evidence)
        assert (evidence["photo_numbers"], answer["warnings"]) == ([3], [])

    def test_happens_once(self, citizen: ApiClient) -> None:
        response = citizen.post(f"/v1/claims/{hand_in(citizen)}/submit")

        assert (response.status_code, response.get_json()["code"]) == (409, "claim_not_draft")

    @pytest.mark.parametrize("name", ["total_yen", "done_at"])
    def test_takes_a_total_and_a_time(self, citizen: ApiClient, name: str) -> None:
        response = submit(citizen, **{name: None, "rates": [], "lines": []})

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "receipt_field_missing")
        assert [error["field"] for error in problem["errors"]] == [name]

    def test_takes_a_shop(self, citizen: ApiClient) -> None:
        response = submit(citizen, shop_name="よその店")

        assert (response.status_code, response.get_json()["code"]) == (409, "receipt_shop_unknown")

    def test_takes_no_old_receipt(self, citizen: ApiClient) -> None:
        response = submit(citizen, done_at="2026-06-01T11:59:59+09:00")

        assert (response.status_code, response.get_json()["code"]) == (422, "done_at_outside_window")

    def test_takes_ten_receipts_a_day(self, citizen: ApiClient, database: Database, at: datetime) -> None:
        for number in range(10):
            name = f"店{number}"
            database.run(lambda session, name=name: make_shop(session, at=at, name_ja=name).id)
            hand_in(citizen, f"key-number-{number}", small_photo(f"rgb({number},9,9)"), shop_name=name)

        response = submit(citizen, OTHER_KEY)

        assert (response.status_code, response.get_json()["code"]) == (409, "claim_limit_reached")

    def test_is_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        claim_id = draft(citizen)["id"]

        assert neighbour.post(f"/v1/claims/{claim_id}/submit").status_code == 404


class TestSameReceipt:
    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"receipt_number": "４２１７"},
            {"done_at": "2026-06-15T09:00:00+09:00"},
            {"rates": [], "lines": []},
            {"registration_number": NUMBER},
        ],
    )
    def test_is_refused_to_anybody_else(
        self, citizen: ApiClient, neighbour: ApiClient, changes: dict[str, Any]
    ) -> None:
        hand_in(citizen)

        response = submit(neighbour, **changes)

        assert (response.status_code, response.get_json()["code"]) == (409, "receipt_claimed")

    def test_is_refused_to_the_same_person(self, citizen: ApiClient) -> None:
        hand_in(citizen)

        assert submit(citizen, OTHER_KEY).get_json()["code"] == "receipt_claimed"

    def test_is_known_by_its_number_whichever_shop_of_the_firm_is_picked(
        self, citizen: ApiClient, neighbour: ApiClient, database: Database, at: datetime
    ) -> None:
        branch_id = database.run(lambda session: make_shop(session, at=at, name_ja="支店").id)
        hand_in(citizen, registration_number=NUMBER)

        response = submit(neighbour, registration_number=NUMBER, shop_id=str(branch_id))

        assert response.get_json()["code"] == "receipt_claimed"

    def test_is_known_by_the_number_of_its_shop_though_nobody_typed_it(
        self, citizen: ApiClient, neighbour: ApiClient, city: ApiClient, database: Database, at: datetime
    ) -> None:
        for name in ("本店", "支店"):
            shop_id = database.run(lambda session, name=name: make_shop(session, at=at, name_ja=name).id)
            body = {"registration_number": NUMBER, "phone": None}
            city.put(f"/v1/city/shops/{shop_id}/identifiers", body)
        hand_in(citizen, shop_name="本店")

        assert submit(neighbour, shop_name="支店").get_json()["code"] == "receipt_claimed"

    @pytest.mark.parametrize(
        "changes", [{"receipt_number": "4218"}, {"total_yen": 540, "rates": [], "lines": []}]
    )
    def test_is_not_another_one(
        self, citizen: ApiClient, neighbour: ApiClient, changes: dict[str, Any]
    ) -> None:
        hand_in(citizen)

        assert submit(neighbour, **changes).status_code == 200

    def test_may_be_stated_anew_once_it_was_withdrawn(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        claim_id = hand_in(citizen)
        citizen.post(f"/v1/claims/{claim_id}/withdrawal")

        assert submit(neighbour).status_code == 200


class TestLikelySameReceipt:
    def test_is_shown_to_whoever_reviews_it(
        self, citizen: ApiClient, neighbour: ApiClient, reports: Reports
    ) -> None:
        first_id = hand_in(citizen, **NO_NUMBER)

        second_id = hand_in(neighbour, photo=small_photo("coral"))

        assert reports(first_id) == {}
        assert reports(second_id) == {"likely_claims": [first_id]}

    def test_is_none_at_another_hour(
        self, citizen: ApiClient, neighbour: ApiClient, reports: Reports
    ) -> None:
        hand_in(citizen, **NO_NUMBER, done_at="2026-06-15T09:00:00+09:00")

        assert reports(hand_in(neighbour, photo=small_photo("coral"))) == {}

    def test_is_known_by_its_photo(self, citizen: ApiClient, neighbour: ApiClient, reports: Reports) -> None:
        first_id = hand_in(citizen)

        second_id = hand_in(neighbour, receipt_number="18", total_yen=540, rates=[], lines=[])

        assert reports(second_id) == {"same_photo_claims": [first_id]}

    def test_may_be_a_purchase_that_a_till_recorded(
        self, citizen: ApiClient, clerk: ApiClient, reports: Reports
    ) -> None:
        purchase_id = buy(citizen, clerk, 650)["id"]

        claim_id = hand_in(citizen)

        assert reports(claim_id)["likely_purchases"] == [purchase_id]

    def test_is_none_that_was_withdrawn(
        self, citizen: ApiClient, neighbour: ApiClient, reports: Reports
    ) -> None:
        citizen.post(f"/v1/claims/{hand_in(citizen)}/withdrawal")

        assert reports(hand_in(neighbour)) == {}

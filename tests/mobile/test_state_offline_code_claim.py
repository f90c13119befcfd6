"""POST /v1/claims/offline-code: somebody else bought with this code first."""

from collections.abc import Callable
from typing import Any

import pytest
from time_machine import Traveller

from backend.base.database import Database
from backend.claims.models import Claim, Flag
from tests.factories.purchases import KEY, OTHER_KEY, issue, points_of, record
from tests.factories.tills import get_allowance, sign
from tests.purchases.test_races import ROUNDS, at_once, count, posting, statuses
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
PATH = "/v1/claims/offline-code"

Issued = dict[str, Any]


@pytest.fixture
def issued(register: ApiClient) -> Issued:
    return get_allowance(register)


@pytest.fixture
def taken(issued: Issued, neighbour: ApiClient) -> str:
    """A code of 1,280 yen that the neighbour bought with."""
    scanned = sign(issued)
    assert record(neighbour, scanned, OTHER_KEY).status_code == 201
    return scanned


def state(caller: ApiClient, scanned: str, key: str = KEY) -> Any:
    return caller.post(PATH, {"scanned": scanned}, headers={"Idempotency-Key": key})


def with_another_last_letter(scanned: str) -> str:
    return scanned[:-1] + ("A" if scanned[-1] != "A" else "Q")


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]


class TestStateOfflineCodeClaim:
    def test_waits_for_the_city(self, citizen: ApiClient, taken: str) -> None:
        response = state(citizen, taken)

        claim = response.get_json()
        assert response.status_code == 201
        assert (claim["kind"], claim["status"], claim["waits_for"]) == ("offline_code", "submitted", "city")
        assert (claim["amount_yen"], claim["done_at"]) == (1280, "2026-06-15T03:00:00+00:00")
        assert (claim["expected_points"], points_of(citizen)) == (12, 0)

    def test_tells_the_city_whose_register_made_it_and_who_came_first(
        self, citizen: ApiClient, neighbour: ApiClient, city: ApiClient, issued: Issued, taken: str
    ) -> None:
        claim_id = state(citizen, taken).get_json()["id"]

        [flag] = city.get(f"/v1/city/claims/{claim_id}").get_json()["flags"]

        [first] = neighbour.get("/v1/purchases").get_json()["items"]
        assert flag["kind"] == "reported"
        assert flag["evidence"] == {
            "code": f"{issued['allowance']['id']}/1",
            "register_id": issued["allowance"]["register_id"],
            "first_purchase_id": first["id"],
            "first_amount_yen": 1280,
        }

    def test_becomes_a_purchase_when_the_city_believes_it(
        self, citizen: ApiClient, city: ApiClient, taken: str
    ) -> None:
        claim_id = state(citizen, taken).get_json()["id"]

        decided = city.post(
            f"/v1/city/claims/{claim_id}/decisions", {"verdict": "accept", "code": "evidence_fits"}
        )

        assert decided.get_json()["status"] == "accepted"
        assert points_of(citizen) == 12

    def test_is_stated_once_however_often_it_is_sent(
        self, citizen: ApiClient, database: Database, taken: str
    ) -> None:
        first = state(citizen, taken)

        again = state(citizen, taken)

        assert again.get_json() == first.get_json()
        assert again.headers["Idempotent-Replayed"] == "true"
        assert count(database, Claim) == 1

    @pytest.mark.slow
    @pytest.mark.parametrize("round", ROUNDS)
    def test_is_stated_once_by_many_requests_at_once(
        self, citizen: ApiClient, database: Database, taken: str, round: int
    ) -> None:
        works = [posting(citizen, PATH, {"scanned": taken}, f"request-number-{n}") for n in range(3)]

        responses = at_once(works)

        assert statuses(responses) == [201, 409, 409]
        assert (count(database, Claim), count(database, Flag)) == (1, 1)


class TestStateOfflineCodeClaimRefuses:
    def test_a_code_that_is_still_good(self, citizen: ApiClient, issued: Issued) -> None:
        assert refusal(state(citizen, sign(issued))) == (409, "offline_code_unused")

    def test_ones_own_purchase(self, neighbour: ApiClient, taken: str) -> None:
        assert refusal(state(neighbour, taken)) == (409, "offline_code_used")

    def test_the_same_code_with_another_request(self, citizen: ApiClient, taken: str) -> None:
        state(citizen, taken)

        assert refusal(state(citizen, taken, OTHER_KEY)) == (409, "offline_code_claimed")

    def test_one_made_too_long_ago(self, citizen: ApiClient, taken: str, clock: Traveller) -> None:
        clock.shift(72 * 3600)

        assert refusal(state(citizen, taken)) == (409, "offline_code_expired")

    @pytest.mark.parametrize("spoil", [with_another_last_letter, lambda scanned: "x" * 60])
    def test_what_no_register_signed(
        self, citizen: ApiClient, taken: str, spoil: Callable[[str], str]
    ) -> None:
        assert refusal(state(citizen, spoil(taken))) == (422, "code_unreadable")

    def test_a_code_that_was_asked_for(self, citizen: ApiClient, clerk: ApiClient) -> None:
        assert refusal(state(citizen, issue(clerk)["url"])) == (422, "code_unreadable")

    def test_whoever_is_no_citizen(self, clerk: ApiClient, taken: str) -> None:
        assert state(clerk, taken).status_code == 403

    def test_the_key_of_another_claim(self, citizen: ApiClient, taken: str, issued: Issued) -> None:
        state(citizen, taken)

        assert refusal(state(citizen, sign(issued, 5))) == (422, "idempotency_key_reused")

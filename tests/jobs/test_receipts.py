"""The job that removes photos of receipts, and frees receipts that were rejected for good."""

from collections.abc import Callable

import pytest
import time_machine
from sqlalchemy import func, select

from backend.base.database import Database
from backend.claims.receipt_models import ReceiptPhoto
from backend.claims.terms import load_terms
from backend.config import Settings
from backend.jobs import receipts
from backend.jobs.receipts import tidy_decided_receipts
from tests.factories.credentials import PASSWORD, register
from tests.factories.jobs import list_jobs
from tests.factories.purchases import OTHER_KEY
from tests.factories.receipts import draft, hand_in, put_photo, small_photo, submit
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

ACCEPT = {"verdict": "accept", "code": "evidence_fits"}
REJECT = {"verdict": "reject", "code": "misuse", "reason": "他の方のレシートです"}
DAY_SECONDS = 86_400

Tidy = Callable[[], bool]


@pytest.fixture
def tidy(database: Database) -> Tidy:
    return lambda: tidy_decided_receipts(database, load_terms())


def decide(office: ApiClient, claim_id: str, decision: dict[str, str]) -> None:
    response = office.post(f"/v1/city/claims/{claim_id}/decisions", decision)
    assert response.status_code == 200, response.get_json()


def photo_status(caller: ApiClient, claim_id: str) -> int:
    return caller.get(f"/v1/claims/{claim_id}/photos/1").status_code


def count_photos(database: Database) -> int:
    query = select(func.count()).select_from(ReceiptPhoto)
    return database.run(lambda session: session.scalar(query) or 0)


class TestPhotos:
    def test_stay_while_somebody_has_to_look(self, citizen: ApiClient, tidy: Tidy) -> None:
        claim_id = hand_in(citizen)

        tidy()

        assert photo_status(citizen, claim_id) == 200

    def test_go_once_the_receipt_is_accepted(
        self, citizen: ApiClient, city: ApiClient, tidy: Tidy, database: Database
    ) -> None:
        claim_id = hand_in(citizen)
        decide(city, claim_id, ACCEPT)

        tidy()

        assert photo_status(citizen, claim_id) == 404
        assert city.get(f"/v1/city/claims/{claim_id}/photos/1").status_code == 404
        kept = select(func.count()).where(ReceiptPhoto.content.is_not(None))
        assert database.run(lambda session: session.scalar(kept)) == 0

    def test_are_known_again_when_they_are_gone(
        self, citizen: ApiClient, neighbour: ApiClient, city: ApiClient, tidy: Tidy
    ) -> None:
        first_id = hand_in(citizen)
        decide(city, first_id, ACCEPT)
        tidy()

        second_id = hand_in(neighbour, receipt_number="18")

        [flag] = city.get(f"/v1/city/claims/{second_id}").get_json()["flags"]
        assert flag["evidence"] == {"same_photo_claims": [first_id]}

    def test_go_when_the_time_to_appeal_is_over(
        self, citizen: ApiClient, city: ApiClient, tidy: Tidy, clock: time_machine.Traveller
    ) -> None:
        claim_id = hand_in(citizen)
        decide(city, claim_id, REJECT)

        clock.shift(14 * DAY_SECONDS - 1)
        tidy()
        assert photo_status(citizen, claim_id) == 200

        clock.shift(1)
        tidy()
        assert photo_status(citizen, claim_id) == 404

    def test_go_when_the_appeal_was_decided(
        self, citizen: ApiClient, city: ApiClient, approver: ApiClient, tidy: Tidy
    ) -> None:
        claim_id = hand_in(citizen)
        decide(city, claim_id, REJECT)
        citizen.post(f"/v1/claims/{claim_id}/appeal", {"text": "私のです"})
        tidy()
        assert photo_status(citizen, claim_id) == 200

        decide(approver, claim_id, REJECT)
        tidy()

        assert photo_status(citizen, claim_id) == 404

    def test_go_with_a_draft_that_grew_old(
        self, citizen: ApiClient, tidy: Tidy, database: Database, clock: time_machine.Traveller
    ) -> None:
        claim_id = draft(citizen)["id"]
        put_photo(citizen, claim_id)

        clock.shift(14 * DAY_SECONDS - 1)
        tidy()
        assert photo_status(citizen, claim_id) == 200

        clock.shift(1)
        tidy()
        assert count_photos(database) == 0
        assert citizen.get(f"/v1/claims/{claim_id}").get_json()["status"] == "withdrawn"

    def test_go_at_once_when_the_claim_is_withdrawn(self, citizen: ApiClient, database: Database) -> None:
        claim_id = hand_in(citizen)

        citizen.post(f"/v1/claims/{claim_id}/withdrawal")

        assert count_photos(database) == 0

    def test_go_at_once_when_the_citizen_leaves(
        self, nobody: ApiClient, city: ApiClient, database: Database
    ) -> None:
        member = register(nobody)
        decide(city, hand_in(member), ACCEPT)
        hand_in(member, OTHER_KEY, small_photo("coral"), receipt_number="18")
        assert count_photos(database) == 2

        assert member.delete("/v1/me", {"password": PASSWORD}).status_code == 200

        assert count_photos(database) == 0


class TestReceipts:
    def test_are_free_once_they_were_rejected_for_good(
        self, citizen: ApiClient, neighbour: ApiClient, city: ApiClient, approver: ApiClient, tidy: Tidy
    ) -> None:
        claim_id = hand_in(citizen)
        decide(city, claim_id, REJECT)
        citizen.post(f"/v1/claims/{claim_id}/appeal", {"text": "私のです"})
        decide(approver, claim_id, REJECT)

        tidy()

        assert submit(neighbour).status_code == 200

    def test_stay_taken_when_they_were_accepted(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        city: ApiClient,
        tidy: Tidy,
        clock: time_machine.Traveller,
    ) -> None:
        decide(city, hand_in(citizen), ACCEPT)
        clock.shift(10 * DAY_SECONDS)

        tidy()

        assert submit(neighbour).get_json()["code"] == "receipt_claimed"

    def test_stay_taken_when_whoever_was_paid_for_them_leaves(
        self, nobody: ApiClient, neighbour: ApiClient, city: ApiClient
    ) -> None:
        member = register(nobody)
        decide(city, hand_in(member), ACCEPT)

        assert member.delete("/v1/me", {"password": PASSWORD}).status_code == 200

        assert submit(neighbour).get_json()["code"] == "receipt_claimed"

    def test_are_free_when_whoever_waits_for_a_decision_leaves(
        self, nobody: ApiClient, neighbour: ApiClient
    ) -> None:
        member = register(nobody)
        hand_in(member)

        member.delete("/v1/me", {"password": PASSWORD})

        assert submit(neighbour).status_code == 200


class TestTidyDecidedReceipts:
    def test_takes_a_batch_at_a_time(
        self, citizen: ApiClient, city: ApiClient, tidy: Tidy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receipts, "RECEIPTS_BATCH", 1)
        for key, number in (("key-number-1", "1"), ("key-number-2", "2")):
            decide(city, hand_in(citizen, key, small_photo(), receipt_number=number), ACCEPT)

        assert [tidy(), tidy(), tidy()] == [True, True, False]

    def test_writes_nothing_while_nothing_is_due(
        self, citizen: ApiClient, database: Database, tidy: Tidy
    ) -> None:
        hand_in(citizen)

        with asked_statements(database, frames=True) as statements:
            tidy()

        begun = {"sqlite": "BEGIN", "postgresql": "BEGIN READ ONLY"}[database.engine.dialect.name]
        assert statements[0] == begun
        assert not [text for text in statements if text.startswith(("UPDATE", "DELETE"))]

    def test_is_one_of_the_workers_jobs(self, database: Database, settings: Settings) -> None:
        [job] = [job for job in list_jobs(settings, database) if job.name == "tidy_receipts"]

        assert job.every_seconds == 300
        assert job.run() is False

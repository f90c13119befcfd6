"""Operations that must not be done twice, each tried on the refund of a purchase."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import func, select

from backend.base.database import Database
from backend.purchases.models import Refund
from tests.factories.purchases import buy
from tests.support.client import ApiClient

KEY = {"Idempotency-Key": "refund-2026-0001"}


def refund(till: ApiClient, purchase: dict[str, Any], key: dict[str, str] = KEY, **body: Any) -> Any:
    return till.post(f"/v1/shop/purchases/{purchase['id']}/refunds", body, headers=key)


def count_refunds(database: Database) -> int:
    return database.run(lambda session: session.scalar(select(func.count(Refund.id))) or 0, writes=False)


class TestTheSameRequestAgain:
    def test_is_answered_alike_and_done_once(
        self, database: Database, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        purchase = buy(citizen, clerk)
        first = refund(clerk, purchase, amount_yen=100)

        again = refund(clerk, purchase, amount_yen=100)

        assert (again.status_code, again.get_json()) == (201, first.get_json())
        assert count_refunds(database) == 1

    def test_is_marked_as_a_replay(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk)
        first = refund(clerk, purchase, amount_yen=100)

        again = refund(clerk, purchase, amount_yen=100)

        marks = [response.headers.get("Idempotent-Replayed") for response in (first, again)]
        assert marks == [None, "true"]

    def test_is_the_same_whatever_the_order_of_its_names(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk)
        refund(clerk, purchase, amount_yen=100, reason="傷み")

        again = refund(clerk, purchase, reason="傷み", amount_yen=100)

        assert again.headers["Idempotent-Replayed"] == "true"

    def test_is_done_once_by_eight_at_the_same_time(
        self, database: Database, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        purchase = buy(citizen, clerk)

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: refund(clerk, purchase, amount_yen=100), range(8)))

        assert {response.status_code for response in found} <= {201, 409, 503}
        assert count_refunds(database) == 1


class TestAnotherRequestUnderTheSameKey:
    def test_is_refused(self, database: Database, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk)
        refund(clerk, purchase, amount_yen=100)

        other = refund(clerk, purchase, amount_yen=200)

        assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_key_reused")
        assert count_refunds(database) == 1

    def test_is_carried_out_for_somebody_else(
        self, database: Database, citizen: ApiClient, clerk: ApiClient, manager: ApiClient
    ) -> None:
        purchase = buy(citizen, clerk)
        refund(clerk, purchase, amount_yen=100)

        other = refund(manager, purchase, amount_yen=200)

        assert other.status_code == 201
        assert count_refunds(database) == 2


class TestARefusedRequest:
    def test_may_be_sent_again_under_its_key(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk, 500)
        refused = refund(clerk, purchase, amount_yen=501)

        mended = refund(clerk, purchase, amount_yen=500)

        assert (refused.status_code, mended.status_code) == (409, 201)


class TestARequestWithoutAKey:
    def test_is_refused(self, citizen: ApiClient, clerk: ApiClient) -> None:
        response = refund(clerk, buy(citizen, clerk), key={}, amount_yen=100)

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "Idempotency-Key"

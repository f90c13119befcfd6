"""POST /v1/purchases/batch"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.factories.purchases import KEY, OTHER_KEY, issue, points_of, record, token_of
from tests.factories.tills import get_allowance, sign
from tests.support.client import ApiClient

PATH = "/v1/purchases/batch"
NOON = "2026-06-15T12:00:00+09:00"
Run = Callable[..., Any]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

pytestmark = pytest.mark.usefixtures("proven_ledger")


def scan(key: str, url: str, done_at: str = NOON) -> dict[str, Any]:
    return {"id": key, "scanned": url, "done_at": done_at}


def send(citizen: ApiClient, *items: Any) -> list[Any]:
    response = citizen.post(PATH, {"items": list(items)}, headers={"Accept-Language": "en"})
    assert response.status_code == 200, response.get_json()
    outcomes: list[Any] = response.get_json()["items"]
    return outcomes


def codes_of(outcomes: list[Any]) -> list[str]:
    return [outcome["problem"]["code"] if outcome["problem"] else "recorded" for outcome in outcomes]


class TestRecordStoredPurchases:
    def test_records_what_was_scanned_hours_ago(
        self, citizen: ApiClient, clerk: ApiClient, clock: Any
    ) -> None:
        urls = [issue(clerk, amount)["url"] for amount in (1280, 600)]
        clock.shift(20 * 3600)

        outcomes = send(citizen, scan("stored-1", urls[0]), scan("stored-2", urls[1]))

        assert [outcome["purchase"]["earned_points"] for outcome in outcomes] == [12, 6]
        assert [outcome["purchase"]["balance_points"] for outcome in outcomes] == [12, 18]
        assert outcomes[0]["purchase"]["verdicts"][0]["text"]
        assert points_of(citizen) == 18

    def test_decides_campaigns_by_the_time_of_each_scan(
        self, citizen: ApiClient, clerk: ApiClient, clock: Any, run_campaign: Run
    ) -> None:
        run_campaign(fixed_points=30, when={"weekdays": [0]})
        url = issue(clerk, 100)["url"]
        clock.shift(20 * 3600)

        [outcome] = send(citizen, scan("stored-1", url))

        assert outcome["purchase"]["earned_points"] == 31

    def test_tells_the_shop_that_its_code_was_used(
        self, citizen: ApiClient, register: ApiClient, clock: Any
    ) -> None:
        code = issue(register)
        clock.shift(20 * 3600)

        [outcome] = send(citizen, scan("stored-1", code["url"]))

        told = register.get(f"/v1/shop/codes/{code['id']}").get_json()
        assert (told["status"], told["purchase_id"]) == ("used", outcome["purchase"]["id"])

    def test_replays_what_was_recorded(self, citizen: ApiClient, clerk: ApiClient, clock: Any) -> None:
        item = scan("stored-1", issue(clerk)["url"])
        [first] = send(citizen, item)
        clock.shift(4 * 86_400)

        [again] = send(citizen, item)

        assert again == {**first, "is_replay": True}

    def test_replays_what_had_been_recorded_alone(self, citizen: ApiClient, clerk: ApiClient) -> None:
        url = issue(clerk)["url"]
        alone = record(citizen, url, KEY, done_at=NOON).get_json()

        [outcome] = send(citizen, scan(KEY, url))

        assert (outcome["is_replay"], outcome["purchase"]["id"]) == (True, alone["id"])

    def test_is_replayed_by_the_request_alone(self, citizen: ApiClient, clerk: ApiClient) -> None:
        url = issue(clerk)["url"]
        [outcome] = send(citizen, scan(KEY, url))

        alone = record(citizen, url, KEY, done_at=NOON)

        assert alone.headers["Idempotent-Replayed"] == "true"
        assert alone.get_json()["id"] == outcome["purchase"]["id"]

    def test_refuses_another_scan_under_the_same_key(self, citizen: ApiClient, clerk: ApiClient) -> None:
        send(citizen, scan("stored-1", issue(clerk)["url"]))

        [outcome] = send(citizen, scan("stored-1", issue(clerk)["url"]))

        assert codes_of([outcome]) == ["idempotency_key_reused"]

    def test_refuses_each_by_itself(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, clock: Any
    ) -> None:
        used, cancelled, good = (issue(clerk) for _ in range(3))
        record(neighbour, used["url"])
        clerk.delete(f"/v1/shop/codes/{cancelled['id']}")
        altered = token_of(good)[:-2] + ("AA" if not token_of(good).endswith("AA") else "BA")

        outcomes = send(
            citizen,
            scan("stored-1", used["url"]),
            scan("stored-2", cancelled["url"]),
            scan("stored-3", "https://evil.example/c/x"),
            scan("stored-4", altered),
            {"id": "stored-5", "scanned": good["url"]},
            scan("stored-6", good["url"]),
            scan("stored-7", good["url"]),
        )

        assert codes_of(outcomes) == [
            "till_code_used",
            "till_code_cancelled",
            "code_foreign",
            "code_unreadable",
            "fields_invalid",
            "recorded",
            "till_code_used",
        ]
        assert outcomes[4]["problem"]["errors"][0]["pointer"] == "/items/4/done_at"

    @pytest.mark.parametrize(
        ("seconds", "code"),
        [
            (-121, "till_code_not_open_then"),
            (-120, "recorded"),
            (299, "recorded"),
            (300, "till_code_not_open_then"),
        ],
    )
    def test_wants_a_time_at_which_the_till_showed_the_code(
        self, citizen: ApiClient, clerk: ApiClient, clock: Any, at: datetime, seconds: int, code: str
    ) -> None:
        url = issue(clerk)["url"]
        clock.shift(3600)

        outcomes = send(citizen, scan("stored-1", url, (at + timedelta(seconds=seconds)).isoformat()))

        assert codes_of(outcomes) == [code]

    def test_refuses_a_scan_of_three_days_ago(self, citizen: ApiClient, clerk: ApiClient, clock: Any) -> None:
        url = issue(clerk)["url"]
        clock.shift(72 * 3600)

        assert codes_of(send(citizen, scan("stored-1", url))) == ["done_at_outside_window"]

    def test_spends_no_points(self, citizen: ApiClient, clerk: ApiClient) -> None:
        item = {**scan("stored-1", issue(clerk)["url"]), "points_to_spend": "all"}

        assert codes_of(send(citizen, item)) == ["fields_invalid"]

    def test_keeps_another_citizens_keys_apart(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        outcomes = [send(caller, scan(OTHER_KEY, issue(clerk)["url"]))[0] for caller in (citizen, neighbour)]

        assert [outcome["is_replay"] for outcome in outcomes] == [False, False]

    @on_sqlite
    def test_is_for_citizens(self, nobody: ApiClient, clerk: ApiClient, city: ApiClient) -> None:
        body = {"items": [scan("stored-1", "x")]}

        assert [caller.post(PATH, body).status_code for caller in (nobody, clerk, city)] == [401, 403, 403]

    @on_sqlite
    @pytest.mark.parametrize("body", [{}, {"items": []}, {"items": [None] * 501}, {"items": "x"}])
    def test_refuses_an_envelope_of_another_shape(self, citizen: ApiClient, body: dict[str, Any]) -> None:
        response = citizen.post(PATH, body)

        assert (response.status_code, response.get_json()["errors"][0]["field"]) == (422, "items")


class TestStoredScansOfTillsWithoutANetwork:
    def test_are_honoured_with_the_others_in_their_order(
        self, citizen: ApiClient, register: ApiClient, clock: Any
    ) -> None:
        issued = get_allowance(register)
        scans = [sign(issued, 1280), issue(register, 600)["url"], sign(issued, 300, serial_number=2)]
        clock.shift(20 * 3600)

        outcomes = send(citizen, *(scan(f"stored-{place}", url) for place, url in enumerate(scans)))

        assert [outcome["purchase"]["balance_points"] for outcome in outcomes] == [12, 18, 21]
        assert outcomes[0]["purchase"]["done_at"] == "2026-06-15T03:00:00+00:00"

    def test_are_honoured_once(self, citizen: ApiClient, neighbour: ApiClient, register: ApiClient) -> None:
        url = sign(get_allowance(register))

        assert codes_of(send(citizen, scan("stored-1", url), scan("stored-2", url))) == [
            "recorded",
            "offline_code_used",
        ]
        assert codes_of(send(neighbour, scan("stored-1", url))) == ["offline_code_used"]

    def test_sent_again_are_replays(self, citizen: ApiClient, register: ApiClient) -> None:
        url = sign(get_allowance(register))
        [first] = send(citizen, scan("stored-1", url))

        [again] = send(citizen, scan("stored-1", url))

        assert again["is_replay"] is True
        assert again["purchase"] == first["purchase"]

    def test_stop_where_the_allowance_ends(self, citizen: ApiClient, register: ApiClient) -> None:
        issued = get_allowance(register, total_max_yen=1500, code_max_yen=1000)

        outcomes = send(
            citizen,
            scan("stored-1", sign(issued, 1000)),
            scan("stored-2", sign(issued, 600, serial_number=2)),
            scan("stored-3", sign(issued, 500, serial_number=3)),
        )

        assert codes_of(outcomes) == ["recorded", "offline_allowance_exhausted", "recorded"]

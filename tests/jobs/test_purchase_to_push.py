"""From a scanned code to the phone: the purchase, its notice and its push belong together."""

from dataclasses import replace
from pathlib import Path

from backend.config import Settings
from backend.jobs.runner import run_worker
from tests.support.client import ApiClient

DEVICE = {"platform": "android", "target_kind": "fid", "target": "dIsVQ2QVRT-TW7L6VfeAMh"}


class TestPurchaseToPush:
    def test_a_recorded_purchase_reaches_each_phone_once(
        self, citizen: ApiClient, clerk: ApiClient, settings: Settings, tmp_path: Path
    ) -> None:
        citizen.put("/v1/me/devices/phone-00001", DEVICE)
        code = clerk.post("/v1/shop/codes", {"amount_yen": 1280}).get_json()
        body = {"scanned": code["url"]}
        headers = {"Idempotency-Key": "11111111-1111-4111-8111-111111111111"}
        citizen.post("/v1/purchases", body, headers=headers)
        citizen.post("/v1/purchases", body, headers=headers)  # a phone that repeats itself

        push_log = tmp_path / "push.log"
        for _ in range(2):
            run_worker(replace(settings, push_log_file=push_log), once=True)

        [push] = push_log.read_text(encoding="utf-8").splitlines()
        [notice] = citizen.get("/v1/notices").get_json()["items"]
        assert f"{notice['title']} | {notice['body']}" in push
        assert "1,280円" in notice["body"]

    def test_a_refused_purchase_tells_nobody_anything(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        code = clerk.post("/v1/shop/codes", {"amount_yen": 1280}).get_json()
        for caller, key in ((citizen, "1"), (neighbour, "2")):
            headers = {"Idempotency-Key": f"{key}1111111-1111-4111-8111-111111111111"}
            caller.post("/v1/purchases", {"scanned": code["url"]}, headers=headers)

        assert citizen.get("/v1/notices/unread-count").get_json() == {"unread_count": 1}
        assert neighbour.get("/v1/notices/unread-count").get_json() == {"unread_count": 0}

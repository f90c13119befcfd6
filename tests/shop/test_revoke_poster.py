"""POST /v1/shop/posters/{poster_id}/revocation."""

import uuid
from typing import Any

from tests.factories.posters import PATH, issue_poster
from tests.factories.world import World
from tests.support.client import ApiClient


class TestRevokePoster:
    def test_keeps_who_ended_it_when_and_why(self, manager: ApiClient, world: World, clock: Any) -> None:
        poster = issue_poster(manager)
        clock.shift(60)

        response = manager.post(f"{PATH}/{poster['id']}/revocation", {"reason": "朝市が終わった"})

        assert response.status_code == 200
        ended = response.get_json()
        assert (ended["revoked_at"], ended["revoked_reason"], ended["revoked_by_staff_id"]) == (
            "2026-06-15T03:01:00+00:00",
            "朝市が終わった",
            str(world.manager.id),
        )

    def test_is_told_to_whoever_scans_it(self, manager: ApiClient, citizen: ApiClient) -> None:
        poster = issue_poster(manager)
        manager.post(f"{PATH}/{poster['id']}/revocation", {"reason": "朝市が終わった"})

        response = citizen.post("/v1/scans/shop", {"scanned": poster["code"]})

        assert (response.status_code, response.get_json()["code"]) == (409, "shop_code_revoked")

    def test_happens_once(self, manager: ApiClient) -> None:
        path = f"{PATH}/{issue_poster(manager)['id']}/revocation"
        manager.post(path, {"reason": "朝市が終わった"})

        assert manager.post(path, {"reason": "盗難"}).get_json()["code"] == "shop_code_revoked"

    def test_wants_a_reason(self, manager: ApiClient) -> None:
        path = f"{PATH}/{issue_poster(manager)['id']}/revocation"

        codes = [manager.post(path, body).get_json()["code"] for body in ({}, {"reason": "\u3000"})]

        assert codes == ["fields_invalid", "reason_blank"]

    def test_knows_no_other_poster(self, manager: ApiClient) -> None:
        response = manager.post(f"{PATH}/{uuid.uuid4()}/revocation", {"reason": "盗難"})

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_code_not_found")

    def test_is_for_managers(self, manager: ApiClient, clerk: ApiClient) -> None:
        path = f"{PATH}/{issue_poster(manager)['id']}/revocation"

        assert clerk.post(path, {"reason": "盗難"}).status_code == 403

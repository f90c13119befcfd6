"""GET /v1/city/claims/{claim_id}."""

import uuid

from tests.factories.claims import LARGE_YEN, appeal, refuse, state
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetClaim:
    def test_tells_all_that_was_done_with_it(
        self, citizen: ApiClient, clerk: ApiClient, city: ApiClient, poster: str, world: World
    ) -> None:
        stated = state(citizen, poster, LARGE_YEN)
        refuse(clerk, stated)
        appeal(citizen, stated)

        claim = city.get(f"/v1/city/claims/{stated['id']}").get_json()

        assert (claim["status"], claim["waits_for"], claim["appeal_text"]) == (
            "appealed",
            "city",
            "買いました",
        )
        assert [(event["act"], event["actor_kind"]) for event in claim["events"]] == [
            ("drafted", "citizen"),
            ("submitted", "citizen"),
            ("rejected", "clerk"),
            ("appealed", "citizen"),
        ]
        assert claim["events"][2]["actor_id"] == str(world.clerk.id)
        assert claim["events"][2]["reason"] == "その会計はありません"
        assert (claim["evidence"], claim["lines"], claim["flags"]) == ({}, [], [])

    def test_names_nobody(self, citizen: ApiClient, city: ApiClient, poster: str, world: World) -> None:
        stated = state(citizen, poster, LARGE_YEN)

        claim = city.get(f"/v1/city/claims/{stated['id']}").get_json()

        assert claim["account_id"] == str(world.citizen.account_id)
        assert str(world.citizen.id) not in repr(claim)

    def test_knows_no_other(self, city: ApiClient) -> None:
        assert city.get(f"/v1/city/claims/{uuid.uuid4()}").status_code == 404

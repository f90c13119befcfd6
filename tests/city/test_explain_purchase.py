"""GET /v1/city/purchases/{id}/explanation."""

import uuid
from datetime import datetime

from backend.base.database import Database
from tests.factories.campaigns import make_campaign
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient


def explain(city: ApiClient, purchase_id: str) -> dict[str, object]:
    response = city.get(f"/v1/city/purchases/{purchase_id}/explanation")
    assert response.status_code == 200, response.get_json()
    found: dict[str, object] = response.get_json()
    return found


class TestExplainPurchase:
    def test_tells_each_campaigns_verdict_in_every_language(
        self, city: ApiClient, citizen: ApiClient, clerk: ApiClient, world: World
    ) -> None:
        purchase = buy(citizen, clerk, 1_000)

        (verdict,) = explain(city, purchase["id"])["verdicts"]  # type: ignore[misc]

        assert (verdict["campaign_id"], verdict["version"]) == (str(world.base_campaign_id), 1)
        assert (verdict["code"], verdict["points"]) == ("awarded", 10)
        assert set(verdict["texts"]) == {"ja", "ja@easy", "en"}
        assert "10" in verdict["texts"]["ja"]

    def test_tells_why_a_campaign_gave_nothing(
        self,
        city: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        world: World,
        database: Database,
        at: datetime,
    ) -> None:
        database.run(
            lambda session: make_campaign(
                session, at=at, approved_by=world.approver.id, rate_permille=50, size_classes=["large"]
            )
        )
        purchase = buy(citizen, clerk, 1_000)

        refused = explain(city, purchase["id"])["verdicts"][1]  # type: ignore[index]

        assert (refused["points"], refused["texts"]["en"] != "") == (0, True)

    def test_tells_what_was_left_under_each_cap(
        self,
        city: ApiClient,
        citizen: ApiClient,
        clerk: ApiClient,
        world: World,
        database: Database,
        at: datetime,
    ) -> None:
        database.run(
            lambda session: make_campaign(
                session, at=at, approved_by=world.approver.id, rate_permille=50, day_cap_points=350
            )
        )
        purchase = buy(citizen, clerk, 1_000)

        awarded = explain(city, purchase["id"])["verdicts"][1]  # type: ignore[index]

        assert [(left["code"], left["left"]) for left in awarded["left"]] == [("day_points", 300)]
        assert "300" in awarded["left"][0]["texts"]["ja"]

    def test_tells_nothing_of_the_buyer(self, city: ApiClient, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk, 1_000)

        assert not {"account_id", "citizen_id", "nickname"} & set(explain(city, purchase["id"]))

    def test_knows_no_other_purchase(self, city: ApiClient) -> None:
        assert city.get(f"/v1/city/purchases/{uuid.UUID(int=7)}/explanation").status_code == 404

    def test_is_not_for_approvers(self, approver: ApiClient, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk, 1_000)

        assert approver.get(f"/v1/city/purchases/{purchase['id']}/explanation").status_code == 403

"""PUT /v1/me/notice-preferences/{kind}/{subject}."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.factories.notices import make_circular, make_copy
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/notice-preferences"


class TestAddNoticeChoice:
    @pytest.mark.parametrize(
        ("kind", "subject"),
        [
            ("interests", "local_food"),
            ("muted-categories", "events"),
            ("muted-triggers", "coupon_ending"),
        ],
    )
    def test_adds_one_and_leaves_the_others(self, citizen: ApiClient, kind: str, subject: str) -> None:
        field = kind.replace("-", "_")
        citizen.put(PATH, {"interests": ["sports"], "muted_categories": ["sports"]})

        response = citizen.put(f"{PATH}/{kind}/{subject}")

        assert response.status_code == 204
        assert subject in citizen.get(PATH).get_json()[field]
        assert citizen.get(PATH).get_json()["interests"][-1] == "sports"

    def test_adding_it_again_changes_nothing(self, citizen: ApiClient, world: World) -> None:
        path = f"{PATH}/muted-shops/{world.shop_id}"

        statuses = [citizen.put(path).status_code for _ in range(2)]

        assert statuses == [204, 204]
        assert len(citizen.get(PATH).get_json()["muted_shops"]) == 1

    def test_takes_what_a_notice_names_to_stop_it(
        self, citizen: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> None:
            circular = make_circular(
                session, at=at, purpose="push_shops", category="local_food", shop_id=world.shop_id
            )
            make_copy(session, citizen_id=world.citizen.id, circular=circular, at=at)

        database.run(work)
        stop = citizen.get("/v1/notices").get_json()["items"][0]["stops"][0]

        response = citizen.put(f"{PATH}/{stop['kind'].replace('_', '-')}s/{stop['subject']}")

        assert response.status_code == 204
        assert [one["id"] for one in citizen.get(PATH).get_json()["muted_shops"]] == [str(world.shop_id)]

    @pytest.mark.parametrize(
        "path",
        [
            "interests/disaster",
            "muted-triggers/events",
            "muted-shops/events",
            "muted-shops/00000000-0000-7000-8000-000000000009",
            "interests/%00",
        ],
    )
    def test_refuses_what_cannot_be_chosen(self, citizen: ApiClient, path: str) -> None:
        response = citizen.put(f"{PATH}/{path}")

        assert (response.status_code, response.get_json()["code"]) == (422, "notice_choice_unknown")

    def test_knows_no_other_kinds(self, citizen: ApiClient) -> None:
        assert citizen.put(f"{PATH}/muted-cities/kushiro").status_code == 404

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient) -> None:
        path = f"{PATH}/interests/events"

        assert [caller.put(path).status_code for caller in (clerk, nobody)] == [403, 401]

"""DELETE /v1/me/notice-preferences/{kind}/{subject}."""

import pytest

from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/notice-preferences"


class TestRemoveNoticeChoice:
    def test_takes_one_back_and_leaves_the_others(self, citizen: ApiClient) -> None:
        citizen.put(PATH, {"muted_categories": ["events", "sports"], "interests": ["events"]})

        response = citizen.delete(f"{PATH}/muted-categories/events")

        found = citizen.get(PATH).get_json()
        assert response.status_code == 204
        assert (found["muted_categories"], found["interests"]) == (["sports"], ["events"])

    def test_undoes_the_muting_of_a_shop(self, citizen: ApiClient, world: World) -> None:
        path = f"{PATH}/muted-shops/{world.shop_id}"
        citizen.put(path)

        statuses = [citizen.delete(path).status_code for _ in range(2)]

        assert statuses == [204, 204]
        assert citizen.get(PATH).get_json()["muted_shops"] == []

    def test_takes_nothing_from_others(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        citizen.put(f"{PATH}/interests/events")

        neighbour.delete(f"{PATH}/interests/events")

        assert citizen.get(PATH).get_json()["interests"] == ["events"]

    @pytest.mark.parametrize("path", ["interests/%00", "muted-shops/nonsense", "muted-triggers/events"])
    def test_refuses_what_was_never_to_choose(self, citizen: ApiClient, path: str) -> None:
        assert citizen.delete(f"{PATH}/{path}").status_code == 422

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient) -> None:
        path = f"{PATH}/interests/events"

        assert [caller.delete(path).status_code for caller in (clerk, nobody)] == [403, 401]

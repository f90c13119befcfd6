"""GET /v1/me/offline-code-keys."""

from typing import Any

from tests.factories.offline import INSTALLATION, PATH, enrol
from tests.support.client import ApiClient


class TestListOfflineKeys:
    def test_names_each_telephone(self, citizen: ApiClient) -> None:
        telephone = enrol(citizen, spend_max_points=50)

        assert citizen.get(PATH).get_json()["items"] == [
            {
                "id": telephone.id,
                "number": telephone.number,
                "installation_id": INSTALLATION,
                "spend_max_points": 50,
                "created_at": "2026-06-15T03:00:00+00:00",
            }
        ]

    def test_shows_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        enrol(citizen)

        assert neighbour.get(PATH).get_json()["items"] == []

    def test_leaves_out_what_ended_with_its_session(self, citizen: ApiClient, clock: Any) -> None:
        """The session lasts thirty days; whoever signs in again is given a key again."""
        enrol(citizen)
        clock.shift(29 * 86400)
        assert len(citizen.get(PATH).get_json()["items"]) == 1
        clock.shift(2 * 86400)

        assert citizen.get(PATH).status_code == 401

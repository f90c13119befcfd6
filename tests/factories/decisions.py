"""A campaign's way through the city office, over HTTP."""

from copy import deepcopy
from typing import Any

from backend.city.campaigns.schemas import CONDITIONS_EXAMPLE, DRAFT_EXAMPLE
from tests.support.client import ApiClient

PATH = "/v1/city/campaigns"
REASON = {"reason": "対象のお店の確認のため"}
# Around the moment at which tests stand; the examples' own is next year's summer.
NOW_RUNNING = {"starts_at": "2026-06-01T00:00:00+09:00", "ends_at": "2026-07-01T00:00:00+09:00"}


def draft(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(DRAFT_EXAMPLE), **changes}


def conditions(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(CONDITIONS_EXAMPLE), **changes}


def made_draft(city: ApiClient, **changes: Any) -> str:
    """The path of a campaign that is drafted."""
    response = city.post(PATH, draft(**changes))
    assert response.status_code == 201, response.get_json()
    return f"{PATH}/{response.get_json()['id']}"


def made_review(city: ApiClient, **changes: Any) -> str:
    path = made_draft(city, **changes)
    assert city.post(f"{path}/review").status_code == 200
    return path


def made_approved(city: ApiClient, approver: ApiClient, **changes: Any) -> str:
    path = made_review(city, **changes)
    assert approver.post(f"{path}/approval").status_code == 200
    return path


def made_scheduled(city: ApiClient, approver: ApiClient, **changes: Any) -> str:
    path = made_approved(city, approver, **changes)
    assert city.post(f"{path}/schedule").status_code == 200
    return path


def made_running(city: ApiClient, approver: ApiClient, **changes: Any) -> str:
    return made_scheduled(city, approver, **(NOW_RUNNING | changes))


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]

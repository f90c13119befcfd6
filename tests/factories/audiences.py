"""Audiences, over HTTP as officers and managers keep them."""

from collections.abc import Mapping
from typing import Any

from tests.support.client import ApiClient

SENIORS: Mapping[str, Any] = {"age_band": ["65_74", "75_over"]}


def save_audience(
    caller: ApiClient,
    name: str = "65歳以上の方",
    audience: Mapping[str, Any] = SENIORS,
    face: str = "shop",
) -> dict[str, Any]:
    """As whoever saved it was told it."""
    response = caller.post(f"/v1/{face}/audiences", {"name": name, "audience": audience})
    assert response.status_code == 201, response.get_json()
    saved: dict[str, Any] = response.get_json()
    return saved

"""The same receipt handed in by many at once, on real databases: one claim has it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.base.database import Database
from backend.claims.models import Claim, ClaimStatus
from backend.claims.receipt_models import ReceiptSignature
from tests.factories.people import make_citizen
from tests.factories.receipts import draft
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.slow

CROWD = 8


def submit_at_once(app: Any, drafts: list[tuple[str, str]]) -> list[Any]:
    """Each (token, claim); without the checks of ApiClient, which would only keep the threads apart."""
    gate = Barrier(len(drafts))

    def go(token: str, claim_id: str) -> Any:
        gate.wait()
        headers = {"Authorization": f"Bearer {token}"}
        return app.test_client().post(f"/v1/claims/{claim_id}/submit", headers=headers)

    with ThreadPoolExecutor(len(drafts)) as pool:
        return list(pool.map(go, *zip(*drafts, strict=True)))


class TestSameReceiptAtOnce:
    def test_is_taken_by_one(self, app: Any, database: Database, world: World, at: datetime) -> None:
        tokens = [
            database.run(lambda session, n=n: make_citizen(session, at=at, nickname=f"かもめ{n}").token)
            for n in range(CROWD)
        ]
        drafts = [(token, draft(ApiClient(app, token))["id"]) for token in tokens]

        responses = submit_at_once(app, drafts)

        codes = Counter(response.get_json().get("code") for response in responses)
        assert codes == {None: 1, "receipt_claimed": CROWD - 1}
        waiting = select(func.count()).where(Claim.status == ClaimStatus.SUBMITTED.value)
        assert database.run(lambda session: session.scalar(waiting)) == 1
        assert (
            database.run(lambda session: session.scalar(select(func.count(ReceiptSignature.claim_id)))) == 1
        )

    def test_is_taken_by_one_request_of_one_person(
        self, app: Any, database: Database, world: World, citizen: ApiClient
    ) -> None:
        claim_id = draft(citizen)["id"]

        responses = submit_at_once(app, [(world.citizen.token, claim_id)] * 4)

        codes = Counter(response.get_json().get("code") for response in responses)
        assert codes == {None: 1, "claim_not_draft": 3}

"""A process that records purchases as fast as it can and tells of each one that was acknowledged.

`python -m tests.faults.buying DATABASE_URL`: makes a small town, says "ready", then one purchase's id a line,
from several threads, until it is killed.
"""

import os
import sys
import uuid
from threading import Thread
from typing import Any

from backend.app import create_app
from backend.base.clock import utc_now
from backend.config import Settings
from backend.web.ground import ground_of
from tests.factories.campaigns import make_campaign
from tests.factories.people import make_citizen
from tests.factories.world import make_world

THREADS = 4


def tell(line: str) -> None:
    """Whole lines only, however many threads write."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def buy_for_ever(app: Any, register_key: str, token: str) -> None:
    client = app.test_client()
    at_till = {"Authorization": f"Bearer {register_key}"}
    while True:
        code = client.post("/v1/shop/codes", json={"amount_yen": 1280}, headers=at_till)
        if code.status_code != 201:
            continue
        bought = client.post(
            "/v1/purchases",
            json={"scanned": code.get_json()["url"]},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())},
        )
        if bought.status_code == 201:
            tell(bought.get_json()["id"])


def main(database_url: str) -> None:
    app = create_app(Settings(database_url=database_url, log_level="CRITICAL", threads=THREADS))
    database, at = ground_of(app).database, utc_now()
    world = database.run(lambda session: make_world(session, at=at))
    # A campaign that runs out now and then, so that second tries under locks are killed too.
    rule: dict[str, Any] = {"fixed_points": 50, "budget_points": 2_000, "day_cap_points": 1_000}
    database.run(lambda session: make_campaign(session, at=at, approved_by=world.approver.id, **rule))
    tokens = database.run(lambda session: [make_citizen(session, at=at).token for _ in range(THREADS)])
    tell("ready")
    buyers = [Thread(target=buy_for_ever, args=(app, world.register_key, token)) for token in tokens]
    for buyer in buyers:
        buyer.start()


if __name__ == "__main__":
    main(sys.argv[1])

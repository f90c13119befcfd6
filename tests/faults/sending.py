"""A process that sends stored sales in batches as fast as it can.

`python -m tests.faults.sending DATABASE_URL`: makes a small town, then tells of each batch before it is sent, as
`sent KEY JSON`, and once it is acknowledged, `done`; until it is killed.
"""

import json
import sys
from typing import Any

from backend.app import create_app
from backend.base.clock import utc_now
from backend.config import Settings
from backend.web.ground import ground_of
from tests.factories.codes import open_code
from tests.factories.people import make_citizen
from tests.factories.world import make_world
from tests.faults.buying import tell

BATCH = 25
PATH = "/v1/shop/purchases/batch"


def send(app: Any, key: str, items: Any) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    return app.test_client().post(PATH, json={"items": items}, headers=headers)


def main(database_url: str) -> None:
    app = create_app(Settings(database_url=database_url, log_level="CRITICAL"))
    ground, at = ground_of(app), utc_now()
    world = ground.database.run(lambda session: make_world(session, at=at))
    citizens = ground.database.run(lambda session: [make_citizen(session, at=at) for _ in range(BATCH)])
    number = 0
    while True:
        now = utc_now()
        codes = ground.database.run(
            lambda session, now=now: [open_code(session, ground, each, at=now).code for each in citizens]
        )
        number += 1
        items = [
            {
                "id": f"{number}-{place}",
                "citizen_code": code,
                "amount_yen": 100 + place,
                "done_at": now.isoformat(),
            }
            for place, code in enumerate(codes)
        ]
        tell(f"sent {world.register_key} {json.dumps(items)}")
        if send(app, world.register_key, items).status_code == 200:
            tell("done")


if __name__ == "__main__":
    main(sys.argv[1])

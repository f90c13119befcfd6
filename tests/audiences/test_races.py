"""Two at once, on real databases: a name is taken once."""

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from backend.audiences.service import edit_audience, save_audience
from backend.base.database import Database
from backend.organisations.regions import load_region
from tests.factories.world import World
from tests.faults.test_races import at_once, outcome

REGION = load_region()


def save(session: Session, *, name: str, world: World, at: datetime) -> uuid.UUID:
    return save_audience(session, shop_id=None, name=name, document={}, **by(world), at=at).id


def rename(session: Session, *, audience_id: uuid.UUID, name: str, world: World, at: datetime) -> None:
    edit_audience(
        session, audience_id=audience_id, shop_ids=None, name=name, document=None, **by(world), at=at
    )


def by(world: World) -> dict[str, Any]:
    return {"region": REGION, "staff_id": world.city.id, "language": "ja"}


class TestOneName:
    def test_is_taken_by_one_of_many(self, database: Database, world: World, at: datetime) -> None:
        work = outcome(database, partial(save, name="みな", world=world, at=at))

        done = at_once([work] * 4)

        assert sorted(done) == ["audience_name_taken"] * 3 + ["done"]

    def test_is_left_to_one_of_many_who_change_theirs(
        self, database: Database, world: World, at: datetime
    ) -> None:
        ids = [database.run(partial(save, name=name, world=world, at=at)) for name in "一二三四"]

        done = at_once(
            [
                outcome(database, partial(rename, audience_id=each, name="五", world=world, at=at))
                for each in ids
            ]
        )

        assert sorted(done) == ["audience_name_taken"] * 3 + ["done"]

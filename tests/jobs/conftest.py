"""A worker's room and a message in it."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest

from backend.base.database import Database
from backend.jobs.messages import Mailroom, send_due_shard, start_messages
from backend.notices.terms import load_terms
from backend.organisations.regions import load_region
from tests.factories.sendings import SHOPS, make_message
from tests.factories.world import World
from tests.fakes.senders import RememberingPushSender

LEASE_SECONDS = 60


@pytest.fixture
def make_room(database: Database) -> Callable[..., Mailroom]:
    """What a worker has; its sender remembers unless another is given."""

    def make_room(sender: object = None) -> Mailroom:
        return Mailroom(
            database=database,
            sender=sender or RememberingPushSender(),
            region=load_region(),
            terms=load_terms(),
            lease_seconds=LEASE_SECONDS,
        )

    return make_room


@pytest.fixture
def schedule(database: Database, world: World, at: datetime) -> Callable[..., uuid.UUID]:
    """A message of the bakery's that is due, unless told otherwise; its id."""

    def schedule(purpose: str = SHOPS, **message: object) -> uuid.UUID:
        shop_id = world.shop_id if purpose == SHOPS else None
        people = {"drafted_by": world.city.id, "approved_by": world.approver.id, "shop_id": shop_id}
        return database.run(
            lambda session: make_message(session, at=at, purpose=purpose, **people, **message)
        )

    return schedule


def work(room: Mailroom) -> None:
    while start_messages(room):
        pass
    while send_due_shard(room, urgent=True) or send_due_shard(room, urgent=False):
        pass

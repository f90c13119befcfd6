"""Two at once, on real databases: one approval, one quota, one way out of each status, nobody left waiting."""

import uuid
from collections.abc import Callable
from datetime import datetime
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.base.push import PushOutcome, PushResult
from backend.config import Settings
from backend.messages.dead_letters import replay_dead_letters
from backend.messages.models import Message, MessageEvent, MessagePurpose, MessageQuota
from backend.messages.sending.finishing import finish_message, release_shard
from backend.messages.service.approving import approve_message
from backend.messages.service.checks import City
from backend.messages.service.running import cancel_message, schedule_message
from backend.messages.service.templates import TemplateDraft, draft_template
from backend.web.ground import Ground
from tests.factories.messages import made_shop_approved, made_shop_review
from tests.factories.sendings import make_reader
from tests.factories.world import World
from tests.faults.test_races import at_once, outcome
from tests.messages.conftest import ACCEPTED, Worker
from tests.support.client import ApiClient

# As long as another thread wants who is not kept waiting by a lock.
SOON_SECONDS = 1
FAILED = PushOutcome(PushResult.FAILED, "forbidden")


@pytest.fixture
def rules(ground: Ground, settings: Settings) -> City:
    return City(ground.region, ground.notice_terms, settings.public_url, ground.vault)


@pytest.fixture
def reader(database: Database, at: datetime) -> uuid.UUID:
    return database.run(lambda session: make_reader(session, at=at))


def message_id(path: str) -> uuid.UUID:
    return uuid.UUID(path.rpartition("/")[2])


def status(database: Database, path: str) -> str:
    query = select(Message.status).where(Message.id == message_id(path))
    return database.run(lambda session: session.scalars(query).one())


def acts(database: Database, path: str, act: str) -> int:
    query = select(func.count()).where(MessageEvent.message_id == message_id(path), MessageEvent.act == act)
    return database.run(lambda session: session.scalars(query).one())


class TestApprovals:
    @pytest.fixture
    def approving(self, database: Database, world: World, rules: City, at: datetime) -> Any:
        def approving(path: str) -> Any:
            def work(session: Session) -> None:
                approve_message(
                    session,
                    message_id=message_id(path),
                    approved_by=world.approver.id,
                    is_inbox_enough=False,
                    city=rules,
                    at=at,
                )

            return outcome(database, work)

        return approving

    def test_of_one_message_at_once_are_one(
        self, database: Database, manager: ApiClient, reader: uuid.UUID, approving: Any
    ) -> None:
        path = made_shop_review(manager)

        outcomes = at_once([approving(path)] * 4)

        assert sorted(outcomes) == ["done"] + ["message_not_in_review"] * 3
        assert acts(database, path, "approved") == 1

    def test_of_many_messages_at_once_never_pass_the_quota(
        self, database: Database, manager: ApiClient, reader: uuid.UUID, approving: Any
    ) -> None:
        paths = [made_shop_review(manager) for _ in range(8)]

        outcomes = at_once([approving(path) for path in paths])

        used = database.run(lambda session: session.scalars(select(MessageQuota.approved_count)).one())
        assert sorted(outcomes) == ["done"] * 4 + ["message_quota_reached"] * 4
        assert used == 4


class TestScheduling:
    def test_and_cancelling_at_once_leave_one_of_both(
        self,
        database: Database,
        manager: ApiClient,
        approver: ApiClient,
        reader: uuid.UUID,
        world: World,
        rules: City,
        at: datetime,
    ) -> None:
        path = made_shop_approved(manager, approver)
        who: dict[str, Any] = {"message_id": message_id(path), "shop_ids": (world.shop_id,)}

        def schedule(session: Session) -> None:
            schedule_message(session, **who, send_at=None, scheduled_by=world.manager.id, city=rules, at=at)

        def cancel(session: Session) -> None:
            cancel_message(session, **who, cancelled_by=world.manager.id, reason="品切れ", at=at)

        at_once(
            [
                outcome(database, schedule),
                outcome(database, cancel),
            ]
        )

        assert status(database, path) == "cancelled"


class TestTemplates:
    def test_drafted_at_once_become_versions_after_each_other(
        self, database: Database, world: World, at: datetime
    ) -> None:
        draft = TemplateDraft(
            slug="notice", purpose=MessagePurpose.CITY, titles={"ja": "題"}, bodies={"ja": "文"}
        )

        def work(session: Session) -> int:
            return draft_template(session, draft=draft, drafted_by=world.city.id, at=at).version

        versions = at_once([lambda: database.run(work)] * 4)

        assert sorted(versions) == [2, 3, 4, 5]


class TestReplays:
    @pytest.fixture
    def failed(self, worker: Worker, start: Callable[..., uuid.UUID], readers: list[uuid.UUID]) -> uuid.UUID:
        """A message whose only shard is leased; its first recipient was refused, nobody waits."""
        failed = start(purpose=MessagePurpose.SHOPS)
        worker.lease()
        worker.settle(worker.take(), FAILED, ACCEPTED, ACCEPTED)
        return failed

    @pytest.fixture
    def replay(self, failed: uuid.UUID, world: World) -> Callable[[Session], Any]:
        return lambda session: replay_dead_letters(session, message_id=failed, by=world.city.id, at=utc_now())

    def test_find_their_shard_again_that_was_just_being_given_back(
        self, database: Database, worker: Worker, failed: uuid.UUID, replay: Callable[[Session], Any]
    ) -> None:
        shard = worker.shard
        assert shard is not None

        overlap(database, lambda session: release_shard(session, shard=shard, at=utc_now()), replay)

        assert positions(Worker(database).work()) == [1]

    def test_keep_open_the_message_that_was_just_being_finished(
        self, database: Database, worker: Worker, failed: uuid.UUID, replay: Callable[[Session], Any]
    ) -> None:
        worker.release()

        overlap(database, replay, lambda session: finish_message(session, message_id=failed, at=utc_now()))

        assert positions(Worker(database).work()) == [1]


def overlap(database: Database, first: Callable[[Session], Any], second: Callable[[Session], Any]) -> None:
    """`second` begins when `first` has written but not committed."""
    other = Thread(target=database.run, args=(second,))

    def hold(session: Session) -> None:
        first(session)
        other.start()
        other.join(SOON_SECONDS)

    database.run(hold)
    other.join()


def positions(batch: Any) -> list[int]:
    return [each.position for each in batch.recipients] if batch else []

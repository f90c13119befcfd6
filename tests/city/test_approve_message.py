"""POST /v1/city/messages/{id}/approval: a second person, and somebody to tell."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.messages.models import MessageQuota
from backend.web.ground import Ground
from tests.factories.messages import (
    REASON,
    TEMPLATES,
    in_city,
    made,
    made_draft,
    made_review,
    made_shop_approved,
    made_shop_draft,
    made_shop_review,
    message,
    mute,
    refusal,
    suspend,
)
from tests.factories.missions import Town
from tests.factories.offers import make_offer
from tests.factories.organisations import make_shop
from tests.factories.people import make_staff
from tests.factories.sendings import make_reader, make_readers
from tests.factories.world import World
from tests.support.client import ApiClient

NEIGHBOURHOOD = {"district": ["鳥取"]}


@pytest.fixture
def missions(ground: Ground, world: World, at: datetime) -> Town:
    return Town(ground, world, at)


@pytest.fixture
def readers(database: Database, at: datetime) -> list[uuid.UUID]:
    """Two who consent to everything, each with a phone."""
    return database.run(lambda session: make_readers(session, 2, at=at))


class TestApproveMessage:
    def test_approves_what_somebody_else_wrote(
        self, city: ApiClient, approver: ApiClient, readers: list[uuid.UUID], world: World
    ) -> None:
        path = made_review(city)

        approved = approver.post(f"{path}/approval", {}).get_json()

        assert (approved["status"], approved["approved_by_staff_id"]) == ("approved", str(world.approver.id))

    def test_is_refused_to_whoever_wrote_any_of_it(
        self, city: ApiClient, readers: list[uuid.UUID], database: Database, at: datetime
    ) -> None:
        both = database.run(
            lambda session: make_staff(session, at=at, face="city", roles=("officer", "approver"))
        )
        editor = ApiClient(city.app, both.token)
        path = made_draft(city)
        made(editor.put(path, message()))
        made(city.post(f"{path}/review"))

        assert refusal(editor.post(f"{path}/approval", {})) == (403, "second_person_required")

    def test_is_for_what_is_in_review(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_draft(city)

        assert refusal(approver.post(f"{path}/approval", {})) == (409, "message_not_in_review")

    def test_is_not_for_officers_who_only_write(self, city: ApiClient) -> None:
        path = made_review(city)

        assert refusal(city.post(f"{path}/approval", {})) == (403, "permission_missing")

    def test_needs_a_template_that_still_stands(
        self, city: ApiClient, approver: ApiClient, readers: list[uuid.UUID]
    ) -> None:
        path = made_review(city)
        made(approver.post(f"{TEMPLATES}/event/1/retirement"))

        assert refusal(approver.post(f"{path}/approval", {})) == (409, "template_not_approved")


class TestSuspendedShop:
    def test_is_not_approved_to_advertise(
        self, city: ApiClient, approver: ApiClient, manager: ApiClient, readers: list[uuid.UUID], world: World
    ) -> None:
        path = in_city(made_shop_review(manager))
        suspend(city, world.shop_id)

        assert refusal(approver.post(f"{path}/approval", {})) == (409, "shop_not_active")


class TestNobodyToTell:
    def test_says_that_nobody_meets_the_description(
        self, city: ApiClient, approver: ApiClient, readers: list[uuid.UUID]
    ) -> None:
        path = made_review(city, audience=NEIGHBOURHOOD)

        response = approver.post(f"{path}/approval", {"inbox_is_enough": True})

        assert refusal(response) == (409, "message_audience_empty")

    def test_says_that_nobody_consents(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_review(city)

        assert refusal(approver.post(f"{path}/approval", {})) == (409, "message_consent_missing")

    def test_says_that_all_have_muted_it(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        reader_id = database.run(lambda session: make_reader(session, at=at))
        database.run(
            lambda session: mute(
                session, citizen_id=reader_id, kind="muted_category", subject="events", at=at
            )
        )
        path = made_review(city)

        assert refusal(approver.post(f"{path}/approval", {})) == (409, "message_muted")

    def test_says_that_nobody_has_a_phone(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_reader(session, at=at, devices=0))
        path = made_review(city)

        assert refusal(approver.post(f"{path}/approval", {})) == (409, "message_device_missing")

    def test_counts_no_phone_that_was_not_seen_for_a_month(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_reader(session, at=at, seen_at=at - timedelta(days=31)))
        path = made_review(city)

        assert refusal(approver.post(f"{path}/approval", {})) == (409, "message_device_missing")

    def test_is_overruled_where_the_inbox_is_enough(self, city: ApiClient, approver: ApiClient) -> None:
        path = made_review(city)

        approved = approver.post(f"{path}/approval", {"inbox_is_enough": True}).get_json()

        assert approved["status"] == "approved"

    def test_is_not_overruled_where_not_even_an_inbox_is_reached(
        self, city: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        reader_id = database.run(lambda session: make_reader(session, at=at))
        database.run(
            lambda session: mute(
                session, citizen_id=reader_id, kind="muted_category", subject="events", at=at
            )
        )
        path = made_review(city, audience={"citizens": [str(reader_id)]})

        response = approver.post(f"{path}/approval", {"inbox_is_enough": True})

        assert refusal(response) == (409, "message_muted")

    def test_is_never_overruled_for_advertising_that_nobody_wants(
        self, manager: ApiClient, approver: ApiClient
    ) -> None:
        path = made_shop_review(manager)

        response = approver.post(f"{in_city(path)}/approval", {"inbox_is_enough": True})

        assert refusal(response) == (409, "message_consent_missing")


class TestQuota:
    def test_ends_with_the_fourth_of_a_month(
        self, manager: ApiClient, approver: ApiClient, readers: list[uuid.UUID]
    ) -> None:
        for _ in range(4):
            made_shop_approved(manager, approver)
        path = made_shop_review(manager)

        assert refusal(approver.post(f"{in_city(path)}/approval", {})) == (409, "message_quota_reached")

    def test_is_another_in_another_month(
        self,
        manager: ApiClient,
        approver: ApiClient,
        readers: list[uuid.UUID],
        database: Database,
        world: World,
    ) -> None:
        made_shop_approved(manager, approver)

        used = database.run(lambda session: session.scalars(select(MessageQuota)).one())

        assert (used.shop_id, used.month_on.isoformat(), used.approved_count) == (
            world.shop_id,
            "2026-06-01",
            1,
        )

    def test_is_given_back_where_nobody_was_told(
        self, manager: ApiClient, approver: ApiClient, readers: list[uuid.UUID], database: Database
    ) -> None:
        path = made_shop_approved(manager, approver)

        made(manager.post(f"{path}/cancellation", REASON))

        assert database.run(lambda session: session.scalars(select(MessageQuota.approved_count)).one()) == 0

    def test_is_not_used_by_what_is_refused(
        self, manager: ApiClient, approver: ApiClient, database: Database
    ) -> None:
        path = made_shop_review(manager)

        approver.post(f"{in_city(path)}/approval", {})

        assert database.run(lambda session: session.scalars(select(MessageQuota)).all()) == []


class TestAttachments:
    def test_are_offers_that_are_shown_when_it_is_sent(
        self,
        city: ApiClient,
        approver: ApiClient,
        readers: list[uuid.UUID],
        make_town_offer: Callable[..., uuid.UUID],
        at: datetime,
    ) -> None:
        offer_id = str(make_town_offer())
        path = made_review(city, attachment={"kind": "offer", "value": offer_id}, send_at=at.isoformat())

        approved = approver.post(f"{path}/approval", {}).get_json()

        assert approved["attachment"] == {"kind": "offer", "value": offer_id}

    def test_are_none_of_another_shop(
        self,
        manager: ApiClient,
        readers: list[uuid.UUID],
        database: Database,
        at: datetime,
    ) -> None:
        def work(session: Session) -> str:
            other = make_shop(session, at=at, name_ja="よその店")
            return str(make_offer(session, shop_id=other.id, at=at).id)

        path = made_shop_draft(
            manager, attachment={"kind": "offer", "value": database.run(work)}, send_at=at.isoformat()
        )

        assert refusal(manager.post(f"{path}/review")) == (409, "attachment_unusable")

    def test_are_campaigns_that_have_something_left(
        self,
        city: ApiClient,
        approver: ApiClient,
        readers: list[uuid.UUID],
        run_campaign: Callable[..., uuid.UUID],
    ) -> None:
        campaign_id = str(run_campaign(fixed_points=40))
        path = made_review(city, attachment={"kind": "campaign", "value": campaign_id}, send_at=None)

        assert approver.post(f"{path}/approval", {}).get_json()["status"] == "approved"

    def test_are_reward_codes_that_can_still_be_used(
        self, city: ApiClient, approver: ApiClient, readers: list[uuid.UUID], missions: Town
    ) -> None:
        [code] = missions.codes(missions.mission(slug="beach"), uses_each=100)
        path = made_review(city, attachment={"kind": "reward_code", "value": code}, send_at=None)

        assert approver.post(f"{path}/approval", {}).get_json()["status"] == "approved"

    def test_are_no_codes_that_end_before_it_is_sent(
        self, city: ApiClient, missions: Town, at: datetime
    ) -> None:
        [code] = missions.codes(missions.mission(slug="beach"), valid_until=at + timedelta(hours=1))
        path = made_draft(
            city,
            attachment={"kind": "reward_code", "value": code},
            send_at=(at + timedelta(hours=2)).isoformat(),
        )

        assert refusal(city.post(f"{path}/review")) == (409, "attachment_unusable")

    def test_are_no_codes_that_nobody_made(self, city: ApiClient) -> None:
        path = made_draft(city, attachment={"kind": "reward_code", "value": "AAAAA-BBBBB"})

        assert refusal(city.post(f"{path}/review")) == (409, "attachment_unusable")

"""Codes are made for approved missions, told once, and kept as hashes only."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.pages import PageRequest
from backend.campaigns.missions import list_reward_codes
from backend.campaigns.models import Campaign, RewardCode
from backend.campaigns.service.drafting import draft_campaign
from backend.campaigns.service.reward_codes import (
    CODES_MAX,
    ReadableCode,
    RewardCodeNotFound,
    RewardCodes,
    RewardCodesNotTaken,
    RewardCodeWindowInvalid,
    RewardQuantityTooSmall,
    create_reward_codes,
    hash_code,
    revoke_reward_code,
)
from backend.campaigns.service.running import end_campaign, schedule_campaign
from backend.campaigns.states import CampaignNotApproved
from backend.web.ground import Ground
from tests.factories.campaigns import approve_draft, make_draft
from tests.factories.missions import VOLUNTEERING, WALKING

HOUR = timedelta(hours=1)


@pytest.fixture
def drafted(session: Session, author: uuid.UUID, at: datetime) -> Campaign:
    draft = make_draft(at, rule={"mission": VOLUNTEERING})
    return draft_campaign(session, draft=draft, created_by=author, at=at)


@pytest.fixture
def create(session: Session, ground: Ground, author: uuid.UUID, at: datetime) -> Any:
    def create(campaign: Campaign, **given: Any) -> list[ReadableCode]:
        usual = {
            "count": 1,
            "uses_each": 1,
            "quantity": 1,
            "valid_from": at - HOUR,
            "valid_until": at + HOUR,
        }
        codes = RewardCodes(**(usual | given))
        return list(
            create_reward_codes(
                session,
                campaign_id=campaign.id,
                codes=codes,
                created_by=author,
                vault=ground.vault,
                at=at,
            )
        )

    return create


def rows(session: Session) -> list[RewardCode]:
    return list(session.scalars(select(RewardCode).order_by(RewardCode.id)))


class TestCreateRewardCodes:
    def test_makes_as_many_different_ones_as_asked(
        self, session: Session, create: Any, approved: Campaign
    ) -> None:
        made = create(approved, count=CODES_MAX)

        assert len({code.code for code in made}) == CODES_MAX
        assert [code.id for code in made] == [row.id for row in rows(session)]

    def test_groups_ten_letters_and_digits(self, create: Any, approved: Campaign) -> None:
        [made] = create(approved)

        first, second = made.code.split("-")
        assert (len(first), len(second)) == (5, 5)

    def test_keeps_only_the_hash_of_a_code(
        self, session: Session, create: Any, approved: Campaign, ground: Ground
    ) -> None:
        [made] = create(approved)

        [row] = rows(session)
        assert row.code_hash == hash_code(ground.vault, made.code)
        assert made.code not in repr(made)

    def test_makes_limited_codes(self, session: Session, create: Any, approved: Campaign) -> None:
        create(approved, uses_each=300, quantity=2, note="港まつり受付")

        [row] = rows(session)
        assert (row.uses_limit, row.uses_left, row.quantity, row.note) == (300, 300, 2, "港まつり受付")

    def test_is_for_what_a_second_person_has_approved(self, create: Any, in_review: Campaign) -> None:
        with pytest.raises(CampaignNotApproved):
            create(in_review)

    def test_is_not_for_what_is_over(
        self, session: Session, create: Any, running: Campaign, at: datetime
    ) -> None:
        end_campaign(session, campaign_id=running.id, at=at)

        with pytest.raises(CampaignNotApproved):
            create(running)

    @pytest.mark.parametrize("rule", [{}, {"mission": WALKING}])
    def test_is_for_missions_that_take_codes(
        self,
        session: Session,
        create: Any,
        author: uuid.UUID,
        approver: uuid.UUID,
        at: datetime,
        rule: dict[str, Any],
    ) -> None:
        other = draft_campaign(
            session, draft=make_draft(at, slug="other", rule=rule), created_by=author, at=at
        )
        approve_draft(session, campaign_id=other.id, approved_by=approver, at=at)
        schedule_campaign(session, campaign_id=other.id, scheduled_by=author, at=at)

        with pytest.raises(RewardCodesNotTaken):
            create(other)

    @pytest.mark.parametrize(("begins", "ends"), [(HOUR, HOUR), (2 * HOUR, HOUR), (-2 * HOUR, -HOUR)])
    def test_refuses_a_time_that_is_none(
        self, create: Any, approved: Campaign, at: datetime, begins: timedelta, ends: timedelta
    ) -> None:
        with pytest.raises(RewardCodeWindowInvalid) as refused:
            create(approved, valid_from=at + begins, valid_until=at + ends)

        assert refused.value.field == "valid_until"

    def test_refuses_a_quantity_that_could_earn_nothing(
        self, session: Session, create: Any, author: uuid.UUID, approver: uuid.UUID, at: datetime
    ) -> None:
        mission = VOLUNTEERING | {"tiers": [{"from_quantity": 2, "points": 200}]}
        other = draft_campaign(
            session, draft=make_draft(at, slug="other", rule={"mission": mission}), created_by=author, at=at
        )
        approve_draft(session, campaign_id=other.id, approved_by=approver, at=at)

        with pytest.raises(RewardQuantityTooSmall) as refused:
            create(other)

        assert refused.value.params == {"minimum": 2}


class TestRevokeRewardCode:
    def test_keeps_the_first_moment(
        self, session: Session, create: Any, approved: Campaign, at: datetime
    ) -> None:
        [made] = create(approved)

        for moment in (at, at + HOUR):
            revoke_reward_code(session, campaign_id=approved.id, reward_code_id=made.id, at=moment)

        session.expire_all()
        assert [row.revoked_at for row in rows(session)] == [at]

    def test_knows_no_code_of_another_campaign(
        self, session: Session, create: Any, approved: Campaign, at: datetime
    ) -> None:
        [made] = create(approved)

        with pytest.raises(RewardCodeNotFound):
            revoke_reward_code(session, campaign_id=uuid.UUID(int=1), reward_code_id=made.id, at=at)


class TestListRewardCodes:
    def test_goes_on_where_the_page_before_ended(
        self, session: Session, create: Any, approved: Campaign
    ) -> None:
        made = create(approved, count=3)

        first = list_reward_codes(session, campaign_id=approved.id, page=PageRequest(limit=2))
        second = list_reward_codes(
            session, campaign_id=approved.id, page=PageRequest(limit=2, cursor=first.next_cursor)
        )

        listed = [code.id for code in (*first.items, *second.items)]
        assert listed == [code.id for code in reversed(made)]
        assert second.next_cursor is None

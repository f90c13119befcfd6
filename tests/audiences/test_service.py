"""Audiences are checked against what is there."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.audiences import queries, service
from backend.audiences.rules import AudienceInvalid, read_audience, write_audience
from backend.audiences.service import AudiencesTooMany, check_audience, save_audience
from backend.base.pages import PageRequest
from backend.organisations.regions import Region, load_region
from backend.people.models import MemberList
from tests.factories.organisations import make_shop
from tests.factories.people import make_staff
from tests.factories.towns import make_member_list
from tests.factories.world import World

REGION = load_region()


def field_of(session: Session, document: Any, shop_id: uuid.UUID | None = None) -> str | None:
    """At fault; None where nothing is."""
    try:
        check_audience(session, document=document, shop_id=shop_id, region=REGION)
    except AudienceInvalid as error:
        return error.field
    return None


@pytest.fixture
def officer_id(session: Session, at: datetime) -> uuid.UUID:
    return make_staff(session, at=at, face="city", roles=("officer",)).id


class TestCheckAudience:
    def test_knows_shops_that_took_part(self, session: Session, at: datetime) -> None:
        statuses = {
            status: field_of(
                session,
                {"favourite_shop": [str(make_shop(session, at=at, status=status, name_ja=status).id)]},
            )
            for status in ("active", "suspended", "closed", "applied", "rejected")
        }

        assert [status for status, field in statuses.items() if field] == ["applied", "rejected"]

    def test_names_the_field_of_what_is_not_there(self, session: Session, at: datetime) -> None:
        nothing = str(uuid.UUID(int=5))

        assert field_of(session, {"favourite_shop": [nothing]}) == "audience.favourite_shop"
        assert field_of(session, {"any": [{"member_list": [nothing]}]}) == "audience.any[0].member_list"
        assert (
            field_of(session, {"not": {"stamp_progress": {"campaign_id": nothing}}})
            == "audience.not.stamp_progress.campaign_id"
        )

    def test_wants_a_campaign_with_a_stamp_card(self, session: Session, world: World) -> None:
        document = {"stamp_progress": {"campaign_id": str(world.base_campaign_id)}}

        assert field_of(session, document) == "audience.stamp_progress.campaign_id"

    def test_knows_a_campaign_with_a_stamp_card(
        self, session: Session, run_campaign: Callable[..., uuid.UUID]
    ) -> None:
        card = {"distinct": "shops", "target": 3, "reward": {"points": 100}}
        campaign_id = run_campaign(stamp_card=card)

        assert field_of(session, {"stamp_progress": {"campaign_id": str(campaign_id)}}) is None

    def test_lets_each_owner_name_their_own_lists(
        self, session: Session, at: datetime, officer_id: uuid.UUID
    ) -> None:
        shops = [make_shop(session, at=at, name_ja=name).id for name in ("麦", "魚")]
        owners = [None, *shops]
        lists = [make_member_list(session, staff_id=officer_id, at=at, shop_id=owner) for owner in owners]

        named = {
            (owner, list_id)
            for owner in owners
            for list_id in lists
            if field_of(session, {"member_list": [str(list_id)]}, owner) is None
        }

        assert named == set(zip(owners, lists, strict=True))

    def test_wants_lists_that_are_open(self, session: Session, at: datetime, officer_id: uuid.UUID) -> None:
        list_id = make_member_list(session, staff_id=officer_id, at=at)
        session.get_one(MemberList, list_id).closed_at = at
        session.flush()

        assert field_of(session, {"member_list": [str(list_id)]}) == "audience.member_list"

    def test_tells_a_shop_nothing_of_whether_another_is_there(self, session: Session, at: datetime) -> None:
        own, other = (make_shop(session, at=at, name_ja=name).id for name in ("麦", "魚"))
        there, nowhere = ({"favourite_shop": [str(shop)]} for shop in (other, uuid.UUID(int=5)))

        assert field_of(session, there, own) == field_of(session, nowhere, own) == "audience.favourite_shop"


class TestSaveAudience:
    def test_ends_where_nobody_could_look_through_them(
        self, session: Session, at: datetime, officer_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "AUDIENCES_MAX", 1)

        def save(name: str) -> None:
            save_audience(
                session,
                shop_id=None,
                name=name,
                document={},
                region=REGION,
                staff_id=officer_id,
                language="ja",
                at=at,
            )

        save("一")

        with pytest.raises(AudiencesTooMany):
            save("二")


class TestListAudiences:
    def test_shows_what_names_a_ring_that_is_no_more(
        self, session: Session, at: datetime, officer_id: uuid.UUID
    ) -> None:
        saved = save_audience(
            session,
            shop_id=None,
            name="管内",
            document={"ring": ["kushiro_area"]},
            region=REGION,
            staff_id=officer_id,
            language="ja",
            at=at,
        )
        other = Region(rings=(REGION.rings[0], REGION.rings[-1]), municipalities={})

        page = queries.list_audiences(session, shop_ids=None, region=other, language="ja", page=PageRequest())

        assert saved.description == "釧路管内にお住まいの方"
        assert [(card.name, card.description) for card in page.items] == [("管内", None)]


class TestDescribeInAllLanguages:
    def test_calls_things_by_their_names(self, session: Session, at: datetime) -> None:
        shop = make_shop(session, at=at, name_en="Wheat & Whistle")
        audience = read_audience({"favourite_shop": [str(shop.id)]}, region=REGION)

        words = queries.describe_in_all_languages(session, audience=audience)

        assert words == {
            "ja": "「麦と汽笛」をお気に入りに登録済みの方",
            "ja@easy": "「麦と汽笛」を お気(き)に入(い)りに している 人(ひと)",
            "en": "people who have “Wheat & Whistle” among their favourites",
        }


class TestCanonicalDocument:
    def test_is_what_a_check_gives_back(self, session: Session) -> None:
        audience = check_audience(
            session,
            document={"all": [{"language": ["en"]}, {"language": ["en"]}]},
            shop_id=None,
            region=REGION,
        )

        assert write_audience(audience) == {"language": ["en"]}

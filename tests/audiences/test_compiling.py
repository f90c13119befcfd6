"""Each kind of condition, at the edge between who meets it and who does not."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.audiences.compiling import select_citizens
from backend.audiences.rules import read_audience
from backend.base.clock import start_of_city_day
from backend.notices.models import ChoiceKind
from backend.organisations.models import FavouriteShop
from backend.organisations.regions import load_region
from backend.people.models import Citizen, MemberList, MemberListEntry
from tests.factories.organisations import make_shop
from tests.factories.people import make_staff
from tests.factories.towns import (
    choose,
    make_bought,
    make_consent,
    make_lot,
    make_member_list,
    make_person,
    make_stamps,
)

REGION = load_region()
IsMeant = Callable[..., bool]


@pytest.fixture
def person(session: Session, at: datetime) -> Citizen:
    return make_person(session, at=at)


@pytest.fixture
def shop_id(session: Session, at: datetime) -> uuid.UUID:
    return make_shop(session, at=at).id


@pytest.fixture
def is_meant(session: Session, person: Citizen, at: datetime) -> IsMeant:
    """Whether the person is, by one condition."""

    def is_meant(**condition: Any) -> bool:
        session.flush()
        audience = read_audience(condition, region=REGION)
        return list(session.scalars(select_citizens(audience, at=at))) == [person.id]

    return is_meant


def days_ago(at: datetime, days: int) -> datetime:
    """The first moment of that day in the city."""
    return start_of_city_day(at.date() - timedelta(days=days))


INSTANT = timedelta(microseconds=1)


class TestWhoTheyAre:
    @pytest.mark.parametrize(
        ("declared", "condition"),
        [
            ({"district": "鳥取"}, {"district": ["愛国", "鳥取"]}),
            ({"municipality_code": "012068"}, {"ring": ["city"]}),
            ({"municipality_code": "016616"}, {"ring": ["city", "kushiro_area"]}),
            ({"municipality_code": "131016"}, {"ring": ["outside"]}),
            ({"municipality_code": "012068"}, {"ring": ["city", "outside"]}),
            ({"age_band": "65_74"}, {"age_band": ["65_74", "75_over"]}),
            ({"standing": "worker"}, {"standing": {"standings": ["worker"]}}),
            ({"language": "en"}, {"language": ["en"]}),
            ({"birth_month": 6}, {"birthday_month": "current"}),
            ({"birth_month": 7}, {"birthday_month": [7, 8]}),
        ],
    )
    def test_is_as_they_declared(
        self, person: Citizen, is_meant: IsMeant, declared: dict[str, Any], condition: dict[str, Any]
    ) -> None:
        before = is_meant(**condition)

        for name, value in declared.items():
            setattr(person, name, value)

        assert (before, is_meant(**condition)) == (False, True)

    @pytest.mark.parametrize(
        "condition",
        [
            {"district": ["鳥取"]},
            {"ring": ["outside"]},
            {"ring": ["city"]},
            {"age_band": ["under_18"]},
            {"standing": {"standings": ["resident"]}},
            {"birthday_month": "current"},
        ],
    )
    def test_meets_nothing_where_they_declared_nothing(
        self, is_meant: IsMeant, condition: dict[str, Any]
    ) -> None:
        assert (is_meant(**condition), is_meant(**{"not": condition})) == (False, True)

    def test_may_have_to_be_verified(self, person: Citizen, is_meant: IsMeant, at: datetime) -> None:
        person.standing = "resident"
        verified = {"standings": ["resident"], "verified": True}
        declared = is_meant(standing=verified)

        person.verified_at = at

        assert (declared, is_meant(standing=verified)) == (False, True)

    def test_may_be_somebody_named(self, person: Citizen, is_meant: IsMeant) -> None:
        assert is_meant(citizens=[str(person.id), str(uuid.UUID(int=5))])
        assert not is_meant(citizens=[str(uuid.UUID(int=5))])


class TestWhatTheyChose:
    def test_is_an_interest_and_no_mute(
        self, session: Session, person: Citizen, is_meant: IsMeant, at: datetime
    ) -> None:
        choose(session, citizen_id=person.id, kind=ChoiceKind.INTEREST, subject="events", at=at)
        choose(session, citizen_id=person.id, kind=ChoiceKind.MUTED_CATEGORY, subject="health", at=at)

        assert is_meant(interest=["events", "news"])
        assert not is_meant(interest=["health"])

    def test_is_a_favourite_shop(
        self, session: Session, person: Citizen, shop_id: uuid.UUID, is_meant: IsMeant, at: datetime
    ) -> None:
        before = is_meant(favourite_shop=[str(shop_id)])

        session.add(FavouriteShop(citizen_id=person.id, shop_id=shop_id, added_at=at))

        assert (before, is_meant(favourite_shop=[str(shop_id)])) == (False, True)

    def test_is_a_consent_that_stands(
        self, session: Session, person: Citizen, is_meant: IsMeant, at: datetime
    ) -> None:
        make_consent(session, citizen_id=person.id, purpose="statistics", at=at, withdrawn=True)
        withdrawn = is_meant(consent="statistics")

        make_consent(session, citizen_id=person.id, purpose="statistics", at=at)

        assert (withdrawn, is_meant(consent="statistics")) == (False, True)

    def test_is_a_list_as_long_as_it_is_open(
        self, session: Session, person: Citizen, is_meant: IsMeant, at: datetime
    ) -> None:
        staff_id = make_staff(session, at=at, face="city", roles=("officer",)).id
        list_id = make_member_list(session, staff_id=staff_id, at=at)
        session.add(MemberListEntry(list_id=list_id, citizen_id=person.id, joined_at=at))
        joined = is_meant(member_list=[str(list_id)])

        session.get_one(MemberList, list_id).closed_at = at

        assert (joined, is_meant(member_list=[str(list_id)])) == (True, False)


class TestVisits:
    def test_count_from_the_first_moment_of_a_day(
        self, session: Session, person: Citizen, shop_id: uuid.UUID, is_meant: IsMeant, at: datetime
    ) -> None:
        visited = {"shop_ids": [str(shop_id)], "within_days": 7}
        visit = {"account_id": person.account_id, "shop_id": shop_id}
        make_bought(session, **visit, done_at=days_ago(at, 7) - INSTANT)
        before = is_meant(visited_shop=visited)

        make_bought(session, **visit, done_at=days_ago(at, 7))

        assert (before, is_meant(visited_shop=visited)) == (False, True)

    def test_count_by_when_they_were_and_not_when_they_were_recorded(
        self, session: Session, person: Citizen, shop_id: uuid.UUID, is_meant: IsMeant, at: datetime
    ) -> None:
        make_bought(
            session,
            account_id=person.account_id,
            shop_id=shop_id,
            done_at=days_ago(at, 8),
            recorded_at=days_ago(at, 1),
        )

        assert not is_meant(visited_shop={"shop_ids": [str(shop_id)], "within_days": 7})

    def test_add_up_over_the_shops(
        self, session: Session, person: Citizen, shop_id: uuid.UUID, is_meant: IsMeant, at: datetime
    ) -> None:
        shop_ids = [shop_id, make_shop(session, at=at, name_ja="魚屋").id]
        for visited_id in shop_ids:
            make_bought(session, account_id=person.account_id, shop_id=visited_id, done_at=at)
        twice = {"shop_ids": [str(each) for each in shop_ids], "within_days": 1, "at_least_times": 2}

        assert is_meant(visited_shop=twice)
        assert not is_meant(visited_shop=twice | {"at_least_times": 3})
        assert not is_meant(visited_shop=twice | {"shop_ids": [str(shop_id)]})

    @pytest.mark.parametrize(("refunded_yen", "counts"), [(0, True), (999, True), (1000, False)])
    def test_count_unless_all_was_taken_back(
        self,
        session: Session,
        person: Citizen,
        shop_id: uuid.UUID,
        is_meant: IsMeant,
        at: datetime,
        refunded_yen: int,
        counts: bool,
    ) -> None:
        make_bought(
            session, account_id=person.account_id, shop_id=shop_id, done_at=at, refunded_yen=refunded_yen
        )

        assert is_meant(visited_shop={"shop_ids": [str(shop_id)], "within_days": 1}) is counts
        assert is_meant(last_purchase={"never": True}) is not counts


class TestLastPurchase:
    @pytest.mark.parametrize(
        ("days", "condition", "met"),
        [
            (0, {"at_most_days_ago": 0}, True),
            (1, {"at_most_days_ago": 0}, False),
            (7, {"at_least_days_ago": 7}, True),
            (6, {"at_least_days_ago": 7}, False),
            (7, {"at_least_days_ago": 7, "at_most_days_ago": 7}, True),
            (8, {"at_least_days_ago": 7, "at_most_days_ago": 7}, False),
        ],
    )
    def test_is_so_many_days_of_the_city_ago(
        self,
        session: Session,
        person: Citizen,
        shop_id: uuid.UUID,
        is_meant: IsMeant,
        at: datetime,
        days: int,
        condition: dict[str, int],
        met: bool,
    ) -> None:
        make_bought(session, account_id=person.account_id, shop_id=shop_id, done_at=days_ago(at, days))

        assert is_meant(last_purchase=condition) is met

    def test_is_no_long_ago_one_of_whoever_never_bought(self, is_meant: IsMeant) -> None:
        assert not is_meant(last_purchase={"at_least_days_ago": 30})
        assert is_meant(last_purchase={"never": True})

    def test_may_be_at_a_shop(
        self, session: Session, person: Citizen, shop_id: uuid.UUID, is_meant: IsMeant, at: datetime
    ) -> None:
        elsewhere = make_shop(session, at=at, name_ja="魚屋").id
        make_bought(session, account_id=person.account_id, shop_id=shop_id, done_at=days_ago(at, 40))
        make_bought(session, account_id=person.account_id, shop_id=elsewhere, done_at=at)

        assert is_meant(last_purchase={"at_least_days_ago": 30, "shop_ids": [str(shop_id)]})
        assert not is_meant(last_purchase={"at_least_days_ago": 30})


class TestPointsExpiring:
    def test_counts_lots_that_end_with_that_day(
        self, session: Session, person: Citizen, is_meant: IsMeant, at: datetime
    ) -> None:
        end = days_ago(at, -8)
        make_lot(session, account_id=person.account_id, points=60, expires_at=end, at=at)
        make_lot(session, account_id=person.account_id, points=40, expires_at=end - INSTANT, at=at)
        make_lot(session, account_id=person.account_id, points=1, expires_at=end + INSTANT, at=at)

        assert is_meant(points_expiring={"within_days": 7, "at_least_points": 100})
        assert not is_meant(points_expiring={"within_days": 7, "at_least_points": 101})

    def test_leaves_out_what_has_expired_or_is_held(
        self, session: Session, person: Citizen, is_meant: IsMeant, at: datetime
    ) -> None:
        make_lot(session, account_id=person.account_id, points=60, expires_at=at, at=at)
        make_lot(session, account_id=person.account_id, points=5, held=5, expires_at=at + INSTANT, at=at)

        assert not is_meant(points_expiring={"within_days": 7})


class TestStampProgress:
    @pytest.mark.parametrize(
        ("stamps", "is_complete", "met"), [(2, False, False), (3, False, True), (3, True, False)]
    )
    def test_is_of_a_card_that_is_not_complete(
        self,
        session: Session,
        person: Citizen,
        is_meant: IsMeant,
        at: datetime,
        stamps: int,
        is_complete: bool,
        met: bool,
    ) -> None:
        campaign_id = uuid.UUID(int=9)
        make_stamps(
            session,
            account_id=person.account_id,
            campaign_id=campaign_id,
            count=stamps,
            at=at,
            is_complete=is_complete,
        )

        assert is_meant(stamp_progress={"campaign_id": str(campaign_id), "at_least_stamps": 3}) is met

    def test_is_of_one_card(self, session: Session, person: Citizen, is_meant: IsMeant, at: datetime) -> None:
        card = {"account_id": person.account_id, "campaign_id": uuid.UUID(int=9), "count": 2, "at": at}
        make_stamps(session, **card, card_number=1)
        make_stamps(session, **card, card_number=2)

        assert not is_meant(stamp_progress={"campaign_id": str(uuid.UUID(int=9)), "at_least_stamps": 3})


class TestEverybody:
    def test_is_each_once(self, session: Session, person: Citizen, at: datetime) -> None:
        other = make_person(session, at=at)

        found = list(session.scalars(select_citizens(read_audience({}, region=REGION), at=at)))

        assert sorted(found) == sorted([person.id, other.id])

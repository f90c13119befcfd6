"""How many are meant, and how many of them would be reached."""

import uuid
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.audiences.counting import AudienceCount, count_audience, shown_to_shops
from backend.audiences.rules import read_audience
from backend.notices.models import ChoiceKind
from backend.notices.terms import load_terms
from backend.organisations.regions import load_region
from tests.factories.organisations import make_shop
from tests.factories.towns import choose, make_consent, make_person, make_phone

REGION, TERMS = load_region(), load_terms()


def count(
    session: Session,
    at: datetime,
    *,
    audience: Any = None,
    purpose: str = "push_city",
    category: str | None = None,
    shop_id: uuid.UUID | None = None,
) -> AudienceCount:
    return count_audience(
        session,
        audience=read_audience(audience or {}, region=REGION),
        purpose=purpose,
        category=category,
        shop_id=shop_id,
        terms=TERMS,
        at=at,
    )


def make_reached(
    session: Session, *, at: datetime, purpose: str = "push_city", seen_at: datetime | None = None
) -> uuid.UUID:
    """Somebody with consent and a phone."""
    person = make_person(session, at=at)
    make_consent(session, citizen_id=person.id, purpose=purpose, at=at)
    make_phone(session, citizen_id=person.id, seen_at=seen_at or at)
    return person.id


def counts_of(found: AudienceCount) -> tuple[Any, ...]:
    return astuple(found)[:4]


class TestCountAudience:
    def test_counts_each_among_those_before(self, session: Session, at: datetime) -> None:
        make_person(session, at=at)
        consenting = make_person(session, at=at)
        make_consent(session, citizen_id=consenting.id, purpose="push_city", at=at)
        make_reached(session, at=at)
        muting = make_reached(session, at=at)
        choose(session, citizen_id=muting, kind=ChoiceKind.MUTED_CATEGORY, subject="events", at=at)
        with_a_phone = make_person(session, at=at)
        make_phone(session, citizen_id=with_a_phone.id, seen_at=at)

        assert counts_of(count(session, at, category="events")) == (5, 3, 2, 1)

    def test_counts_whom_the_description_means(self, session: Session, at: datetime) -> None:
        make_person(session, at=at, district="鳥取")
        make_person(session, at=at, district="愛国")

        assert count(session, at, audience={"district": ["鳥取"]}).people_count == 1

    def test_counts_nobody_as_none(self, session: Session, at: datetime) -> None:
        assert counts_of(count(session, at)) == (0, 0, 0, 0)

    def test_counts_somebody_with_two_phones_once(self, session: Session, at: datetime) -> None:
        person_id = make_reached(session, at=at)
        make_phone(session, citizen_id=person_id, seen_at=at)

        assert counts_of(count(session, at)) == (1, 1, 1, 1)

    @pytest.mark.parametrize(
        ("purpose", "days", "reached"),
        [("push_city", 30, 1), ("push_city", 31, 0), ("push_disaster", 31, 1)],
    )
    def test_leaves_out_phones_not_seen_for_long_but_for_disasters(
        self, session: Session, at: datetime, purpose: str, days: int, reached: int
    ) -> None:
        make_reached(session, at=at, purpose=purpose, seen_at=at - timedelta(days=days))

        assert count(session, at, purpose=purpose).reachable_count == reached

    def test_leaves_out_retired_phones(self, session: Session, at: datetime) -> None:
        person = make_person(session, at=at)
        make_consent(session, citizen_id=person.id, purpose="push_disaster", at=at)
        make_phone(session, citizen_id=person.id, seen_at=at, retired_at=at)

        assert counts_of(count(session, at, purpose="push_disaster")) == (1, 1, 0, 0)

    def test_leaves_out_withdrawn_consents(self, session: Session, at: datetime) -> None:
        person = make_person(session, at=at)
        make_consent(session, citizen_id=person.id, purpose="push_city", at=at, withdrawn=True)

        assert count(session, at).consenting_count == 0

    def test_looks_at_no_mute_of_another_category(self, session: Session, at: datetime) -> None:
        person_id = make_reached(session, at=at)
        choose(session, citizen_id=person_id, kind=ChoiceKind.MUTED_CATEGORY, subject="events", at=at)

        assert count(session, at, category="health").unmuted_count == 1
        assert count(session, at).unmuted_count == 1


class TestCountForAShop:
    def test_is_told_in_tens(self, session: Session, at: datetime) -> None:
        shop_id = make_shop(session, at=at).id
        for _ in range(14):
            make_person(session, at=at)
        for _ in range(11):
            make_reached(session, at=at, purpose="push_shops")

        found = count(session, at, purpose="push_shops", shop_id=shop_id)

        assert found == AudienceCount(20, 10, 10, 10, is_rounded=True)

    def test_says_that_some_are_too_few(self, session: Session, at: datetime) -> None:
        shop_id = make_shop(session, at=at).id
        reached = [make_reached(session, at=at, purpose="push_shops") for _ in range(10)]
        choose(session, citizen_id=reached[0], kind=ChoiceKind.MUTED_SHOP, subject=str(shop_id), at=at)

        found = count(session, at, purpose="push_shops", shop_id=shop_id)

        assert found == AudienceCount(10, 10, 10, None, is_rounded=True, is_suppressed=True)

    def test_looks_at_no_mute_of_another_shop(self, session: Session, at: datetime) -> None:
        shop_id, other_id = make_shop(session, at=at).id, make_shop(session, at=at, name_ja="魚屋").id
        reached = [make_reached(session, at=at, purpose="push_shops") for _ in range(10)]
        choose(session, citizen_id=reached[0], kind=ChoiceKind.MUTED_SHOP, subject=str(shop_id), at=at)

        assert count(session, at, purpose="push_shops", shop_id=other_id).unmuted_count == 10

    def test_looks_alike_for_descriptions_that_differ_by_one_person(
        self, session: Session, at: datetime
    ) -> None:
        shop_id = make_shop(session, at=at).id
        for _ in range(12):
            make_person(session, at=at, district="鳥取")
        make_person(session, at=at, district="鳥取", birth_month=6)
        whole: dict[str, Any] = {"district": ["鳥取"]}
        but_one = {"all": [whole, {"not": {"birthday_month": [6]}}]}

        told = [count(session, at, audience=each, shop_id=shop_id) for each in (whole, but_one)]

        assert told[0] == told[1]

    @pytest.mark.parametrize(
        ("people", "shown_from", "told"),
        [
            (0, 10, None),
            (9, 10, None),
            (10, 10, 10),
            (19, 10, 10),
            (20, 10, 20),
            (17, 15, 15),
            (14, 15, None),
        ],
    )
    def test_begins_where_the_terms_say(self, people: int, shown_from: int, told: int | None) -> None:
        terms = replace(TERMS, audience_shown_from=shown_from)

        assert shown_to_shops(people, terms.audience_shown_from) == told

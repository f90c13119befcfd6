"""people.service.citizen_codes: opened, found, used once."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import StaleRead
from backend.base.writes import WriteList
from backend.people.codes import CitizenCodeMistyped, CitizenCodeUnknown, CitizenCodeUsed
from backend.people.models import CitizenCode, CodeScope
from backend.people.offline_codes import USUAL_POLICY
from backend.people.queries import CitizenNotFound
from backend.people.service.citizen_codes import (
    CitizenCodeExpired,
    CitizenCodeScopeMissing,
    get_citizen_code,
)
from backend.people.writes import CITIZEN_CODE_USE
from backend.web.ground import Ground
from tests.factories.codes import find_code, open_code
from tests.factories.people import SignedInCitizen, make_citizen

USE = WriteList([CITIZEN_CODE_USE])
COUPON = uuid.UUID(int=7)
NEVER_OPENED = "5724 0000 00000"


def use(session: Session, code_id: uuid.UUID, at: datetime) -> None:
    USE.run(session, {CITIZEN_CODE_USE.name: [{"citizen_code_id": code_id, "used_at": at}]})


@pytest.fixture
def buyer(session: Session, at: datetime) -> SignedInCitizen:
    return make_citizen(session, at=at)


class TestOpenCitizenCode:
    def test_ends_the_code_before(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        older = open_code(session, ground, buyer, at=at)
        newer = open_code(session, ground, buyer, at=at)

        with pytest.raises(CitizenCodeExpired):
            find_code(session, ground, older.code, at=at)

        assert find_code(session, ground, newer.code, at=at)

    def test_leaves_the_codes_of_others_alone(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        code = open_code(session, ground, buyer, at=at).code

        open_code(session, ground, make_citizen(session, at=at), at=at)

        assert find_code(session, ground, code, at=at).citizen_id == buyer.id

    def test_keeps_the_end_of_a_used_one(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        used = find_code(session, ground, open_code(session, ground, buyer, at=at).code, at=at)
        use(session, used.id, at)

        open_code(session, ground, buyer, at=at)

        kept = select(CitizenCode.expires_at).where(CitizenCode.id == used.id)
        assert session.scalar(kept) == at + timedelta(seconds=60)

    def test_keeps_no_digit_of_it(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        opened = open_code(session, ground, buyer, at=at)

        digits = opened.url.rpartition("/")[2]
        row = session.scalars(select(CitizenCode)).one()
        assert len(row.code_hash) == 32
        assert digits.encode() not in row.code_hash
        assert digits not in str(vars(row))

    def test_knows_nobody_who_has_left(self, session: Session, ground: Ground, at: datetime) -> None:
        with pytest.raises(CitizenNotFound):
            open_code(session, ground, SignedInCitizen(new_id(), new_id(), ""), at=at)


class TestFindCitizenCode:
    def test_tells_who_buys_and_what_they_allow(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        opened = open_code(
            session,
            ground,
            buyer,
            at=at,
            scopes=["coupon", "spend"],
            points_to_spend=300,
            coupon_ids=[COUPON],
        )

        found = find_code(session, ground, opened.url, at=at, scopes=[CodeScope.SPEND])

        assert (found.citizen_id, found.account_id) == (buyer.id, buyer.account_id)
        assert found.scopes == {"spend", "coupon"}
        assert (found.spend_mode, found.spend_points) == ("up_to", 300)
        assert found.coupon_ids == (COUPON,)

    def test_refuses_one_that_was_never_opened(self, session: Session, ground: Ground, at: datetime) -> None:
        with pytest.raises(CitizenCodeUnknown):
            find_code(session, ground, NEVER_OPENED, at=at)

    def test_tells_a_slip_from_an_unknown_code(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        digits = open_code(session, ground, buyer, at=at).url.rpartition("/")[2]
        wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)

        with pytest.raises(CitizenCodeMistyped):
            find_code(session, ground, wrong, at=at)

    def test_refuses_one_whose_minute_is_over(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        code = open_code(session, ground, buyer, at=at).code

        assert find_code(session, ground, code, at=at + timedelta(seconds=59))
        with pytest.raises(CitizenCodeExpired):
            find_code(session, ground, code, at=at + timedelta(seconds=60))

    def test_refuses_a_used_one(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        code = open_code(session, ground, buyer, at=at).code
        use(session, find_code(session, ground, code, at=at).id, at)

        with pytest.raises(CitizenCodeUsed):
            find_code(session, ground, code, at=at + timedelta(minutes=5))

    def test_names_the_scope_that_is_missing(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        code = open_code(session, ground, buyer, at=at, scopes=["earn"]).code

        with pytest.raises(CitizenCodeScopeMissing) as refusal:
            find_code(session, ground, code, at=at, scopes=[CodeScope.EARN, CodeScope.SPEND])

        assert refusal.value.params == {"scope": "spend"}


class TestGetCitizenCode:
    def test_tells_a_till_that_asks_again_whose_the_used_one_was(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        code = open_code(session, ground, buyer, at=at).code
        use(session, find_code(session, ground, code, at=at).id, at)

        found = get_citizen_code(
            session,
            text=code,
            public_url=ground.settings.public_url,
            vault=ground.vault,
            offline=USUAL_POLICY,
            at=at,
        )

        assert (found.account_id, found.used_at) == (buyer.account_id, at)

    def test_locks_it_on_a_second_try(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        code = open_code(session, ground, buyer, at=at).code
        session.info["locking"] = True

        assert find_code(session, ground, code, at=at).citizen_id == buyer.id


class TestCitizenCodeUse:
    def test_dates_the_use(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        found = find_code(session, ground, open_code(session, ground, buyer, at=at).code, at=at)

        use(session, found.id, at)

        assert session.scalar(select(CitizenCode.used_at)) == at

    @pytest.mark.parametrize("seconds", [60, 3600])
    def test_is_refused_after_its_end(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime, seconds: int
    ) -> None:
        found = find_code(session, ground, open_code(session, ground, buyer, at=at).code, at=at)

        with pytest.raises(StaleRead):
            use(session, found.id, at + timedelta(seconds=seconds))

    def test_happens_once(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        found = find_code(session, ground, open_code(session, ground, buyer, at=at).code, at=at)
        use(session, found.id, at)

        with pytest.raises(StaleRead):
            use(session, found.id, at)


class TestCitizenCodesTable:
    @pytest.mark.parametrize(
        ("spend_mode", "spend_points"), [("up_to", None), ("all", 3), ("up_to", 0), ("some", None)]
    )
    def test_keeps_no_permit_that_contradicts_itself(
        self,
        session: Session,
        buyer: SignedInCitizen,
        at: datetime,
        spend_mode: str,
        spend_points: int | None,
    ) -> None:
        session.add(
            CitizenCode(
                id=new_id(),
                citizen_id=buyer.id,
                account_id=buyer.account_id,
                code_hash=b"h" * 32,
                scopes=["spend"],
                spend_mode=spend_mode,
                spend_points=spend_points,
                coupon_ids=[],
                created_at=at,
                expires_at=at,
            )
        )

        with pytest.raises(IntegrityError):
            session.flush()

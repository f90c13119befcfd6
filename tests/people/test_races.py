"""What many do at once, on real databases: a login is one person's, a code works once, tries are counted."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.errors import MeguriError
from backend.base.writes import WriteList
from backend.membership.service import join
from backend.people.embedded import EmbeddedProvider
from backend.people.models import CitizenCode, CitizenLogin, LoginChallenge, Staff, StaffSession
from backend.people.principals import Nobody, RoleAssignment
from backend.people.providers import LoginRequest
from backend.people.service.staff_sessions import open_staff_session
from backend.people.writes import CITIZEN_CODE_USE
from backend.web.ground import Ground
from tests.factories.codes import find_code, open_code
from tests.factories.credentials import (
    EMAIL,
    PASSWORD,
    STAFF_EMAIL,
    STAFF_PASSWORD,
    code_sent_to,
    employ,
    other_code,
)
from tests.factories.people import make_citizen

RACERS = 8
USE = WriteList([CITIZEN_CODE_USE])


def race(database: Database, work: Callable[[Session], Any]) -> Sequence[Any]:
    """What each of them got: an answer, or the code of a refusal."""

    def run(_number: int) -> Any:
        try:
            return database.run(work)
        except MeguriError as error:
            return error.code

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(run, range(RACERS)))


@pytest.fixture
def provider(ground: Ground) -> EmbeddedProvider:
    return EmbeddedProvider(ground.vault, 90)


@pytest.fixture
def joining(provider: EmbeddedProvider, at: datetime) -> Callable[[Session], Any]:
    return lambda session: join(
        session,
        provider=provider,
        principal=Nobody(),
        nickname="かもめ",
        language="ja",
        consents={"terms": "2026-11"},
        terms_version="2026-11",
        login=LoginRequest("email", EMAIL, PASSWORD),
        at=at,
    )


class TestRaces:
    def test_one_of_many_gets_a_login(self, database: Database, joining: Callable[[Session], Any]) -> None:
        outcomes = race(database, joining)

        assert sorted(outcome for outcome in outcomes if isinstance(outcome, str)) == ["login_taken"] * 7
        assert database.run(lambda session: session.scalar(select(func.count(CitizenLogin.id)))) == 1

    def test_no_try_goes_uncounted(
        self,
        database: Database,
        provider: EmbeddedProvider,
        joining: Callable[[Session], Any],
        at: datetime,
    ) -> None:
        database.run(joining)
        database.run(lambda session: provider.request_reset(session, login=EMAIL, at=at))
        wrong = other_code(code_sent_to(database, EMAIL))

        race(
            database,
            lambda session: provider.reset_password(
                session, login=EMAIL, code=wrong, new_password="yuunagi no hama 3", at=at
            ),
        )

        left = select(LoginChallenge.attempts_left).where(LoginChallenge.purpose == "reset_password")
        assert database.run(lambda session: session.scalar(left)) == 0

    def test_a_code_resets_one_password(
        self,
        database: Database,
        provider: EmbeddedProvider,
        joining: Callable[[Session], Any],
        at: datetime,
    ) -> None:
        database.run(joining)
        database.run(lambda session: provider.request_reset(session, login=EMAIL, at=at))
        code = code_sent_to(database, EMAIL)

        outcomes = race(
            database,
            lambda session: provider.reset_password(
                session, login=EMAIL, code=code, new_password="yuunagi no hama 3", at=at
            ),
        )

        assert outcomes.count(None) == 1

    def test_a_code_of_the_authenticator_app_opens_one_session(
        self, database: Database, ground: Ground, at: datetime
    ) -> None:
        role = RoleAssignment("officer", None)
        officer = database.run(lambda session: employ(session, vault=ground.vault, roles=[role], at=at))

        race(
            database,
            lambda session: open_staff_session(
                session,
                face="city",
                email=STAFF_EMAIL,
                password=STAFF_PASSWORD,
                totp_code=officer.totp_code(at),
                vault=ground.vault,
                hours=12,
                at=at,
            ),
        )

        opened = select(func.count(StaffSession.id)).join(Staff).where(Staff.id == officer.id)
        assert database.run(lambda session: session.scalar(opened)) == 1


@pytest.mark.slow
class TestCitizenCodesAtOnce:
    @pytest.mark.parametrize("round", range(5))
    def test_are_used_by_one_till(self, database: Database, ground: Ground, at: datetime, round: int) -> None:
        buyer = database.run(lambda session: make_citizen(session, at=at))
        code = database.run(lambda session: open_code(session, ground, buyer, at=at).code)

        def use(session: Session) -> str:
            found = find_code(session, ground, code, at=at)
            USE.run(session, {CITIZEN_CODE_USE.name: [{"citizen_code_id": found.id, "used_at": at}]})
            return "done"

        outcomes = race(database, use)

        assert sorted(outcomes) == ["citizen_code_used"] * (RACERS - 1) + ["done"]

    @pytest.mark.parametrize("round", range(3))
    def test_of_one_citizen_leave_one_open(
        self, database: Database, ground: Ground, at: datetime, round: int
    ) -> None:
        buyer = database.run(lambda session: make_citizen(session, at=at))

        outcomes = race(database, lambda session: open_code(session, ground, buyer, at=at).url)

        still_open = select(func.count(CitizenCode.id)).where(CitizenCode.expires_at > at)
        assert len(set(outcomes)) == RACERS
        assert database.run(lambda session: session.scalar(still_open)) == 1

"""people.offline_codes and its service: made by a telephone, proven by a till."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.digits import group_digits, read_checked_digits
from backend.base.errors import MeguriError
from backend.people.code_models import OfflineCodeKey
from backend.people.codes import LENGTHS, CitizenCodeMistyped, read_citizen_code
from backend.people.offline_codes import (
    TOLD_STEPS,
    USUAL_POLICY,
    OfflineMode,
    OfflinePolicy,
    ProvenStep,
    make_offline_code,
    prove_offline_code,
    read_number,
    step_at,
)
from backend.people.principals import CitizenPrincipal
from backend.people.queries import CitizenCodeRow
from backend.people.service.citizen_codes import find_unopened_codes
from backend.people.service.offline_codes import enrol_offline_key, revoke_offline_key
from backend.web.ground import Ground
from tests.factories.offline import INSTALLATION, Telephone
from tests.factories.people import SignedInCitizen, make_citizen
from tests.support.statements import asked_statements

GUIDE = (Path(__file__).parents[2] / "docs/api-guide.md").read_text(encoding="utf-8")
VECTOR = re.compile(r"^\| `(\d{7})` \| (\S+) \| `(earn|spend)` \| `([\d ]{19})` \|$", re.MULTILINE)
VECTORS = VECTOR.findall(GUIDE)
SECRET = bytes(range(32))
NUMBER = "0428571"
NOON = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
MODES = list(OfflineMode)

secrets = st.binary(min_size=32, max_size=32)
numbers = st.text("0123456789", min_size=7, max_size=7)
modes = st.sampled_from(OfflineMode)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))


class TestVectors:
    def test_stand_in_the_guide(self) -> None:
        assert len(VECTORS) == 5

    @pytest.mark.parametrize(("number", "moment", "mode", "code"), VECTORS)
    def test_are_what_we_make(self, number: str, moment: str, mode: str, code: str) -> None:
        step = step_at(datetime.fromisoformat(moment))

        made = make_offline_code(SECRET, number=number, step=step, mode=OfflineMode(mode))

        assert group_digits(made) == code


class TestMakeOfflineCode:
    @given(secrets, numbers, moments, modes)
    def test_does_what_the_guide_says(
        self, secret: bytes, number: str, moment: datetime, mode: OfflineMode
    ) -> None:
        made = make_offline_code(secret, number=number, step=step_at(moment), mode=mode)

        assert made == Telephone(number, secret.hex()).show(mode, at=moment.timestamp())

    @given(secrets, numbers, moments, modes)
    def test_reads_back(self, secret: bytes, number: str, moment: datetime, mode: OfflineMode) -> None:
        made = make_offline_code(secret, number=number, step=step_at(moment), mode=mode)

        assert read_checked_digits(group_digits(made), LENGTHS) == made
        assert read_number(made) == number

    @given(secrets, st.integers(0, 15), st.integers(1, 9))
    def test_shows_every_slip_of_a_digit(self, secret: bytes, place: int, more: int) -> None:
        made = make_offline_code(secret, number=NUMBER, step=step_at(NOON), mode=OfflineMode.EARN)
        wrong = made[:place] + str((int(made[place]) + more) % 10) + made[place + 1 :]

        with pytest.raises(CitizenCodeMistyped):
            read_citizen_code(wrong, "https://meguri.example.jp")


class TestProveOfflineCode:
    @pytest.mark.parametrize("off_steps", [-TOLD_STEPS, -2, -1, 0, 1, 2, TOLD_STEPS])
    @pytest.mark.parametrize("mode", MODES)
    def test_tells_the_minute_and_the_mode(self, off_steps: int, mode: OfflineMode) -> None:
        step = step_at(NOON) + off_steps
        code = make_offline_code(SECRET, number=NUMBER, step=step, mode=mode)

        proven = prove_offline_code(code, SECRET, modes=MODES, at=NOON, skew_steps=1)

        assert proven == ProvenStep(step, mode, off_steps)

    @pytest.mark.parametrize("off_steps", [-TOLD_STEPS - 1, TOLD_STEPS + 1])
    def test_tells_nothing_further_away(self, off_steps: int) -> None:
        step = step_at(NOON) + off_steps
        code = make_offline_code(SECRET, number=NUMBER, step=step, mode=OfflineMode.EARN)

        assert prove_offline_code(code, SECRET, modes=MODES, at=NOON, skew_steps=1) is None

    def test_knows_no_mode_that_the_key_has_not(self) -> None:
        code = make_offline_code(SECRET, number=NUMBER, step=step_at(NOON), mode=OfflineMode.SPEND)

        assert prove_offline_code(code, SECRET, modes=[OfflineMode.EARN], at=NOON, skew_steps=1) is None

    def test_knows_no_other_key(self) -> None:
        code = make_offline_code(SECRET, number=NUMBER, step=step_at(NOON), mode=OfflineMode.EARN)

        assert prove_offline_code(code, bytes(32), modes=MODES, at=NOON, skew_steps=1) is None


class TestFindUnopenedCodes:
    @pytest.fixture
    def buyer(self, session: Session, at: datetime) -> SignedInCitizen:
        return make_citizen(session, at=at)

    def enrol(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime, points: int = 0
    ) -> Telephone:
        key = enrol_offline_key(
            session,
            citizen=CitizenPrincipal(buyer.id, buyer.account_id, None, "ja"),
            installation_id=INSTALLATION,
            spend_max_points=points,
            policy=USUAL_POLICY,
            vault=ground.vault,
            at=at,
        )
        return Telephone(key.number, key.secret, str(key.id))

    def find(
        self,
        session: Session,
        ground: Ground,
        *shown: tuple[str, datetime],
        policy: OfflinePolicy = USUAL_POLICY,
    ) -> list[CitizenCodeRow | MeguriError]:
        found = find_unopened_codes(session, shown=shown, vault=ground.vault, offline=policy)
        return [found[one] for one in shown]

    def test_judges_each_at_its_own_moment(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        """As a till needs it that sends its stored sales days later."""
        telephone = self.enrol(session, ground, buyer, at - timedelta(days=4))
        moments = [at - timedelta(days=days) for days in (3, 1)]
        shown = [(telephone.show(at=moment.timestamp()), moment) for moment in moments]

        good = self.find(session, ground, *shown)
        [late] = self.find(session, ground, (shown[0][0], moments[1]))

        assert [code.account_id for code in good if isinstance(code, CitizenCodeRow)] == [
            buyer.account_id
        ] * 2
        assert isinstance(late, MeguriError)
        assert late.code == "citizen_code_unknown"

    def test_takes_a_sale_that_was_made_before_the_key_was_revoked(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        telephone = self.enrol(session, ground, buyer, at)
        [key_id] = session.scalars(select(OfflineCodeKey.id))
        later = at + timedelta(minutes=5)
        revoke_offline_key(session, citizen_id=buyer.id, key_id=key_id, at=later)

        before, after = self.find(
            session,
            ground,
            (telephone.show(at=at.timestamp()), at),
            (telephone.show(at=later.timestamp()), later),
        )

        assert isinstance(before, CitizenCodeRow)
        assert isinstance(after, MeguriError)
        assert after.code == "offline_key_revoked"

    def test_spends_no_more_than_the_city_allows_now(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        shown = (self.enrol(session, ground, buyer, at, points=300).show("spend", at=at.timestamp()), at)

        [usual] = self.find(session, ground, shown)
        [lowered] = self.find(session, ground, shown, policy=OfflinePolicy(1, 100))
        [none] = self.find(session, ground, shown, policy=OfflinePolicy(1, 0))

        assert isinstance(usual, CitizenCodeRow)
        assert isinstance(lowered, CitizenCodeRow)
        assert (usual.spend_points, lowered.spend_points) == (300, 100)
        assert isinstance(none, MeguriError)

    def test_follows_the_skew_that_is_set(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        shown = (self.enrol(session, ground, buyer, at).show(at=at.timestamp() - 180), at)

        [strict] = self.find(session, ground, shown)
        [lenient] = self.find(session, ground, shown, policy=OfflinePolicy(3, 500))

        assert isinstance(strict, MeguriError)
        assert (strict.code, strict.params) == ("offline_code_outdated", {"minutes": 3})
        assert isinstance(lenient, CitizenCodeRow)

    def test_keeps_no_secret(
        self, session: Session, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        telephone = self.enrol(session, ground, buyer, at)

        [key] = session.scalars(select(OfflineCodeKey))

        assert len(key.salt) == 16
        assert bytes.fromhex(telephone.secret) not in {key.salt, key.salt * 2}
        assert telephone.secret not in str(vars(key))

    def test_reads_as_often_for_many_as_for_one(
        self, session: Session, database: Database, ground: Ground, buyer: SignedInCitizen, at: datetime
    ) -> None:
        telephone = self.enrol(session, ground, buyer, at)
        moments = [at + timedelta(minutes=minute) for minute in range(50)]
        shown = [(telephone.show(at=moment.timestamp()), moment) for moment in moments]

        session.commit()

        with asked_statements(database) as statements:
            found = database.run(lambda reading: self.find(reading, ground, *shown))

        assert all(isinstance(code, CitizenCodeRow) for code in found)
        assert len(statements) == 2

"""Seen every few minutes, so that reading stays reading."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.people.models import StaffSession
from backend.people.service.staff_sessions import note_seen
from tests.factories.people import SignedInStaff, make_staff


class TestNoteSeen:
    def seen_at(self, session: Session, staff: SignedInStaff) -> datetime:
        query = select(StaffSession.last_seen_at).where(StaffSession.staff_id == staff.id)
        return session.scalars(query).one()

    def note(self, session: Session, staff: SignedInStaff, at: datetime) -> None:
        query = select(StaffSession.id).where(StaffSession.staff_id == staff.id)
        note_seen(session, session_id=session.scalars(query).one(), at=at)

    def test_moves_after_five_minutes(self, session: Session, at: datetime) -> None:
        staff = make_staff(session, at=at, face="city", roles=("officer",))
        later = at + timedelta(minutes=5)

        self.note(session, staff, later)

        assert self.seen_at(session, staff) == later

    def test_stays_within_five_minutes(self, session: Session, at: datetime) -> None:
        staff = make_staff(session, at=at, face="city", roles=("officer",))

        self.note(session, staff, at + timedelta(minutes=4, seconds=59))

        assert self.seen_at(session, staff) == at

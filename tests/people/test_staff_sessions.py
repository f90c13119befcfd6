"""Seen every few minutes, so that reading stays reading."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.people.models import StaffSession
from backend.people.principals import Nobody, StaffPrincipal
from backend.people.service.staff_sessions import is_due_a_note, note_seen
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


class TestIsDueANote:
    def principal(self, seen_at: datetime) -> StaffPrincipal:
        return StaffPrincipal(uuid.uuid4(), uuid.uuid4(), "city", (), "ja", seen_at)

    def test_is_staff_not_seen_for_five_minutes(self, at: datetime) -> None:
        assert is_due_a_note(self.principal(at - timedelta(minutes=5)), at=at)

    def test_is_not_staff_just_seen(self, at: datetime) -> None:
        assert not is_due_a_note(self.principal(at - timedelta(minutes=4)), at=at)

    def test_is_nobody_else(self, at: datetime) -> None:
        assert not is_due_a_note(Nobody(), at=at)

"""What time ends."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.changes.models import Change, OwnChange
from backend.jobs import housekeeping
from backend.jobs.housekeeping import RETENTION, end_holds, forget_changes, lapse_points, purge
from backend.notices.models import Delivery, Device, Notice
from backend.notices.webhooks.models import WebhookDelivery
from backend.people.code_models import OfflineCodeKey, OfflineCodeUse
from backend.people.models import CitizenCode, CitizenSession, CounterCode, StaffSession
from backend.points.models import AccountKind
from backend.points.queries import get_balance, get_points_summary
from backend.points.service.holds import hold
from backend.points.service.movements import fund, grant, open_account
from backend.purchases.models import SigningKey, TillCode
from backend.web.models import RateLimitWindow
from tests.factories.notices import make_device, make_notice
from tests.factories.organisations import make_shop
from tests.factories.people import make_citizen, make_staff
from tests.factories.webhooks import register_webhook, send_test
from tests.support.client import ApiClient


def count(database: Database, model: Any) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


class TestLapsePoints:
    def test_takes_what_nobody_spent_in_time(
        self, database: Database, at: datetime, clock: time_machine.Traveller
    ) -> None:
        def give_points(session: Session) -> Any:
            budget = open_account(session, kind=AccountKind.FUNDING, at=at)
            fund(session, account_id=budget, points=100, at=at)
            citizen = make_citizen(session, at=at)
            for points, days in ((30, 1), (20, 2)):
                grant(
                    session,
                    account_id=citizen.account_id,
                    funding_account_id=budget,
                    points=points,
                    expires_at=at + timedelta(days=days),
                    at=at,
                )
            return citizen.account_id

        account_id = database.run(give_points)
        clock.shift(timedelta(days=1))

        assert lapse_points(database) is False

        assert database.run(lambda session: get_balance(session, account_id=account_id)) == 20

    def test_goes_on_after_a_full_batch(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        limits: list[int] = []

        def lapse(_session: Session, *, at: datetime, limit: int) -> int:
            limits.append(limit)
            return limit

        monkeypatch.setattr(housekeeping, "lapse_expired_lots", lapse)

        assert lapse_points(database) is True
        assert limits == [housekeeping.LOTS_BATCH]


class TestEndHolds:
    def test_frees_what_nobody_used_in_time(
        self, database: Database, at: datetime, clock: time_machine.Traveller
    ) -> None:
        def set_aside(session: Session) -> Any:
            budget = open_account(session, kind=AccountKind.FUNDING, at=at)
            till = open_account(session, kind=AccountKind.SHOP, at=at)
            fund(session, account_id=budget, points=100, at=at)
            citizen = make_citizen(session, at=at)
            end = at + timedelta(days=1)
            usual: Any = {"account_id": citizen.account_id, "at": at}
            grant(session, **usual, funding_account_id=budget, points=30, expires_at=end)
            for minutes in (1, 2):
                end = at + timedelta(minutes=minutes)
                hold(session, **usual, to_account_id=till, points=10, expires_at=end)
            return citizen.account_id

        account_id = database.run(set_aside)
        clock.shift(timedelta(minutes=1))

        assert end_holds(database) is False

        summary = database.run(lambda session: get_points_summary(session, account_id=account_id, at=at))
        assert (summary.balance_points, summary.held_points) == (20, 10)

    def test_goes_on_after_a_full_batch(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        limits: list[int] = []

        def expire(_session: Session, *, at: datetime, limit: int) -> int:
            limits.append(limit)
            return limit

        monkeypatch.setattr(housekeeping, "expire_holds", expire)

        assert end_holds(database) is True
        assert limits == [housekeeping.HOLDS_BATCH]


class TestPurge:
    def test_forgets_windows_of_rate_limits_after_a_day(self, database: Database, at: datetime) -> None:
        def count_tries(session: Session) -> None:
            for hours in (1, 25, 26):
                starts_at = at - timedelta(hours=hours)
                session.add(RateLimitWindow(key_hash=b"k" * 32, starts_at=starts_at, count=1))

        database.run(count_tries)

        purge(database)

        assert count(database, RateLimitWindow) == 1

    def test_keeps_sessions_for_a_month_after_their_end(
        self, database: Database, at: datetime, clock: time_machine.Traveller
    ) -> None:
        """The citizen's ends after 30 days; the clerk's after 12 hours."""
        database.run(lambda session: make_citizen(session, at=at))
        database.run(lambda session: make_staff(session, at=at, face="city", roles=("officer",)))
        clock.shift(timedelta(days=31))

        purge(database)

        assert (count(database, CitizenSession), count(database, StaffSession)) == (1, 0)

    def test_forgets_unused_till_codes_and_keeps_used_ones(self, database: Database, at: datetime) -> None:
        def issue_codes(session: Session) -> None:
            session.add(SigningKey(id=7, salt=b"s" * 16, created_at=at))
            shop = make_shop(session, at=at)
            for age_days, used in ((31, False), (31, True), (29, False)):
                issued_at = at - timedelta(days=age_days)
                session.add(
                    TillCode(
                        id=new_id(),
                        shop_id=shop.id,
                        issuer_kind="register",
                        issuer_id=new_id(),
                        key_id=7,
                        amount_yen=100,
                        issued_at=issued_at,
                        expires_at=issued_at + timedelta(minutes=3),
                        used_at=issued_at if used else None,
                    )
                )

        database.run(issue_codes)

        purge(database)

        assert count(database, TillCode) == 2

    def test_forgets_citizen_codes_when_no_stored_sale_can_be_theirs(
        self, database: Database, at: datetime
    ) -> None:
        def open_codes(session: Session) -> None:
            citizen = make_citizen(session, at=at)
            for number, hours in enumerate((15 * 24 - 1, 15 * 24 + 1, 16 * 24)):
                opened_at = at - timedelta(hours=hours, seconds=60)
                session.add(
                    CitizenCode(
                        id=new_id(),
                        citizen_id=citizen.id,
                        account_id=citizen.account_id,
                        code_hash=bytes([number]) * 32,
                        scopes=["earn"],
                        spend_mode="none",
                        coupon_ids=[],
                        created_at=opened_at,
                        expires_at=opened_at + timedelta(seconds=60),
                        used_at=opened_at,
                    )
                )

        database.run(open_codes)

        purge(database)

        assert count(database, CitizenCode) == 1

    def test_keeps_minutes_taken_longer_than_tills_store_sales(
        self, database: Database, at: datetime
    ) -> None:
        def use_codes(session: Session) -> None:
            citizen = make_citizen(session, at=at)
            for number, days in enumerate((59, 61)):
                key = OfflineCodeKey(
                    id=new_id(),
                    citizen_id=citizen.id,
                    installation_id="installation",
                    number=f"{number:07}",
                    salt=bytes(16),
                    spend_max_points=0,
                    created_at=at,
                )
                session.add(key)
                session.flush()
                used_at = at - timedelta(days=days)
                session.add(OfflineCodeUse(id=new_id(), key_id=key.id, step=1, used_at=used_at))

        database.run(use_codes)

        purge(database)

        assert (count(database, OfflineCodeUse), count(database, OfflineCodeKey)) == (1, 2)

    def test_forgets_deliveries_and_keeps_the_inbox(
        self, database: Database, at: datetime, clock: time_machine.Traveller
    ) -> None:
        def tell(session: Session) -> None:
            citizen = make_citizen(session, at=at)
            make_device(session, citizen_id=citizen.id, at=at)
            for settled_days_ago in (None, 29, 31):
                notice_id = make_notice(session, citizen_id=citizen.id, at=at)
                delivery = session.scalars(select(Delivery).where(Delivery.notice_id == notice_id)).one()
                if settled_days_ago:
                    delivery.status = "accepted"
                    delivery.settled_at = at - timedelta(days=settled_days_ago)

        database.run(tell)

        purge(database)

        assert (count(database, Delivery), count(database, Notice)) == (2, 3)

    def test_forgets_devices_a_month_after_they_were_retired(self, database: Database, at: datetime) -> None:
        def retire(session: Session) -> None:
            citizen = make_citizen(session, at=at)
            for number, days_ago in enumerate((None, 29, 31)):
                device = make_device(
                    session, citizen_id=citizen.id, at=at, installation_id=f"installation-{number}"
                )
                device.retired_at = at - timedelta(days=days_ago) if days_ago else None

        database.run(retire)

        purge(database)

        left = select(Device.installation_id).order_by(Device.installation_id)
        assert database.run(lambda session: list(session.scalars(left))) == [
            "installation-0",
            "installation-1",
        ]

    def test_forgets_deliveries_to_webhooks_whatever_became_of_them(
        self, database: Database, manager: ApiClient, clock: time_machine.Traveller
    ) -> None:
        webhook = register_webhook(manager)
        for _ in range(2):
            send_test(manager, webhook)
            clock.shift(timedelta(minutes=30))
        clock.shift(timedelta(days=30, minutes=-45))

        purge(database)

        assert count(database, WebhookDelivery) == 1

    def test_goes_batch_by_batch(
        self, database: Database, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(housekeeping, "ROWS_BATCH", 2)

        def make_codes(session: Session) -> None:
            citizen = make_citizen(session, at=at)
            for number in range(3):
                session.add(
                    CounterCode(
                        id=new_id(),
                        citizen_id=citizen.id,
                        code_hash=bytes([number]) * 32,
                        created_at=at,
                        expires_at=at - timedelta(days=2),
                    )
                )

        database.run(make_codes)

        assert [purge(database), purge(database)] == [True, False]
        assert count(database, CounterCode) == 0

    def test_never_forgets_what_is_a_matter_of_record(self) -> None:
        purged = {rule.model.__tablename__ for rule in RETENTION}

        assert not {
            name for name in purged if name.startswith(("points_", "purchase", "campaign", "consents"))
        }


class TestForgetChanges:
    def test_keeps_them_a_day_longer_than_cursors_live(self, database: Database, at: datetime) -> None:
        def note(session: Session) -> None:
            citizen_id = make_citizen(session, at=at).id
            for hours in (30 * 24, 31 * 24 - 1, 31 * 24 + 1):
                noted: Any = {"kind": "offers", "subject_id": new_id(), "changed_in": 1}
                noted["changed_at"] = at - timedelta(hours=hours)
                session.add_all([Change(**noted), OwnChange(citizen_id=citizen_id, **noted)])

        database.run(note)

        assert forget_changes(database, 30) is False

        assert (count(database, Change), count(database, OwnChange)) == (2, 2)

    def test_goes_batch_by_batch(
        self, database: Database, at: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(housekeeping, "ROWS_BATCH", 2)

        def note(session: Session) -> None:
            noted: Any = {"kind": "offers", "changed_in": 1, "changed_at": at - timedelta(days=32)}
            session.add_all(Change(subject_id=new_id(), **noted) for _ in range(3))

        database.run(note)

        assert [forget_changes(database, 30), forget_changes(database, 30)] == [True, False]
        assert count(database, Change) == 0

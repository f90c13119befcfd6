"""What leaves the outbox at which hour, and what never does."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.clock import JST
from backend.base.database import new_id
from backend.base.push import PushOutcome, PushResult
from backend.notices.caps import reserve_pushes
from backend.notices.models import ChoiceKind, Delivery, Device, Notice
from backend.notices.preferences import QuietHours, add_choice, set_quiet_hours
from backend.notices.rules import make_push
from backend.notices.service import settle_delivery, take_deliveries
from backend.notices.terms import load_terms
from backend.people.models import Consent
from tests.factories.notices import list_deliveries, make_device, make_notice
from tests.factories.organisations import make_shop
from tests.factories.people import SignedInCitizen, make_citizen

TERMS = load_terms()
NIGHT = datetime(2026, 6, 15, 21, 30, tzinfo=JST)
MORNING = datetime(2026, 6, 16, 8, 0, tzinfo=JST)
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=JST)
EXPIRING: dict[str, Any] = {"kind": "points_expiring", "points": 50, "days": 7, "first_on": "2026-06-20"}
CHANGED: dict[str, Any] = {"kind": "campaign_changed", "campaign": {"ja": "夏まつり"}}


@pytest.fixture
def owner(session: Session, at: datetime) -> SignedInCitizen:
    """With one phone, and consent to everything."""
    owner = make_citizen(session, at=at)
    for purpose in ("push_city", "push_shops"):
        consent = {"citizen_id": owner.id, "purpose": purpose, "version": "2026-11", "given_at": at}
        session.add(Consent(id=new_id(), **consent))
    make_device(session, citizen_id=owner.id, at=at)
    return owner


@pytest.fixture
def shop_id(session: Session, at: datetime) -> uuid.UUID:
    return make_shop(session, at=at).id


def advertise(session: Session, owner: SignedInCitizen, shop_id: uuid.UUID, at: datetime) -> uuid.UUID:
    params = {"offer": {"ja": "パン"}, "ends_on": "2026-06-20", "shop_id": str(shop_id)}
    return make_notice(session, citizen_id=owner.id, at=at, kind="favourite_offer", **params)


def take(session: Session, at: datetime, limit: int = 20) -> list[uuid.UUID]:
    taken = take_deliveries(session, at=at, limit=limit, lease_seconds=60, terms=TERMS)
    return [delivery.notice_id for delivery in taken]


def failures(session: Session) -> list[str | None]:
    return [delivery.failure for delivery in list_deliveries(session)]


class TestQuietHours:
    def test_hold_what_is_no_receipt_until_the_morning(
        self, session: Session, owner: SignedInCitizen
    ) -> None:
        notice_id = make_notice(session, citizen_id=owner.id, at=NIGHT, **EXPIRING)

        at_night = take(session, NIGHT)

        [held] = list_deliveries(session)
        assert at_night == []
        assert (held.status, held.attempts, held.not_before, held.settled_at) == ("waiting", 0, MORNING, None)
        assert take(session, MORNING - timedelta(microseconds=1)) == []
        assert take(session, MORNING) == [notice_id]

    def test_hold_no_receipt_of_ones_own_act(self, session: Session, owner: SignedInCitizen) -> None:
        notice_id = make_notice(session, citizen_id=owner.id, at=NIGHT)

        assert take(session, NIGHT) == [notice_id]

    def test_of_ones_own_count_instead(self, session: Session, owner: SignedInCitizen) -> None:
        midday = QuietHours(NOON.time(), NIGHT.time())
        set_quiet_hours(session, citizen_id=owner.id, quiet_hours=midday, at=NOON)
        notice_id = make_notice(session, citizen_id=owner.id, at=NOON, **EXPIRING)

        assert take(session, NOON) == []
        assert take(session, NIGHT) == [notice_id]

    def test_may_be_none(self, session: Session, owner: SignedInCitizen) -> None:
        set_quiet_hours(session, citizen_id=owner.id, quiet_hours=None, at=NIGHT)
        notice_id = make_notice(session, citizen_id=owner.id, at=NIGHT, **EXPIRING)

        assert take(session, NIGHT) == [notice_id]

    def test_that_outlast_the_news_drop_it(self, session: Session, owner: SignedInCitizen) -> None:
        make_notice(session, citizen_id=owner.id, at=MORNING - timedelta(days=1), **EXPIRING)

        assert take(session, NIGHT) == []
        assert failures(session) == ["too_late"]

    def test_that_outlast_what_it_is_about_drop_it(self, session: Session, owner: SignedInCitizen) -> None:
        make_notice(session, citizen_id=owner.id, at=NIGHT, **EXPIRING)
        session.execute(update(Notice).values(expires_at=MORNING))

        assert take(session, NIGHT) == []
        assert failures(session) == ["too_late"]

    def test_do_not_outlast_a_withdrawn_consent(self, session: Session, owner: SignedInCitizen) -> None:
        make_notice(session, citizen_id=owner.id, at=NIGHT, **EXPIRING)
        take(session, NIGHT)
        session.execute(update(Consent).values(withdrawn_at=NIGHT))

        assert take(session, MORNING) == []
        assert failures(session) == ["consent_withdrawn"]


class TestWhatIsOver:
    @pytest.mark.parametrize(("seconds", "failure"), [(0, "too_late"), (1, None)])
    def test_is_not_pushed_any_more(
        self, session: Session, owner: SignedInCitizen, seconds: int, failure: str | None
    ) -> None:
        make_notice(session, citizen_id=owner.id, at=NOON - timedelta(hours=3), **EXPIRING)
        session.execute(update(Notice).values(expires_at=NOON + timedelta(seconds=seconds)))

        take(session, NOON)

        assert failures(session) == [failure]

    @pytest.mark.parametrize(("hours", "seconds"), [(None, 86_400), (2, 7_200), (48, 86_400)])
    def test_is_not_kept_for_a_phone_that_is_switched_off(
        self, session: Session, owner: SignedInCitizen, hours: int | None, seconds: int
    ) -> None:
        make_notice(session, citizen_id=owner.id, at=NOON, **EXPIRING)
        expires_at = None if hours is None else NOON + timedelta(hours=hours)
        session.execute(update(Notice).values(expires_at=expires_at))

        [taken] = take_deliveries(session, at=NOON, limit=20, lease_seconds=60, terms=TERMS)

        assert make_push(taken).content.ttl_seconds == seconds


class TestMutes:
    @pytest.mark.parametrize(("kind", "subject"), [("muted_trigger", "favourite_offer"), ("muted_shop", "")])
    def test_keep_what_was_muted_meanwhile_from_the_phone(
        self,
        session: Session,
        owner: SignedInCitizen,
        shop_id: uuid.UUID,
        at: datetime,
        kind: str,
        subject: str,
    ) -> None:
        advertise(session, owner, shop_id, at)
        add_choice(
            session, citizen_id=owner.id, kind=ChoiceKind(kind), subject=subject or str(shop_id), at=at
        )

        assert take(session, at) == []
        assert failures(session) == ["muted"]

    def test_leave_other_shops_alone(
        self, session: Session, owner: SignedInCitizen, shop_id: uuid.UUID, at: datetime
    ) -> None:
        other = make_shop(session, at=at, name_ja="よその店")
        add_choice(session, citizen_id=owner.id, kind=ChoiceKind.MUTED_SHOP, subject=str(other.id), at=at)
        notice_id = advertise(session, owner, shop_id, at)

        assert take(session, at) == [notice_id]


class TestUnseenDevices:
    @pytest.mark.parametrize(("days", "failure"), [(30, None), (31, "device_unseen")])
    def test_get_nothing_of_the_citys_after_a_month(
        self, session: Session, owner: SignedInCitizen, at: datetime, days: int, failure: str | None
    ) -> None:
        session.execute(update(Device).values(last_seen_at=at - timedelta(days=days)))
        make_notice(session, citizen_id=owner.id, at=at, **CHANGED)

        take(session, at)

        assert failures(session) == [failure]

    @pytest.mark.parametrize("notice", [{}, EXPIRING])
    def test_still_get_what_is_their_owners_own_affair(
        self, session: Session, owner: SignedInCitizen, at: datetime, notice: dict[str, Any]
    ) -> None:
        session.execute(update(Device).values(last_seen_at=at - timedelta(days=200)))
        notice_id = make_notice(session, citizen_id=owner.id, at=at, **notice)

        assert take(session, at) == [notice_id]


class TestCaps:
    def test_let_so_many_pass_and_drop_the_rest(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        notices = [make_notice(session, citizen_id=owner.id, at=at, **CHANGED) for _ in range(5)]

        taken = take(session, at)

        assert taken == notices[: TERMS.city_per_day]
        assert failures(session) == [None] * 3 + ["cap_reached"] * 2

    def test_count_what_other_senders_sent(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        for _ in range(TERMS.city_per_day):
            reserve_pushes(session, citizen_ids=[owner.id], purpose="push_city", at=at, terms=TERMS)
        make_notice(session, citizen_id=owner.id, at=at, **CHANGED)

        assert take(session, at) == []

    def test_count_neither_receipts_nor_reminders(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        for _ in range(10):
            make_notice(session, citizen_id=owner.id, at=at)
            make_notice(session, citizen_id=owner.id, at=at, **EXPIRING)

        assert len(take(session, at)) == 20

    def test_count_a_notice_once_on_however_many_devices(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        make_device(session, citizen_id=owner.id, at=at, installation_id="installation-2")
        make_device(session, citizen_id=owner.id, at=at, installation_id="installation-3")
        notices = [make_notice(session, citizen_id=owner.id, at=at, **CHANGED) for _ in range(4)]

        one_by_one = [take(session, at, limit=1) for _ in range(12)]

        sent = [notice_id for taken in one_by_one for notice_id in taken]
        assert sent == [notice_id for notice_id in notices[: TERMS.city_per_day] for _ in range(3)]

    def test_count_no_second_try(self, session: Session, owner: SignedInCitizen, at: datetime) -> None:
        for _ in range(TERMS.city_per_day):
            make_notice(session, citizen_id=owner.id, at=at, **CHANGED)
        for delivery in take_deliveries(session, at=at, limit=9, lease_seconds=60, terms=TERMS):
            settle_delivery(session, delivery=delivery, outcome=PushOutcome(PushResult.RETRY), at=at)

        assert len(take(session, at + timedelta(hours=1))) == TERMS.city_per_day

    def test_count_nothing_that_waits_for_the_morning(self, session: Session, owner: SignedInCitizen) -> None:
        make_notice(session, citizen_id=owner.id, at=NIGHT, **CHANGED)

        take(session, NIGHT)

        assert session.query(Delivery).filter(Delivery.status == "waiting").count() == 1
        assert session.connection().exec_driver_sql("SELECT count(*) FROM push_counts").scalar() == 0

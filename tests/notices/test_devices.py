"""Who a push may reach."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.notices.models import Device
from backend.notices.service import (
    DEVICES_MAX,
    DeviceNotFound,
    InstallationIdInvalid,
    remove_device,
)
from tests.factories.notices import list_deliveries, make_device, make_notice
from tests.factories.people import SignedInCitizen, make_citizen


@pytest.fixture
def owner(session: Session, at: datetime) -> SignedInCitizen:
    return make_citizen(session, at=at)


@pytest.fixture
def successor(session: Session, at: datetime) -> SignedInCitizen:
    return make_citizen(session, at=at, nickname="つぎのひと")


def list_devices(session: Session) -> list[Device]:
    session.expire_all()
    return list(session.scalars(select(Device).order_by(Device.id)))


class TestRegisterDevice:
    def test_keeps_one_row_an_installation_with_its_newest_target(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        first = make_device(session, citizen_id=owner.id, at=at, target_kind="fcm_token", target="old-token")
        later = at + timedelta(days=1)

        again = make_device(session, citizen_id=owner.id, at=later, target_kind="fid", target="new-fid")

        assert again.id == first.id
        [device] = list_devices(session)
        assert (device.target_kind, device.target) == ("fid", "new-fid")
        assert (device.registered_at, device.last_seen_at) == (at, later)

    def test_what_waited_goes_to_the_new_target(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        device = make_device(session, citizen_id=owner.id, at=at, target="old-target")
        make_notice(session, citizen_id=owner.id, at=at)

        make_device(session, citizen_id=owner.id, at=at, target="new-target")

        assert [delivery.device_id for delivery in list_deliveries(session)] == [device.id]

    def test_revives_a_retired_installation(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        make_device(session, citizen_id=owner.id, at=at).retired_at = at

        device = make_device(session, citizen_id=owner.id, at=at, target="new-target")

        assert device.retired_at is None

    def test_an_installation_belongs_to_whoever_registered_it_last(
        self, session: Session, owner: SignedInCitizen, successor: SignedInCitizen, at: datetime
    ) -> None:
        make_device(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=owner.id, at=at)

        make_device(session, citizen_id=successor.id, at=at)

        [device] = list_devices(session)
        assert device.citizen_id == successor.id
        assert list_deliveries(session) == [], "the former owner's notice must not reach this phone"

    def test_takes_a_recycled_target_from_its_former_owner(
        self, session: Session, owner: SignedInCitizen, successor: SignedInCitizen, at: datetime
    ) -> None:
        make_device(session, citizen_id=owner.id, at=at, installation_id="first-phone", target="recycled")
        make_notice(session, citizen_id=owner.id, at=at)

        make_device(
            session, citizen_id=successor.id, at=at, installation_id="second-phone", target="recycled"
        )

        [device] = list_devices(session)
        assert (device.citizen_id, device.installation_id) == (successor.id, "second-phone")
        assert list_deliveries(session) == []

    def test_a_target_of_another_kind_is_another_target(
        self, session: Session, owner: SignedInCitizen, successor: SignedInCitizen, at: datetime
    ) -> None:
        make_device(
            session, citizen_id=owner.id, at=at, installation_id="first-phone", target_kind="fid", target="x"
        )
        make_device(
            session,
            citizen_id=successor.id,
            at=at,
            installation_id="second-phone",
            target_kind="fcm_token",
            target="x",
        )

        assert len(list_devices(session)) == 2

    def test_forgets_the_devices_not_seen_for_longest_beyond_a_bound(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        for day in range(DEVICES_MAX + 2):
            make_device(
                session,
                citizen_id=owner.id,
                at=at + timedelta(days=day),
                installation_id=f"installation-{day:02}",
            )

        kept = [device.installation_id for device in list_devices(session)]
        assert kept == [f"installation-{day:02}" for day in range(2, DEVICES_MAX + 2)]

    @pytest.mark.parametrize(
        "installation_id", ["short", "x" * 65, "with space", "ひらがなひらがな", "new\nline-8"]
    )
    def test_refuses_an_id_that_no_app_makes(
        self, session: Session, owner: SignedInCitizen, at: datetime, installation_id: str
    ) -> None:
        with pytest.raises(InstallationIdInvalid):
            make_device(session, citizen_id=owner.id, at=at, installation_id=installation_id)


class TestRemoveDevice:
    def test_forgets_it_with_what_was_on_its_way(
        self, session: Session, owner: SignedInCitizen, at: datetime
    ) -> None:
        device = make_device(session, citizen_id=owner.id, at=at)
        make_notice(session, citizen_id=owner.id, at=at)

        remove_device(session, citizen_id=owner.id, installation_id=device.installation_id, at=at)

        assert list_devices(session) == []
        assert list_deliveries(session) == []

    def test_does_not_know_somebody_elses(
        self, session: Session, owner: SignedInCitizen, successor: SignedInCitizen, at: datetime
    ) -> None:
        device = make_device(session, citizen_id=owner.id, at=at)

        with pytest.raises(DeviceNotFound):
            remove_device(session, citizen_id=successor.id, installation_id=device.installation_id, at=at)

"""The small town of most tests."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tests.factories.campaigns import make_campaign
from tests.factories.organisations import make_register_key, make_shop
from tests.factories.people import SignedInCitizen, SignedInStaff, make_citizen, make_staff


@dataclass(frozen=True)
class World:
    shop_id: uuid.UUID
    base_campaign_id: uuid.UUID
    citizen: SignedInCitizen
    neighbour: SignedInCitizen
    clerk: SignedInStaff
    manager: SignedInStaff
    register_key: str
    city: SignedInStaff
    approver: SignedInStaff


def make_world(session: Session, *, at: datetime) -> World:
    """A bakery with clerk, manager and register; two citizens; two officers; 1 point per 100 yen."""
    shop = make_shop(session, at=at)
    city = make_staff(session, at=at, face="city", roles=("administrator", "officer", "counter"))
    approver = make_staff(session, at=at, face="city", roles=("approver",))
    base = make_campaign(
        session, at=at, approved_by=approver.id, slug="base", is_base_programme=True, rate_permille=10
    )
    return World(
        shop_id=shop.id,
        base_campaign_id=base.id,
        citizen=make_citizen(session, at=at),
        neighbour=make_citizen(session, at=at, nickname="たんちょう", language="en"),
        clerk=make_staff(session, at=at, face="shop", roles=("clerk",), shop_id=shop.id),
        manager=make_staff(session, at=at, face="shop", roles=("manager",), shop_id=shop.id),
        register_key=make_register_key(session, shop_id=shop.id, at=at),
        city=city,
        approver=approver,
    )

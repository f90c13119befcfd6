"""Any sequence of changes, told to a phone at any moments and in any pages: in the end it has what a new phone gets.

Hypothesis invents the sequences and cuts a failing one down to its shortest. Each has a new citizen and a new shop in
the one database of the test.
"""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from backend.base.clock import utc_now
from backend.base.database import Database, new_id
from backend.base.errors import MeguriError
from backend.campaigns.models import Campaign
from backend.notices.models import Notice
from backend.offers.models import Offer, OfferShop, OfferTag, SavedOffer
from backend.offers.service.saving import save_offer
from backend.organisations.models import Product, Shop, ShopHours, ShopTag
from backend.people.models import MemberList, MemberListEntry
from tests.conftest import NOW
from tests.factories.campaigns import make_campaign
from tests.factories.notices import make_notice
from tests.factories.offers import make_offer
from tests.factories.organisations import make_hours, make_product, make_shop, make_tags
from tests.factories.people import make_citizen
from tests.factories.phones import Copy, Phone
from tests.factories.world import World
from tests.support.client import ApiClient

HOUR = timedelta(hours=1)
HOURS = st.integers(min_value=0, max_value=5)
ANY = st.integers(min_value=0, max_value=10**6)
# Of the moment when they were told.
OF_THE_MOMENT = {"is_open", "budget_used_percent"}


class CopyMachine(RuleBasedStateMachine):
    """One phone, two shops, a clock that only moves on, and on PostgreSQL a transaction that takes its time.

    Changes go straight into the tables: whoever makes them, they are noted.
    """

    def __init__(self, database: Database, app: Any, world: World, clock: time_machine.Traveller) -> None:
        super().__init__()
        self.database, self.app, self.world, self.clock = database, app, world, clock
        self.slow: Session | None = None

    @initialize()
    def open_town(self) -> None:
        self.clock.move_to(NOW)
        self.things: dict[str, list[uuid.UUID]] = {"products": [], "offers": [], "campaigns": []}

        def work(session: Session) -> None:
            self.citizen = make_citizen(session, at=NOW)
            shops = [make_shop(session, at=NOW, name_ja=name) for name in ("麦", "汽笛")]
            self.shops = [shop.id for shop in shops]
            self.slow_product = make_product(session, shop_id=self.shops[0], at=NOW).id
            members = MemberList(
                id=new_id(),
                shop_id=self.shops[0],
                name="常連",
                join_code_hash=new_id().bytes * 2,
                created_by_staff_id=self.world.manager.id,
                created_at=NOW,
            )
            session.add(members)
            self.list_id = members.id

        self.database.run(work)
        self.phone = Phone(ApiClient(self.app, self.citizen.token))

    @rule(limit=st.sampled_from([1, 2, 3, 500]))
    def sync_page(self, limit: int) -> None:
        self.phone.sync_page(limit)

    @rule(hours=HOURS)
    def wait(self, hours: int) -> None:
        self.clock.shift(hours * HOUR)

    @rule(which=ANY, column=st.sampled_from(["name_ja", "district", "address"]), value=ANY)
    def edit_shop(self, which: int, column: str, value: int) -> None:
        self.change(Shop, self.pick("shops", which), **{column: str(value)})

    @rule(which=ANY, status=st.sampled_from(["active", "active", "suspended", "closed"]))
    def decide_shop(self, which: int, status: str) -> None:
        self.change(Shop, self.pick("shops", which), status=status)

    @rule(which=ANY, tag=st.sampled_from(["パン", "魚"]))
    def describe_shop(self, which: int, tag: str) -> None:
        shop_id = self.pick("shops", which)

        def work(session: Session) -> None:
            session.execute(delete(ShopTag).where(ShopTag.shop_id == shop_id))
            session.execute(delete(ShopHours).where(ShopHours.shop_id == shop_id))
            make_tags(session, tag, shop_id=shop_id)
            make_hours(session, (which % 7, 540, 1080), shop_id=shop_id)

        self.database.run(work)

    @rule(which=ANY)
    def add_product(self, which: int) -> None:
        shop_id, name = self.pick("shops", which), uuid.uuid4().hex[:10]
        self.keep("products", lambda session: make_product(session, shop_id=shop_id, at=NOW, name_ja=name))

    @rule(which=ANY, is_withdrawn=st.booleans(), price_yen=st.integers(min_value=1, max_value=999))
    def edit_product(self, which: int, is_withdrawn: bool, price_yen: int) -> None:
        withdrawn_at = utc_now() if is_withdrawn else None
        self.change(Product, self.pick("products", which), withdrawn_at=withdrawn_at, price_yen=price_yen)

    @rule(begins=HOURS, lasts=st.integers(min_value=1, max_value=9), is_for_members=st.booleans(), which=ANY)
    def publish_offer(self, begins: int, lasts: int, is_for_members: bool, which: int) -> None:
        """Good at another shop than its owner's, now and then."""
        begins_at = utc_now() + begins * HOUR
        window = {"displayed_from": begins_at, "displayed_until": begins_at + lasts * HOUR}

        def work(session: Session) -> Offer:
            offer = make_offer(
                session,
                shop_id=self.shops[0],
                at=utc_now(),
                member_list_id=self.list_id if is_for_members else None,
                **window,
            )
            if which % 3 == 0:
                good_at = update(OfferShop).where(OfferShop.offer_id == offer.id)
                session.execute(good_at.values(shop_id=self.shops[1]))
            return offer

        self.keep("offers", work)

    @rule(which=ANY, status=st.sampled_from(["published", "held", "ended", "removed"]), name=ANY)
    def edit_offer(self, which: int, status: str, name: int) -> None:
        self.change(Offer, self.pick("offers", which), status=status, names={"ja": str(name)})

    @rule(which=ANY, tag=st.sampled_from(["鮭", "昆布"]))
    def tag_offer(self, which: int, tag: str) -> None:
        offer_id = self.pick("offers", which)
        if offer_id is not None:
            self.database.run(lambda session: session.merge(OfferTag(offer_id=offer_id, tag=tag)) and None)

    @rule(which=ANY, keeps=st.booleans())
    def save_offer(self, which: int, keeps: bool) -> None:
        offer_id, citizen_id = self.pick("offers", which), self.citizen.id
        if offer_id is None:
            return

        def work(session: Session) -> None:
            if keeps:
                save_offer(session, offer_id=offer_id, citizen_id=citizen_id, at=utc_now())
            else:
                session.execute(delete(SavedOffer).where(SavedOffer.citizen_id == citizen_id))

        self.attempt(work)

    @rule(is_member=st.booleans())
    def join_or_leave(self, is_member: bool) -> None:
        citizen_id = self.citizen.id

        def work(session: Session) -> None:
            session.execute(delete(MemberListEntry).where(MemberListEntry.citizen_id == citizen_id))
            if is_member:
                session.add(MemberListEntry(list_id=self.list_id, citizen_id=citizen_id, joined_at=NOW))

        self.database.run(work)

    @rule(is_closed=st.booleans())
    def close_list(self, is_closed: bool) -> None:
        self.change(MemberList, self.list_id, closed_at=utc_now() if is_closed else None)

    @rule(begins=HOURS, lasts=st.integers(min_value=1, max_value=9))
    def run_campaign(self, begins: int, lasts: int) -> None:
        starts_at, slug = utc_now() + begins * HOUR, uuid.uuid4().hex

        def work(session: Session) -> Campaign:
            approver = self.world.approver.id
            campaign = make_campaign(session, at=utc_now(), approved_by=approver, slug=slug)
            campaign.starts_at, campaign.ends_at = starts_at, starts_at + lasts * HOUR
            return campaign

        self.keep("campaigns", work)

    @rule(which=ANY, status=st.sampled_from(["scheduled", "paused", "ended"]))
    def decide_campaign(self, which: int, status: str) -> None:
        self.change(Campaign, self.pick("campaigns", which), status=status)

    @rule()
    def announce(self) -> None:
        self.database.run(lambda session: make_notice(session, citizen_id=self.citizen.id, at=utc_now()))

    @rule()
    def read_all(self) -> None:
        mine = update(Notice).where(Notice.citizen_id == self.citizen.id, Notice.read_at.is_(None))
        self.database.run(lambda session: session.execute(mine.values(read_at=utc_now())))

    @precondition(lambda self: not self.database.is_sqlite and self.slow is None)
    @rule(price_yen=st.integers(min_value=1, max_value=999))
    def begin_slowly(self, price_yen: int) -> None:
        self.slow = Session(self.database.engine)
        mine = update(Product).where(Product.id == self.slow_product)
        self.slow.execute(mine.values(price_yen=price_yen))
        make_notice(self.slow, citizen_id=self.citizen.id, at=utc_now())

    @precondition(lambda self: self.slow is not None)
    @rule(succeeds=st.booleans())
    def end_slowly(self, succeeds: bool) -> None:
        assert self.slow is not None
        if succeeds:
            self.slow.commit()
        self.slow.close()
        self.slow = None

    def teardown(self) -> None:
        if self.slow is not None:
            self.end_slowly(succeeds=True)
        new_phone = Phone(self.phone.caller)
        self.phone.sync(limit=7)
        new_phone.sync()

        assert comparable(self.phone.shown(utc_now())) == comparable(new_phone.shown(utc_now()))

    def pick(self, kind: str, which: int) -> uuid.UUID | None:
        found = self.shops if kind == "shops" else self.things[kind]
        return found[which % len(found)] if found else None

    def keep(self, kind: str, make: Any) -> None:
        self.attempt(lambda session: self.things[kind].append(make(session).id))

    def change(self, model: Any, key: uuid.UUID | None, **values: Any) -> None:
        self.database.run(
            lambda session: session.execute(update(model).where(model.id == key).values(**values))
        )

    def attempt(self, work: Any) -> None:
        """What the rules refuse changes nothing."""
        try:
            self.database.run(work)
        except MeguriError:
            return


def comparable(copy: Copy) -> Copy:
    return {
        kind: {
            key: {name: value for name, value in document.items() if name not in OF_THE_MOMENT}
            for key, document in documents.items()
        }
        for kind, documents in copy.items()
    }


@pytest.mark.slow
class TestCopyMachine:
    def test_has_in_the_end_what_a_new_phone_gets(
        self, database: Database, app: Any, world: World, clock: time_machine.Traveller
    ) -> None:
        run_state_machine_as_test(
            lambda: CopyMachine(database, app, world, clock),
            settings=settings(
                max_examples=25,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )

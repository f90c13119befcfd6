"""GET /v1/sync: everything at first, then what changed."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.pages import write_cursor
from backend.campaigns.models import Campaign
from backend.campaigns.service.running import pause_campaign, resume_campaign
from backend.changes.rules import Mark, read_position, write_position
from backend.changes.service import begin_epoch
from backend.config import Settings
from backend.notices.models import Notice
from backend.offers.service.offers import edit_offer, end_offer, hold_offer, release_offer
from backend.offers.service.saving import forget_offer, save_offer
from backend.organisations.models import Product, Shop, ShopHours, ShopTag
from tests.factories.member_lists import create_list
from tests.factories.notices import make_notice
from tests.factories.offers import DAY, make_coupon, make_draft, make_offer, make_photo
from tests.factories.organisations import make_hours, make_product, make_shop, make_tags
from tests.factories.phones import Phone, listed, removed, told
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

Do = Callable[[Callable[[Session], Any]], Any]


@pytest.fixture
def do(database: Database) -> Do:
    """In a transaction of its own; the id of what it gives, if it has one."""

    def do(work: Callable[[Session], Any]) -> Any:
        made = database.run(work)
        return str(made.id) if hasattr(made, "id") else made

    return do


@pytest.fixture
def full_town(do: Do, world: World, at: datetime) -> None:
    """Something of each kind, with all that their documents show."""

    def work(session: Session) -> None:
        make_tags(session, "パン", shop_id=world.shop_id)
        make_hours(session, (0, 540, 1080), shop_id=world.shop_id)
        make_product(session, shop_id=world.shop_id, at=at)
        offer = make_offer(session, shop_id=world.shop_id, at=at, tags=["鮭"], stock=10)
        make_photo(session, offer=offer, at=at)
        save_offer(session, offer_id=offer.id, citizen_id=world.citizen.id, at=at)
        make_notice(session, citizen_id=world.citizen.id, at=at)

    do(work)


@pytest.fixture
def phone(citizen: ApiClient, full_town: None) -> Phone:
    """Of the citizen, up to date."""
    phone = Phone(citizen)
    phone.sync()
    return phone


class TestListChangesAtFirst:
    def test_tells_what_the_lists_tell(self, citizen: ApiClient, full_town: None) -> None:
        phone = Phone(citizen)

        [page] = phone.sync()

        hours = [shop.pop("hours") for shop in page["shops"]]
        assert page["starts_over"] is True
        assert removed(page) == {}
        assert phone.copy == listed(citizen)
        assert hours == [[{"weekday": 0, "opens_minute": 540, "closes_minute": 1080}]]

    def test_tells_it_by_pages(self, citizen: ApiClient, do: Do, full_town: None, at: datetime) -> None:
        for number in range(3):
            do(lambda session, number=number: make_shop(session, at=at, name_ja=f"店{number}"))
        whole, paging = Phone(citizen), Phone(citizen)
        whole.sync()

        pages = paging.sync(limit=2)

        sizes = [sum(len(ids) for ids in told(page).values()) for page in pages]
        # The last asks what changed while the others were told.
        assert sizes == [2, 2, 2, 2, 0]
        assert [page["starts_over"] for page in pages] == [True, False, False, False, False]
        assert paging.copy == whole.copy

    def test_goes_on_until_what_changes_meanwhile_is_told(
        self, citizen: ApiClient, do: Do, world: World, full_town: None
    ) -> None:
        phone = Phone(citizen)
        phone.sync_page(limit=1)
        do(lambda session: session.execute(update(Shop).values(name_ja="新しい名")))

        phone.sync(limit=1)

        assert phone.copy["shops"][str(world.shop_id)]["name"] == "新しい名"

    def test_keeps_others_things_to_them(
        self, neighbour: ApiClient, do: Do, full_town: None, world: World
    ) -> None:
        [page] = Phone(neighbour).sync()

        assert page["notices"] == []
        assert [offer["is_saved"] for offer in page["offers"]] == [False]

    @pytest.mark.parametrize(("tag", "name"), [("ja", "夏祭り"), ("en", "Summer festival"), ("fr", "夏祭り")])
    def test_speaks_the_language_that_is_asked_for(
        self, citizen: ApiClient, do: Do, world: World, tag: str, name: str
    ) -> None:
        names = {"ja": "夏祭り", "en": "Summer festival"}
        do(lambda session: session.execute(update(Campaign).values(names=names)))

        page = citizen.get("/v1/sync", headers={"Accept-Language": tag}).get_json()

        assert [campaign["name"] for campaign in page["campaigns"]] == [name]

    def test_takes_a_statement_or_three_of_each_kind(
        self, citizen: ApiClient, database: Database, full_town: None
    ) -> None:
        """Who calls, where numbers stand, what there is; then shops 3, products 1, offers 2, campaigns 1, notices 1."""
        with asked_statements(database) as statements:
            citizen.get("/v1/sync")

        assert len(statements) == 11, statements

    def test_wants_a_citizen(self, nobody: ApiClient, clerk: ApiClient) -> None:
        assert nobody.get("/v1/sync").status_code == 401
        assert clerk.get("/v1/sync").status_code == 403

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=501",
            "cursor=x",
            "since=nonsense",
            "since=bnVsbA",
            f"since={write_cursor(['x', -1, None, None, None, None, None])}",
            f"since={write_cursor(['x', 2**63, None, None, None, None, None])}",
            f"since={write_cursor(['x', 1, 'yesterday', None, None, None, None])}",
            f"since={write_cursor(['x', None, None, None, None, 'shops', 'nobody'])}",
        ],
    )
    def test_refuses_what_it_never_said(self, citizen: ApiClient, query: str) -> None:
        response = citizen.get(f"/v1/sync?{query}")

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] in query


class TestListChangesAfterwards:
    def test_has_nothing_to_tell_when_nothing_changed(self, phone: Phone) -> None:
        before = phone.cursor

        page = phone.sync_page()

        assert (told(page), removed(page), page["starts_over"]) == ({}, {}, False)
        assert phone.cursor == before

    def test_answers_304_when_nothing_changed(
        self, phone: Phone, clerk: ApiClient, neighbour: ApiClient
    ) -> None:
        """Nothing that concerns this citizen, that is."""
        path = f"/v1/sync?since={phone.cursor}"
        known = phone.caller.get(path).headers["ETag"]
        buy(neighbour, clerk)

        assert phone.caller.get(path, headers={"If-None-Match": known}).status_code == 304

    def test_takes_three_statements_when_nothing_changed(self, phone: Phone, database: Database) -> None:
        """Who calls, where numbers stand, what changed."""
        with asked_statements(database) as statements:
            phone.sync_page()

        assert len(statements) == 3, statements

    def test_tells_the_notice_of_a_purchase(self, phone: Phone, clerk: ApiClient) -> None:
        buy(phone.caller, clerk)

        page = phone.sync_page()

        newest = phone.caller.get("/v1/notices").get_json()["items"][0]
        assert page["notices"] == [newest]

    def test_tells_that_notices_were_read_elsewhere(self, phone: Phone) -> None:
        [notice_id] = phone.copy["notices"]
        phone.caller.post(f"/v1/notices/{notice_id}/read")

        page = phone.sync_page()

        assert told(page) == {"notices": [notice_id]}
        assert page["notices"][0]["read_at"] is not None

    def test_does_not_tell_a_notice_that_is_read_again(self, phone: Phone) -> None:
        [notice_id] = phone.copy["notices"]
        phone.caller.post(f"/v1/notices/{notice_id}/read")
        phone.sync()
        phone.caller.post(f"/v1/notices/{notice_id}/read")

        assert told(phone.sync_page()) == {}

    def test_tells_that_a_notice_is_gone(self, phone: Phone, do: Do) -> None:
        [notice_id] = phone.copy["notices"]
        do(lambda session: session.execute(delete(Notice)))

        assert removed(phone.sync_page()) == {"notices": [notice_id]}

    def test_tells_a_shop_with_its_products_and_offers_when_its_name_changes(
        self, phone: Phone, do: Do, world: World
    ) -> None:
        do(lambda session: session.execute(update(Shop).values(name_ja="新しい名")))

        page = phone.sync_page()

        assert set(told(page)) == {"shops", "products", "offers"}
        assert page["products"][0]["shop"]["name"] == page["offers"][0]["shop"]["name"] == "新しい名"

    @pytest.mark.parametrize(
        "work",
        [
            lambda session: session.execute(update(Shop).values(address="北大通1-2")),
            lambda session: session.execute(delete(ShopTag)),
            lambda session: session.execute(delete(ShopHours)),
            lambda session: session.execute(update(ShopHours).values(closes_minute=1200)),
        ],
        ids=["address", "tags", "no hours", "hours"],
    )
    def test_tells_the_shop_alone_of_what_is_its_own(self, phone: Phone, do: Do, work: Any) -> None:
        do(work)

        assert set(told(phone.sync_page())) == {"shops"}

    @pytest.mark.parametrize("status", ["suspended", "closed"])
    def test_takes_back_what_a_shop_that_no_longer_takes_part_sold(
        self, phone: Phone, do: Do, status: str
    ) -> None:
        do(lambda session: session.execute(update(Shop).values(status=status)))

        page = phone.sync_page()

        assert (told(page), set(removed(page))) == ({}, {"shops", "products", "offers"})

    def test_takes_back_an_offer_whose_only_place_no_longer_takes_part(
        self, phone: Phone, do: Do, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> uuid.UUID:
            owner = session.get_one(Shop, world.shop_id)
            branch = make_shop(session, at=at, name_ja="支店")
            branch.organisation_id = owner.organisation_id
            session.flush()
            make_offer(session, shop_id=owner.id, at=at, shop_ids=[branch.id])
            return branch.id

        branch_id = do(work)
        phone.sync()
        do(
            lambda session: session.execute(
                update(Shop).where(Shop.id == branch_id).values(status="suspended")
            )
        )

        page = phone.sync_page()

        assert {kind: len(ids) for kind, ids in removed(page).items()} == {"shops": 1, "offers": 1}

    def test_tells_new_products_and_takes_withdrawn_ones_back(
        self, phone: Phone, do: Do, world: World, at: datetime
    ) -> None:
        [old] = phone.copy["products"]
        do(lambda session: session.execute(update(Product).values(withdrawn_at=at)))
        new = do(lambda session: make_product(session, shop_id=world.shop_id, at=at, name_ja="鮭とば"))

        page = phone.sync_page()

        assert (told(page), removed(page)) == ({"products": [new]}, {"products": [old]})

    def test_says_nothing_of_what_citizens_do_not_see(
        self, phone: Phone, do: Do, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> None:
            applying = make_shop(session, at=at, status="applied")
            make_product(session, shop_id=applying.id, at=at)
            make_draft(session, shop_id=world.shop_id, at=at)
            make_offer(session, shop_id=world.shop_id, at=at, displayed_from=at + DAY)

        do(work)

        page = phone.sync_page()

        assert (told(page), removed(page)) == ({}, {})

    def test_tells_an_offer_when_its_time_has_come(
        self, phone: Phone, do: Do, world: World, at: datetime, clock: time_machine.Traveller
    ) -> None:
        offer_id = do(
            lambda session: make_offer(session, shop_id=world.shop_id, at=at, displayed_from=at + DAY)
        )
        phone.sync()
        clock.shift(DAY)

        assert told(phone.sync_page()) == {"offers": [offer_id]}
        assert told(phone.sync_page()) == {}

    def test_tells_a_campaign_when_its_time_has_come(
        self, phone: Phone, do: Do, run_campaign: Callable[..., uuid.UUID], at: datetime, clock: Any
    ) -> None:
        campaign_id = run_campaign()
        do(
            lambda session: session.execute(
                update(Campaign).where(Campaign.id == campaign_id).values(starts_at=at + DAY)
            )
        )
        phone.sync()
        clock.shift(DAY)

        assert told(phone.sync_page()) == {"campaigns": [str(campaign_id)]}

    def test_tells_that_an_offer_has_changed_is_held_and_comes_back(
        self, phone: Phone, do: Do, world: World, at: datetime
    ) -> None:
        [offer_id] = phone.copy["offers"]
        key: Any = {"offer_id": uuid.UUID(offer_id), "at": at}
        pages = []
        for work in (
            lambda session: edit_offer(
                session, **key, shop_ids=[world.shop_id], changes={"names": {"ja": "鮭"}}
            ),
            lambda session: hold_offer(session, **key, reason="確認中"),
            lambda session: release_offer(session, **key),
            lambda session: make_coupon(session, offer_id=uuid.UUID(offer_id), citizen=world.citizen, at=at),
            lambda session: end_offer(session, **key, shop_ids=[world.shop_id]),
        ):
            do(work)
            pages.append(phone.sync_page())

        offers = [[(offer["name"], offer["stock_left"]) for offer in page["offers"]] for page in pages]
        assert offers == [[("鮭", 10)], [], [("鮭", 10)], [("鮭", 9)], []]
        assert [bool(removed(page)) for page in pages] == [False, True, False, False, True]

    def test_tells_those_who_saved_an_offer_and_nobody_else(
        self, phone: Phone, neighbour: ApiClient, do: Do, world: World, at: datetime
    ) -> None:
        [offer_id] = phone.copy["offers"]
        other = Phone(neighbour)
        other.sync()
        key: Any = {"offer_id": uuid.UUID(offer_id), "citizen_id": world.citizen.id}

        do(lambda session: forget_offer(session, **key))
        forgotten = phone.sync_page()
        do(lambda session: save_offer(session, **key, at=at))
        saved = phone.sync_page()

        assert [page["offers"][0]["is_saved"] for page in (forgotten, saved)] == [False, True]
        assert told(other.sync_page()) == {}

    def test_tells_that_a_campaign_pauses_and_goes_on(
        self, phone: Phone, do: Do, world: World, at: datetime
    ) -> None:
        key: Any = {"campaign_id": world.base_campaign_id, "at": at}
        do(lambda session: pause_campaign(session, **key, paused_by=world.city.id, reason="点検") and None)
        paused = phone.sync_page()
        do(lambda session: resume_campaign(session, **key, resumed_by=world.city.id) and None)
        resumed = phone.sync_page()

        campaign_ids = {"campaigns": [str(world.base_campaign_id)]}
        assert (removed(paused), told(resumed)) == (campaign_ids, campaign_ids)

    def test_tells_it_by_pages(self, phone: Phone, do: Do, world: World, at: datetime) -> None:
        for number in range(3):
            do(
                lambda session, number=number: make_product(
                    session, shop_id=world.shop_id, at=at, name_ja=f"品{number}"
                )
            )
        do(lambda session: session.execute(update(Shop).values(name_ja="新しい名")))

        pages = phone.sync(limit=2)

        assert [told(page).keys() for page in pages] == [
            {"shops", "products"},
            {"products"},
            {"products", "offers"},
            set(),
        ]
        assert [page["starts_over"] for page in pages] == [False] * 4
        assert told(phone.sync_page()) == {}

    def test_goes_on_until_what_changed_meanwhile_is_told(
        self, phone: Phone, do: Do, world: World, at: datetime
    ) -> None:
        for number in range(3):
            do(
                lambda session, number=number: make_product(
                    session, shop_id=world.shop_id, at=at, name_ja=f"品{number}"
                )
            )
        phone.sync_page(2)
        do(lambda session: session.execute(update(Shop).values(name_ja="新しい名")))

        phone.sync(limit=2)

        assert phone.copy["shops"][str(world.shop_id)]["name"] == "新しい名"


class TestListChangesForMembers:
    @pytest.fixture
    def members(self, manager: ApiClient) -> Any:
        return create_list(manager)

    @pytest.fixture
    def offer_id(self, members: Any, do: Do, world: World, at: datetime) -> str:
        """For members."""
        list_id = uuid.UUID(members["member_list"]["id"])
        found: str = do(
            lambda session: make_offer(session, shop_id=world.shop_id, at=at, member_list_id=list_id)
        )
        return found

    def test_says_nothing_to_others(self, phone: Phone, offer_id: str) -> None:
        page = phone.sync_page()

        assert (told(page), removed(page)) == ({}, {})

    def test_shows_what_is_for_members_to_whoever_joins(
        self, phone: Phone, members: Any, offer_id: str
    ) -> None:
        phone.sync()
        phone.caller.post("/v1/me/memberships", {"join_code": members["join_code"]})

        assert told(phone.sync_page()) == {"offers": [offer_id]}

    @pytest.mark.parametrize("ended_by", ["citizen", "manager"])
    def test_takes_it_back_from_whoever_leaves_and_when_the_list_is_closed(
        self, phone: Phone, manager: ApiClient, members: Any, offer_id: str, ended_by: str
    ) -> None:
        phone.caller.post("/v1/me/memberships", {"join_code": members["join_code"]})
        phone.sync()
        list_id = members["member_list"]["id"]
        if ended_by == "citizen":
            phone.caller.delete(f"/v1/me/memberships/{list_id}")
        else:
            manager.delete(f"/v1/shop/member-lists/{list_id}")

        assert removed(phone.sync_page()) == {"offers": [offer_id]}

    def test_tells_members_that_it_changed(
        self, phone: Phone, members: Any, offer_id: str, do: Do, world: World, at: datetime
    ) -> None:
        phone.caller.post("/v1/me/memberships", {"join_code": members["join_code"]})
        phone.sync()
        do(lambda session: end_offer(session, offer_id=uuid.UUID(offer_id), shop_ids=[world.shop_id], at=at))

        assert removed(phone.sync_page()) == {"offers": [offer_id]}


class TestListChangesStartsOver:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, changes_kept_days=7)

    def test_when_the_cursor_is_older_than_the_memory(self, phone: Phone, clock: Any) -> None:
        clock.shift(timedelta(days=7))
        in_time = phone.sync_page()
        clock.shift(timedelta(days=7, seconds=1))

        assert [page["starts_over"] for page in (in_time, phone.sync_page())] == [False, True]

    def test_not_for_a_phone_that_asks_each_day_and_hears_nothing(self, phone: Phone, clock: Any) -> None:
        answers = []
        for _ in range(10):
            clock.shift(DAY)
            answers.append(phone.sync_page()["starts_over"])

        assert answers == [False] * 10

    def test_when_somebody_else_signs_in_on_the_phone(self, phone: Phone, neighbour: ApiClient) -> None:
        phone.caller = neighbour

        assert phone.sync_page()["starts_over"] is True
        assert phone.copy["notices"] == {}

    def test_when_the_language_is_another(self, phone: Phone) -> None:
        response = phone.caller.get(f"/v1/sync?since={phone.cursor}", headers={"Accept-Language": "en"})

        assert response.get_json()["starts_over"] is True

    def test_in_the_middle_of_a_pass_too(self, citizen: ApiClient, full_town: None, clock: Any) -> None:
        phone = Phone(citizen)
        phone.sync_page(limit=1)
        clock.shift(timedelta(days=8))

        pages = phone.sync(limit=1)

        assert [page["starts_over"] for page in pages[:2]] == [True, False]
        assert phone.copy["shops"] != {}

    def test_when_the_database_was_put_back(self, phone: Phone, do: Do) -> None:
        do(begin_epoch)

        assert phone.sync_page()["starts_over"] is True

    def test_when_the_cursor_is_of_a_future(self, phone: Phone, at: datetime) -> None:
        """Of a database that was put back without anybody saying so."""
        position = read_position(str(phone.cursor))
        phone.cursor = write_position(replace(position, told=Mark(2**62, at)))

        assert phone.sync_page()["starts_over"] is True

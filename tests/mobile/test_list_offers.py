"""GET /v1/offers: what shops offer now."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.offers.models import Offer
from backend.offers.service.offers import end_offer, hold_offer
from backend.offers.service.saving import save_offer
from backend.organisations.models import Shop
from tests.factories.offers import DAY, list_for_members, make_draft, make_offer, make_photo
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

Add = Callable[..., uuid.UUID]


@pytest.fixture
def add(database: Database, at: datetime) -> Add:
    """Another shop, with an offer named like it."""

    def make(name_ja: str, offer: dict[str, Any] | None = None, **shop: Any) -> uuid.UUID:
        def work(session: Session) -> uuid.UUID:
            shop_id = make_shop(session, at=at, name_ja=name_ja, **shop).id
            return make_offer(session, shop_id=shop_id, at=at, **{"name_ja": name_ja} | (offer or {})).id

        return database.run(work)

    return make


def names(caller: ApiClient, query: str = "") -> list[str]:
    return [offer["name"] for offer in caller.get(f"/v1/offers{query}").get_json()["items"]]


class TestListOffers:
    def test_needs_no_account(self, nobody: ApiClient, add: Add) -> None:
        offer_id = add("鮭の店")

        response = nobody.get("/v1/offers")

        assert [offer["id"] for offer in response.get_json()["items"]] == [str(offer_id)]

    def test_tells_what_a_card_shows(
        self, nobody: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> uuid.UUID:
            offer = make_offer(
                session,
                shop_id=world.shop_id,
                at=at,
                names={"ja": "鮭 一割引き", "en": "Salmon, a tenth off"},
                benefit={"discount_permille": 100, "discount_max_yen": 300, "minimum_yen": 500},
                stock=7,
                tags=["鮭"],
            )
            make_photo(session, offer=offer, at=at)
            return offer.id

        offer_id = database.run(work)

        page = nobody.get("/v1/offers", headers={"Accept-Language": "en"}).get_json()

        assert page["items"] == [
            {
                "id": str(offer_id),
                "name": "Salmon, a tenth off",
                "benefit": {
                    "kind": "discount",
                    "price_yen": None,
                    "discount_yen": None,
                    "discount_permille": 100,
                    "discount_max_yen": 300,
                    "minimum_yen": 500,
                },
                "shop": {"id": str(world.shop_id), "name": "麦と汽笛", "district": "北大通"},
                "tags": ["鮭"],
                "photo_path": f"/v1/offers/{offer_id}/photo",
                "displayed_until": "2026-06-22T03:00:00+00:00",
                "usable_from": "2026-06-14T03:00:00+00:00",
                "usable_until": "2026-07-15T03:00:00+00:00",
                "stock_left": 7,
                "is_for_members": False,
                "is_saved": False,
                "distance_m": None,
            }
        ]

    def test_tells_what_the_caller_saved(
        self,
        citizen: ApiClient,
        neighbour: ApiClient,
        database: Database,
        world: World,
        add: Add,
        at: datetime,
    ) -> None:
        offer_id = add("鮭の店")
        database.run(
            lambda session: save_offer(session, offer_id=offer_id, citizen_id=world.citizen.id, at=at)
        )

        saved = [
            caller.get("/v1/offers").get_json()["items"][0]["is_saved"] for caller in (citizen, neighbour)
        ]

        assert saved == [True, False]

    @pytest.mark.parametrize(
        "offer",
        [
            {"displayed_from": DAY, "displayed_until": 2 * DAY},
            {"displayed_from": -2 * DAY, "displayed_until": DAY * 0},
        ],
    )
    def test_leaves_out_what_is_not_shown_now(
        self, nobody: ApiClient, database: Database, add: Add, at: datetime, offer: dict[str, Any]
    ) -> None:
        offer_id = add("鮭の店")
        moments = {name: at + shift for name, shift in offer.items()}
        database.run(
            lambda session: (
                session.execute(update(Offer).where(Offer.id == offer_id).values(**moments)) and None
            )
        )

        assert names(nobody) == []

    def test_leaves_drafts_out(
        self, nobody: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        database.run(lambda session: make_draft(session, shop_id=world.shop_id, at=at).id)

        assert names(nobody) == []

    def test_leaves_out_what_has_ended_or_is_held(
        self, nobody: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        def work(session: Session) -> None:
            held, ended = (make_offer(session, shop_id=world.shop_id, at=at).id for _ in range(2))
            hold_offer(session, offer_id=held, reason="確認中", at=at)
            end_offer(session, offer_id=ended, shop_ids=[world.shop_id], at=at)

        database.run(work)

        assert names(nobody) == []

    def test_leaves_out_what_suspended_shops_offer(
        self, nobody: ApiClient, database: Database, add: Add
    ) -> None:
        add("鮭の店")
        database.run(lambda session: session.execute(update(Shop).values(status="suspended")) and None)

        assert names(nobody) == []

    def test_leaves_out_what_is_for_others(
        self, nobody: ApiClient, citizen: ApiClient, database: Database, add: Add
    ) -> None:
        offer_id = add("鮭の店")
        database.run(lambda session: list_for_members(session, offer_id=offer_id))

        assert (names(nobody), names(citizen)) == ([], [])

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("?text=サケ", ["さけの店"]),
            ("?tag=market", ["市"]),
            ("?ring=kushiro_area", ["町の店"]),
            ("?within_ring=city", ["市", "さけの店"]),
            ("?district=春採", ["市"]),
            ("?ending_soon=true", ["市"]),
            (f"?shop_id={uuid.UUID(int=7)}", []),
        ],
    )
    def test_finds(self, nobody: ApiClient, add: Add, at: datetime, query: str, expected: list[str]) -> None:
        add("さけの店")
        add("町の店", ring="kushiro_area")
        add("市", {"tags": ["market"], "displayed_until": at + 2 * DAY}, district="春採")

        assert names(nobody, query) == expected

    def test_finds_by_a_shop_where_it_is_good(
        self, nobody: ApiClient, database: Database, add: Add, at: datetime
    ) -> None:
        add("別の店")

        def work(session: Session) -> uuid.UUID:
            owner, other = (make_shop(session, at=at, name_ja=name) for name in ("本店", "支店"))
            other.organisation_id = owner.organisation_id
            session.flush()
            make_offer(session, shop_id=owner.id, at=at, name_ja="両店で", shop_ids=[owner.id, other.id])
            return other.id

        branch_id = database.run(work)

        assert names(nobody, f"?shop_id={branch_id}") == ["両店で"]

    def test_puts_the_nearest_first_and_tells_the_metres(self, nobody: ApiClient, add: Add) -> None:
        add("近い店", latitude=42.9916, longitude=144.3820)
        add("遠い店", latitude=42.9996, longitude=144.3820)
        add("どこかの店")

        page = nobody.get("/v1/offers?latitude=42.9906&longitude=144.3820&radius_m=5000").get_json()

        assert [(offer["name"], offer["distance_m"]) for offer in page["items"]] == [
            ("近い店", 111),
            ("遠い店", 1001),
        ]

    def test_puts_the_soonest_to_end_first(self, nobody: ApiClient, add: Add, at: datetime) -> None:
        add("あさって", {"displayed_until": at + 2 * DAY})
        add("明日", {"displayed_until": at + DAY})
        add("来週")

        assert names(nobody, "?ending_soon=true") == ["明日", "あさって"]

    @pytest.mark.parametrize("query", ["", "ending_soon=true&", "latitude=43&longitude=144&"])
    def test_goes_on_where_the_page_before_ended(
        self, nobody: ApiClient, add: Add, at: datetime, query: str
    ) -> None:
        for name in ("一", "二", "三"):
            add(name, {"displayed_until": at + DAY}, latitude=43.0, longitude=144.0)
        first = nobody.get(f"/v1/offers?{query}limit=2").get_json()

        second = nobody.get(f"/v1/offers?{query}limit=2&cursor={first['next_cursor']}").get_json()

        assert {offer["name"] for offer in first["items"] + second["items"]} == {"一", "二", "三"}
        assert (len(second["items"]), second["next_cursor"]) == (1, None)

    @pytest.mark.parametrize("query", ["", "?latitude=43&longitude=144&tag=market", "?ending_soon=true"])
    def test_takes_two_statements_however_many_there_are(
        self, nobody: ApiClient, database: Database, add: Add, query: str
    ) -> None:
        for number in range(5):
            add(f"{number}", {"tags": ["market"]}, latitude=43.0, longitude=144.0)

        with asked_statements(database) as statements:
            nobody.get(f"/v1/offers{query}")

        assert len(statements) <= 2

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("ring=nagano", "ring"),
            ("within_ring=nagano", "within_ring"),
            ("latitude=43", "longitude"),
            ("radius_m=100", "latitude"),
            ("latitude=nan&longitude=0", "latitude"),
            ("ending_soon=perhaps", "ending_soon"),
            ("shop_id=1", "shop_id"),
            ("limit=0", "limit"),
            ("cursor=bm9uc2Vuc2U", "cursor"),
            ("status=draft", "status"),
        ],
    )
    def test_refuses_a_filter_and_names_it(
        self, nobody: ApiClient, world: World, query: str, field: str
    ) -> None:
        response = nobody.get(f"/v1/offers?{query}")

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

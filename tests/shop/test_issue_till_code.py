"""POST /v1/shop/codes."""

import io
import uuid
from datetime import datetime
from typing import Any

import pytest
import segno
import zxingcpp
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.organisations.models import Shop
from backend.people.models import StaffRole
from backend.purchases.keys import rotate_keys
from backend.purchases.models import SigningKey, TillCode
from tests.factories.organisations import make_register_key, make_shop
from tests.factories.people import make_staff
from tests.factories.purchases import issue, record
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/v1/shop/codes"


@pytest.fixture
def other_shop_id(database: Database, world: World, at: datetime) -> uuid.UUID:
    shop_id: uuid.UUID = database.run(lambda session: make_shop(session, at=at, name_ja="よその店").id)
    return shop_id


@pytest.fixture
def busy_clerk(
    app: Any, database: Database, world: World, other_shop_id: uuid.UUID, at: datetime
) -> ApiClient:
    """One who works for both shops."""

    def work(session: Session) -> str:
        clerk = make_staff(session, at=at, face="shop", roles=("clerk",), shop_id=world.shop_id)
        role = StaffRole(id=new_id(), staff_id=clerk.id, role="clerk", shop_id=other_shop_id, granted_at=at)
        session.add(role)
        return clerk.token

    return ApiClient(app, database.run(work))


class TestIssueTillCode:
    def test_gives_an_address_to_show_that_lives_three_minutes(self, clerk: ApiClient, world: World) -> None:
        response = clerk.post(PATH, {"amount_yen": 1280})

        assert response.status_code == 201
        code = response.get_json()
        assert code["url"].startswith("http://127.0.0.1:8000/c/")
        assert (code["shop_id"], code["amount_yen"], code["status"]) == (str(world.shop_id), 1280, "open")
        assert (code["issued_at"], code["expires_at"]) == (
            "2026-06-15T03:00:00+00:00",
            "2026-06-15T03:03:00+00:00",
        )
        assert (code["purchase_id"], code["earned_points"]) == (None, None)

    def test_serves_clerks_managers_and_registers(
        self, clerk: ApiClient, manager: ApiClient, register: ApiClient
    ) -> None:
        responses = [caller.post(PATH, {"amount_yen": 1}) for caller in (clerk, manager, register)]

        assert [response.status_code for response in responses] == [201, 201, 201]

    def test_never_gives_the_same_code_twice(self, clerk: ApiClient) -> None:
        codes = [issue(clerk) for _ in range(3)]

        assert len({code["url"] for code in codes}) == len({code["id"] for code in codes}) == 3

    @on_sqlite
    def test_gives_an_address_that_a_camera_reads_back(self, clerk: ApiClient, citizen: ApiClient) -> None:
        picture = io.BytesIO()
        segno.make(issue(clerk)["url"], error="m").save(picture, kind="png", scale=4)

        [read] = zxingcpp.read_barcodes(Image.open(picture))

        assert record(citizen, read.text).status_code == 201

    def test_keeps_who_issued_it_but_not_the_address(self, register: ApiClient, database: Database) -> None:
        code = issue(register)

        kept = database.run(lambda session: session.get_one(TillCode, uuid.UUID(code["id"])))
        token = code["url"].rpartition("/")[2]
        assert kept.issuer_kind == "register"
        assert token not in repr(vars(kept))

    def test_is_signed_with_the_newest_key(
        self, clerk: ApiClient, citizen: ApiClient, database: Database, at: datetime
    ) -> None:
        before = issue(clerk)
        database.run(lambda session: rotate_keys(session, at=at))

        after = issue(clerk)

        keys = database.run(
            lambda session: session.scalars(select(TillCode.key_id).order_by(TillCode.id)).all()
        )
        assert keys == [1, 2]
        assert [record(citizen, code["url"], code["id"]).status_code for code in (before, after)] == [
            201,
            201,
        ]

    def test_makes_the_first_key_when_it_is_first_needed(self, clerk: ApiClient, database: Database) -> None:
        issue(clerk)
        issue(clerk)

        salts = database.run(lambda session: session.scalars(select(SigningKey.salt)).all())
        assert [len(salt) for salt in salts] == [16]

    def test_may_ask_the_database_five_times(self, register: ApiClient, database: Database) -> None:
        issue(register)

        with asked_statements(database) as statements:
            issue(register)

        assert len(statements) <= 5


class TestIssueTillCodeForAShop:
    def test_takes_the_only_shop_there_is(self, clerk: ApiClient, world: World) -> None:
        assert issue(clerk, shop_id=str(world.shop_id))["shop_id"] == str(world.shop_id)

    def test_wants_to_know_which_of_several(self, busy_clerk: ApiClient) -> None:
        response = busy_clerk.post(PATH, {"amount_yen": 100})

        assert (response.status_code, response.get_json()["code"]) == (422, "shop_choice_required")

    def test_takes_the_one_that_is_named(self, busy_clerk: ApiClient, other_shop_id: uuid.UUID) -> None:
        assert issue(busy_clerk, shop_id=str(other_shop_id))["shop_id"] == str(other_shop_id)

    def test_does_not_know_somebody_elses(
        self, clerk: ApiClient, manager: ApiClient, register: ApiClient, other_shop_id: uuid.UUID
    ) -> None:
        body = {"amount_yen": 100, "shop_id": str(other_shop_id)}

        responses = [caller.post(PATH, body) for caller in (clerk, manager, register)]

        assert [response.status_code for response in responses] == [404, 404, 404]
        assert {response.get_json()["code"] for response in responses} == {"shop_not_found"}

    @pytest.mark.parametrize("status", ["applied", "suspended", "closed", "rejected"])
    def test_refuses_a_shop_that_does_not_take_part(
        self, clerk: ApiClient, database: Database, status: str
    ) -> None:
        database.run(lambda session: session.execute(update(Shop).values(status=status)))

        response = clerk.post(PATH, {"amount_yen": 100})

        assert (response.status_code, response.get_json()["code"]) == (409, "shop_not_active")


class TestIssueTillCodePermission:
    def test_is_the_shops_alone(
        self, nobody: ApiClient, citizen: ApiClient, city: ApiClient, approver: ApiClient
    ) -> None:
        responses = [caller.post(PATH, {"amount_yen": 100}) for caller in (nobody, citizen, city, approver)]

        assert [response.status_code for response in responses] == [401, 403, 403, 403]

    def test_needs_the_scope_of_a_register(
        self, app: Any, database: Database, world: World, at: datetime
    ) -> None:
        key = database.run(
            lambda session: make_register_key(session, shop_id=world.shop_id, at=at, scopes=("shop",))
        )

        assert ApiClient(app, key).post(PATH, {"amount_yen": 100}).status_code == 403


@on_sqlite  # refused before any database is asked
class TestIssueTillCodeBadInput:
    @pytest.mark.parametrize(
        "amount",
        [0, -1, 10_000_000, 10**18, 10**30, -(10**30), 0.5, 1.5, "5", "", True, False, None, [5], {}],
    )
    def test_refuses_what_is_no_amount(self, clerk: ApiClient, amount: Any) -> None:
        response = clerk.post(PATH, {"amount_yen": amount})

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == ["amount_yen"]

    @pytest.mark.parametrize(
        "body", [b'{"amount_yen": 1e400}', b'{"amount_yen": NaN}', b'{"amount_yen": 0x10}']
    )
    def test_refuses_what_json_does_not_call_a_number(self, clerk: ApiClient, body: bytes) -> None:
        response = clerk.post(PATH, data=body, content_type="application/json")

        assert response.status_code == 400

    @pytest.mark.parametrize(
        ("written", "amount"), [(b"643861.0", 643_861), (b"1e3", 1000), (b"1", 1), (b"9999999", 9_999_999)]
    )
    def test_takes_every_spelling_of_an_integer(self, clerk: ApiClient, written: bytes, amount: int) -> None:
        """To JSON Schema 643861.0 is the integer 643861."""
        response = clerk.post(PATH, data=b'{"amount_yen": %s}' % written, content_type="application/json")

        assert response.status_code == 201
        assert response.get_json()["amount_yen"] == amount

    @pytest.mark.parametrize("shop_id", ["x", 5, "", True, "00000000-0000-0000-0000-00000000000g"])
    def test_refuses_what_is_no_id(self, clerk: ApiClient, shop_id: Any) -> None:
        response = clerk.post(PATH, {"amount_yen": 100, "shop_id": shop_id})

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == ["shop_id"]

    @pytest.mark.parametrize("name", ["expires_at", "id", "url", "status", "issuer_id"])
    def test_refuses_a_field_that_nobody_asked_for(self, clerk: ApiClient, name: str) -> None:
        response = clerk.post(PATH, {"amount_yen": 100, name: "x"})

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [name]

    def test_names_every_field_at_fault(self, clerk: ApiClient) -> None:
        response = clerk.post(PATH, {"shop_id": "x", "more": 1})

        fields = {error["field"] for error in response.get_json()["errors"]}
        assert fields == {"amount_yen", "shop_id", "more"}

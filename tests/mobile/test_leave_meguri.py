"""DELETE /v1/me."""

import uuid
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from backend.base.database import Base, Database
from backend.membership.queries import HOLDINGS
from backend.messages.models import MessageRecipient
from backend.notices.caps import reserve_pushes
from backend.notices.models import PushCount
from backend.notices.terms import load_terms
from backend.people.models import Citizen, Letter
from backend.points.models import PointsAccount, PointsBalance
from backend.points.verification import verify_ledger
from tests.factories.cards import held_card, link
from tests.factories.credentials import EMAIL, PASSWORD, register
from tests.factories.member_lists import create_list, join
from tests.factories.offline import enrol
from tests.factories.world import World
from tests.support.client import ApiClient

ROWS = (
    "citizen_logins",
    "devices",
    "counter_codes",
    "citizen_codes",
    "offline_code_keys",
    "citizen_cards",
    "favourite_shops",
    "member_list_entries",
    "notice_preferences",
    "notice_choices",
    "own_changes",
)
RECIPIENT = {"message_id": uuid.uuid4(), "position": 1, "status": "accepted", "attempts": 1, "is_told": True}
KEY = "11111111-1111-4111-8111-111111111111"


def buy(member: ApiClient, clerk: ApiClient) -> None:
    code = clerk.post("/v1/shop/codes", {"amount_yen": 1280}).get_json()
    bought = member.post("/v1/purchases", {"scanned": code["url"]}, headers={"Idempotency-Key": KEY})
    assert bought.status_code == 201


def rows_about(session: Session, citizen_id: uuid.UUID) -> dict[str, int]:
    """Table → rows, for every table that points at citizens."""
    counts = {}
    for table in Base.metadata.tables.values():
        for column in _columns_naming_citizens(table):
            query = select(func.count()).select_from(table).where(column == citizen_id)
            counts[table.name] = session.scalar(query) or 0
    return counts


def _columns_naming_citizens(table: Table) -> list[Any]:
    return [key.parent for key in table.foreign_keys if key.column.table.name == "citizens"]


class TestLeaveMeguri:
    @pytest.fixture
    def member(
        self, nobody: ApiClient, world: World, clerk: ApiClient, manager: ApiClient, city: ApiClient
    ) -> ApiClient:
        """Somebody with a row in every table that can have one."""
        member = register(nobody)
        assert link(member, held_card(city)).status_code == 201
        enrol(member)
        buy(member, clerk)
        device = {"platform": "android", "target_kind": "fid", "target": "installation"}
        assert member.put("/v1/me/devices/my-telephone", device).status_code == 200
        member.post("/v1/me/counter-codes")
        member.post("/v1/me/codes", {"scopes": ["earn"]})
        member.put(f"/v1/me/favourite-shops/{world.shop_id}")
        hours = {"starts": "20:00", "ends": "09:00"}
        member.put("/v1/me/notice-preferences", {"quiet_hours": hours, "interests": ["events"]})
        join(member, create_list(manager)["join_code"])
        return member

    def test_wants_the_password(self, member: ApiClient) -> None:
        response = member.delete("/v1/me", {"password": "not the password"})

        assert response.status_code == 422
        assert response.get_json()["code"] == "password_wrong"
        assert member.delete("/v1/me", {}).status_code == 422
        assert member.get("/v1/me").status_code == 200

    def test_tells_what_lapsed(self, member: ApiClient) -> None:
        response = member.delete("/v1/me", {"password": PASSWORD})

        assert response.status_code == 200
        assert response.get_json() == {"lapsed_points": 12}

    def test_removes_every_row_that_names_the_person(self, member: ApiClient, database: Database) -> None:
        citizen_id = uuid.UUID(member.get("/v1/me").get_json()["id"])
        before = database.run(lambda session: rows_about(session, citizen_id))

        member.delete("/v1/me", {"password": PASSWORD})

        assert {name: before[name] for name in ROWS} == dict.fromkeys(ROWS, 1)
        assert set(database.run(lambda session: rows_about(session, citizen_id)).values()) == {0}
        assert database.run(lambda session: session.get(Citizen, citizen_id)) is None

    def test_forgets_what_was_pushed_and_to_whom(
        self, member: ApiClient, database: Database, at: datetime
    ) -> None:
        citizen_id = uuid.UUID(member.get("/v1/me").get_json()["id"])

        def push(session: Session) -> None:
            reserve_pushes(session, citizen_ids=[citizen_id], purpose="push_city", at=at, terms=load_terms())
            session.execute(insert(MessageRecipient).values(RECIPIENT | {"citizen_id": citizen_id}))

        database.run(push)

        member.delete("/v1/me", {"password": PASSWORD})

        counts = database.run(lambda session: session.scalars(select(PushCount.citizen_id)).all())
        recipients = database.run(lambda session: session.scalars(select(MessageRecipient.citizen_id)).all())
        assert (counts, recipients) == ([], [uuid.UUID(int=0)])

    def test_removes_the_letters_on_their_way(self, member: ApiClient, database: Database) -> None:
        member.delete("/v1/me", {"password": PASSWORD})

        waiting = select(func.count(Letter.id)).where(Letter.recipient == EMAIL)
        assert database.run(lambda session: session.scalar(waiting)) == 0

    def test_closes_the_points_account_and_empties_it(self, member: ApiClient, database: Database) -> None:
        held = uuid.UUID(member.get("/v1/me/export").get_json()["points_accounts"][0]["id"])

        member.delete("/v1/me", {"password": PASSWORD})

        balance = select(PointsBalance.balance_points).where(PointsBalance.account_id == held)
        closed = select(PointsAccount.closed_at).where(PointsAccount.id == held)
        assert database.run(lambda session: session.scalar(balance)) == 0
        assert database.run(lambda session: session.scalar(closed)) is not None

    def test_leaves_a_ledger_that_verifies(self, member: ApiClient, database: Database) -> None:
        member.delete("/v1/me", {"password": PASSWORD})

        assert list(database.run(verify_ledger)) == []

    def test_signs_out_everywhere(self, member: ApiClient, nobody: ApiClient) -> None:
        member.delete("/v1/me", {"password": PASSWORD})

        assert member.get("/v1/me").get_json()["code"] == "token_invalid"
        signing_in = nobody.post("/v1/sessions", {"login": EMAIL, "password": PASSWORD})
        assert signing_in.get_json()["code"] == "credentials_invalid"

    def test_gives_the_address_free(self, member: ApiClient, nobody: ApiClient) -> None:
        member.delete("/v1/me", {"password": PASSWORD})

        newcomer = register(nobody)
        assert newcomer.get("/v1/me/points").get_json()["balance_points"] == 0

    def test_leaves_everybody_else_alone(self, member: ApiClient, citizen: ApiClient) -> None:
        before = citizen.get("/v1/me/export").get_json()

        member.delete("/v1/me", {"password": PASSWORD})

        assert citizen.get("/v1/me/export").get_json() == before
        assert set(before) == {"exported_at", *HOLDINGS}

"""POST /v1/claims/poster."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, update

from backend.base.database import Database
from backend.claims.models import Claim, Flag
from backend.claims.terms import DEFAULT_FILE
from backend.config import Settings
from backend.organisations.models import Shop
from backend.people.models import CitizenLogin, Staff
from backend.purchases.models import Purchase
from tests.conftest import NOW
from tests.factories.claims import (
    LARGE_YEN,
    SMALL_YEN,
    acts_of,
    get_row,
    post_claim,
    state,
)
from tests.factories.purchases import buy, points_of
from tests.factories.world import World
from tests.support.client import ApiClient

pytestmark = pytest.mark.usefixtures("proven_ledger")
HERE = {"latitude": 42.9849, "longitude": 144.3819}


@pytest.fixture
def with_terms(
    settings: Settings, tmp_path: Path, make_app: Callable[..., Any], world: World
) -> Callable[..., ApiClient]:
    """The citizen of a city whose terms of posters are changed."""

    def with_terms(**poster: Any) -> ApiClient:
        terms = json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
        terms["kinds"]["poster"] |= poster
        file = tmp_path / "terms.json"
        file.write_text(json.dumps(terms), encoding="utf-8")
        changed = {name: getattr(settings, name) for name in settings.__dataclass_fields__}
        return ApiClient(make_app(Settings(**{**changed, "claim_terms_file": file})), world.citizen.token)

    return with_terms


class TestStatePosterClaim:
    def test_records_a_small_amount_at_once(self, citizen: ApiClient, poster: str, world: World) -> None:
        claim = state(citizen, poster)

        assert claim["status"] == "accepted"
        assert (claim["amount_yen"], claim["accepted_yen"]) == (SMALL_YEN, SMALL_YEN)
        assert claim["shop"]["id"] == str(world.shop_id)
        assert claim["decision"]["code"] == "within_limits"
        purchase = citizen.get(f"/v1/purchases/{claim['purchase_id']}").get_json()
        assert (purchase["amount_yen"], purchase["earned_points"]) == (SMALL_YEN, 6)
        assert points_of(citizen) == 6

    def test_tells_what_is_left_today(self, citizen: ApiClient, poster: str) -> None:
        claim = state(citizen, poster)

        left = {one["code"]: one["left"] for one in claim["left"]}
        assert left == {
            "purchase_yen": 2000,
            "person_yen": 2320,
            "person_count": 2,
            "pair_yen": 1320,
            "pair_count": 0,
            "shop_yen": 49_320,
            "shop_count": 49,
        }
        assert "今日はあと2,320円" in [one["text"] for one in claim["left"]]

    def test_lets_a_large_amount_wait_for_the_shop(
        self, citizen: ApiClient, poster: str, database: Database
    ) -> None:
        claim = state(citizen, poster, LARGE_YEN)

        assert (claim["status"], claim["waits_for"]) == ("submitted", "shop")
        assert (claim["expected_points"], claim["purchase_id"]) == (48, None)
        assert points_of(citizen) == 0
        assert acts_of(database, claim) == ["drafted", "submitted"]

    def test_lets_the_second_of_a_day_at_one_shop_wait(self, citizen: ApiClient, poster: str) -> None:
        state(citizen, poster)

        claim = state(citizen, poster, 500, key="another-key")

        assert (claim["status"], claim["waits_for"]) == ("submitted", "shop")

    def test_lets_it_pass_again_on_the_next_day_of_the_city(
        self, citizen: ApiClient, poster: str, clock: time_machine.Traveller
    ) -> None:
        state(citizen, poster)
        clock.shift(12 * 3600)

        claim = state(citizen, poster, 500, key="another-key")

        assert claim["status"] == "accepted"

    def test_refuses_more_than_may_be_stated(self, citizen: ApiClient, poster: str) -> None:
        response = post_claim(citizen, poster, 100_001)

        assert response.status_code == 409
        problem = response.get_json()
        assert problem["code"] == "claim_limit_reached"
        assert problem["detail"] == "申告できる上限をこえています（1回のお買い物で100,000円まで）。"

    def test_refuses_more_claims_than_a_day_takes(self, citizen: ApiClient, poster: str) -> None:
        for number in range(3):
            state(citizen, poster, LARGE_YEN + number, key=f"claim-key-{number}")

        response = post_claim(citizen, poster, 100, key="one-too-many")

        assert response.status_code == 409
        assert "このお店では今日あと0回" in response.get_json()["detail"]

    def test_answers_a_retry_with_the_same_claim(
        self, citizen: ApiClient, poster: str, database: Database
    ) -> None:
        first = state(citizen, poster)

        again = post_claim(citizen, poster)

        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.get_json() == first
        assert database.run(lambda session: session.scalar(select(func.count(Purchase.id)))) == 1

    def test_refuses_the_same_key_with_another_amount(self, citizen: ApiClient, poster: str) -> None:
        state(citizen, poster)

        response = post_claim(citizen, poster, 700)

        assert response.status_code == 422
        assert response.get_json()["code"] == "idempotency_key_reused"

    def test_keeps_the_keys_of_two_citizens_apart(
        self, citizen: ApiClient, neighbour: ApiClient, poster: str
    ) -> None:
        first = state(citizen, poster)

        second = state(neighbour, poster)

        assert first["id"] != second["id"]

    def test_knows_the_typed_digits(self, citizen: ApiClient, poster: str, world: World) -> None:
        claim = state(citizen, poster.rpartition("/")[2])

        assert claim["shop"]["id"] == str(world.shop_id)

    def test_refuses_what_is_no_shop_code(self, citizen: ApiClient) -> None:
        response = post_claim(citizen, "https://evil.example/s/1234567890123")

        assert response.status_code == 422
        assert response.get_json()["code"] == "shop_code_foreign"

    def test_counts_the_campaigns_of_the_moment_it_was_done(
        self, citizen: ApiClient, poster: str, run_campaign: Callable[..., uuid.UUID]
    ) -> None:
        run_campaign(slug="mornings", from_minute=420, until_minute=600, fixed_points=30)
        eight = (NOW - timedelta(hours=4)).isoformat()

        claim = state(citizen, poster, done_at=eight)

        assert points_of(citizen) == 36
        assert claim["done_at"].startswith("2026-06-14T23:00:00")

    @pytest.mark.parametrize("hours", [-25, 1])
    def test_refuses_a_moment_outside_the_window(self, citizen: ApiClient, poster: str, hours: int) -> None:
        response = post_claim(citizen, poster, done_at=(NOW + timedelta(hours=hours)).isoformat())

        assert response.status_code == 422
        assert response.get_json()["code"] == "done_at_outside_window"

    @pytest.mark.parametrize("amount", [0, -1, 10_000_000, 10**30, "680", 1.5, True])
    def test_refuses_what_is_no_amount(self, citizen: ApiClient, poster: str, amount: Any) -> None:
        response = post_claim(citizen, poster, amount)

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "amount_yen"

    def test_refuses_a_suspended_shop(
        self, citizen: ApiClient, poster: str, database: Database, world: World
    ) -> None:
        suspend = update(Shop).where(Shop.id == world.shop_id).values(status="suspended")
        database.run(lambda session: session.execute(suspend))

        response = post_claim(citizen, poster)

        assert response.status_code == 409
        assert response.get_json()["code"] == "shop_not_active"

    def test_belongs_to_citizens(self, clerk: ApiClient, nobody: ApiClient, poster: str) -> None:
        assert post_claim(clerk, poster).status_code == 403
        assert post_claim(nobody, poster).status_code == 401


class TestOddClaim:
    def test_by_somebody_who_works_there_waits_for_the_city(
        self, citizen: ApiClient, poster: str, database: Database, world: World
    ) -> None:
        def work(session: Any) -> None:
            staff = session.get_one(Staff, world.clerk.id)
            session.add(
                CitizenLogin(
                    id=uuid.uuid4(),
                    citizen_id=world.citizen.id,
                    kind="email",
                    subject=staff.email,
                    created_at=NOW,
                )
            )

        database.run(work)

        claim = state(citizen, poster)

        assert (claim["status"], claim["waits_for"]) == ("submitted", "city")
        assert acts_of(database, claim) == ["drafted", "submitted", "flagged"]
        flag = database.run(lambda session: session.scalars(select(Flag)).one())
        assert (flag.kind, flag.status) == ("own_shop", "open")
        assert flag.evidence == {"counted": 1, "odd_from": 1, "within_hours": 0}

    def test_of_what_the_till_has_recorded_waits_for_the_city(
        self, citizen: ApiClient, clerk: ApiClient, poster: str
    ) -> None:
        buy(citizen, clerk, SMALL_YEN)

        claim = state(citizen, poster, SMALL_YEN)

        assert claim["waits_for"] == "city"


class TestPosition:
    @pytest.fixture
    def placed(self, database: Database, world: World) -> None:
        query = update(Shop).where(Shop.id == world.shop_id).values(**HERE)
        database.run(lambda session: session.execute(query))

    @pytest.mark.parametrize(
        ("position", "status"),
        [
            (HERE, "accepted"),
            ({"latitude": 42.9851, "longitude": 144.3821}, "accepted"),
            ({"latitude": 43.0, "longitude": 144.3819}, "submitted"),
            (None, "submitted"),
        ],
    )
    @pytest.mark.usefixtures("placed")
    def test_lets_pass_whoever_is_near(
        self, with_terms: Callable[..., ApiClient], poster: str, position: Any, status: str
    ) -> None:
        citizen = with_terms(position_radius_metres=300)

        claim = state(citizen, poster, position=position)

        assert claim["status"] == status

    @pytest.mark.usefixtures("placed")
    def test_is_not_kept(self, with_terms: Callable[..., ApiClient], poster: str, database: Database) -> None:
        claim = state(with_terms(position_radius_metres=300), poster, position=HERE)

        row = get_row(database, claim)
        assert row.evidence == {"is_near": True}
        assert "42.98" not in repr([getattr(row, column.key) for column in Claim.__table__.columns])

    def test_is_not_asked_for_unless_the_terms_say_so(self, citizen: ApiClient, poster: str) -> None:
        claim = state(citizen, poster, position={"latitude": 0, "longitude": 0})

        assert claim["status"] == "accepted"

    @pytest.mark.parametrize("position", [{"latitude": 91, "longitude": 0}, {"latitude": 1}, "here"])
    def test_is_on_the_globe(self, citizen: ApiClient, poster: str, position: Any) -> None:
        assert post_claim(citizen, poster, position=position).status_code == 422

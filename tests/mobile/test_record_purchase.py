"""POST /v1/purchases: the main job, through HTTP."""

import base64
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.base.database import Database
from backend.campaigns.models import Campaign, CampaignCounter
from backend.notices.models import Delivery, Notice
from backend.organisations.models import Shop
from backend.points.models import PointsLot
from backend.points.queries import get_balance
from backend.points.verification import verify_ledger
from backend.purchases.keys import rotate_keys
from backend.purchases.models import Purchase, TillCode
from tests.factories.campaigns import make_campaign
from tests.factories.notices import make_device
from tests.factories.organisations import make_shop
from tests.factories.purchases import KEY, OTHER_KEY, buy, issue, record, token_of
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import FRAME, asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

Run = Callable[..., uuid.UUID]


@pytest.fixture
def run(database: Database, world: World, at: datetime) -> Run:
    """Let a campaign run beside the base programme; its id."""

    def run(**campaign: Any) -> uuid.UUID:
        return database.run(
            lambda session: make_campaign(session, at=at, approved_by=world.approver.id, **campaign).id
        )

    return run


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


def verdicts_of(purchase: dict[str, Any]) -> list[tuple[str, int]]:
    return [(verdict["code"], verdict["points"]) for verdict in purchase["verdicts"]]


def balance_of(database: Database, campaign_id: uuid.UUID) -> int:
    """What a campaign's budget has left."""

    def work(session: Session) -> int:
        account_id = session.get_one(Campaign, campaign_id).funding_account_id
        assert account_id is not None
        return get_balance(session, account_id=account_id)

    return database.run(work)


class TestRecordPurchase:
    def test_answers_the_purchase_its_points_and_the_new_balance(
        self, citizen: ApiClient, clerk: ApiClient, world: World
    ) -> None:
        code = issue(clerk)

        response = record(citizen, code["url"])

        assert response.status_code == 201
        purchase = response.get_json()
        assert purchase["amount_yen"] == 1280
        assert purchase["shop"]["id"] == str(world.shop_id)
        assert purchase["earned_points"] == 12
        assert purchase["balance_points"] == 12
        assert [verdict["code"] for verdict in purchase["verdicts"]] == ["awarded"]

    def test_adds_to_the_balance_with_every_purchase(self, citizen: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk, 1000)

        purchase = buy(citizen, clerk, 500, OTHER_KEY)

        assert purchase["balance_points"] == 15
        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 15

    def test_takes_the_bare_token_too(self, citizen: ApiClient, clerk: ApiClient) -> None:
        assert record(citizen, token_of(issue(clerk))).status_code == 201

    def test_takes_a_code_that_a_register_issued(self, citizen: ApiClient, register: ApiClient) -> None:
        assert record(citizen, issue(register)["url"]).status_code == 201

    def test_believes_the_shop_not_the_phone_about_the_amount(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        response = record(citizen, issue(clerk, 100)["url"], amount_yen=99_999)

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "amount_yen"
        assert count(database, Purchase) == 0

    def test_is_dated_by_the_server(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk)

        assert purchase["done_at"] == purchase["recorded_at"] == "2026-06-15T03:00:00+00:00"

    def test_shows_the_shop_that_the_code_has_been_used(self, citizen: ApiClient, clerk: ApiClient) -> None:
        code = issue(clerk)
        purchase = record(citizen, code["url"]).get_json()

        shown = clerk.get(f"/v1/shop/codes/{code['id']}").get_json()

        assert (shown["status"], shown["purchase_id"], shown["earned_points"]) == ("used", purchase["id"], 12)

    def test_draws_the_points_from_the_campaigns_budget(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, world: World
    ) -> None:
        before = balance_of(database, world.base_campaign_id)

        buy(citizen, clerk)

        assert balance_of(database, world.base_campaign_id) == before - 12
        assert database.run(verify_ledger) == []

    def test_gives_a_lot_that_ends_with_the_day_on_which_its_lifetime_is_over(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        buy(citizen, clerk)

        [expiry] = citizen.get("/v1/me/points").get_json()["next_expiries"]
        assert expiry == {"expires_at": "2027-06-15T15:00:00+00:00", "points": 12}

    def test_records_a_purchase_that_earns_nothing(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        purchase = buy(citizen, clerk, 99)

        assert verdicts_of(purchase) == [("amount_too_small", 0)]
        assert (purchase["earned_points"], purchase["balance_points"]) == (0, 0)
        assert count(database, PointsLot) == 0

    def test_records_where_no_campaign_runs_at_all(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        database.run(lambda session: session.execute(update(Campaign).values(status="ended")))
        database.run(
            lambda session: session.execute(text("UPDATE campaign_revisions SET revision = revision + 1"))
        )

        assert buy(citizen, clerk)["verdicts"] == []

    def test_leaves_out_points_that_are_over_though_no_job_has_run(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, at: datetime
    ) -> None:
        buy(citizen, clerk, 1000)
        over = {"issued_at": at - timedelta(days=2), "expires_at": at - timedelta(days=1)}
        database.run(lambda session: session.execute(update(PointsLot).values(**over)))

        purchase = buy(citizen, clerk, 500, OTHER_KEY)

        assert purchase["balance_points"] == 5


class TestRecordPurchaseWithCampaigns:
    def test_grants_what_each_campaign_awards_and_says_why(
        self, citizen: ApiClient, clerk: ApiClient, run: Run
    ) -> None:
        run(rate_permille=50)

        purchase = buy(citizen, clerk, 1000)

        assert verdicts_of(purchase) == [("awarded", 10), ("awarded", 50)]
        assert purchase["earned_points"] == 60

    @pytest.mark.parametrize(
        ("rule", "code"),
        [
            ({"rings": frozenset({"outside"})}, "ring_not_included"),
            ({"size_classes": frozenset({"large"})}, "shop_not_included"),
            ({"is_locally_owned": False}, "shop_not_included"),
            ({"weekdays": frozenset({6})}, "outside_weekdays"),
            ({"from_minute": 1020, "until_minute": 1140}, "outside_hours"),
        ],
    )
    def test_says_why_a_campaign_awards_nothing(
        self, citizen: ApiClient, clerk: ApiClient, run: Run, rule: dict[str, Any], code: str
    ) -> None:
        run(rate_permille=50, **rule)

        assert verdicts_of(buy(citizen, clerk, 1000)) == [("awarded", 10), (code, 0)]

    def test_cuts_to_the_cap_of_a_purchase(self, citizen: ApiClient, clerk: ApiClient, run: Run) -> None:
        run(rate_permille=50, purchase_cap_points=20)

        assert verdicts_of(buy(citizen, clerk, 1000))[1] == ("cut_to_purchase_cap", 20)

    def test_sees_a_campaign_from_the_moment_it_is_approved(
        self, citizen: ApiClient, clerk: ApiClient, run: Run
    ) -> None:
        """The rules are kept in the process; a stale copy must not be used."""
        assert len(buy(citizen, clerk)["verdicts"]) == 1

        run(rate_permille=50)

        assert len(buy(citizen, clerk, key=OTHER_KEY)["verdicts"]) == 2

    def test_keeps_what_was_said_when_the_campaign_is_long_over(
        self, citizen: ApiClient, clerk: ApiClient, run: Run, clock: Any
    ) -> None:
        run(rate_permille=50)
        purchase = buy(citizen, clerk)
        clock.shift(timedelta(days=29))

        assert citizen.get(f"/v1/purchases/{purchase['id']}").get_json() == purchase

    @pytest.mark.parametrize(
        ("language", "name", "said"),
        [
            ("ja", "summerまつり", "20ポイント獲得しました（1回のお買い物の上限 20 ポイント）。"),
            ("ja-x-easy", "summerの おまつり", "20ポイント もらいました。1回(かい)に 20ポイントまでです。"),
            ("en-GB,en;q=0.9", "summer festival", "20 points earned: 20 is the most for one purchase."),
            ("fr", "summerまつり", "20ポイント獲得しました（1回のお買い物の上限 20 ポイント）。"),
        ],
    )
    def test_speaks_the_language_that_is_asked_for(
        self, citizen: ApiClient, clerk: ApiClient, run: Run, language: str, name: str, said: str
    ) -> None:
        run(rate_permille=50, purchase_cap_points=20)

        purchase = record(citizen, issue(clerk)["url"], language=language).get_json()

        assert (purchase["verdicts"][1]["campaign"], purchase["verdicts"][1]["text"]) == (name, said)

    def test_speaks_the_language_of_the_person_where_none_is_asked_for(
        self, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        assert buy(neighbour, clerk)["verdicts"][0]["text"] == "12 points earned."


class TestRecordPurchaseBudget:
    def test_cuts_the_award_to_what_the_budget_has_left(
        self, citizen: ApiClient, clerk: ApiClient, run: Run, database: Database
    ) -> None:
        campaign_id = run(rate_permille=50, budget_points=30)

        purchase = buy(citizen, clerk, 1000)

        assert verdicts_of(purchase) == [("awarded", 10), ("cut_to_budget", 30)]
        assert purchase["balance_points"] == 40
        assert balance_of(database, campaign_id) == 0

    def test_says_so_once_the_budget_is_empty(self, citizen: ApiClient, clerk: ApiClient, run: Run) -> None:
        run(rate_permille=50, budget_points=30)
        buy(citizen, clerk, 1000)

        purchase = buy(citizen, clerk, 1000, OTHER_KEY)

        assert verdicts_of(purchase) == [("awarded", 10), ("budget_exhausted", 0)]

    def test_marks_the_campaign_whose_budget_it_emptied(
        self, citizen: ApiClient, clerk: ApiClient, run: Run, database: Database, at: datetime
    ) -> None:
        campaign_id = run(rate_permille=50, budget_points=30)

        buy(citizen, clerk, 1000)

        marked = database.run(lambda session: session.get_one(Campaign, campaign_id).budget_exhausted_at)
        assert marked == at

    def test_marks_a_campaign_whose_budget_an_earlier_purchase_had_emptied_exactly(
        self, citizen: ApiClient, clerk: ApiClient, run: Run, database: Database, at: datetime
    ) -> None:
        """The award that took the last point needed no cut, so nobody noticed then."""
        campaign_id = run(rate_permille=50, budget_points=50)
        buy(citizen, clerk, 1000)

        purchase = buy(citizen, clerk, 1000, OTHER_KEY)

        assert verdicts_of(purchase)[1] == ("budget_exhausted", 0)
        marked = database.run(lambda session: session.get_one(Campaign, campaign_id).budget_exhausted_at)
        assert marked == at

    def test_gathers_the_last_points_of_many_slices(
        self, citizen: ApiClient, clerk: ApiClient, run: Run, database: Database
    ) -> None:
        """16 slices of 625 points: no one of them has 9,000."""
        campaign_id = run(fixed_points=9_000, budget_points=10_000)

        assert verdicts_of(buy(citizen, clerk))[1] == ("awarded", 9_000)
        assert verdicts_of(buy(citizen, clerk, key=OTHER_KEY))[1] == ("cut_to_budget", 1_000)
        assert balance_of(database, campaign_id) == 0
        assert database.run(verify_ledger) == []

    def test_shows_the_end_of_the_budget_to_everybody(
        self, citizen: ApiClient, clerk: ApiClient, nobody: ApiClient, run: Run
    ) -> None:
        campaign_id = run(rate_permille=50, budget_points=30)
        buy(citizen, clerk, 1000)

        shown = {
            campaign["id"]: campaign["is_budget_exhausted"]
            for campaign in nobody.get("/v1/campaigns").get_json()["items"]
        }

        assert shown[str(campaign_id)] is True
        assert list(shown.values()).count(True) == 1


class TestRecordPurchaseDayCap:
    def test_cuts_to_what_the_day_has_left_and_then_refuses(
        self, citizen: ApiClient, clerk: ApiClient, run: Run
    ) -> None:
        run(rate_permille=50, day_cap_points=80)

        verdicts = [verdicts_of(buy(citizen, clerk, 1000, f"purchase-{number}"))[1] for number in range(3)]

        assert verdicts == [("awarded", 50), ("cut_to_day_cap", 30), ("day_cap_reached", 0)]

    def test_counts_each_person_by_themselves(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, run: Run
    ) -> None:
        run(rate_permille=50, day_cap_points=50)
        buy(citizen, clerk, 1000)

        assert verdicts_of(buy(neighbour, clerk, 1000))[1] == ("awarded", 50)

    def test_begins_anew_at_midnight_in_the_city(
        self, citizen: ApiClient, register: ApiClient, run: Run, clock: Any
    ) -> None:
        run(rate_permille=50, day_cap_points=50)
        clock.move_to(datetime(2026, 6, 15, 14, 59, 59, tzinfo=UTC))
        before = verdicts_of(buy(citizen, register, 1000))[1]
        clock.shift(1)

        after = verdicts_of(buy(citizen, register, 1000, OTHER_KEY))[1]

        assert (before, after) == (("awarded", 50), ("awarded", 50))

    def test_counts_a_purchase_on_the_day_it_was_done(
        self, citizen: ApiClient, register: ApiClient, run: Run, clock: Any, database: Database
    ) -> None:
        """Scanned just after midnight, bought just before it."""
        run(rate_permille=50, day_cap_points=50)
        clock.move_to(datetime(2026, 6, 15, 14, 59, 30, tzinfo=UTC))
        code = issue(register, 1000)
        clock.shift(60)

        record(citizen, code["url"], done_at="2026-06-15T14:59:40+00:00")

        days = database.run(lambda session: session.scalars(select(CampaignCounter.period_on)).all())
        assert [day.isoformat() for day in days] == ["2026-06-15"]

    def test_counts_nothing_for_a_campaign_without_one(
        self, citizen: ApiClient, clerk: ApiClient, run: Run, database: Database
    ) -> None:
        run(rate_permille=50)

        buy(citizen, clerk)

        assert count(database, CampaignCounter) == 0


class TestRecordPurchaseAgain:
    def test_gives_the_same_answer_and_says_that_it_is_a_replay(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        url = issue(clerk)["url"]
        first = record(citizen, url)

        again = record(citizen, url)

        assert again.status_code == 201
        assert again.get_json() == first.get_json()
        assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (
            None,
            "true",
        )

    def test_records_grants_and_announces_once(
        self, citizen: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        url = issue(clerk)["url"]

        responses = [record(citizen, url).status_code for _ in range(5)]

        assert responses == [201] * 5
        assert [count(database, model) for model in (Purchase, PointsLot, Notice)] == [1, 1, 1]
        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 12

    def test_still_does_so_when_the_code_has_expired_and_more_was_bought_since(
        self, citizen: ApiClient, clerk: ApiClient, clock: Any
    ) -> None:
        url = issue(clerk)["url"]
        first = record(citizen, url).get_json()
        buy(citizen, clerk, key=OTHER_KEY)
        clock.shift(timedelta(days=20))

        assert record(citizen, url).get_json() == first

    def test_still_does_so_when_the_shop_has_left_and_the_key_is_retired(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, at: datetime
    ) -> None:
        url = issue(clerk)["url"]
        first = record(citizen, url).get_json()
        database.run(lambda session: rotate_keys(session, at=at, retire_old=True))
        database.run(lambda session: session.execute(update(Shop).values(status="closed")))

        assert record(citizen, url).get_json() == first

    def test_tells_it_in_the_language_asked_for_now(self, citizen: ApiClient, clerk: ApiClient) -> None:
        url = issue(clerk)["url"]
        record(citizen, url, language="ja")

        again = record(citizen, url, language="en").get_json()

        assert again["verdicts"][0]["text"] == "12 points earned."

    @pytest.mark.parametrize("body", [{"done_at": "2026-06-15T03:00:00+00:00"}, {"scanned": None}])
    def test_refuses_the_key_for_another_request(
        self, citizen: ApiClient, clerk: ApiClient, body: dict[str, Any]
    ) -> None:
        url = issue(clerk)["url"]
        record(citizen, url)
        body = {"scanned": url} | {name: value or issue(clerk)["url"] for name, value in body.items()}

        response = citizen.post("/v1/purchases", body, headers={"Idempotency-Key": KEY})

        assert response.status_code == 422
        assert response.get_json()["code"] == "idempotency_key_reused"
        assert response.get_json()["errors"][0]["field"] == "Idempotency-Key"

    def test_takes_another_citizens_key_as_a_key_like_any_other(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        mine = buy(citizen, clerk, 1000)

        theirs = record(neighbour, issue(clerk, 500)["url"])

        assert theirs.status_code == 201
        assert "Idempotent-Replayed" not in theirs.headers
        assert theirs.get_json()["id"] != mine["id"]

    def test_does_not_show_somebody_elses_purchase_for_the_same_code_and_key(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        url = issue(clerk)["url"]
        record(citizen, url)

        response = record(neighbour, url)

        assert response.status_code == 409
        assert response.get_json()["code"] == "till_code_used"


class TestRecordPurchaseDoneAt:
    @pytest.mark.parametrize(
        "done_at",
        [
            "2026-06-15T03:00:00+00:00",
            "2026-06-15T03:00:00Z",
            "2026-06-15T12:00:00+09:00",
            "2026-06-15T02:58:00+00:00",  # two minutes before the code was issued
            "2026-06-15T03:02:00+00:00",  # two minutes ahead of our clock
            "2026-06-15T03:00:00.123456+00:00",
        ],
    )
    def test_is_taken_within_its_window(self, citizen: ApiClient, clerk: ApiClient, done_at: str) -> None:
        response = record(citizen, issue(clerk)["url"], done_at=done_at)

        assert response.status_code == 201
        assert datetime.fromisoformat(response.get_json()["done_at"]) == datetime.fromisoformat(done_at)

    @pytest.mark.parametrize(
        "done_at",
        [
            "2026-06-15T02:57:59+00:00",
            "2026-06-15T03:02:01+00:00",
            "2026-06-15T03:00:00+09:00",
            "2020-01-01T00:00:00+00:00",
            "2099-01-01T00:00:00+00:00",
        ],
    )
    def test_is_refused_outside_it(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, done_at: str
    ) -> None:
        response = record(citizen, issue(clerk)["url"], done_at=done_at)

        assert response.status_code == 422
        assert response.get_json()["code"] == "done_at_outside_window"
        assert count(database, Purchase) == 0

    @on_sqlite
    @pytest.mark.parametrize("done_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
    def test_is_refused_where_the_calendar_ends(
        self, citizen: ApiClient, clerk: ApiClient, done_at: str
    ) -> None:
        response = record(citizen, issue(clerk)["url"], done_at=done_at)

        assert response.status_code == 422

    def test_reaches_no_further_back_than_the_window(
        self, citizen: ApiClient, register: ApiClient, clock: Any, make_app: Any, settings: Any
    ) -> None:
        """A code that lives for an hour does not stretch the window."""
        app = make_app(replace(settings, till_code_seconds=3600))
        code = issue(ApiClient(app, register.token))
        clock.shift(1200)
        caller = ApiClient(app, citizen.token)

        responses = [
            record(caller, code["url"], done_at=done_at).status_code
            for done_at in ("2026-06-15T03:09:59+00:00", "2026-06-15T03:10:00+00:00")
        ]

        assert responses == [422, 201]

    @on_sqlite
    @pytest.mark.parametrize(
        "done_at",
        ["2026-06-15T03:00:00", "yesterday", "", 1_781_492_400, True, [], {}, "2026-13-01T00:00:00Z"],
    )
    def test_must_be_a_moment_with_its_zone(self, citizen: ApiClient, clerk: ApiClient, done_at: Any) -> None:
        response = record(citizen, issue(clerk)["url"], done_at=done_at)

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "done_at"

    def test_decides_which_campaigns_hold(
        self, citizen: ApiClient, clerk: ApiClient, run: Run, clock: Any
    ) -> None:
        """Happy hour ended at 12:01; the purchase was at 12:00, the scan at 12:02."""
        run(rate_permille=50, from_minute=660, until_minute=721)
        url = issue(clerk, 1000)["url"]
        clock.shift(120)

        purchase = record(citizen, url, done_at="2026-06-15T12:00:30+09:00").get_json()

        assert verdicts_of(purchase)[1] == ("awarded", 50)


class TestRecordPurchaseAnnounces:
    def test_puts_a_notice_into_the_inbox_and_queues_a_push(
        self, citizen: ApiClient, clerk: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        device = database.run(lambda session: make_device(session, citizen_id=world.citizen.id, at=at))

        purchase = buy(citizen, clerk)

        notice = database.run(lambda session: session.scalars(select(Notice)).one())
        delivery = database.run(lambda session: session.scalars(select(Delivery)).one())
        assert (notice.citizen_id, notice.kind) == (world.citizen.id, "purchase_recorded")
        assert notice.params == {
            "shop": {"ja": "麦と汽笛", "en": None},
            "amount_yen": 1280,
            "points": 12,
            "spent_points": 0,
            "balance_points": 12,
            "purchase_id": purchase["id"],
        }
        assert (delivery.notice_id, delivery.device_id, delivery.status) == (notice.id, device.id, "waiting")

    def test_leaves_nothing_at_all_when_its_last_write_fails(
        self, citizen: ApiClient, clerk: ApiClient, world: World, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_device(session, citizen_id=world.citizen.id, at=at))
        url = issue(clerk)["url"]
        away = "ALTER TABLE deliveries RENAME TO deliveries_away"
        database.run(lambda session: session.execute(text(away)))

        status = record_unchecked(citizen, url)

        assert status in (500, 503)
        assert [count(database, model) for model in (Purchase, PointsLot, Notice)] == [0, 0, 0]
        assert database.run(lambda session: session.scalars(select(TillCode.used_at)).all()) == [None]
        assert database.run(verify_ledger) == []


class TestRecordPurchaseRefuses:
    def test_a_code_that_has_been_used(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, database: Database
    ) -> None:
        url = issue(clerk)["url"]
        record(citizen, url)

        responses = [record(citizen, url, OTHER_KEY), record(neighbour, url)]

        assert [response.status_code for response in responses] == [409, 409]
        assert {response.get_json()["code"] for response in responses} == {"till_code_used"}
        assert count(database, Purchase) == 1

    def test_a_code_that_was_cancelled(self, citizen: ApiClient, clerk: ApiClient) -> None:
        code = issue(clerk)
        clerk.delete(f"/v1/shop/codes/{code['id']}")

        response = record(citizen, code["url"])

        assert (response.status_code, response.get_json()["code"]) == (409, "till_code_cancelled")

    @pytest.mark.parametrize(("seconds", "status"), [(179, 201), (180, 409), (86_400, 409)])
    def test_a_code_that_has_expired(
        self, citizen: ApiClient, clerk: ApiClient, clock: Any, seconds: int, status: int
    ) -> None:
        url = issue(clerk)["url"]
        clock.shift(seconds)

        response = record(citizen, url)

        assert response.status_code == status
        assert response.get_json().get("code") in (None, "till_code_expired")

    @pytest.mark.parametrize("status", ["applied", "suspended", "closed", "rejected"])
    def test_a_code_of_a_shop_that_does_not_take_part(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, status: str
    ) -> None:
        url = issue(clerk)["url"]
        database.run(lambda session: session.execute(update(Shop).values(status=status)))

        response = record(citizen, url)

        assert (response.status_code, response.get_json()["code"]) == (409, "shop_not_active")

    def test_a_code_signed_with_a_key_that_is_retired(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, at: datetime
    ) -> None:
        url = issue(clerk)["url"]
        database.run(lambda session: rotate_keys(session, at=at, retire_old=True))

        response = record(citizen, url)

        assert (response.status_code, response.get_json()["code"]) == (422, "code_unreadable")

    def test_a_code_signed_with_another_installations_secret(
        self, citizen: ApiClient, clerk: ApiClient, make_app: Any, settings: Any
    ) -> None:
        elsewhere = make_app(replace(settings, secret_key="another secret key of at least 32 characters"))
        url = issue(ApiClient(elsewhere, clerk.token))["url"]

        response = record(citizen, url)

        assert (response.status_code, response.get_json()["code"]) == (422, "code_unreadable")

    def test_a_code_whose_shop_was_swapped(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, at: datetime
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at, name_ja="となりの店").id)
        data = bytearray(base64.urlsafe_b64decode(token_of(issue(clerk)) + "="))
        data[19:35] = other_id.bytes

        response = record(citizen, base64.urlsafe_b64encode(data).rstrip(b"=").decode())

        assert (response.status_code, response.get_json()["code"]) == (422, "code_unreadable")

    @pytest.mark.parametrize("byte", [2, 3, 18, 34, 38, 42, 43, 58])
    def test_a_code_altered_by_a_single_bit(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, byte: int
    ) -> None:
        data = bytearray(base64.urlsafe_b64decode(token_of(issue(clerk)) + "="))
        data[byte] ^= 1

        response = record(citizen, base64.urlsafe_b64encode(data).rstrip(b"=").decode())

        assert (response.status_code, response.get_json()["code"]) == (422, "code_unreadable")
        assert count(database, Purchase) == 0

    def test_an_altered_copy_of_a_used_code_without_telling_that_it_was_used(
        self, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        token = token_of(issue(clerk))
        record(citizen, token)
        altered = token[:-1] + ("A" if token[-1] != "A" else "Q")

        assert record(citizen, altered, OTHER_KEY).get_json()["code"] == "code_unreadable"

    @pytest.mark.parametrize(
        "scanned", ["https://evil.example/c/x", "https://example.jp", "WIFI:S:cafe;;", "mailto:a@example.jp"]
    )
    def test_an_address_that_is_not_ours(self, citizen: ApiClient, scanned: str) -> None:
        response = record(citizen, scanned)

        assert (response.status_code, response.get_json()["code"]) == (422, "code_foreign")

    @pytest.mark.parametrize("token", [None, "clerk", "manager", "register", "city", "approver"])
    def test_everybody_who_is_no_citizen(
        self, app: Any, world: World, clerk: ApiClient, token: str | None
    ) -> None:
        tokens = {None: None, "register": world.register_key}
        caller = ApiClient(app, tokens[token] if token in tokens else getattr(world, str(token)).token)

        response = record(caller, issue(clerk)["url"])

        assert response.status_code == (401 if token is None else 403)

    @pytest.mark.parametrize("token", ["mgc_unknown", "nonsense", "mgk_unknown", "mgs_unknown", "x" * 9_000])
    def test_a_token_nobody_has(self, app: Any, clerk: ApiClient, token: str) -> None:
        response = record(ApiClient(app, token), issue(clerk)["url"])

        assert (response.status_code, response.get_json()["code"]) == (401, "token_invalid")
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="meguri"'


@on_sqlite  # refused before any database is asked
class TestRecordPurchaseBadInput:
    @pytest.mark.parametrize(
        ("scanned", "field"),
        [
            ("", "scanned"),
            ("x" * 513, "scanned"),
            (None, "scanned"),
            (5, "scanned"),
            (True, "scanned"),
            (["a"], "scanned"),
            ({"a": 1}, "scanned"),
            ("a\x00b", "scanned"),
            ("a\x1bb", "scanned"),
            ("\x7f", "scanned"),
        ],
    )
    def test_names_the_field_at_fault(self, citizen: ApiClient, scanned: Any, field: str) -> None:
        response = record(citizen, scanned)

        assert response.status_code == 422
        assert response.get_json()["code"] == "fields_invalid"
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    @pytest.mark.parametrize("scanned", ["めぐり", "🦌", "x", " ", "' OR 1=1 --", "%00", "\\u0000", "null"])
    def test_calls_rubbish_unreadable(self, citizen: ApiClient, scanned: str) -> None:
        response = record(citizen, scanned)

        assert (response.status_code, response.get_json()["code"]) == (422, "code_unreadable")

    @pytest.mark.parametrize("name", ["amount_yen", "points", "account_id", "shop_id", "at", "", "めぐり"])
    def test_refuses_a_field_that_nobody_asked_for(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, name: str
    ) -> None:
        response = record(citizen, issue(clerk)["url"], **{name: 1})

        assert response.status_code == 422
        assert count(database, Purchase) == 0

    @pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"', b"true", b"{}"])
    def test_refuses_json_of_another_shape(self, citizen: ApiClient, body: bytes) -> None:
        response = send(citizen, body)

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b'{"scanned": ',
            b"scanned=x",
            b"{'scanned': 'x'}",
            b'{"scanned": NaN}',
            b'{"scanned": "x",}',
            '{"scanned": "めぐり"}'.encode("cp932"),
            '{"scanned": "x"}'.encode("utf-16"),
            '\ufeff{"scanned": "x"}'.encode(),
            b'{"scanned": "\xff"}',
            b'{"scanned": "\\ud800"}',
            b"[" * 60_000,
        ],
    )
    def test_refuses_what_is_no_json_in_utf_8(self, citizen: ApiClient, body: bytes) -> None:
        response = send(citizen, body)

        assert (response.status_code, response.get_json()["code"]) == (400, "body_malformed")

    @pytest.mark.parametrize(
        "content_type",
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"],
    )
    def test_refuses_another_content_type(
        self, citizen: ApiClient, clerk: ApiClient, content_type: str
    ) -> None:
        body = b'{"scanned": "%s"}' % issue(clerk)["url"].encode()

        response = send(citizen, body, content_type)

        assert (response.status_code, response.get_json()["code"]) == (400, "body_malformed")

    def test_takes_json_with_its_charset_named(self, citizen: ApiClient, clerk: ApiClient) -> None:
        body = b'{"scanned": "%s"}' % issue(clerk)["url"].encode()

        assert send(citizen, body, "application/json; charset=utf-8").status_code == 201

    def test_refuses_a_body_of_ten_megabytes(self, citizen: ApiClient) -> None:
        response = send(citizen, b'{"scanned": "%s"}' % (b"x" * 10_000_000))

        assert (response.status_code, response.get_json()["code"]) == (413, "body_too_large")

    @pytest.mark.parametrize(
        "key", ["", "short", "x" * 65, "has space", "quote'; --", "ünïcode-key", "key/slash", "key,key,key"]
    )
    def test_refuses_a_key_that_no_app_makes(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, key: str
    ) -> None:
        response = record(citizen, issue(clerk)["url"], key)

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "Idempotency-Key"
        assert count(database, Purchase) == 0

    def test_wants_a_key(self, citizen: ApiClient, clerk: ApiClient) -> None:
        response = citizen.post("/v1/purchases", {"scanned": issue(clerk)["url"]})

        assert response.status_code == 422
        assert response.get_json()["errors"][0]["field"] == "Idempotency-Key"

    @pytest.mark.parametrize(
        "key", ["12345678", "a" * 64, "0197c0de-0000-7000-8000-000000000001", "A_b-C_d-1"]
    )
    def test_takes_any_key_of_letters_digits_and_dashes(
        self, citizen: ApiClient, clerk: ApiClient, key: str
    ) -> None:
        assert record(citizen, issue(clerk)["url"], key).status_code == 201


class TestRecordPurchaseStatements:
    @on_postgresql
    def test_takes_three_statements_and_no_begin_on_postgresql(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, run: Run
    ) -> None:
        run(rate_permille=50, day_cap_points=500)
        buy(citizen, clerk)
        url = issue(clerk)["url"]

        with asked_statements(database, frames=True) as statements:
            record(citizen, url, OTHER_KEY)

        assert len(statements) == 3

    @on_postgresql
    def test_takes_one_transaction_when_the_first_try_lost(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, run: Run
    ) -> None:
        """The second try locks what it reads, within BEGIN and COMMIT."""
        run(rate_permille=50, budget_points=30)
        url = issue(clerk, 1000)["url"]

        with asked_statements(database, frames=True) as statements:
            record(citizen, url)

        frames = [statement.split()[0] for statement in statements if FRAME.match(statement)]
        assert frames == ["BEGIN", "COMMIT"]


def record_unchecked(caller: ApiClient, scanned: str) -> int:
    """The status alone: what a broken database gives is not in the specification."""
    response = caller.app.test_client().post(
        "/v1/purchases",
        json={"scanned": scanned},
        headers={"Idempotency-Key": KEY, "Authorization": f"Bearer {caller.token}"},
    )
    return response.status_code


def send(caller: ApiClient, body: bytes, content_type: str = "application/json") -> TestResponse:
    """A body as it is."""
    return caller.post(
        "/v1/purchases", data=body, content_type=content_type, headers={"Idempotency-Key": KEY}
    )

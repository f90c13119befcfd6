"""One transaction a request: it commits when the view returns, and the answer waits for the commit."""

import io
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from backend.base.database import Database
from backend.base.errors import DatabaseUnavailable
from backend.mobile.purchases import routes
from backend.purchases.models import Purchase, TillCode
from backend.web.ground import Ground
from tests.factories.purchases import KEY, issue, record
from tests.support.client import ApiClient

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def count(database: Database, model: type[Any]) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


class TestCommit:
    def test_that_fails_is_answered_as_a_failure(self, clerk: ApiClient, database: Database) -> None:
        """Not as the success that the view believed in."""

        def fail(_connection: Any) -> None:
            raise OperationalError("COMMIT", None, Exception("disk full"))

        event.listen(database.engine, "commit", fail)

        response = clerk.post("/v1/shop/codes", {"amount_yen": 100})
        event.remove(database.engine, "commit", fail)

        assert (response.status_code, response.get_json()["code"]) == (503, "database_unavailable")
        assert count(database, TillCode) == 0

    def test_is_not_undone_by_noting_that_the_session_is_in_use(
        self, clerk: ApiClient, database: Database, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock.shift(600)

        def fail(*_: Any, **__: Any) -> None:
            raise DatabaseUnavailable

        monkeypatch.setattr("backend.web.usage.note_seen", fail)

        response = clerk.post("/v1/shop/codes", {"amount_yen": 100})

        assert response.status_code == 201
        assert count(database, TillCode) == 1


class WatchingBody(io.BytesIO):
    """A body that looks, whenever it is read, whether anybody else could write meanwhile."""

    def __init__(self, data: bytes, ground: Ground) -> None:
        super().__init__(data)
        self.ground = ground
        self.seen: list[bool] = []

    def _look(self) -> None:
        self.seen.append(self.ground.database._writer_turn.locked())

    def read(self, size: int | None = -1) -> bytes:
        self._look()
        return super().read(size)

    def readinto(self, buffer: Any) -> int:
        self._look()
        return super().readinto(buffer)


@on_sqlite
class TestSlowBody:
    def test_is_read_before_the_one_writer_of_sqlite_has_its_turn(
        self, citizen: ApiClient, clerk: ApiClient, ground: Ground
    ) -> None:
        """Or one phone on a bad line, or one attacker, would hold up every till in the city."""
        data = b'{"scanned": "%s"}' % issue(clerk)["url"].encode()
        body = WatchingBody(data, ground)

        response = citizen.post(
            "/v1/purchases",
            input_stream=body,
            content_length=len(data),
            content_type="application/json",
            headers={"Idempotency-Key": KEY},
        )

        assert response.status_code == 201
        assert set(body.seen) == {False}

    def test_that_ends_too_early_is_malformed_and_does_nothing(
        self, citizen: ApiClient, database: Database
    ) -> None:
        response = citizen.post(
            "/v1/purchases",
            input_stream=io.BytesIO(b'{"scanned": '),
            content_length=100,
            content_type="application/json",
            headers={"Idempotency-Key": KEY},
        )

        assert response.status_code == 400
        assert count(database, Purchase) == 0


class TestPrincipal:
    def test_is_read_anew_with_every_request(self, citizen: ApiClient, clerk: ApiClient, clock: Any) -> None:
        """A session that has ended ends at once, whatever was answered before."""
        before = citizen.get("/v1/me/points").status_code
        clock.shift(31 * 86_400)

        assert (before, citizen.get("/v1/me/points").status_code) == (200, 401)

    @pytest.mark.parametrize(
        "header",
        [
            "Basic {token}",
            "Bearer",
            "Bearer ",
            "bearer  {token}",
            "Token {token}",
            "{token}",
            "Bearer {token}x",
        ],
    )
    def test_is_nobody_elses_by_a_header_that_is_almost_right(self, citizen: ApiClient, header: str) -> None:
        response = ApiClient(citizen.app).get(
            "/v1/me/points", headers={"Authorization": header.format(token=citizen.token)}
        )

        assert (response.status_code, response.get_json()["code"]) == (401, "token_invalid")

    def test_may_be_named_by_bearer_in_any_case(self, citizen: ApiClient) -> None:
        response = ApiClient(citizen.app).get(
            "/v1/me/points", headers={"Authorization": f"bEARER {citizen.token}"}
        )

        assert response.status_code == 200

    def test_has_no_way_in_but_the_header(self, citizen: ApiClient) -> None:
        response = ApiClient(citizen.app).get(
            "/v1/me/points",
            headers={"Cookie": f"token={citizen.token}; Authorization=Bearer {citizen.token}"},
        )

        assert response.status_code == 401


class TestSingleWrite:
    def test_leaves_nothing_of_a_purchase_whose_answer_could_not_be_written(
        self, citizen: ApiClient, clerk: ApiClient, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On PostgreSQL the statement has committed by then: the retry finds the purchase, not a second one."""
        url = issue(clerk)["url"]
        with monkeypatch.context() as patch:
            patch.setattr(routes, "present_purchase", fail_to_present)
            broken = citizen.app.test_client().post(
                "/v1/purchases",
                json={"scanned": url},
                headers={"Authorization": f"Bearer {citizen.token}", "Idempotency-Key": KEY},
            )

        again = record(citizen, url)

        assert (broken.status_code, again.status_code) == (500, 201)
        assert count(database, Purchase) == 1
        assert citizen.get("/v1/me/points").get_json()["balance_points"] == 12


def fail_to_present(*_: Any) -> None:
    raise RuntimeError("after the write")

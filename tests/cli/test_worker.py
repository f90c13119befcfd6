"""`meguri worker`: what it refuses before it works."""

import pytest

from tests.cli.conftest import Meguri, call


class TestWorker:
    def test_once_ends_when_nothing_is_due(self, meguri: Meguri) -> None:
        assert meguri("worker", "--once").exit_code == 0

    def test_wants_a_current_database(self, meguri_anew: Meguri) -> None:
        meguri_anew("db", "upgrade", "0001")

        result = meguri_anew("worker")

        assert result.exit_code == 1
        assert "db upgrade" in result.output

    @pytest.mark.parametrize("url", ["meguri.db", "mysql://meguri@127.0.0.1/meguri"])
    def test_says_that_the_database_is_none_of_ours(self, url: str) -> None:
        result = call(url, ["worker"], {})

        assert result.exit_code == 1
        assert result.output.startswith("Error: DATABASE_URL: ")

    def test_once_says_why_the_database_is_away(self) -> None:
        result = call("postgresql+psycopg://meguri:hidden@127.0.0.1:1/meguri", ["worker", "--once"], {})

        assert result.exit_code == 1
        assert "connection failed" in result.output
        assert "hidden" not in result.output

    @pytest.mark.parametrize(("name", "value"), [("WORKER_SENDERS", "0"), ("PUSH_LEASE_SECONDS", "29")])
    def test_refuses_a_setting_with_which_messages_would_fail(
        self, meguri: Meguri, name: str, value: str
    ) -> None:
        result = meguri("worker", "--once", **{name: value})

        assert result.exit_code == 1
        assert name in result.output

    def test_says_that_it_waits_for_a_database_that_is_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backend.cli.worker.run_worker", lambda *_, **__: None)
        monkeypatch.setattr("backend.cli.worker.make_way", lambda: None)

        result = call("postgresql+psycopg://meguri:hidden@127.0.0.1:1/meguri", ["worker"], {})

        assert result.exit_code == 0
        assert "connection failed" in result.output
        assert "The worker waits for it." in result.output

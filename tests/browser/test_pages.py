"""The pages people see, in a real Chromium: they render under their strict policy, and ask nobody else."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.factories.posters import codes_in, issue_poster, pictures_of
from tests.support.client import ApiClient

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=15000",
    "--dump-dom",
)
PRINTING = (
    CHROMIUM or "",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-pdf-header-footer",
    "--enable-logging=stderr",
)
REFUSALS = ("Content Security Policy", "Refused to", "Uncaught")


@pytest.fixture(autouse=True, scope="module")
def chromium() -> None:
    if CHROMIUM is None:
        if os.environ.get("MEGURI_REQUIRE_ALL"):
            pytest.fail("Chromium is required here and is not installed")
        pytest.skip("no Chromium: Debian's package `chromium` lets these tests run")


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "meguri.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    with served(app) as address:
        yield address


@contextmanager
def served(app: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def signed_by(caller: ApiClient) -> Any:
    """The application as it is for somebody whose every request is signed: a browser itself signs none."""

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        return caller.app(environ | {"HTTP_AUTHORIZATION": f"Bearer {caller.token}"}, start_response)

    return application


def visit(url: str, profile: Path) -> tuple[str, str]:
    """The page as it stands after its scripts ran, and what the browser's console said."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}", url], capture_output=True, text=True, timeout=120
    )
    return done.stdout, done.stderr


class TestDocsPage:
    def test_shows_the_operations_under_its_policy(self, address: str, tmp_path: Path) -> None:
        page, console = visit(f"{address}/docs", tmp_path / "profile")

        assert "operations-purchases-record_purchase" in page
        assert [refusal for refusal in REFUSALS if refusal in console] == []

    def test_loads_nothing_from_elsewhere(self, address: str, tmp_path: Path) -> None:
        page, _ = visit(f"{address}/docs", tmp_path / "profile")

        loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?://[^"]+)"', page)
        assert loaded == []


class TestLandingPage:
    def test_greets_a_phone_without_the_app(self, address: str, tmp_path: Path) -> None:
        page, console = visit(f"{address}/c/token", tmp_path / "profile")

        assert "めぐり" in page
        assert [refusal for refusal in REFUSALS if refusal in console] == []


class TestPosterPage:
    @pytest.mark.parametrize("size", ["a4", "a6", "card"])
    def test_prints_on_one_sheet_with_a_code_that_is_read(
        self, manager: ApiClient, tmp_path: Path, size: str
    ) -> None:
        poster = issue_poster(manager)
        pdf = tmp_path / "poster.pdf"

        with served(signed_by(manager)) as address:
            done = subprocess.run(
                [
                    *PRINTING,
                    f"--user-data-dir={tmp_path / 'profile'}",
                    f"--print-to-pdf={pdf}",
                    f"{address}/v1/shop/posters/{poster['id']}/page?size={size}",
                ],
                capture_output=True,
                text=True,
                timeout=120,
                check=True,
            )

        assert [refusal for refusal in REFUSALS if refusal in done.stderr] == []
        (picture,) = pictures_of(pdf.read_bytes())
        assert codes_in(picture) == [poster["url"]]

"""The `meguri` command, called as people call it, on a database of its own."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
import yaml
from click.testing import CliRunner
from firebase_admin import credentials, messaging
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.vapid_keys import make_private_key, read_web_push_key
from backend.changes.models import ChangeCounter
from backend.cli.main import COMMANDS, main
from backend.points.models import PointsBalance
from backend.web.spec import FACES
from tests.cli.conftest import Meguri, call
from tests.factories.notices import make_device
from tests.factories.world import World
from tests.fakes.fcm import UNREGISTERED, FakeFcm, FixedToken, run_fcm

# Ids are drawn by the true clock, whatever the test's says.
LATER = datetime(2100, 1, 1, tzinfo=UTC)

FIT = {
    "MEGURI_MODE": "production",
    "SECRET_KEY": "only-for-this-test-and-long-enough-0000",
    "PUBLIC_URL": "https://meguri.example.jp",
    "MAIL_SENDER": "smtp",
    "METRICS_TOKEN": "only-for-this-test",
    "FIREBASE_PROJECT_ID": "a-town",
    "FIREBASE_CREDENTIALS_FILE": "/etc/meguri/firebase.json",
    "SMTP_HOST": "mail.example.jp",
}


class TestMeguri:
    def test_names_its_commands_without_loading_the_application(self) -> None:
        program = (
            "import sys; from click.testing import CliRunner; from backend.cli.main import main;"
            "print(CliRunner().invoke(main, ['--help']).output);"
            "print([name for name in ('sqlalchemy', 'granian', 'backend.app') if name in sys.modules])"
        )

        told = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout

        assert all(name in told for name in COMMANDS)
        assert told.splitlines()[-1] == "[]"

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_explains_itself(self, name: str) -> None:
        result = CliRunner().invoke(main, [name, "--help"])

        assert result.exit_code == 0, result.output

    def test_says_what_is_wrong_with_a_setting(self, meguri: Meguri) -> None:
        result = meguri("db", "current", PORT="eighty")

        assert result.exit_code == 1
        assert "PORT" in result.output

    def test_says_that_the_database_is_away_without_its_password(self) -> None:
        result = call("postgresql+psycopg://meguri:hidden@127.0.0.1:1/meguri", ["db", "current"], {})

        assert result.exit_code == 1
        assert "connection failed" in result.output
        assert "hidden" not in result.output

    def test_reads_settings_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "settings"
        file.write_text(f"DATABASE_URL=sqlite:///{tmp_path}/named.db\n")

        result = CliRunner().invoke(main, ["-e", str(file), "db", "current"], env={"DATABASE_URL": None})

        assert "named.db: nothing yet" in result.output


class TestDb:
    def test_goes_up_and_down(self, meguri_anew: Meguri) -> None:
        assert "0001 (newest" in meguri_anew("db", "upgrade", "0001").output
        assert meguri_anew("db", "upgrade").exit_code == 0
        assert "nothing yet" in meguri_anew("db", "downgrade", "base").output

    def test_check_fits_a_migrated_database(self, meguri: Meguri) -> None:
        result = meguri("db", "check")

        assert result.exit_code == 0, result.output

    def test_check_fails_for_an_older_one(self, meguri_anew: Meguri) -> None:
        meguri_anew("db", "upgrade", "0001")

        result = meguri_anew("db", "check")

        assert result.exit_code == 1
        assert "meguri db upgrade" in result.output

    def test_begins_a_new_epoch_after_a_restore(self, meguri: Meguri, database: Database) -> None:
        epoch = select(ChangeCounter.epoch)
        before = database.run(lambda session: session.scalar(epoch))

        result = meguri("db", "new-epoch")

        assert result.exit_code == 0, result.output
        assert database.run(lambda session: session.scalar(epoch)) != before

    def test_knows_no_such_revision(self, meguri_anew: Meguri) -> None:
        result = meguri_anew("db", "upgrade", "7777")

        assert result.exit_code == 1
        assert "7777" in result.output


class TestLedgerVerify:
    def test_is_content_with_a_sound_ledger(self, meguri: Meguri, world: World) -> None:
        assert meguri("ledger", "verify").output == "The ledger adds up.\n"

    def test_finds_points_from_nowhere(self, meguri: Meguri, world: World, database: Database) -> None:
        def forge(session: Session) -> None:
            own = PointsBalance.account_id == world.citizen.account_id
            session.execute(update(PointsBalance).where(own).values(balance_points=5))

        database.run(forge)

        result = meguri("ledger", "verify")

        assert result.exit_code == 1
        assert f"{world.citizen.account_id}" in result.output


class TestLedgerSeal:
    def test_seals_what_has_come_to_rest(
        self, meguri: Meguri, world: World, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(LATER)

        result = meguri("ledger", "seal")

        assert result.output.startswith("Sealed 1 transactions: 1:")
        assert meguri("ledger", "seal").output == "Nothing to seal.\n"

    def test_gives_a_head_that_verify_knows_again(
        self, meguri: Meguri, world: World, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(LATER)
        head = meguri("ledger", "seal").output.split()[-1]

        result = meguri("ledger", "verify", "--head", head)

        assert result.exit_code == 0
        assert result.output.endswith(f"Keep this head elsewhere: {head}\n")

    def test_gives_a_head_whose_loss_is_found(
        self, meguri: Meguri, world: World, clock: time_machine.Traveller
    ) -> None:
        clock.move_to(LATER)
        meguri("ledger", "seal")

        result = meguri("ledger", "verify", "--head", f"1:{'00' * 32}")

        assert result.exit_code == 1
        assert "a kept hash is not in the chain: 1:00" in result.output

    def test_takes_no_head_that_is_none(self, meguri: Meguri) -> None:
        assert meguri("ledger", "verify", "--head", "the last one").exit_code == 2


class TestCheck:
    def test_names_each_fault(self, meguri: Meguri) -> None:
        result = meguri("check")

        assert result.exit_code == 1
        assert all(
            name in result.output for name in ("MEGURI_MODE", "SECRET_KEY", "PUBLIC_URL", "MAIL_SENDER")
        )

    def test_is_content_with_a_fit_configuration(self, meguri: Meguri) -> None:
        result = meguri("check", **FIT)

        assert (result.output, result.exit_code) == ("Fit for production.\n", 0)

    def test_wants_the_key_of_web_pushes_once_browsers_have_registered(
        self, meguri: Meguri, database: Database, world: World
    ) -> None:
        database.run(
            lambda session: make_device(
                session, citizen_id=world.citizen.id, at=LATER, platform="web", target_kind="web_push"
            )
        )

        assert "VAPID_PRIVATE_KEY_FILE must be set" in meguri("check", **FIT).output

    @pytest.mark.parametrize(
        ("subject", "content", "fault"),
        [
            ("", make_private_key(), "VAPID_SUBJECT"),
            ("mailto:it@city.example", b"nonsense", "VAPID_PRIVATE_KEY_FILE cannot be used"),
        ],
    )
    def test_wants_a_key_of_web_pushes_that_is_one(
        self, meguri: Meguri, tmp_path: Path, subject: str, content: bytes, fault: str
    ) -> None:
        file = tmp_path / "vapid.pem"
        file.write_bytes(content)

        result = meguri("check", **FIT, VAPID_PRIVATE_KEY_FILE=str(file), VAPID_SUBJECT=subject)

        assert fault in result.output

    def test_wants_a_current_database(self, meguri_anew: Meguri) -> None:
        result = meguri_anew("check", **FIT)

        assert result.exit_code == 1
        assert "db upgrade" in result.output


class TestKeysVapid:
    def test_makes_a_key_that_only_its_owner_may_read(self, meguri: Meguri, tmp_path: Path) -> None:
        file = tmp_path / "vapid.pem"

        result = meguri("keys", "vapid", str(file))

        assert result.exit_code == 0
        assert file.stat().st_mode & 0o777 == 0o600
        assert str(read_web_push_key(file)) in result.output
        assert "PRIVATE KEY" not in result.output

    def test_overwrites_none(self, meguri: Meguri, tmp_path: Path) -> None:
        file = tmp_path / "vapid.pem"
        file.write_text("a key in use", encoding="utf-8")

        result = meguri("keys", "vapid", str(file))

        assert (result.exit_code, file.read_text(encoding="utf-8")) == (1, "a key in use")


class TestPushTest:
    @pytest.fixture
    def fcm(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFcm]:
        monkeypatch.setattr(credentials, "Certificate", lambda _path: FixedToken())
        with run_fcm() as fake:
            monkeypatch.setattr(messaging._MessagingService, "FCM_URL", fake.send_url)
            yield fake

    def test_sends_one(self, meguri: Meguri, fcm: FakeFcm) -> None:
        result = meguri("push", "test", "the-target", "--kind", "fcm_token", **FIT)

        assert (result.exit_code, fcm.posts_to("the-target")) == (0, 1)

    def test_says_why_it_was_not_accepted(self, meguri: Meguri, fcm: FakeFcm) -> None:
        fcm.answers["the-target"] = UNREGISTERED

        result = meguri("push", "test", "the-target", **FIT)

        assert (result.exit_code, result.output) == (1, "Error: retired: not_found\n")

    def test_wants_credentials(self, meguri: Meguri) -> None:
        result = meguri("push", "test", "the-target")

        assert result.exit_code == 1
        assert "FIREBASE_CREDENTIALS_FILE is not set" in result.output

    def test_wants_credentials_that_can_be_read(self, meguri: Meguri) -> None:
        result = meguri("push", "test", "the-target", **(FIT | {"FIREBASE_CREDENTIALS_FILE": "/nowhere"}))

        assert (result.exit_code, "FIREBASE_CREDENTIALS_FILE:" in result.output) == (1, True)


class TestDemo:
    @pytest.fixture
    def meguri_demo(self, meguri_anew: Meguri) -> Meguri:
        meguri_anew("db", "upgrade")
        assert "is loaded" in meguri_anew("demo", "load").output
        return meguri_anew

    def test_is_loaded_once(self, meguri_demo: Meguri) -> None:
        result = meguri_demo("demo", "load")

        assert result.exit_code == 0
        assert "left as it is" in result.output

    def test_keeps_out_of_production(self, meguri_demo: Meguri) -> None:
        assert "holds the demo" in meguri_demo("check", **FIT).output
        assert "holds the demo" in meguri_demo("run", PORT="0", **FIT).output

    def test_a_token_is_all_that_is_printed(self, meguri_demo: Meguri) -> None:
        result = meguri_demo("demo", "token", "citizen")

        assert result.output.startswith("mgc_")
        assert len(result.output.split()) == 1

    def test_accounts_tell_how_to_sign_in(self, meguri_demo: Meguri) -> None:
        told = meguri_demo("demo", "accounts").output

        assert "citizen@demo.meguri.example" in told
        assert "kushiro-demo-2026" in told

    def test_wants_a_current_database(self, meguri_anew: Meguri) -> None:
        result = meguri_anew("demo", "load")

        assert result.exit_code == 1
        assert "db upgrade" in result.output

    def test_is_never_loaded_in_production(self, meguri: Meguri) -> None:
        assert meguri("demo", "load", **FIT).exit_code == 1

    def test_is_never_loaded_beside_anything_else(self, meguri: Meguri, world: World) -> None:
        assert meguri("demo", "load").exit_code == 1
        assert meguri("demo", "load", "--if-empty").exit_code == 0
        assert "load the demo" not in meguri("demo", "token", "city").output
        assert meguri("demo", "token", "city").exit_code == 1

    def test_plays_against_a_server_only(self, meguri_demo: Meguri) -> None:
        result = meguri_demo("demo", "play", "--url", "http://127.0.0.1:9")

        assert result.exit_code == 1
        assert "nobody answers" in result.output


class TestStaffInvite:
    def test_prints_the_token_once(self, meguri: Meguri) -> None:
        result = meguri("staff", "invite", "boss@example.jp", "--name", "ボス")

        assert result.exit_code == 0, result.output
        assert "mgi_" in result.output
        assert "administrator" in result.output

    def test_refuses_what_is_no_address(self, meguri: Meguri) -> None:
        result = meguri("staff", "invite", "boss", "--name", "ボス")

        assert result.exit_code == 1
        assert "not an e-mail address" in result.output


class TestKeysRotate:
    def test_counts_up(self, meguri: Meguri) -> None:
        assert "Key 1 " in meguri("keys", "rotate").output
        assert "Key 2 " in meguri("keys", "rotate", "--retire-old").output


class TestSpecWrite:
    def test_writes_one_file_a_face(self, meguri: Meguri, tmp_path: Path) -> None:
        result = meguri("spec", "write", "--folder", str(tmp_path))

        assert result.exit_code == 0, result.output
        assert {path.stem for path in tmp_path.glob("*.yaml")} == set(FACES)
        assert all(yaml.safe_load(path.read_text())["openapi"] == "3.1.0" for path in tmp_path.glob("*.yaml"))


class TestRun:
    def test_wants_a_current_database(self, meguri_anew: Meguri) -> None:
        result = meguri_anew("run", PORT="0")

        assert result.exit_code == 1
        assert "db upgrade" in result.output

    def test_refuses_unsafe_settings_in_production(self, meguri: Meguri) -> None:
        result = meguri("run", MEGURI_MODE="production")

        assert result.exit_code == 1
        assert "SECRET_KEY" in result.output

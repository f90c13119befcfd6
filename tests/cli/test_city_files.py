"""Files of a city's own that cannot be used: every command says which and where, and nothing starts."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.cli.main import main

FILES = {
    "REGION_FILE": ({"rings": 1}, "rings: is missing or not a list"),
    "CLAIM_TERMS_FILE": ({"kinds": {}}, "flags: is missing or not an object"),
    "NOTICE_TERMS_FILE": ({"pushes_per_day": "four"}, "pushes_per_day: is not a whole number"),
}


@pytest.mark.parametrize("command", ["run", "worker --once", "check"])
@pytest.mark.parametrize("name", FILES)
def test_is_refused_in_one_sentence(database_url: str, tmp_path: Path, name: str, command: str) -> None:
    document, place = FILES[name]
    file = tmp_path / "ours.json"
    file.write_text(json.dumps(document))

    result = CliRunner().invoke(main, command.split(), env={"DATABASE_URL": database_url, name: str(file)})

    assert result.exit_code == 1
    assert f"{file}: " in result.output
    assert place in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", FILES)
def test_is_refused_where_there_is_none(sqlite_template: Path, tmp_path: Path, name: str) -> None:
    environment = {"DATABASE_URL": f"sqlite:///{sqlite_template}", name: str(tmp_path / "missing.json")}

    result = CliRunner().invoke(main, ["run"], env=environment)

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {name} cannot be used: {tmp_path}/missing.json: ")

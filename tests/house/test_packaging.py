"""`pip install .` gives all of it: every package, migration, template, catalogue and asset."""

import configparser
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP_LEVEL = ("migrations", "mobile_api_spec")
LEFT_OUT = {"__pycache__"}


def files_of(folder: str) -> set[str]:
    """Relative to the project."""
    found = [path for path in (ROOT / folder).rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts)]
    return {path.relative_to(ROOT).as_posix() for path in found if path.suffix != ".pyc"}


def installed_name(path: str) -> str:
    """Where a file of the project lies in the wheel."""
    return f"backend/{path}" if path.startswith(TOP_LEVEL) else path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, because building leaves its traces."""
    source = tmp_path_factory.mktemp("source")
    for folder in ("backend", *TOP_LEVEL):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / file).exists():
            shutil.copy(ROOT / file, source)
    dist = source / "dist"
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(
        [*command, "--wheel-dir", dist, source], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def run(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Runs a program of an environment that has the wheel and, from ours, what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    scheme = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    # As a plain line of a .pth file it brings the packages, but not this checkout's own editable install.
    dependencies = Path(scheme["purelib"]) / "dependencies.pth"
    dependencies.write_text(sysconfig.get_paths()["purelib"] + "\n")
    pip = [sys.executable, "-m", "pip", f"--python={folder}", "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--ignore-installed", wheel], check=True, capture_output=True)
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run(program: str, *arguments: str) -> str:
        own = {"PATH": os.defpath, "DATABASE_URL": f"sqlite:///{elsewhere}/meguri.db"}
        command = [f"{scheme['scripts']}/{program}", *arguments]
        done = subprocess.run(command, cwd=elsewhere, env=own, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


class TestMetadata:
    def test_names_every_package(self) -> None:
        config = configparser.ConfigParser()
        config.read(ROOT / "setup.cfg", encoding="utf-8")
        named = config["options"]["packages"].split()

        found = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("backend/**/__init__.py")}
        mapped = {"backend/migrations", "backend/migrations/versions", "backend/mobile_api_spec"}

        assert set(named) == {name.replace("/", ".") for name in found | mapped}
        assert named == sorted(named)

    def test_pyproject_holds_the_build_system_only(self) -> None:
        assert set(tomllib.loads((ROOT / "pyproject.toml").read_text())) == {"build-system"}


class TestWheel:
    def test_holds_every_file(self, wheel: Path) -> None:
        wanted = {installed_name(path) for folder in ("backend", *TOP_LEVEL) for path in files_of(folder)}

        held = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("meguri-")}

        assert held == wanted


@pytest.mark.slow
class TestInstalledMeguri:
    def test_is_not_this_checkout(self, run: Callable[..., str]) -> None:
        where = run("python", "-c", "import backend; print(backend.__file__)")

        assert str(ROOT) not in where

    def test_has_its_migrations(self, run: Callable[..., str]) -> None:
        assert "db" in run("meguri", "--help")
        assert "newest" in run("meguri", "db", "upgrade")
        assert "No new upgrade operations" in run("meguri", "db", "check")

    def test_has_its_pages_texts_and_assets(self, run: Callable[..., str]) -> None:
        program = (
            "from backend.app import create_app; client = create_app().test_client();"
            "paths = ['/docs', '/docs/problems', '/docs/citizen.yaml', '/docs/assets/swagger-ui.css',"
            " '/docs/assets/docs.js', '/c/anything'];"
            "print([path for path in paths if client.get(path).status_code != 200])"
        )

        assert run("python", "-c", program).splitlines()[-1] == "[]"

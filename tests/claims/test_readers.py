"""Reading the text off a photo, with the real program where there is one, and with programs that misbehave."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from backend.base.images import read_picture
from backend.claims.readers import NoReceiptReader, TesseractReader, find_reader
from backend.claims.rules.receipt_texts import understand
from tests.factories.receipts import BAKERY_TEXT, find_font, photograph


@pytest.fixture
def photo() -> bytes:
    font = find_font()
    missing = [
        name for name, found in (("tesseract", shutil.which("tesseract")), ("font", font)) if not found
    ]
    if missing or font is None:
        reason = f"no {' and no '.join(missing)}: apt-get install tesseract-ocr-jpn fonts-noto-cjk"
        if os.environ.get("MEGURI_REQUIRE_ALL"):
            pytest.fail(reason)
        pytest.skip(reason)
    return read_picture(photograph(BAKERY_TEXT, font)).content


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A shell script in place of the real one; a test writes it."""
    path = tmp_path / "reader"
    path.touch()
    path.chmod(stat.S_IRWXU)
    return path


class TestFindReader:
    def test_finds_none_without_a_name(self) -> None:
        assert isinstance(find_reader("", seconds=1), NoReceiptReader)

    def test_finds_none_that_is_not_there(self) -> None:
        assert isinstance(find_reader("no-such-program", seconds=1), NoReceiptReader)

    def test_finds_one_by_its_path(self, program: Path) -> None:
        assert isinstance(find_reader(str(program), seconds=1), TesseractReader)


class TestTesseractReader:
    def test_reads_a_photo_of_a_receipt(self, photo: bytes) -> None:
        text = find_reader("tesseract", seconds=60).read([photo])

        found = understand(text or "")
        assert (found.registration_number, found.total_yen) == ("8700110005901", 650)

    def test_reads_nothing_off_what_is_no_photo(self, photo: bytes) -> None:
        assert find_reader("tesseract", seconds=60).read([photo[:100]]) is None

    def test_gives_up_when_the_time_is_over(self, program: Path) -> None:
        program.write_text("#!/bin/sh\nexec sleep 60\n")

        assert TesseractReader(str(program), seconds=1).read([b"photo"]) is None

    def test_reads_all_photos_of_a_receipt(self, program: Path) -> None:
        program.write_text("#!/bin/sh\ncat\n")

        assert TesseractReader(str(program), seconds=5).read([b"above", b"below"]) == "above\nbelow"

    def test_bounds_the_memory(self, program: Path) -> None:
        program.write_text("#!/bin/sh\ncat >/dev/null\nulimit -v\n")

        assert TesseractReader(str(program), seconds=5).read([b"photo"]) == str(1_000_000_000 // 1024)

    def test_lets_it_write_no_file(self, program: Path, tmp_path: Path) -> None:
        program.write_text(f"#!/bin/sh\ncat >/dev/null\nulimit -f\necho x > {tmp_path}/left\n")

        TesseractReader(str(program), seconds=5).read([b"photo"])

        left = tmp_path / "left"
        assert not left.exists() or left.read_text() == ""

    def test_tells_it_none_of_our_settings(self, program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SECRET_KEY", "of-the-house")
        program.write_text("#!/bin/sh\ncat >/dev/null\nset\n")

        assert "of-the-house" not in (TesseractReader(str(program), seconds=5).read([b"photo"]) or "")

    def test_reads_nothing_where_it_fails(self, program: Path) -> None:
        program.write_text("#!/bin/sh\ncat >/dev/null\necho half\nexit 1\n")

        assert TesseractReader(str(program), seconds=5).read([b"photo"]) is None

    def test_reads_nothing_once_it_is_gone(self, tmp_path: Path) -> None:
        assert TesseractReader(str(tmp_path / "gone"), seconds=5).read([b"photo"]) is None

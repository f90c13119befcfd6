"""A day's sales as a till's or a spreadsheet program's CSV file: rows with their line numbers."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.base.clock import JST
from backend.base.errors import Refused
from backend.web.binaries import BodyReader

FILE_MAX_BYTES = 1_048_576
ROWS_MAX = 5_000
# What a column may be called, in any letter case; columns of other names are left alone.
NAMES: Mapping[str, tuple[str, str]] = {
    "id": ("id", "取引番号"),
    "done_at": ("done_at", "日時"),
    "amount_yen": ("amount_yen", "金額"),
    "citizen_code": ("citizen_code", "市民コード"),
}
MOMENT = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?")
# CP932 has the yen sign in the place of the backslash.
AMOUNT = re.compile(r"[¥\\]?(\d{1,3}(?:,\d{3})+|\d{1,9})円?")


class FileUnreadable(Refused):
    """Neither UTF-8 nor CP932, or no CSV."""


class FileColumnMissing(Refused):
    """Its first line lacks a column; `column` tells which."""


class FileTooLong(Refused):
    """More rows than one file may have; `most` tells how many that are."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """`line` counts from 1, the header's; `item` is what a batch would be sent."""

    line: int
    item: dict[str, Any]


def read_sales_file(data: bytes) -> Sequence[FileRow]:
    """Raises FileUnreadable, FileColumnMissing, FileTooLong."""
    try:
        rows = list(_read_rows(io.StringIO(_decode(data), newline="")))
    except csv.Error as error:
        raise FileUnreadable from error
    return rows


SALES_FILE = BodyReader(("text/csv",), FILE_MAX_BYTES, read_sales_file)


def _decode(data: bytes) -> str:
    """UTF-8 with or without its mark, else what spreadsheets on Japanese machines write."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnreadable


def _read_rows(text: io.StringIO) -> Iterator[FileRow]:
    reader = csv.reader(text)
    places = _places(next(reader, []))
    begun, count = reader.line_num, 0
    for cells in reader:
        line, begun = begun + 1, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > ROWS_MAX:
            raise FileTooLong(most=ROWS_MAX)
        yield FileRow(
            line, _item({name: cells[place] for name, place in places.items() if place < len(cells)})
        )


def _places(header: Sequence[str]) -> dict[str, int]:
    written = [unicodedata.normalize("NFKC", name).strip().lower() for name in header]
    places = {}
    for name, spellings in NAMES.items():
        found = [place for place, each in enumerate(written) if each in spellings]
        if not found:
            raise FileColumnMissing(field=name, column=" / ".join(spellings))
        places[name] = found[0]
    return places


def _item(cells: Mapping[str, str]) -> dict[str, Any]:
    """What cannot be read stays as it is, for the item's schema to refuse."""
    item: dict[str, Any] = {name: cell.strip() for name, cell in cells.items()}
    if "amount_yen" in item:
        item["amount_yen"] = _amount(item["amount_yen"])
    if "done_at" in item:
        item["done_at"] = _moment(item["done_at"])
    return item


def _amount(cell: str) -> int | str:
    found = AMOUNT.fullmatch(unicodedata.normalize("NFKC", cell))
    return int(found[1].replace(",", "")) if found else cell


def _moment(cell: str) -> str:
    """A time without an offset is the city's."""
    found = MOMENT.fullmatch(unicodedata.normalize("NFKC", cell))
    if found is None:
        return cell
    try:
        return datetime(*(int(part or 0) for part in found.groups()), tzinfo=JST).isoformat()  # type: ignore[misc,arg-type]
    except ValueError:
        return cell

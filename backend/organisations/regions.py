"""Rings of a region: which municipalities count as how near. Another city brings its own file (REGION_FILE)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OUTSIDE = "outside"
DEFAULT_FILE = Path(__file__).with_name("region_files") / "kushiro.json"


class RegionFileInvalid(Exception):
    """The file named by REGION_FILE does not describe rings; the message says where."""


@dataclass(frozen=True, slots=True)
class Ring:
    """`names` by language."""

    key: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Municipality:
    code: str  # six digits, the last a check digit
    name_ja: str
    name_en: str
    ring: str


@dataclass(frozen=True, slots=True)
class Region:
    """`rings` nearest first, `outside` last."""

    rings: Sequence[Ring]
    municipalities: Mapping[str, Municipality]

    @property
    def ring_keys(self) -> list[str]:
        return [ring.key for ring in self.rings]

    def ring_of(self, municipality_code: str) -> str:
        """The nearest ring that holds the municipality; `outside` for any other."""
        found = self.municipalities.get(municipality_code)
        return found.ring if found else OUTSIDE

    def rings_within(self, ring: str) -> list[str]:
        """The ring and all nearer ones."""
        keys = self.ring_keys
        return keys[: keys.index(ring) + 1]


def is_municipality_code(code: str) -> bool:
    """Six digits whose last is 11 − ((6a+5b+4c+3d+2e) mod 11), its last digit."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return False
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), code[:5], strict=True))
    return int(code[5]) == (11 - total % 11) % 10


def load_region(path: Path | None = None) -> Region:
    """Raises RegionFileInvalid, with the place that is wrong."""
    path = path or DEFAULT_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        rings = [Ring(ring["key"], ring["names"]) for ring in document["rings"]]
        municipalities = {
            entry["code"]: Municipality(entry["code"], entry["ja"], entry["en"], ring["key"])
            for ring in document["rings"]
            for entry in ring["municipalities"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RegionFileInvalid(f"{path}: {error!r}") from error
    if not rings or rings[-1].key != OUTSIDE:
        raise RegionFileInvalid(f"{path}: the last ring must be {OUTSIDE!r}")
    for code in municipalities:
        if not is_municipality_code(code):
            raise RegionFileInvalid(f"{path}: {code!r} is no municipality code")
    return Region(rings, municipalities)

"""Rings of a region: which municipalities count as how near. Another city brings its own file (REGION_FILE).

The file is JSON, read once at start: {"rings": [{"key", "names": {"ja", "ja@easy", "en"}, "municipalities":
[{"code", "ja", "en", "districts": [...]}]}]}, nearest ring first, `outside` last and empty. A municipality
stands once, in the nearest ring that it belongs to; `districts` may be left out.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from backend.base.city_files import CityFileInvalid
from backend.base.errors import Refused
from backend.base.text import LANGUAGES
from backend.organisations.rules import MunicipalityCodeInvalid, is_municipality_code

OUTSIDE = "outside"
DEFAULT_FILE = Path(__file__).with_name("region_files") / "kushiro.json"

# As long as the columns that keep them.
RING_KEY_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,15}")
DISTRICT_MAX_CHARACTERS = 40


class RegionFileInvalid(CityFileInvalid):
    """The file named by REGION_FILE does not describe rings; the message says where."""


class RingUnknown(Refused):
    """Not a ring of this region."""


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
    districts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """`rings` nearest first, `outside` last; `municipalities` by code."""

    rings: Sequence[Ring]
    municipalities: Mapping[str, Municipality]

    @property
    def ring_keys(self) -> list[str]:
        return [ring.key for ring in self.rings]

    @property
    def city_names(self) -> Mapping[str, str]:
        """By language: the nearest ring is the city itself."""
        return self.rings[0].names

    def ring_of(self, municipality_code: str, *, field: str = "municipality_code") -> str:
        """`outside` for a municipality not in the file. Raises MunicipalityCodeInvalid, naming `field`."""
        found = self.municipalities.get(municipality_code)
        if found:
            return found.ring
        if not is_municipality_code(municipality_code):
            raise MunicipalityCodeInvalid(field=field)
        return OUTSIDE

    def ring_order(self, ring: str, *, field: str = "ring") -> int:
        """0 for the nearest. Raises RingUnknown, naming `field`."""
        keys = self.ring_keys
        if ring not in keys:
            raise RingUnknown(field=field, known=", ".join(keys))
        return keys.index(ring)

    def rings_within(self, ring: str, *, field: str = "ring") -> list[str]:
        """The ring and all nearer ones. Raises RingUnknown, naming `field`."""
        return self.ring_keys[: self.ring_order(ring, field=field) + 1]

    def rings_meant(self, *, ring: str | None, within_ring: str | None) -> list[str] | None:
        """Exactly one ring, a ring with all nearer ones, or (where both are given) what is both; None: any.

        Raises RingUnknown.
        """
        if ring is None and within_ring is None:
            return None
        within = (
            self.rings_within(within_ring, field="within_ring") if within_ring is not None else self.ring_keys
        )
        if ring is None:
            return within
        self.ring_order(ring)
        return [key for key in within if key == ring]


def load_region(path: Path | None = None) -> Region:
    """Kushiro's when no path is given. Raises RegionFileInvalid, with the place that is wrong."""
    path = path or DEFAULT_FILE
    try:
        return _read_region(json.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError) as error:
        raise RegionFileInvalid(f"{path}: {error}") from error


def _read_region(document: Any) -> Region:
    rings: list[Ring] = []
    municipalities: dict[str, Municipality] = {}
    for where, entry in _entries(_at(document, "rings", list, "file"), "rings"):
        ring = _read_ring(entry, where)
        _refuse_if(ring.key in [known.key for known in rings], f"{where}.key: {ring.key!r} stands here twice")
        rings.append(ring)
        members = _at(entry, "municipalities", list, where)
        _refuse_if(ring.key == OUTSIDE and members != [], f"{where}.municipalities: must be empty")
        for inner, member in _entries(members, f"{where}.municipalities"):
            municipality = _read_municipality(member, ring.key, inner)
            code = municipality.code
            _refuse_if(code in municipalities, f"{inner}.code: {code!r} stands here twice")
            municipalities[code] = municipality
    _refuse_if(not rings or rings[-1].key != OUTSIDE, f"rings: the last must be {OUTSIDE!r}")
    return Region(tuple(rings), MappingProxyType(municipalities))


def _read_ring(entry: Any, where: str) -> Ring:
    key = _text(entry, "key", where)
    _refuse_if(not RING_KEY_PATTERN.fullmatch(key), f"{where}.key: {key!r} is not up to 16 of a-z 0-9 _")
    names = _at(entry, "names", dict, where)
    return Ring(
        key, MappingProxyType({language: _text(names, language, f"{where}.names") for language in LANGUAGES})
    )


def _read_municipality(entry: Any, ring: str, where: str) -> Municipality:
    code = _text(entry, "code", where)
    _refuse_if(not is_municipality_code(code), f"{where}.code: {code!r} is no municipality code")
    districts = _at(entry, "districts", list, where) if "districts" in entry else []
    for inner, district in _entries(districts, f"{where}.districts"):
        _refuse_if(
            not isinstance(district, str) or not 0 < len(district) <= DISTRICT_MAX_CHARACTERS,
            f"{inner}: {district!r} is not a name of 1 to {DISTRICT_MAX_CHARACTERS} characters",
        )
    _refuse_if(len(set(districts)) < len(districts), f"{where}.districts: one stands here twice")
    return Municipality(code, _text(entry, "ja", where), _text(entry, "en", where), ring, tuple(districts))


def _entries(values: list[Any], where: str) -> Iterator[tuple[str, Any]]:
    """Each with its place in the file."""
    return ((f"{where}[{index}]", value) for index, value in enumerate(values))


def _at(entry: Any, key: str, kind: type, where: str) -> Any:
    _refuse_if(not isinstance(entry, dict), f"{where}: is not an object")
    _refuse_if(not isinstance(entry.get(key), kind), f"{where}.{key}: is missing or not a {kind.__name__}")
    return entry[key]


def _text(entry: Any, key: str, where: str) -> str:
    value: str = _at(entry, key, str, where)
    _refuse_if(not value.strip(), f"{where}.{key}: is empty")
    return value


def _refuse_if(is_wrong: bool, message: str) -> None:
    if is_wrong:
        raise RegionFileInvalid(message)

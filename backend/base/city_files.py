"""JSON files in which a city brings its own numbers and names; a setting says where each is."""

from typing import Any


class CityFileInvalid(ValueError):
    """Such a file cannot be used; the message says which, and where it is wrong."""


def read_whole(entry: dict[str, Any], key: str, *, most: int, where: str = "") -> int:
    """A number from 1 to `most`. Raises ValueError with the place, which begins with `where`."""
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise ValueError(f"{where}{key}: is not a whole number from 1 to {most}")
    return value

"""One module a goal. Each has `NAME`, `TARGET` (the least ratio that meets it) and `measure() -> Result`."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Result:
    """A goal's figure and what a reader needs to believe it."""

    ratio: float
    lines: list[str]


class Goal(Protocol):
    """What such a module looks like from outside."""

    NAME: str
    TARGET: float

    def measure(self) -> Result: ...


class MeasurementFailed(Exception):
    """What was measured did not do its work, so that no figure would be honest."""

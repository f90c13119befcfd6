"""What an audience's description may say, read and checked. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.base.errors import Refused


class AudienceInvalid(Refused):
    """The description contradicts itself or names something that does not exist; `field` says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Everybody, unless conditions narrow it down."""


def read_audience(document: Mapping[str, Any]) -> Audience:
    """From the JSON document of a message. Raises AudienceInvalid."""
    if document:
        raise AudienceInvalid(field=f"audience.{next(iter(document))}")
    return Audience()

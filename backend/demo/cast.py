"""Who plays the story."""

from dataclasses import dataclass, field

# The demo accounts that do, by name: each has a token in the cast.
PLAYING = ("till", "citizen", "neighbour", "clerk", "manager", "city", "approver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The tokens of those who play, and how the transcript calls the citizens."""

    till: str = field(repr=False)
    citizen: str = field(repr=False)
    neighbour: str = field(repr=False)
    clerk: str = field(repr=False)
    manager: str = field(repr=False)
    city: str = field(repr=False)
    approver: str = field(repr=False)
    citizen_name: str
    neighbour_name: str

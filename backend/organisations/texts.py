"""How names and tags are written and searched: pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from backend.base.errors import Refused

SEARCH_WORDS_MAX = 5
TAG_MAX_CHARACTERS = 24
TAGS_MAX = 12
CERTIFICATION_MAX_CHARACTERS = 40
CERTIFICATIONS_MAX = 10

# Letters and digits of any script, hyphens between them.
TAG_PATTERN = re.compile(r"[^\W_]+(?:-[^\W_]+)*")

_ZERO_WIDTH_JOINER = "\u200d"  # holds families and flags of emoji together
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}
# ァ–ヶ, ヽ and ヾ lie as far above ぁ–ゖ, ゝ and ゞ.
_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}


class NameBlank(Refused):
    """Nothing visible is left of a name that is needed."""


class ReasonBlank(Refused):
    """Whoever ends something writes why."""


class TagInvalid(Refused):
    """Not 1–24 letters and digits with hyphens between, or too many tags."""


class CertificationInvalid(Refused):
    """Not 1–40 letters and digits with hyphens between, or too many certifications."""


def one_line(given: str, *, field: str) -> str:
    """A name without line breaks and characters that hide or turn text. Raises NameBlank, naming `field`."""
    name = " ".join(_visible(given).split())
    if not name.strip(_ZERO_WIDTH_JOINER):
        raise NameBlank(field=field)
    return name


def reason_line(given: str) -> str:
    """Why something was ended, for the record. Raises ReasonBlank."""
    reason = one_line_or_none(given)
    if reason is None:
        raise ReasonBlank(field="reason")
    return reason


def one_line_or_none(given: str | None) -> str | None:
    """The same for a name that need not be there: blank is none."""
    return " ".join(_visible(given or "").split()).strip(_ZERO_WIDTH_JOINER) or None


def paragraphs_or_none(given: str | None) -> str | None:
    """A text that may have several lines; blank is none."""
    lines = [_visible(line).rstrip() for line in (given or "").splitlines()]
    return "\n".join(lines).strip() or None


def fold(text: str) -> str:
    """What looks or sounds alike becomes the same: width, case, katakana and hiragana, spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.translate(_HIRAGANA).split())


def search_text(*parts: str | None, maximum: int) -> str:
    """What a search looks through, a part a line; cut, because folding can lengthen (㍿)."""
    return "\n".join(fold(part) for part in parts if part)[:maximum]


def search_words(text: str) -> Sequence[str]:
    """The words that must all be found; what comes after the fifth is left out."""
    return fold(text).split()[:SEARCH_WORDS_MAX]


def normalise_tag(given: str) -> str:
    """Width and case folded; kana stay, for a tag is also shown."""
    return unicodedata.normalize("NFKC", given).strip().casefold()


def normalise_tags(given: Iterable[str]) -> Sequence[str]:
    """Each once, in order. Raises TagInvalid, naming the tag's place."""
    tags = [normalise_tag(tag) for tag in given]
    for index, tag in enumerate(tags):
        if not _is_tag(tag, TAG_MAX_CHARACTERS):
            raise TagInvalid(field=f"tags.{index}", maximum=TAG_MAX_CHARACTERS)
    if len(set(tags)) > TAGS_MAX:
        raise TagInvalid(field="tags", maximum=TAG_MAX_CHARACTERS)
    return sorted(set(tags))


def normalise_certifications(given: Iterable[str]) -> Sequence[str]:
    """Written as tags are, and a little longer. Raises CertificationInvalid, naming the place."""
    keys = [normalise_tag(key) for key in given]
    for index, key in enumerate(keys):
        if not _is_tag(key, CERTIFICATION_MAX_CHARACTERS):
            raise CertificationInvalid(field=f"certifications.{index}", maximum=CERTIFICATION_MAX_CHARACTERS)
    if len(set(keys)) > CERTIFICATIONS_MAX:
        raise CertificationInvalid(field="certifications", maximum=CERTIFICATION_MAX_CHARACTERS)
    return sorted(set(keys))


def _is_tag(text: str, maximum: int) -> bool:
    return len(text) <= maximum and TAG_PATTERN.fullmatch(text) is not None


def _visible(text: str) -> str:
    return unicodedata.normalize(
        "NFC",
        "".join(
            " " if character.isspace() else character
            for character in text
            if character.isspace()
            or character == _ZERO_WIDTH_JOINER
            or unicodedata.category(character) not in _HIDDEN_CATEGORIES
        ),
    )

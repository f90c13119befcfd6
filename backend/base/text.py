"""People-facing text by key and language, from the catalogues beside this module.

Languages: `ja`, `ja@easy` (やさしい日本語), `en`. A catalogue is a folder of .po files, one a feature; the
msgid is a stable key (`error.points_insufficient`), the msgstr a text with `{name}` parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("ja", "ja@easy", "en")
DEFAULT_LANGUAGE = "ja"
CATALOGUES = Path(__file__).with_name("catalogues")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text that stands in another one as a parameter: it is said in the language of that one."""

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language, key → text."""
    texts: dict[str, str] = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            texts |= {str(message.id): str(message.string) for message in read_po(file) if message.id}
    return texts


def text(key: str, language: str = DEFAULT_LANGUAGE, **params: Any) -> str:
    """The text in a language, Japanese where it has none. Raises KeyError for a key nobody wrote."""
    found = catalogue(language if language in LANGUAGES else DEFAULT_LANGUAGE).get(key)
    said = {
        name: text(value.key, language, **value.params) if isinstance(value, Phrase) else value
        for name, value in params.items()
    }
    return (found or catalogue(DEFAULT_LANGUAGE)[key]).format(**said)


def has_text(key: str) -> bool:
    return key in catalogue(DEFAULT_LANGUAGE)


def pick_language(texts: Mapping[str, str | None], language: str) -> str:
    """A stored text in the caller's language; easy Japanese falls back to Japanese, all to what there is."""
    for candidate in (language, language.partition("@")[0], DEFAULT_LANGUAGE, *texts):
        if found := texts.get(candidate):
            return found
    return ""

"""The three languages say the same things, with the same parameters."""

import re
from collections import Counter

import pytest
from babel.messages.pofile import read_po

from backend.base.text import CATALOGUES, LANGUAGES, catalogue

PARAMETER = re.compile(r"\{(\w+)[^}]*\}")


class TestCatalogues:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_hold_the_same_keys(self, language: str) -> None:
        assert set(catalogue(language)) == set(catalogue("ja"))

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_leave_no_text_empty(self, language: str) -> None:
        assert [key for key, text in catalogue(language).items() if not text] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_ask_for_no_parameter_that_the_japanese_text_does_not_know(self, language: str) -> None:
        unknown = {
            key: extra
            for key, text in catalogue(language).items()
            if (extra := set(PARAMETER.findall(text)) - set(PARAMETER.findall(catalogue("ja")[key])))
        }

        assert unknown == {}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_say_each_thing_once(self, language: str) -> None:
        keys: Counter[str] = Counter()
        for path in (CATALOGUES / language).glob("*.po"):
            with path.open("rb") as file:
                keys.update(str(message.id) for message in read_po(file) if message.id)

        assert [key for key, count in keys.items() if count > 1] == []

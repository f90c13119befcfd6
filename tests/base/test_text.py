"""Texts by key and language."""

import pytest

from backend.base.text import Phrase, pick_language, text


class TestText:
    @pytest.mark.parametrize(
        ("language", "beginning"),
        [("ja", "12ポイント獲得"), ("ja@easy", "12ポイント もらい"), ("en", "12 points")],
    )
    def test_speaks_three_languages(self, language: str, beginning: str) -> None:
        assert text("verdict.awarded", language, points=12).startswith(beginning)

    def test_speaks_japanese_to_whoever_wants_a_language_we_lack(self) -> None:
        assert text("verdict.awarded", "fr", points=12) == text("verdict.awarded", "ja", points=12)

    def test_does_not_know_a_key_nobody_wrote(self) -> None:
        with pytest.raises(KeyError):
            text("verdict.no_such_verdict")

    def test_puts_params_in_as_they_are(self) -> None:
        """A shop called `{points}` names itself, nothing else."""
        assert "{points}" in text("verdict.awarded", "en", points="{points}")

    @pytest.mark.parametrize("language", ["ja", "ja@easy", "en"])
    def test_says_a_phrase_within_a_text_in_the_same_language(self, language: str) -> None:
        reason = Phrase("verdict.day_cap_reached", {"cap": 300})

        said = text("error.mission_not_rewarded", language, reason=reason)

        assert text("verdict.day_cap_reached", language, cap=300) in said


class TestPickLanguage:
    @pytest.mark.parametrize(
        ("texts", "language", "picked"),
        [
            ({"ja": "日", "ja@easy": "や", "en": "E"}, "ja@easy", "や"),
            ({"ja": "日", "en": "E"}, "ja@easy", "日"),
            ({"ja": "日", "en": None}, "en", "日"),
            ({"ja": "日", "en": ""}, "en", "日"),
            ({"en": "E"}, "ja", "E"),
            ({}, "ja", ""),
        ],
    )
    def test_takes_the_nearest_there_is(
        self, texts: dict[str, str | None], language: str, picked: str
    ) -> None:
        assert pick_language(texts, language) == picked

"""Every code has a text, and every text belongs to a code."""

from backend.base.text import catalogue, text
from backend.campaigns.rules.codes import LEFT_CODES, VERDICT_CODES
from tests.campaigns.rules.cases import verdict_of


def texts_of(kind: str) -> set[str]:
    return {key.removeprefix(kind) for key in catalogue("ja") if key.startswith(kind)}


class TestCodes:
    def test_of_verdicts_are_those_with_a_text(self) -> None:
        assert texts_of("verdict.") == VERDICT_CODES

    def test_of_what_is_left_are_those_with_a_text(self) -> None:
        assert texts_of("left.") == LEFT_CODES

    def test_fill_their_text_with_the_verdicts_parameters(self) -> None:
        verdict = verdict_of(what={"minimum_yen": 3000})

        assert text(f"verdict.{verdict.code}", "en", points=0, **verdict.params) == (
            "For purchases of 3000 yen or more."
        )

"""The table of terms, read from a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.claims.models import ClaimKind, FlagKind
from backend.claims.rules.flags import Threshold
from backend.claims.rules.limits import Limit, Per
from backend.claims.terms import DEFAULT_FILE, TermsFileInvalid, load_terms


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Callable[[Any], Any]], Path]:
    """Our own file after some change."""

    def write(change: Callable[[Any], Any]) -> Path:
        document = json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
        change(document)
        file = tmp_path / "terms.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        return file

    return write


class TestTerms:
    def test_of_our_own_know_every_kind_of_claim_and_flag(self) -> None:
        terms = load_terms()

        assert set(terms.kinds) == set(ClaimKind)
        assert set(terms.flags) == set(FlagKind) - {FlagKind.REPORTED}

    def test_of_our_own_let_no_more_pass_than_may_be_stated(self) -> None:
        for kind in load_terms().kinds.values():
            stated = {limit.per: limit for limit in kind.stating}
            for limit in kind.passing or ():
                bound = stated.get(limit.per, Limit(limit.per))
                assert bound.yen is None or limit.yen is None or limit.yen <= bound.yen
                assert bound.count is None or limit.count is None or limit.count <= bound.count

    def test_are_another_citys(self, write: Callable[..., Path]) -> None:
        def change(document: Any) -> None:
            document["kinds"]["poster"]["passing"] = [{"per": "purchase", "yen": 5_000}]
            document["flags"] = {"own_shop": {"count_from": 1}}

        terms = load_terms(write(change))

        assert terms.kinds[ClaimKind.POSTER].passing == (Limit(Per.PURCHASE, yen=5_000),)
        assert terms.flags == {FlagKind.OWN_SHOP: Threshold(1)}

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            (lambda it: it.pop("kinds"), "file.kinds"),
            (lambda it: it["kinds"].pop("receipt"), "kinds.receipt"),
            (lambda it: it["kinds"]["poster"].pop("stating"), "kinds.poster.stating"),
            (lambda it: it["kinds"]["poster"]["stating"].pop(0), "kinds.poster.stating"),
            (
                lambda it: it["kinds"]["poster"]["passing"][0].update(per="town"),
                "kinds.poster.passing[0].per",
            ),
            (lambda it: it["kinds"]["poster"]["passing"][1].update(yen=0), "kinds.poster.passing[1].yen"),
            (lambda it: it["kinds"]["poster"]["passing"][0].update(count=1), "kinds.poster.passing[0].count"),
            (lambda it: it["kinds"]["poster"]["passing"].append({"per": "shop"}), "kinds.poster.passing[4]"),
            (lambda it: it["kinds"]["poster"].update(window_hours=True), "kinds.poster.window_hours"),
            (
                lambda it: it["kinds"]["poster"].update(position_radius_metres="near"),
                "position_radius_metres",
            ),
            (lambda it: it["flags"].update(rain={"count_from": 1}), "flags.rain"),
            (lambda it: it["flags"].update(own_shop=1), "flags.own_shop"),
            (lambda it: it.update(appeal_days=10**12), "file.appeal_days"),
        ],
    )
    def test_are_refused_with_the_place_that_is_wrong(
        self, write: Callable[..., Path], change: Callable[[Any], Any], place: str
    ) -> None:
        with pytest.raises(TermsFileInvalid) as refused:
            load_terms(write(change))

        assert place in str(refused.value)

    def test_are_refused_where_there_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(TermsFileInvalid):
            load_terms(tmp_path / "missing.json")

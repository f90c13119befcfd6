"""Dataclasses that are made quickly are like others in every other way."""

from dataclasses import dataclass, field, replace

import pytest

from backend.base.records import made_often


@made_often
@dataclass(frozen=True, slots=True)
class Leg:
    account: str
    points: int = 1
    notes: dict[str, int] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError("a leg moves points")


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    amount_yen: int
    spent_points: int = 0


class TestMadeOften:
    def test_takes_values_by_place_and_by_name(self) -> None:
        leg = Leg("purse", points=3)

        assert (leg.account, leg.points) == ("purse", 3)

    def test_fills_in_defaults(self) -> None:
        assert Leg("purse").points == 1

    def test_makes_each_its_own_default(self) -> None:
        assert Leg("purse").notes is not Leg("purse").notes

    def test_checks_what_it_was_given(self) -> None:
        with pytest.raises(ValueError, match="a leg moves points"):
            Leg("purse", 0)

    def test_refuses_a_value_too_few(self) -> None:
        with pytest.raises(TypeError, match=r"Leg\.__init__\(\) missing 1 required positional argument"):
            Leg()  # type: ignore[call-arg]

    def test_takes_values_by_name_only_where_it_says_so(self) -> None:
        with pytest.raises(TypeError, match="positional"):
            Sale(100)  # type: ignore[misc]

    def test_compares_and_hashes_by_value(self) -> None:
        assert {Leg("purse", 3, {"a": 1}), Leg("purse", 3)} == {Leg("purse", 3)}

    def test_gives_changed_copies(self) -> None:
        assert replace(Sale(amount_yen=100), spent_points=5) == Sale(amount_yen=100, spent_points=5)

    def test_has_no_other_fields(self) -> None:
        with pytest.raises(AttributeError):
            Leg("purse").colour = "red"  # type: ignore[attr-defined]

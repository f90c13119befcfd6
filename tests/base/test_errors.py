"""A domain error carries its code, not its text."""

from backend.base.errors import Conflict, DatabaseUnavailable, MeguriError, TooMany


class PointsWornOut(Conflict):
    pass


class TestMeguriError:
    def test_takes_its_code_from_its_name(self) -> None:
        assert (PointsWornOut.code, DatabaseUnavailable.code) == ("points_worn_out", "database_unavailable")

    def test_carries_field_and_params_for_whoever_tells_it(self) -> None:
        error = PointsWornOut(field="amount_yen", most=5)

        assert (error.field, error.params) == ("amount_yen", {"most": 5})

    def test_leaves_its_parents_code_alone(self) -> None:
        assert MeguriError.code == "meguri_error"


class TestTooMany:
    def test_tells_in_its_text_how_long_to_wait(self) -> None:
        error = TooMany(retry_after_seconds=7)

        assert (error.retry_after_seconds, error.params) == (7, {"retry_after_seconds": 7})

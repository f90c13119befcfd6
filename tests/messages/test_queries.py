"""What shops are told of a message's record."""

import pytest

from backend.messages.queries import say_to_shops


class TestSayToShops:
    @pytest.mark.parametrize(
        ("reason", "told"),
        [
            ("meant 25, no_consent 21, muted 4", "meant 20, no_consent 20"),
            ("meant 9, no_consent 9, muted 0", "few"),
            (
                "dropped: consent_withdrawn 3, too_late 10; failed: unavailable 2; unknown: lease_lapsed 31",
                "dropped: too_late 10; unknown: lease_lapsed 30",
            ),
            ("dropped: too_late 1", "few"),
            ("120", "120"),
            ("7", "few"),
        ],
    )
    def test_leaves_out_small_figures_and_rounds_the_others(self, reason: str, told: str) -> None:
        assert say_to_shops(reason, 10) == told

"""Passwords, and the work that is done where there is none."""

import pytest

from backend.base.passwords import _HASHER, _NOBODY, hash_password, verify_password


class TestPasswords:
    def test_fit_only_themselves(self) -> None:
        hashed = hash_password("さざ波の音 7")

        assert verify_password("さざ波の音 7", hashed)
        assert not verify_password("さざ波の音 8", hashed)

    def test_are_hashed_with_the_parameters_chosen_for_two_cores(self) -> None:
        assert hash_password("anything").startswith("$argon2id$v=19$m=19456,t=2,p=1$")

    def test_are_salted(self) -> None:
        assert hash_password("anything") != hash_password("anything")

    @pytest.mark.parametrize("hashed", [None, "", "not a hash"])
    def test_fit_nothing_where_there_is_no_hash(self, hashed: str | None) -> None:
        assert not verify_password("no account has this password", hashed)

    def test_cost_the_same_work_where_there_is_no_hash(self) -> None:
        """What is worked on then was made with the cost of every other."""
        assert not _HASHER.check_needs_rehash(_NOBODY)

"""Passwords, and the work that is done where there is none."""

from backend.base.passwords import _HASHER, _NOBODY, hash_password, verify_password


class TestVerifyPassword:
    def test_knows_a_password_from_another(self) -> None:
        hashed = hash_password("しおかぜ 1480 円")

        assert verify_password("しおかぜ 1480 円", hashed)
        assert not verify_password("しおかぜ 1481 円", hashed)

    def test_never_fits_where_there_is_none(self) -> None:
        assert not verify_password("", None)

    def test_does_the_same_work_where_there_is_none(self) -> None:
        """The hash it works on then was made with the cost of every other."""
        assert not _HASHER.check_needs_rehash(_NOBODY)

    def test_takes_a_broken_hash_for_none(self) -> None:
        assert not verify_password("anything", "not a hash")

"""Tokens are long and recognisable, keys depend on everything that should set them apart."""

import re
from itertools import combinations

import pytest

from backend.base.secrets import SealUnreadable, Vault, hash_token, new_digits, new_token

SECRET = "a secret key that is long enough for a test"


class TestTokens:
    def test_begin_with_their_kind_and_carry_256_bits(self) -> None:
        assert re.fullmatch(r"mgc_[A-Za-z0-9_-]{43}", new_token("mgc"))

    def test_are_never_the_same(self) -> None:
        assert len({new_token("mgc") for _ in range(100)}) == 100

    def test_are_hashed_to_32_bytes_whatever_comes(self) -> None:
        assert [len(hash_token(token)) for token in ("", "mgc_x", "トークン", "\ud800", "x" * 8192)] == [
            32
        ] * 5

    def test_have_digits_only_where_a_person_types_them(self) -> None:
        assert re.fullmatch(r"\d{8}", new_digits(8))


class TestVault:
    def test_derives_the_same_key_in_every_process(self) -> None:
        assert Vault(SECRET).derive("till-code", b"salt") == Vault(SECRET).derive("till-code", b"salt")

    def test_derives_another_key_for_another_purpose_salt_or_secret(self) -> None:
        keys = [
            Vault(SECRET).derive("till-code", b"salt"),
            Vault(SECRET).derive("till-codes", b"salt"),
            Vault(SECRET).derive("till-code", b"Salt"),
            Vault(SECRET + "!").derive("till-code", b"salt"),
        ]

        assert [pair for pair in combinations(keys, 2) if pair[0] == pair[1]] == []

    def test_opens_what_it_sealed(self) -> None:
        assert Vault(SECRET).open(Vault(SECRET).seal(b"totp")) == b"totp"

    def test_does_not_open_what_another_secret_sealed(self) -> None:
        sealed = Vault(SECRET).seal(b"totp")

        with pytest.raises(SealUnreadable):
            Vault("another secret key, just as long as the first").open(sealed)

"""Tokens are long and recognisable, keys depend on everything that should set them apart."""

import re
from itertools import combinations

import pytest

from backend.base.secrets import SealUnreadable, Vault, hash_token, new_digits, new_readable_code, new_token

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

    def test_leave_out_what_looks_alike_where_a_person_reads_them(self) -> None:
        letters = set("".join(new_readable_code() for _ in range(500)))

        assert letters <= set("234679ACDEFGHJKMNPQRTWXY")
        assert len(new_readable_code()) == 8


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


class TestKeyedHash:
    def test_is_the_same_for_the_same_text(self) -> None:
        assert Vault(SECRET).keyed_hash("code", "123") == Vault(SECRET).keyed_hash("code", "123")

    @pytest.mark.parametrize(
        ("secret", "purpose", "text"),
        [("another secret key", "code", "123"), (SECRET, "list", "123"), (SECRET, "code", "124")],
    )
    def test_differs_by_secret_purpose_and_text(self, secret: str, purpose: str, text: str) -> None:
        assert Vault(secret).keyed_hash(purpose, text) != Vault(SECRET).keyed_hash("code", "123")

    def test_remembers_no_text(self) -> None:
        vault = Vault(SECRET)
        vault.keyed_hash("code", "123")
        remembered = dict(vault._derived)

        vault.keyed_hash("code", "124")

        assert vault._derived == remembered

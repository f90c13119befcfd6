"""Signing keys: made when first needed, rotated, retired; the table holds salts only."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.secrets import Vault
from backend.purchases.keys import add_key, derive_key, get_current_key, rotate_keys
from backend.purchases.models import SigningKey

VAULT = Vault("a secret key that is long enough for a test")


class TestGetCurrentKey:
    def test_makes_the_first_when_it_is_first_needed(self, session: Session, at: datetime) -> None:
        key = get_current_key(session, at=at)

        assert (key.id, len(key.salt), key.retired_at) == (1, 16, None)

    def test_stays_with_it(self, session: Session, at: datetime) -> None:
        first = get_current_key(session, at=at)

        assert get_current_key(session, at=at).id == first.id

    def test_takes_the_newest(self, session: Session, at: datetime) -> None:
        add_key(session, at=at)
        newest = add_key(session, at=at)

        assert get_current_key(session, at=at).id == newest.id

    def test_makes_a_new_one_when_all_are_retired(self, session: Session, at: datetime) -> None:
        retired = add_key(session, at=at)
        retired.retired_at = at
        session.flush()

        assert get_current_key(session, at=at).id == retired.id + 1


class TestRotateKeys:
    def test_lets_older_codes_live_out_their_minutes(self, session: Session, at: datetime) -> None:
        old = get_current_key(session, at=at)

        new = rotate_keys(session, at=at)

        session.refresh(old)
        assert (new.id, old.retired_at) == (old.id + 1, None)

    def test_retires_them_at_once_when_a_key_is_known_to_others(self, session: Session, at: datetime) -> None:
        get_current_key(session, at=at)

        new = rotate_keys(session, at=at, retire_old=True)

        retired = session.execute(select(SigningKey.id, SigningKey.retired_at).order_by(SigningKey.id)).all()
        assert [tuple(row) for row in retired] == [(1, at), (new.id, None)]


class TestDeriveKey:
    def test_depends_on_the_salt_and_on_the_configured_secret(self, session: Session, at: datetime) -> None:
        one, two = add_key(session, at=at), add_key(session, at=at)
        other_vault = Vault("another secret key, just as long as the first")

        keys = {derive_key(VAULT, one.salt), derive_key(VAULT, two.salt), derive_key(other_vault, one.salt)}

        assert len(keys) == 3
        assert one.salt not in keys

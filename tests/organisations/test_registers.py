"""organisations.service.registers: API keys."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.base.pages import PageRequest
from backend.base.secrets import hash_token
from backend.organisations.register_queries import find_register_by_key, list_api_keys
from backend.organisations.service.registers import (
    ApiKeyNotFound,
    IssuedApiKey,
    ScopeUnknown,
    issue_api_key,
    note_key_used,
    revoke_api_key,
)
from backend.organisations.service.shops import ShopEnded
from tests.factories.organisations import make_shop


@pytest.fixture
def shop_id(session: Session, at: datetime) -> uuid.UUID:
    return make_shop(session, at=at).id


@pytest.fixture
def issued(session: Session, shop_id: uuid.UUID, at: datetime) -> IssuedApiKey:
    return issue_api_key(
        session, shop_id=shop_id, name="レジ1", scopes=["shop", "codes", "codes"], issued_by=None, at=at
    )


class TestIssueApiKey:
    def test_opens_what_its_scopes_say(
        self, session: Session, issued: IssuedApiKey, shop_id: uuid.UUID, at: datetime
    ) -> None:
        register = find_register_by_key(session, key=issued.key, at=at)

        assert register is not None
        assert (register.shop_id, register.scopes) == (shop_id, ("codes", "shop"))

    def test_keeps_only_a_hash_and_a_beginning(self, issued: IssuedApiKey) -> None:
        assert issued.key.startswith("mgk_")
        assert issued.api_key.key_hash == hash_token(issued.key)
        assert issued.api_key.prefix == issued.key[:12]

    def test_shows_no_key_in_a_log(self, issued: IssuedApiKey) -> None:
        assert issued.key not in repr(issued)

    @pytest.mark.parametrize("scopes", [[], ["everything"], ["codes", "everything"]])
    def test_refuses_a_scope_that_is_not_there(
        self, session: Session, shop_id: uuid.UUID, at: datetime, scopes: list[str]
    ) -> None:
        with pytest.raises(ScopeUnknown):
            issue_api_key(session, shop_id=shop_id, name="レジ1", scopes=scopes, issued_by=None, at=at)

    def test_is_not_for_a_closed_shop(self, session: Session, at: datetime) -> None:
        closed = make_shop(session, at=at, status="closed")

        with pytest.raises(ShopEnded):
            issue_api_key(session, shop_id=closed.id, name="レジ1", scopes=["codes"], issued_by=None, at=at)


class TestRevokeApiKey:
    def test_opens_nothing_any_more(
        self, session: Session, issued: IssuedApiKey, shop_id: uuid.UUID, at: datetime
    ) -> None:
        revoke_api_key(session, api_key_id=issued.api_key.id, shop_ids=[shop_id], at=at)

        assert find_register_by_key(session, key=issued.key, at=at) is None

    def test_is_no_longer_listed(
        self, session: Session, issued: IssuedApiKey, shop_id: uuid.UUID, at: datetime
    ) -> None:
        revoke_api_key(session, api_key_id=issued.api_key.id, shop_ids=[shop_id], at=at)

        assert list_api_keys(session, shop_id=shop_id, at=at, page=PageRequest()).items == []

    def test_knows_no_key_of_another_shop(self, session: Session, issued: IssuedApiKey, at: datetime) -> None:
        other = make_shop(session, at=at)

        with pytest.raises(ApiKeyNotFound):
            revoke_api_key(session, api_key_id=issued.api_key.id, shop_ids=[other.id], at=at)


class TestListApiKeys:
    @pytest.mark.parametrize(("days", "count"), [(0, 1), (29, 1), (31, 0)])
    def test_tells_of_a_key_that_has_ended_for_another_month(
        self, session: Session, issued: IssuedApiKey, shop_id: uuid.UUID, at: datetime, days: int, count: int
    ) -> None:
        issued.api_key.expires_at = at

        later = at + timedelta(days=days)
        keys = list_api_keys(session, shop_id=shop_id, at=later, page=PageRequest())

        assert find_register_by_key(session, key=issued.key, at=later) is None
        assert len(keys.items) == count


class TestNoteKeyUsed:
    def test_notes_the_first_use(self, session: Session, issued: IssuedApiKey, at: datetime) -> None:
        note_key_used(session, api_key_id=issued.api_key.id, at=at)

        session.refresh(issued.api_key)
        assert issued.api_key.last_used_at == at

    @pytest.mark.parametrize(("minutes", "noted"), [(4, 0), (5, 5)])
    def test_writes_at_most_every_five_minutes(
        self, session: Session, issued: IssuedApiKey, at: datetime, minutes: int, noted: int
    ) -> None:
        note_key_used(session, api_key_id=issued.api_key.id, at=at)

        note_key_used(session, api_key_id=issued.api_key.id, at=at + timedelta(minutes=minutes))

        session.refresh(issued.api_key)
        assert issued.api_key.last_used_at == at + timedelta(minutes=noted)

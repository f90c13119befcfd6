"""Tokens of the demo's people, and signing in as they do."""

import pyotp
import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.secrets import Vault
from backend.config import Settings
from backend.demo.city.accounts import ACCOUNTS, PASSWORD, TOTP_SECRET
from backend.demo.city.shapes import Account
from backend.demo.tokens import DemoAccountMissing, issue_token
from backend.organisations.register_queries import find_register_by_key
from backend.people.embedded import EmbeddedProvider
from backend.people.permissions import SCOPE_PERMISSIONS
from backend.people.queries import find_citizen_by_token, find_staff_by_token
from backend.people.service.staff_sessions import open_staff_session
from tests.conftest import NOW

SETTINGS = Settings()
STAFF = [account for account in ACCOUNTS if account.kind == "staff"]
CITIZENS = [account for account in ACCOUNTS if account.kind == "citizen"]


def face_of(account: Account) -> str:
    return "shop" if account.shop_key else "city"


class TestIssueToken:
    @pytest.mark.parametrize("account", CITIZENS, ids=lambda account: account.key)
    def test_lets_a_citizen_in(self, session: Session, account: Account) -> None:
        token = issue_token(session, name=account.key, settings=SETTINGS, at=NOW)

        session.flush()
        assert find_citizen_by_token(session, token=token, at=NOW)

    @pytest.mark.parametrize("account", STAFF, ids=lambda account: account.key)
    def test_lets_staff_in_with_their_roles(self, session: Session, account: Account) -> None:
        token = issue_token(session, name=account.key, settings=SETTINGS, at=NOW)

        session.flush()
        found = find_staff_by_token(session, token=token, at=NOW, idle_minutes=60)
        assert found
        assert found.face == face_of(account)
        assert {held.role for held in found.roles} == set(account.roles)

    def test_gives_the_till_a_key(self, session: Session) -> None:
        key = issue_token(session, name="till", settings=SETTINGS, at=NOW)

        found = find_register_by_key(session, key=key, at=NOW)
        assert found
        assert set(found.scopes) == set(SCOPE_PERMISSIONS)

    @pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.key)
    def test_needs_the_demo(self, empty_database: Database, account: Account) -> None:
        with pytest.raises(DemoAccountMissing):
            empty_database.run(
                lambda session: issue_token(session, name=account.key, settings=SETTINGS, at=NOW)
            )


class TestSigningIn:
    @pytest.mark.parametrize("account", CITIZENS, ids=lambda account: account.key)
    def test_works_for_citizens_by_password(self, session: Session, account: Account) -> None:
        provider = EmbeddedProvider(Vault(SETTINGS.secret_key), 90)

        opened = provider.sign_in(session, login=account.email or "", password=PASSWORD, at=NOW)

        assert opened.token.startswith("mgc_")

    @pytest.mark.parametrize("account", STAFF, ids=lambda account: account.key)
    def test_works_for_staff_with_the_code_of_this_half_minute(
        self, session: Session, account: Account
    ) -> None:
        opened = open_staff_session(
            session,
            face=face_of(account),
            email=account.email or "",
            password=PASSWORD,
            totp_code=pyotp.TOTP(TOTP_SECRET).at(NOW),
            vault=Vault(SETTINGS.secret_key),
            hours=12,
            at=NOW,
        )

        assert opened.token.startswith("mgs_")

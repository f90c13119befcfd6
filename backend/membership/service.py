"""A citizen joins and leaves, a shop is let in: whoever takes part has points, in one transaction."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.errors import Conflict
from backend.claims.service.appealing import forget_claims
from backend.messages.service.leaving import forget_recipient
from backend.notices.caps import forget_push_counts
from backend.notices.recalling import INVITING, recall_pushes
from backend.notices.service import announce
from backend.organisations.models import Shop
from backend.organisations.rules import ShopAction
from backend.organisations.service import shops
from backend.people.principals import CitizenPrincipal, Principal, UnregisteredPrincipal
from backend.people.providers import IdentityProvider, LoginRequest, OpenedSession
from backend.people.queries import list_joined_accounts
from backend.people.service import citizens
from backend.points.models import AccountKind
from backend.points.service.movements import close_account, open_account


class AlreadyRegistered(Conflict):
    """The bearer is a citizen's own."""


@dataclass(frozen=True, slots=True)
class Joined:
    """`opened` is None where Firebase keeps the sessions."""

    citizen_id: uuid.UUID
    account_id: uuid.UUID
    opened: OpenedSession | None


def join(
    session: Session,
    *,
    provider: IdentityProvider,
    principal: Principal,
    nickname: str,
    language: str,
    consents: Mapping[str, str],
    terms_version: str,
    login: LoginRequest | None,
    at: datetime,
) -> Joined:
    """`consents`: purpose → version of the text they saw.

    Raises AlreadyRegistered, NicknameRefused, TermsConsentRequired, ConsentVersionOutdated, and what the
    provider's `enrol` raises.
    """
    if isinstance(principal, CitizenPrincipal):
        raise AlreadyRegistered
    account_id = open_account(session, kind=AccountKind.CITIZEN, at=at)
    citizen = citizens.enter_citizen(
        session,
        account_id=account_id,
        nickname=nickname,
        language=language,
        consents=consents,
        terms_version=terms_version,
        at=at,
    )
    subject = principal.subject if isinstance(principal, UnregisteredPrincipal) else None
    opened = provider.enrol(session, citizen=citizen, login=login, subject=subject, at=at)
    announce(session, citizen_id=citizen.id, kind="welcome", params={}, at=at)
    return Joined(citizen.id, account_id, opened)


def leave(
    session: Session,
    *,
    provider: IdentityProvider,
    citizen: CitizenPrincipal,
    password: str | None,
    at: datetime,
) -> int:
    """Everything that names the person is deleted; what they held lapses. Returns the points that lapsed.

    The points account stays, closed and nobody's, so that the ledger still adds up. Raises PasswordWrong.
    """
    provider.confirm_person(session, citizen_id=citizen.citizen_id, password=password)
    lapsed_points = close_account(session, account_id=citizen.account_id, at=at)
    forget_claims(session, citizen_id=citizen.citizen_id, at=at)
    for joined in list_joined_accounts(session, account_id=citizen.account_id):
        close_account(session, account_id=joined.account_id, at=at)
    forget_push_counts(session, citizen_id=citizen.citizen_id)
    forget_recipient(session, citizen_id=citizen.citizen_id)
    citizens.remove_citizen(session, citizen_id=citizen.citizen_id)
    return lapsed_points


def decide_shop(
    session: Session,
    *,
    shop_id: uuid.UUID,
    action: ShopAction,
    reason: str | None,
    public_url: str,
    at: datetime,
) -> Shop:
    """As `organisations` does it; a shop that is let in gets a points account under its own id, and nobody is
    called any more to one that takes no part.

    Raises ShopNotFound, ShopTransitionRefused, ReasonRequired.
    """
    shop = shops.decide_shop(
        session, shop_id=shop_id, action=action, reason=reason, public_url=public_url, at=at
    )
    if action is ShopAction.APPROVE:
        open_account(session, kind=AccountKind.SHOP, account_id=shop_id, at=at)
    if action in (ShopAction.SUSPEND, ShopAction.CLOSE):
        recall_pushes(session, kinds=INVITING, subject="shop_id", subject_id=shop_id, at=at)
    return shop

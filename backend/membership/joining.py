"""Who held a card and who uses an app are found to be one person: one account from then on.

If one of the two accounts was never used, the other stays as it is: nothing moves in the ledger, so pending points,
holds, debts, stamps and what caps have counted stay exact. If both were used, what the card's account holds is
carried over, each lot with its budget and its end, and everything that names the account follows. Its entries stay
where they are; a refund of an older purchase finds them there.
"""

import uuid
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.campaigns.service.carrying import carry_counts, carry_mission_claims, carry_stamps
from backend.membership.queries import HOLDINGS
from backend.notices.models import Notice
from backend.offers.service.carrying import carry_coupons
from backend.people.code_models import CitizenCard, JoinedAccount
from backend.people.models import Citizen, CitizenCode
from backend.points.models import PointsAccount, PointsBalance
from backend.points.service.carrying import carry_over, set_open
from backend.points.service.movements import lock_balance
from backend.purchases.models import Checkout
from backend.purchases.service.carrying import carry_purchases

# Of the person, and what every account has: none of them says that an account was used.
NO_HISTORY = (Citizen, CitizenCode, PointsAccount, PointsBalance)
# What names the card's person and must name the app's from then on.
FOLLOWING = (Notice, Checkout, CitizenCard)


def join_citizens(session: Session, *, holder: Citizen, owner: Citizen, at: datetime) -> None:
    """`holder` held a card, `owner` uses the app and stays; both are locked. Raises PointsHeld."""
    for account_id in sorted((holder.account_id, owner.account_id)):
        lock_balance(session, account_id)
    if not _is_used(session, owner.account_id):
        _keep_one(session, holder, owner, kept=holder.account_id, empty=owner.account_id)
    elif not _is_used(session, holder.account_id):
        _keep_one(session, holder, owner, kept=owner.account_id, empty=holder.account_id)
    else:
        _carry(session, holder.account_id, owner.account_id, at)
        _follow(session, holder, owner)


def _is_used(session: Session, account_id: uuid.UUID) -> bool:
    """Whether any table tells something of the account: a table added tomorrow is asked tomorrow."""
    tables = [
        holding.model.__table__
        for holding in HOLDINGS.values()
        if "account_id" in holding.model.__table__.c and holding.model not in NO_HISTORY
    ]
    return any(session.scalar(select(exists().where(table.c.account_id == account_id))) for table in tables)


def _follow(session: Session, holder: Citizen, owner: Citizen) -> None:
    """One person. Of what the other was told only what concerns purchases stays."""
    for model in FOLLOWING:
        session.execute(update(model).where(model.citizen_id == holder.id).values(citizen_id=owner.id))
    session.execute(delete(Citizen).where(Citizen.id == holder.id))


def _keep_one(
    session: Session, holder: Citizen, owner: Citizen, *, kept: uuid.UUID, empty: uuid.UUID
) -> None:
    """The empty account is deleted, not closed: should anything be written to it just now, either this or that fails
    and is done again.
    """
    _follow(session, holder, owner)
    # A code on the telephone's screen just now is of the account as it was.
    session.execute(delete(CitizenCode).where(CitizenCode.account_id == empty))
    session.execute(update(Citizen).where(Citizen.id == owner.id).values(account_id=kept))
    session.execute(delete(PointsBalance).where(PointsBalance.account_id == empty))
    session.execute(delete(PointsAccount).where(PointsAccount.id == empty))


def _carry(session: Session, account_id: uuid.UUID, into_account_id: uuid.UUID, at: datetime) -> None:
    """Shut afterwards: a sale on its way to the old account is decided again, on the other one."""
    joined = JoinedAccount(id=new_id(), account_id=account_id, into_account_id=into_account_id, joined_at=at)
    session.add(joined)
    session.flush()
    carry_over(session, account_id=account_id, into_account_id=into_account_id, source_id=joined.id, at=at)
    for carry in (carry_counts, carry_stamps, carry_mission_claims, carry_coupons, carry_purchases):
        carry(session, account_id=account_id, into_account_id=into_account_id)
    set_open(session, account_id=account_id, is_open=False)

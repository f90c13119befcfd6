"""Member lists: made, given a new code and closed by a shop or the city; joined and left by citizens."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, NotFound
from backend.base.secrets import Vault, new_readable_code
from backend.people import memberships
from backend.people.memberships import MemberListCard, Membership
from backend.people.models import MemberList, MemberListEntry
from backend.people.rules import group_join_code, normalise_list_name, read_join_code

PURPOSE = "join code"


class MemberListClosed(Conflict):
    """Nobody joins it any more."""


class JoinCodeNotFound(NotFound):
    """Never given out, renewed since, or of a list that is closed: all look the same."""


class MembershipNotFound(NotFound):
    """The citizen is not on this list."""


@dataclass(frozen=True, slots=True)
class MemberListWithCode:
    """`join_code` is told this once."""

    member_list: MemberListCard
    join_code: str = field(repr=False)


def create_member_list(
    session: Session,
    *,
    shop_id: uuid.UUID | None,
    name: str,
    staff_id: uuid.UUID,
    vault: Vault,
    at: datetime,
) -> MemberListWithCode:
    """A shop's list, or (without a shop) the city's. Raises MemberListNameRefused."""
    code = _new_code(session, vault)
    member_list = MemberList(
        id=new_id(),
        shop_id=shop_id,
        name=normalise_list_name(name),
        join_code_hash=_hash(vault, code),
        created_by_staff_id=staff_id,
        created_at=at,
    )
    session.add(member_list)
    session.flush()
    return _with_code(session, member_list.id, _shops(shop_id), code)


def renew_join_code(
    session: Session, *, list_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None, vault: Vault
) -> MemberListWithCode:
    """The code before it ends; members stay. Raises MemberListNotFound, MemberListClosed."""
    code = _new_code(session, vault)
    renewed = session.scalar(
        update(MemberList)
        .where(MemberList.id == list_id, memberships.owned_by(shop_ids), MemberList.closed_at.is_(None))
        .values(join_code_hash=_hash(vault, code))
        .returning(MemberList.id)
    )
    found = _with_code(session, list_id, shop_ids, code)
    if renewed is None:
        raise MemberListClosed
    return found


def close_member_list(
    session: Session, *, list_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None, at: datetime
) -> None:
    """Closing twice is closing once. Raises MemberListNotFound."""
    memberships.get_member_list(session, list_id=list_id, shop_ids=shop_ids)
    session.execute(
        update(MemberList)
        .where(MemberList.id == list_id, MemberList.closed_at.is_(None))
        .values(closed_at=at)
    )


def close_lists_of_shop(session: Session, *, shop_id: uuid.UUID, at: datetime) -> None:
    """The shop has ended."""
    session.execute(
        update(MemberList)
        .where(MemberList.shop_id == shop_id, MemberList.closed_at.is_(None))
        .values(closed_at=at)
    )


def join_member_list(
    session: Session, *, citizen_id: uuid.UUID, join_code: str, vault: Vault, at: datetime
) -> Membership:
    """Joining twice keeps the first day. Raises JoinCodeNotFound."""
    list_id = session.scalar(
        select(MemberList.id).where(
            MemberList.join_code_hash == _hash(vault, read_join_code(join_code)),
            MemberList.closed_at.is_(None),
        )
    )
    if list_id is None:
        raise JoinCodeNotFound(field="join_code")
    if session.get(MemberListEntry, (list_id, citizen_id)) is None:
        session.add(MemberListEntry(list_id=list_id, citizen_id=citizen_id, joined_at=at))
        session.flush()
    joined = memberships.find_membership(session, citizen_id=citizen_id, list_id=list_id)
    assert joined is not None  # noqa: S101 (just joined, in this transaction)
    return joined


def leave_member_list(session: Session, *, citizen_id: uuid.UUID, list_id: uuid.UUID) -> None:
    """Raises MembershipNotFound."""
    left = session.scalar(
        delete(MemberListEntry)
        .where(MemberListEntry.list_id == list_id, MemberListEntry.citizen_id == citizen_id)
        .returning(MemberListEntry.list_id)
    )
    if left is None:
        raise MembershipNotFound


def _with_code(
    session: Session, list_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None, code: str
) -> MemberListWithCode:
    found = memberships.get_member_list(session, list_id=list_id, shop_ids=shop_ids)
    return MemberListWithCode(found, group_join_code(code))


def _shops(shop_id: uuid.UUID | None) -> Sequence[uuid.UUID] | None:
    return None if shop_id is None else [shop_id]


def _new_code(session: Session, vault: Vault) -> str:
    code = new_readable_code()
    while session.scalar(select(MemberList.id).where(MemberList.join_code_hash == _hash(vault, code))):
        code = new_readable_code()
    return code


def _hash(vault: Vault, code: str) -> bytes:
    """Keyed by the secret: so short a code could be tried out on a plain hash."""
    return vault.keyed_hash(PURPOSE, code)

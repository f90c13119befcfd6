"""What rules may ask about a person: as declared, as verified, and which member lists they are on."""

import uuid
from typing import Any

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from backend.base.statements import Prepared
from backend.campaigns.rules.facts import Need, PersonFacts
from backend.organisations.regions import Region
from backend.people.memberships import list_memberships
from backend.people.models import Citizen

PERSON_COLUMNS = (
    Citizen.standing,
    Citizen.verified_at,
    Citizen.age_band,
    Citizen.municipality_code,
    Citizen.district,
    Citizen.birth_month,
)
PERSON = Prepared(
    lambda _dialect: select(*PERSON_COLUMNS).where(Citizen.id == bindparam("citizen_id", type_=Uuid()))
)


def person_facts(row: Any, member_list_ids: frozenset[uuid.UUID], region: Region) -> PersonFacts:
    """Of a row with PERSON_COLUMNS."""
    return PersonFacts(
        standing=row.standing,
        is_verified=row.verified_at is not None,
        age_band=row.age_band,
        home_district=row.district,
        home_ring=region.ring_of(row.municipality_code) if row.municipality_code else None,
        birth_month=row.birth_month,
        member_list_ids=member_list_ids,
    )


def read_person(
    session: Session, *, citizen_id: uuid.UUID, needs: frozenset[Need], region: Region
) -> PersonFacts | None:
    """None where nothing about the person is needed; their lists are read only where those are."""
    if not needs & {Need.PERSON, Need.MEMBER_LISTS}:
        return None
    row = PERSON.first(session, citizen_id=citizen_id)
    if row is None:
        return None
    lists = list_memberships(session, citizen_id=citizen_id) if Need.MEMBER_LISTS in needs else frozenset()
    return person_facts(row, lists, region)

"""Citizen codes, as phones open them and tills find them."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend.people.codes import make_permit
from backend.people.models import CodeScope
from backend.people.offline_codes import USUAL_POLICY
from backend.people.principals import CitizenPrincipal
from backend.people.queries import CitizenCodeRow
from backend.people.service.citizen_codes import OpenedCitizenCode, find_citizen_code, open_citizen_code
from backend.web.ground import Ground
from tests.factories.people import SignedInCitizen


def open_code(
    session: Session,
    ground: Ground,
    citizen: SignedInCitizen,
    *,
    at: datetime,
    scopes: Collection[str] = ("earn",),
    points_to_spend: int | str = "none",
    coupon_ids: Sequence[uuid.UUID] = (),
) -> OpenedCitizenCode:
    return open_citizen_code(
        session,
        citizen=CitizenPrincipal(citizen.id, citizen.account_id, None, "ja"),
        permit=make_permit(scopes=scopes, points_to_spend=points_to_spend, coupon_ids=coupon_ids),
        lifetime_seconds=ground.settings.citizen_code_seconds,
        public_url=ground.settings.public_url,
        vault=ground.vault,
        at=at,
    )


def find_code(
    session: Session,
    ground: Ground,
    text: str,
    *,
    at: datetime,
    scopes: Collection[CodeScope] = (CodeScope.EARN,),
) -> CitizenCodeRow:
    return find_citizen_code(
        session,
        text=text,
        scopes=scopes,
        public_url=ground.settings.public_url,
        vault=ground.vault,
        offline=USUAL_POLICY,
        at=at,
    )

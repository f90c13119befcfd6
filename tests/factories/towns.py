"""Small towns at random, straight into their tables: for reading over whatever people may be and may have done."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from backend.base.clock import city_day, start_of_city_day
from backend.base.database import first_id_at, new_id
from backend.campaigns.models import CampaignCard, CampaignStamp
from backend.notices.models import ChoiceKind, Device, NoticeChoice
from backend.organisations.models import FavouriteShop
from backend.people.models import (
    AgeBand,
    Citizen,
    Consent,
    MemberList,
    MemberListEntry,
    Standing,
)
from backend.points.models import AccountKind, PointsLot, PointsTransaction
from backend.points.service.movements import open_account
from backend.purchases.models import Purchase
from tests.factories.organisations import make_shop
from tests.factories.people import make_staff

DISTRICTS = ("鳥取", "愛国", "米町")
# In the city, in three rings around it, far away.
MUNICIPALITIES = ("012068", "016616", "012238", "012076", "131016")
CATEGORIES = ("local_food", "events", "health")
PURPOSES = ("statistics", "push_city", "push_shops")
# Days around which people did something; each is told to the microsecond.
DAYS = (0, 1, 2, 7, 30)


@dataclass
class SmallTown:
    """Ids of what descriptions may name."""

    citizen_ids: list[uuid.UUID] = field(default_factory=list)
    shop_ids: list[uuid.UUID] = field(default_factory=list)
    list_ids: list[uuid.UUID] = field(default_factory=list)
    campaign_ids: list[uuid.UUID] = field(default_factory=list)


def make_small_town(session: Session, *, seed: int, at: datetime, citizens: int = 30) -> SmallTown:
    """Three shops, four lists (one of a shop, one closed), two campaigns with stamp cards."""
    random = Random(seed)
    town = SmallTown()
    town.shop_ids = [make_shop(session, at=at, name_ja=f"店{number}").id for number in range(3)]
    town.campaign_ids = [new_id(), new_id()]
    staff_id = make_staff(session, at=at, face="city", roles=("officer",)).id
    for number in range(4):
        shop_id = town.shop_ids[0] if number == 3 else None
        town.list_ids.append(make_member_list(session, staff_id=staff_id, at=at, shop_id=shop_id))
    session.get_one(MemberList, town.list_ids[2]).closed_at = at
    for number in range(citizens):
        town.citizen_ids.append(_make_person(session, town, random, number, at))
    session.flush()
    session.expire_all()
    return town


def make_member_list(
    session: Session, *, staff_id: uuid.UUID, at: datetime, shop_id: uuid.UUID | None = None
) -> uuid.UUID:
    list_id = new_id()
    session.add(
        MemberList(
            id=list_id,
            shop_id=shop_id,
            name="名簿",
            join_code_hash=list_id.bytes,
            created_by_staff_id=staff_id,
            created_at=at,
        )
    )
    session.flush()
    return list_id


def make_person(session: Session, *, at: datetime, **columns: object) -> Citizen:
    """Who declared nothing unless told otherwise, and consented to nothing."""
    account_id = open_account(session, kind=AccountKind.CITIZEN, at=at)
    citizen = Citizen(
        **{"id": new_id(), "account_id": account_id, "nickname": "人", "language": "ja", "created_at": at}
        | columns
    )
    session.add(citizen)
    session.flush()
    return citizen


def make_bought(
    session: Session,
    *,
    account_id: uuid.UUID,
    shop_id: uuid.UUID,
    done_at: datetime,
    recorded_at: datetime | None = None,
    refunded_yen: int = 0,
) -> uuid.UUID:
    """A purchase of 1,000 yen that moved no points; its id is of the moment at which it was recorded."""
    recorded_at = recorded_at or done_at
    purchase_id = uuid.UUID(int=first_id_at(recorded_at).int | Random().getrandbits(62))
    session.add(
        Purchase(
            id=purchase_id,
            account_id=account_id,
            shop_id=shop_id,
            amount_yen=1000,
            refunded_yen=refunded_yen,
            done_at=done_at,
            recorded_at=recorded_at,
            earned_points=0,
            balance_points=0,
            verdicts=[],
        )
    )
    session.flush()
    return purchase_id


def make_lot(
    session: Session, *, account_id: uuid.UUID, points: int, expires_at: datetime, at: datetime, held: int = 0
) -> None:
    """Without its entries: whoever reads lots alone needs none."""
    transaction_id = new_id()
    session.add(PointsTransaction(id=transaction_id, kind="grant", occurred_at=at, recorded_at=at))
    session.flush()
    session.add(
        PointsLot(
            id=new_id(),
            account_id=account_id,
            transaction_id=transaction_id,
            funding_account_id=account_id,
            granted_points=max(points, 1),
            remaining_points=points,
            held_points=held,
            issued_at=at - timedelta(days=300),
            expires_at=expires_at,
        )
    )
    session.flush()


def make_stamps(
    session: Session,
    *,
    account_id: uuid.UUID,
    campaign_id: uuid.UUID,
    count: int,
    at: datetime,
    card_number: int = 1,
    is_complete: bool = False,
) -> None:
    card = {"campaign_id": campaign_id, "account_id": account_id, "card_number": card_number}
    for position in range(1, count + 1):
        session.add(
            CampaignStamp(
                **card, position=position, distinct_key=str(position), purchase_id=new_id(), stamped_at=at
            )
        )
    if is_complete:
        session.add(CampaignCard(**card, completed_at=at, purchase_id=new_id()))
    session.flush()


def make_consent(
    session: Session, *, citizen_id: uuid.UUID, purpose: str, at: datetime, withdrawn: bool = False
) -> None:
    session.add(
        Consent(
            id=new_id(),
            citizen_id=citizen_id,
            purpose=purpose,
            version="2026-11",
            given_at=at,
            withdrawn_at=at if withdrawn else None,
        )
    )
    session.flush()


def choose(session: Session, *, citizen_id: uuid.UUID, kind: ChoiceKind, subject: str, at: datetime) -> None:
    session.add(NoticeChoice(citizen_id=citizen_id, kind=kind.value, subject=subject, chosen_at=at))
    session.flush()


def make_phone(
    session: Session, *, citizen_id: uuid.UUID, seen_at: datetime, retired_at: datetime | None = None
) -> None:
    device_id = new_id()
    session.add(
        Device(
            id=device_id,
            citizen_id=citizen_id,
            installation_id=str(device_id),
            platform="android",
            target_kind="fcm_token",
            target=str(device_id),
            registered_at=seen_at,
            last_seen_at=seen_at,
            retired_at=retired_at,
        )
    )
    session.flush()


def _make_person(session: Session, town: SmallTown, random: Random, number: int, at: datetime) -> uuid.UUID:
    citizen = make_person(
        session,
        at=at,
        nickname=f"人{number}",
        language=random.choice(("ja", "ja@easy", "en")),
        municipality_code=random.choice((None, *MUNICIPALITIES)),
        district=random.choice((None, *DISTRICTS)),
        birth_month=random.choice((None, 5, 6, 7)),
        age_band=random.choice((None, *AgeBand)),
        standing=random.choice((None, *Standing)),
        verified_at=random.choice((None, at)),
    )
    for category in random.sample(CATEGORIES, random.randrange(3)):
        kind = random.choice((ChoiceKind.INTEREST, ChoiceKind.MUTED_CATEGORY))
        choose(session, citizen_id=citizen.id, kind=kind, subject=category, at=at)
    for shop_id in random.sample(town.shop_ids, random.randrange(3)):
        session.add(FavouriteShop(citizen_id=citizen.id, shop_id=shop_id, added_at=at))
    for list_id in random.sample(town.list_ids, random.randrange(4)):
        session.add(MemberListEntry(list_id=list_id, citizen_id=citizen.id, joined_at=at))
    for purpose in random.sample(PURPOSES, random.randrange(4)):
        withdrawn = random.random() < 0.3
        make_consent(session, citizen_id=citizen.id, purpose=purpose, at=at, withdrawn=withdrawn)
        if withdrawn and random.random() < 0.5:
            make_consent(session, citizen_id=citizen.id, purpose=purpose, at=at)
    _let_act(session, town, random, citizen.account_id, at)
    return citizen.id


def _let_act(session: Session, town: SmallTown, random: Random, account_id: uuid.UUID, at: datetime) -> None:
    for _ in range(random.choice((0, 1, 3, 6))):
        done_at = min(_edge(random, at, sign=-1), at)
        late = timedelta(minutes=random.choice((-2, 0, 0, 5, 3000)))
        refunded = random.choice((0, 0, 400, 1000))
        shop_id = random.choice(town.shop_ids)
        make_bought(
            session,
            account_id=account_id,
            shop_id=shop_id,
            done_at=done_at,
            recorded_at=done_at + late,
            refunded_yen=refunded,
        )
    for _ in range(random.choice((0, 1, 3))):
        points = random.choice((0, 5, 50))
        held = random.choice((0, points // 2, points))
        expires_at = _edge(random, at, sign=1)
        make_lot(session, account_id=account_id, points=points, expires_at=expires_at, at=at, held=held)
    for campaign_id in random.sample(town.campaign_ids, random.randrange(3)):
        for card_number in range(1, random.choice((2, 3))):
            make_stamps(
                session,
                account_id=account_id,
                campaign_id=campaign_id,
                count=random.randint(1, 4),
                at=at,
                card_number=card_number,
                is_complete=random.random() < 0.5,
            )


def _edge(random: Random, at: datetime, *, sign: int) -> datetime:
    """Midnight in the city some days away, the moment before or after it, or an hour at random."""
    midnight = start_of_city_day(city_day(at) + timedelta(days=sign * random.choice(DAYS)))
    return midnight + random.choice(
        (
            timedelta(0),
            timedelta(microseconds=-1),
            timedelta(microseconds=1),
            timedelta(seconds=random.randrange(86400)),
        )
    )

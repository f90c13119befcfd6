"""Shops: they apply, the city decides, they keep their own page."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, Refused
from backend.base.text import DEFAULT_LANGUAGE
from backend.organisations.models import ApiKey, Organisation, Shop, ShopHours, ShopStatus, ShopTag
from backend.organisations.queries import ShopNotFound
from backend.organisations.regions import Region
from backend.organisations.rules import (
    OpeningHours,
    ShopAction,
    check_opening_hours,
    next_status,
    read_corporate_number,
    read_position,
    read_registration_number,
    read_shop_phone,
)
from backend.organisations.texts import (
    normalise_tags,
    one_line,
    one_line_or_none,
    paragraphs_or_none,
    search_text,
)
from backend.people.principals import RoleAssignment
from backend.people.rules import NICKNAME_MAX_CHARACTERS, LoginMalformed, normalise_email
from backend.people.service.letters import queue_letter
from backend.people.service.member_lists import close_lists_of_shop
from backend.people.service.staff import invite_staff

SEARCH_TEXT_MAX_CHARACTERS = 2400
ENDED = frozenset({ShopStatus.CLOSED, ShopStatus.REJECTED})
REASONED = frozenset({ShopAction.REJECT, ShopAction.SUSPEND, ShopAction.CLOSE})


class ApplicationPending(Conflict):
    """The same shop has applied already: the city will answer by e-mail."""


class ContactEmailMalformed(Refused):
    """No e-mail address: the city's answer could not be sent."""


class ReasonRequired(Refused):
    """Whoever is turned away, suspended or closed is told why."""


class ShopEnded(Conflict):
    """Closed or turned away: nothing of it changes any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationDraft:
    """`kind`: an OrganisationKind. `corporate_number`: 法人番号 as people write it, if there is one."""

    kind: str
    name: str
    corporate_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopDraft:
    """`size_class`: a SizeClass, declared by the shop until the city approves it."""

    name_ja: str
    name_en: str | None = None
    description_ja: str | None = None
    description_en: str | None = None
    municipality_code: str
    district: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    size_class: str
    is_locally_owned: bool
    contact_email: str
    tags: Sequence[str] = ()
    hours: Sequence[OpeningHours] = ()


def apply_for_shop(
    session: Session, *, organisation: OrganisationDraft, shop: ShopDraft, region: Region, at: datetime
) -> Shop:
    """Ask the city to let a shop in.

    Raises ApplicationPending, ContactEmailMalformed, CorporateNumberInvalid, MunicipalityCodeInvalid,
    NameBlank, OpeningHoursOverlapping, PositionInvalid, TagInvalid.
    """
    check_opening_hours(shop.hours)
    applying = Shop(
        id=new_id(),
        status=ShopStatus.APPLIED.value,
        size_class=shop.size_class,
        is_locally_owned=shop.is_locally_owned,
        contact_email=_normalise_contact(shop.contact_email),
        created_at=at,
        **_checked({name: getattr(shop, name) for name in SHOP_TEXTS | SHOP_PLACE}),
    )
    _settle(applying, region, at)
    _refuse_twin(session, applying)
    applying.organisation_id = _find_or_found(session, organisation, at)
    session.add(applying)
    session.flush()
    _put_tags(session, applying.id, normalise_tags(shop.tags))
    _put_hours(session, applying.id, shop.hours)
    return applying


def decide_shop(
    session: Session,
    *,
    shop_id: uuid.UUID,
    action: ShopAction,
    reason: str | None,
    public_url: str,
    at: datetime,
) -> Shop:
    """The city's word. Approving invites the contact as the shop's manager; closing ends its registers.

    Raises ShopNotFound, ShopTransitionRefused, ReasonRequired.
    """
    shop = _lock_shop(session, shop_id)
    status = next_status(shop.status, action)
    reason = paragraphs_or_none(reason)
    if action in REASONED and reason is None:
        raise ReasonRequired(field="reason")
    shop.status, shop.status_reason, shop.updated_at = str(status), reason, at
    if action is ShopAction.APPROVE:
        _tell(session, shop, "shop_approved", {"link": public_url}, at)
        invite_staff(
            session,
            email=shop.contact_email,
            display_name=shop.name_ja[:NICKNAME_MAX_CHARACTERS],
            language=DEFAULT_LANGUAGE,
            roles=[RoleAssignment("manager", shop.id)],
            at=at,
        )
    if action is ShopAction.REJECT:
        _tell(session, shop, "shop_rejected", {"reason": reason or ""}, at)
    if action is ShopAction.CLOSE:
        _revoke_keys(session, shop.id, at)
        close_lists_of_shop(session, shop_id=shop.id, at=at)
    session.flush()
    return shop


def classify_shop(
    session: Session, *, shop_id: uuid.UUID, size_class: str, is_locally_owned: bool, at: datetime
) -> Shop:
    """What campaigns pay by is the city's to say, not the shop's. Raises ShopNotFound, ShopEnded."""
    shop = lock_living_shop(session, shop_id)
    shop.size_class, shop.is_locally_owned, shop.updated_at = size_class, is_locally_owned, at
    session.flush()
    return shop


def identify_shop(
    session: Session, *, shop_id: uuid.UUID, registration_number: str | None, phone: str | None, at: datetime
) -> Shop:
    """What the shop's receipts bear, put right by the city.

    Raises ShopNotFound, ShopEnded, RegistrationNumberInvalid, ShopPhoneMalformed.
    """
    shop = lock_living_shop(session, shop_id)
    printed = _checked({"registration_number": registration_number, "phone": phone})
    shop.registration_number, shop.phone = printed["registration_number"], printed["phone"]
    shop.updated_at = at
    session.flush()
    return shop


# What a shop changes by itself.
SHOP_TEXTS = frozenset({"name_ja", "name_en", "description_ja", "description_en"})
SHOP_PLACE = frozenset({"municipality_code", "district", "address", "latitude", "longitude"})
SHOP_PRINTED = frozenset({"registration_number", "phone"})
SHOP_FIELDS = SHOP_TEXTS | SHOP_PLACE | SHOP_PRINTED | {"contact_email"}


def edit_shop(
    session: Session, *, shop_id: uuid.UUID, changes: Mapping[str, Any], region: Region, at: datetime
) -> Shop:
    """`changes`: some of SHOP_FIELDS and `tags`; None empties what may be empty.

    Raises ShopNotFound, ShopEnded, ContactEmailMalformed, MunicipalityCodeInvalid, NameBlank,
    PositionInvalid, RegistrationNumberInvalid, ShopPhoneMalformed, TagInvalid.
    """
    shop = lock_living_shop(session, shop_id)
    for name, value in _checked({name: changes[name] for name in SHOP_FIELDS & changes.keys()}).items():
        setattr(shop, name, value)
    _settle(shop, region, at)
    if "tags" in changes:
        _put_tags(session, shop_id, normalise_tags(changes["tags"]))
    session.flush()
    return shop


def set_shop_hours(
    session: Session, *, shop_id: uuid.UUID, hours: Sequence[OpeningHours], at: datetime
) -> None:
    """These and no others; none: by appointment. Raises ShopNotFound, ShopEnded, OpeningHoursOverlapping."""
    check_opening_hours(hours)
    shop = lock_living_shop(session, shop_id)
    shop.updated_at = at
    _put_hours(session, shop_id, hours)


def lock_living_shop(session: Session, shop_id: uuid.UUID) -> Shop:
    """Raises ShopNotFound, ShopEnded."""
    shop = _lock_shop(session, shop_id)
    if shop.status in ENDED:
        raise ShopEnded
    return shop


def _lock_shop(session: Session, shop_id: uuid.UUID) -> Shop:
    # Not from those who only name the shop: a till code for it need not wait.
    shop = session.get(Shop, shop_id, with_for_update={"key_share": True}, populate_existing=True)
    if shop is None:
        raise ShopNotFound
    return shop


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields as they are kept."""
    values = dict(given)
    for name in given.keys() & {"name_en", "district", "address"}:
        values[name] = one_line_or_none(given[name])
    for name in given.keys() & {"description_ja", "description_en"}:
        values[name] = paragraphs_or_none(given[name])
    if "name_ja" in given:
        values["name_ja"] = one_line(given["name_ja"], field="name_ja")
    if "contact_email" in given:
        values["contact_email"] = _normalise_contact(given["contact_email"])
    if given.get("registration_number"):
        values["registration_number"] = read_registration_number(given["registration_number"]).digits
    if given.get("phone"):
        values["phone"] = read_shop_phone(given["phone"])
    return values


def _settle(shop: Shop, region: Region, at: datetime) -> None:
    """What follows from the fields. Raises MunicipalityCodeInvalid, PositionInvalid."""
    shop.ring = region.ring_of(shop.municipality_code)
    read_position(shop.latitude, shop.longitude)
    shop.search_text = search_text(
        shop.name_ja,
        shop.name_en,
        shop.district,
        shop.description_ja,
        shop.description_en,
        maximum=SEARCH_TEXT_MAX_CHARACTERS,
    )
    shop.updated_at = at


def _normalise_contact(email: str) -> str:
    try:
        return normalise_email(email)
    except LoginMalformed as error:
        raise ContactEmailMalformed(field="contact_email") from error


def _refuse_twin(session: Session, shop: Shop) -> None:
    """A form sent twice is one application."""
    twin = select(Shop.id).where(
        Shop.status == ShopStatus.APPLIED,
        Shop.ring == shop.ring,
        Shop.contact_email == shop.contact_email,
        Shop.name_ja == shop.name_ja,
    )
    if session.scalar(twin.limit(1)) is not None:
        raise ApplicationPending


def _find_or_found(session: Session, draft: OrganisationDraft, at: datetime) -> uuid.UUID:
    """Whoever applies for a known organisation changes nothing of it."""
    number = None
    if draft.corporate_number is not None:
        number = read_corporate_number(draft.corporate_number, field="organisation.corporate_number")
        known = session.scalar(select(Organisation.id).where(Organisation.corporate_number == number))
        if known is not None:
            return known
    founded = Organisation(
        id=new_id(),
        kind=draft.kind,
        name=one_line(draft.name, field="organisation.name"),
        corporate_number=number,
        created_at=at,
    )
    session.add(founded)
    session.flush()
    return founded.id


def _put_tags(session: Session, shop_id: uuid.UUID, tags: Sequence[str]) -> None:
    session.execute(delete(ShopTag).where(ShopTag.shop_id == shop_id))
    session.add_all(ShopTag(shop_id=shop_id, tag=tag) for tag in tags)
    session.flush()


def _put_hours(session: Session, shop_id: uuid.UUID, hours: Sequence[OpeningHours]) -> None:
    session.execute(delete(ShopHours).where(ShopHours.shop_id == shop_id))
    session.add_all(
        ShopHours(
            shop_id=shop_id,
            weekday=stretch.weekday,
            opens_minute=stretch.opens_minute,
            closes_minute=stretch.closes_minute,
        )
        for stretch in hours
    )
    session.flush()


def _revoke_keys(session: Session, shop_id: uuid.UUID, at: datetime) -> None:
    session.execute(
        update(ApiKey).where(ApiKey.shop_id == shop_id, ApiKey.revoked_at.is_(None)).values(revoked_at=at)
    )


def _tell(session: Session, shop: Shop, kind: str, params: Mapping[str, str], at: datetime) -> None:
    queue_letter(
        session,
        channel="email",
        recipient=shop.contact_email,
        kind=kind,
        language=DEFAULT_LANGUAGE,
        params={"shop": shop.name_ja, **params},
        at=at,
    )

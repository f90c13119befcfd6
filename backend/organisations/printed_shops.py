"""Which shop gave a receipt out, by what is printed on it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from backend.organisations.models import Organisation, Shop, ShopStatus
from backend.organisations.queries import contains_words
from backend.organisations.texts import fold, search_words

CANDIDATES_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedClues:
    """`registration_number`: 13 digits; `phone`: E.164; `name` as anybody would write it."""

    registration_number: str | None = None
    phone: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ShopCandidate:
    id: uuid.UUID
    name_ja: str
    name_en: str | None
    district: str | None


@dataclass(frozen=True, slots=True)
class PrintedShop:
    """`shop_id` where one is meant beyond doubt; otherwise those among which somebody has to choose."""

    shop_id: uuid.UUID | None
    candidates: Sequence[ShopCandidate] = ()


def find_printed_shop(session: Session, *, clues: PrintedClues) -> PrintedShop:
    """Active shops only. The number goes before the phone, the phone before the name. At most four statements.

    A later clue only decides among those that an earlier one left: shops of one firm bear one number. A name
    alone is beyond doubt where just one shop has exactly this one.
    """
    by_number = _find(session, _has_number(clues.registration_number)) if clues.registration_number else []
    by_phone = _find(session, Shop.phone == clues.phone) if clues.phone else []
    by_name = _find_by_name(session, clues.name) if clues.name else []
    named = [shop for shop in by_name if clues.name and _is_named(shop, clues.name)]
    left = narrow(by_number, by_phone, named, by_name)
    is_certain = len(left) == 1 and bool(by_number or by_phone or named)
    return PrintedShop(left[0].id, left) if is_certain else PrintedShop(None, left)


def narrow(*clues: Sequence[ShopCandidate]) -> Sequence[ShopCandidate]:
    """What each clue leaves of the ones before; one that fits none of them says nothing."""
    left: Sequence[ShopCandidate] = ()
    for found in clues:
        left = [shop for shop in left if shop in found] or left or found
    return left


def list_registration_numbers(session: Session, *, shop_id: uuid.UUID) -> Sequence[str]:
    """Those that a shop's receipts may bear: its own, and that of its organisation."""
    query = (
        select(Shop.registration_number, Organisation.corporate_number)
        .join(Organisation, Organisation.id == Shop.organisation_id)
        .where(Shop.id == shop_id)
    )
    row = session.execute(query).one_or_none()
    return sorted({number for number in row if number}) if row else []


def _has_number(number: str) -> ColumnElement[bool]:
    return or_(
        Shop.registration_number == number,
        and_(Shop.registration_number.is_(None), Organisation.corporate_number == number),
    )


def _find_by_name(session: Session, name: str) -> list[ShopCandidate]:
    """All its words; where that is none, without its spaces, which readers of photos lose or invent; at last its
    first word: a branch's name often follows.
    """
    found = _find(session, *contains_words(Shop.search_text, name)) or _find(
        session, func.replace(Shop.search_text, " ", "").contains(_close_up(name), autoescape=True)
    )
    words = search_words(name)
    if not found and len(words) > 1:
        found = _find(session, *contains_words(Shop.search_text, words[0]))
    return found


def _is_named(shop: ShopCandidate, name: str) -> bool:
    return _close_up(name) in {_close_up(own) for own in (shop.name_ja, shop.name_en) if own}


def _close_up(name: str) -> str:
    return fold(name).replace(" ", "")


def _find(session: Session, *conditions: ColumnElement[bool]) -> list[ShopCandidate]:
    query = (
        select(Shop.id, Shop.name_ja, Shop.name_en, Shop.district)
        .join(Organisation, Organisation.id == Shop.organisation_id)
        .where(Shop.status == ShopStatus.ACTIVE, *conditions)
        .order_by(Shop.id)
        .limit(CANDIDATES_MAX)
    )
    rows: Sequence[Any] = session.execute(query).all()
    return [ShopCandidate(*row) for row in rows]

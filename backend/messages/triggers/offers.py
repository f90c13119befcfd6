"""Coupons and saved offers that end soon; what a favourite shop newly offers."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, String, func, literal, or_, select

from backend.messages.triggers.rules import Due, due_columns, untold
from backend.messages.triggers.sql import day_of, id_text, json_of, last_day_before, later_of, names_of
from backend.notices.models import ChoiceKind
from backend.notices.preferences import has_chosen
from backend.offers.browsing import is_displayed, is_good_somewhere
from backend.offers.models import Coupon, Offer, OfferStatus, SavedOffer
from backend.organisations.models import FavouriteShop, Shop
from backend.people.models import Citizen

# Whoever took or saved it a day ago knows when it ends.
FRESH = timedelta(days=1)
# What was published longer ago is no news; a worker that stood still for a day or two loses nothing.
NEWS = timedelta(days=3)


def coupons_ending(days: int) -> Due:
    """Taken or received, not redeemed, and good at some shop: one notice an offer, however many coupons there are."""
    return partial(_coupons, days)


def saved_offers_ending(days: int) -> Due:
    """Saved, not taken yet, and still to be had."""
    return partial(_saved, days)


def _coupons(days: int, at: datetime, dialect: str) -> Select[Any]:
    ends_at = later_of(Coupon.usable_until, Offer.usable_until, dialect)
    params = _offer_params(func.min(ends_at), dialect) | {"coupons": func.count(Coupon.id)}
    key = _key("coupon_ending", dialect)
    return (
        select(*due_columns(key=key, params=json_of(params, dialect), expires_at=func.max(ends_at)))
        .join(Coupon, Coupon.account_id == Citizen.account_id)
        .join(Offer, Offer.id == Coupon.offer_id)
        .join(Shop, Shop.id == Offer.shop_id)
        .where(
            Coupon.redeemed_at.is_(None),
            Coupon.taken_at <= at - FRESH,
            Offer.status.in_((OfferStatus.PUBLISHED.value, OfferStatus.ENDED.value)),
            ends_at > at,
            ends_at <= at + timedelta(days=days),
            is_good_somewhere(),
            untold(key),
        )
        .group_by(Citizen.id, Offer.id, Shop.id)
    )


def _saved(days: int, at: datetime, dialect: str) -> Select[Any]:
    key = _key("saved_offer_ending", dialect)
    params = _offer_params(Offer.displayed_until, dialect)
    taken = select(Coupon.id).where(Coupon.offer_id == Offer.id, Coupon.account_id == Citizen.account_id)
    return (
        select(
            *due_columns(
                key=key,
                params=json_of(params, dialect),
                expires_at=Offer.displayed_until,
            )
        )
        .join(SavedOffer, SavedOffer.citizen_id == Citizen.id)
        .join(Offer, Offer.id == SavedOffer.offer_id)
        .join(Shop, Shop.id == Offer.shop_id)
        .where(
            SavedOffer.saved_at <= at - FRESH,
            is_displayed(Citizen.__table__.c.id, at),
            Offer.displayed_until <= at + timedelta(days=days),
            or_(Offer.stock_left.is_(None), Offer.stock_left > 0),
            ~taken.exists(),
            untold(key),
        )
    )


def favourite_offers(at: datetime, dialect: str) -> Select[Any]:
    """Shown since lately, by a shop that was a favourite before; of what a shop begins on one day, one notice."""
    begun_at = later_of(Offer.published_at, Offer.displayed_from, dialect)
    begun_on = day_of(begun_at, dialect)
    shop = id_text(Shop.__table__.c.id, dialect)
    params = _offer_params(Offer.displayed_until, dialect)
    key = literal("favourite_offer:", String()).concat(shop).concat(":").concat(begun_on)
    return (
        select(
            *due_columns(
                key=key,
                params=json_of(params, dialect),
                expires_at=Offer.displayed_until,
            )
        )
        .join(FavouriteShop, FavouriteShop.citizen_id == Citizen.id)
        .join(Shop, Shop.id == FavouriteShop.shop_id)
        .join(Offer, Offer.shop_id == Shop.id)
        .where(
            begun_at > at - NEWS,
            FavouriteShop.added_at <= begun_at,
            is_displayed(Citizen.__table__.c.id, at),
            is_good_somewhere(),
            or_(Offer.stock_left.is_(None), Offer.stock_left > 0),
            ~has_chosen(Citizen.__table__.c.id, ChoiceKind.MUTED_SHOP, shop),
            untold(key),
        )
    )


def _key(name: str, dialect: str) -> ColumnElement[str]:
    return literal(f"{name}:", String()).concat(id_text(Offer.__table__.c.id, dialect))


def _offer_params(ends_at: Any, dialect: str) -> dict[str, ColumnElement[Any]]:
    return {
        "offer": Offer.__table__.c.names,
        "shop": names_of(Shop.__table__.c.name_ja, Shop.__table__.c.name_en, dialect),
        "ends_on": last_day_before(ends_at, dialect),
        "offer_id": id_text(Offer.__table__.c.id, dialect),
        "shop_id": id_text(Shop.__table__.c.id, dialect),
    }

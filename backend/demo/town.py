"""Who is in the demonstration city before anything happens there, as rows: pure, but passwords are salted."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from backend.base.clock import start_of_city_day
from backend.base.database import Base
from backend.base.passwords import hash_password
from backend.base.secrets import Vault
from backend.demo.city.accounts import ACCOUNTS, PASSWORD, TOTP_SECRET
from backend.demo.city.generator import generate_citizens
from backend.demo.city.organisations import ORGANISATIONS
from backend.demo.city.places import MUNICIPALITY_BY_CODE
from backend.demo.city.products import PRODUCTS
from backend.demo.city.shapes import Account, Citizen, Shop
from backend.demo.city.shops import SHOPS
from backend.demo.identifiers import Identifiers, fixed_id, staff_id
from backend.notices.models import Device, TargetKind
from backend.organisations import models as organisations
from backend.organisations.service.products import SEARCH_TEXT_MAX_CHARACTERS as PRODUCT_SEARCH_MAX_CHARACTERS
from backend.organisations.service.shops import SEARCH_TEXT_MAX_CHARACTERS as SHOP_SEARCH_MAX_CHARACTERS
from backend.organisations.texts import search_text
from backend.people import models as people
from backend.people.models import ConsentPurpose
from backend.points.models import AccountKind, PointsAccount

Row = dict[str, Any]
Table = tuple[type[Base], Sequence[Row]]

FOUNDED_DAYS_AGO = 400
APPLIED_DAYS_AGO = 6
STATUS_REASONS = {
    "suspended": "改装工事のため休業中です(デモ用の架空の理由)。",
    "closed": "店主の引退により閉店しました(デモ用の架空の理由)。",
}
# Whoever has a demo account consented to all but advertising; of the others so many in a hundred.
CONSENT_PERCENT = {
    ConsentPurpose.TERMS: 100,
    ConsentPurpose.PUSH_TRANSACTIONS: 80,
    ConsentPurpose.STATISTICS: 65,
    ConsentPurpose.PUSH_CITY: 55,
}
PLATFORMS = {"citizen": "android", "neighbour": "ios"}


@dataclass(frozen=True, slots=True)
class Town:
    """The rows in the order in which they may be inserted, and the ids that the past needs, by key."""

    tables: Sequence[Table]
    shop_ids: Mapping[str, uuid.UUID]
    citizen_ids: Mapping[str, uuid.UUID]
    account_ids: Mapping[str, uuid.UUID]
    product_ids: Mapping[str, uuid.UUID]
    till_accounts: frozenset[uuid.UUID]
    joined_at: Mapping[str, datetime]
    citizens: Mapping[str, Citizen]
    shop_keys: Mapping[uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class Founding:
    """What all rows of a town come from."""

    seed: int
    today: date
    ids: Identifiers
    vault: Vault
    terms_version: str

    @property
    def founded_at(self) -> datetime:
        return self.days_ago(FOUNDED_DAYS_AGO)

    def days_ago(self, days: int) -> datetime:
        """Nine in the morning of that day in the city."""
        return start_of_city_day(self.today - timedelta(days=days)) + timedelta(hours=9)


def found_town(founding: Founding) -> Town:
    shop_ids = {shop.key: _shop_id(shop, founding) for shop in SHOPS}
    citizens = generate_citizens(founding.seed)
    joined_at = {citizen.key: _joined_at(citizen, founding) for citizen in citizens}
    citizen_ids = {
        citizen.key: fixed_id(f"citizen:{citizen.key}")
        if citizen.key in _accounts("citizen_key")
        else founding.ids.at(joined_at[citizen.key])
        for citizen in citizens
    }
    account_ids = {key: founding.ids.at(at) for key, at in joined_at.items()}
    product_ids = {product.key: founding.ids.at(founding.founded_at) for product in PRODUCTS}
    password_hash = hash_password(PASSWORD)
    tables: list[Table] = [
        *_staff(founding, password_hash),
        *_organisations(founding, shop_ids, product_ids),
        _shop_accounts(founding, shop_ids),
        (people.StaffRole, list(_roles(founding, shop_ids))),
        *_citizens(founding, citizens, citizen_ids, account_ids, joined_at, password_hash),
    ]
    till_accounts = frozenset(shop_ids[shop.key] for shop in SHOPS if shop.status != "applied")
    return Town(
        tables,
        shop_ids,
        citizen_ids,
        account_ids,
        product_ids,
        till_accounts,
        joined_at,
        {citizen.key: citizen for citizen in citizens},
        {shop_id: key for key, shop_id in shop_ids.items()},
    )


def _accounts(attribute: str) -> dict[str, Account]:
    """Those that name a citizen or a shop, by its key."""
    return {key: account for account in ACCOUNTS if (key := getattr(account, attribute))}


def _shop_id(shop: Shop, founding: Founding) -> uuid.UUID:
    if shop.key in _accounts("shop_key"):
        return fixed_id(f"shop:{shop.key}")
    return founding.ids.at(_shop_created_at(shop, founding))


def _shop_created_at(shop: Shop, founding: Founding) -> datetime:
    return founding.days_ago(APPLIED_DAYS_AGO) if shop.status == "applied" else founding.founded_at


def _staff(founding: Founding, password_hash: str) -> Iterator[Table]:
    """The city's people have a second factor, a shop's need none."""
    yield (
        people.Staff,
        [
            {
                "id": staff_id(account.key),
                "email": account.email,
                "display_name": account.display_name_ja,
                "language": "ja",
                "password_hash": password_hash,
                "totp_secret_sealed": None if account.shop_key else founding.vault.seal(TOTP_SECRET.encode()),
                "totp_confirmed_at": None if account.shop_key else founding.founded_at,
                "created_at": founding.founded_at,
            }
            for account in ACCOUNTS
            if account.kind == "staff"
        ],
    )


def _roles(founding: Founding, shop_ids: Mapping[str, uuid.UUID]) -> Iterator[Row]:
    for account in ACCOUNTS:
        for role in account.roles:
            yield {
                "id": founding.ids.at(founding.founded_at),
                "staff_id": staff_id(account.key),
                "role": role,
                "shop_id": shop_ids[account.shop_key] if account.shop_key else None,
                "granted_at": founding.founded_at,
            }


def _organisations(
    founding: Founding, shop_ids: Mapping[str, uuid.UUID], product_ids: Mapping[str, uuid.UUID]
) -> Iterator[Table]:
    organisation_ids = {one.key: founding.ids.at(founding.founded_at) for one in ORGANISATIONS}
    yield (
        organisations.Organisation,
        [
            {
                "id": organisation_ids[one.key],
                "kind": one.kind,
                "name": one.name_ja,
                "created_at": founding.founded_at,
            }
            for one in ORGANISATIONS
        ],
    )
    yield (
        organisations.Shop,
        [
            _shop(shop, founding)
            | {"id": shop_ids[shop.key], "organisation_id": organisation_ids[shop.organisation_key]}
            for shop in SHOPS
        ],
    )
    yield (
        organisations.ShopHours,
        [
            {
                "shop_id": shop_ids[shop.key],
                "weekday": stretch.weekday,
                "opens_minute": stretch.opens_minute,
                "closes_minute": stretch.closes_minute,
            }
            for shop in SHOPS
            for stretch in shop.hours
        ],
    )
    yield (
        organisations.ShopTag,
        [{"shop_id": shop_ids[shop.key], "tag": tag} for shop in SHOPS for tag in shop.tags],
    )
    yield organisations.Product, list(_products(founding, shop_ids, product_ids))


def _shop_accounts(founding: Founding, shop_ids: Mapping[str, uuid.UUID]) -> Table:
    """Those that were let in hold the points that citizens spend there."""
    return (
        PointsAccount,
        [
            {
                "id": shop_ids[shop.key],
                "kind": AccountKind.SHOP.value,
                "slice_count": 1,
                "opened_at": founding.founded_at,
            }
            for shop in SHOPS
            if shop.status != "applied"
        ],
    )


def _shop(shop: Shop, founding: Founding) -> Row:
    created_at = _shop_created_at(shop, founding)
    return {
        "status": shop.status,
        "status_reason": STATUS_REASONS.get(shop.status),
        "name_ja": shop.name_ja,
        "name_en": shop.name_en,
        "description_ja": shop.description_ja,
        "description_en": shop.description_en,
        "search_text": search_text(
            shop.name_ja,
            shop.name_en,
            shop.district,
            shop.description_ja,
            shop.description_en,
            maximum=SHOP_SEARCH_MAX_CHARACTERS,
        ),
        "municipality_code": shop.municipality_code,
        "ring": MUNICIPALITY_BY_CODE[shop.municipality_code].ring,
        "district": shop.district,
        "latitude": shop.latitude,
        "longitude": shop.longitude,
        "size_class": shop.size_class,
        "is_locally_owned": shop.locally_owned,
        "contact_email": f"{shop.key}@demo.meguri.example",
        "created_at": created_at,
        "updated_at": created_at,
    }


def _products(
    founding: Founding, shop_ids: Mapping[str, uuid.UUID], product_ids: Mapping[str, uuid.UUID]
) -> Iterator[Row]:
    for product in PRODUCTS:
        yield {
            "id": product_ids[product.key],
            "shop_id": shop_ids[product.shop_key],
            "name_ja": product.name_ja,
            "name_en": product.name_en,
            "search_text": search_text(
                product.name_ja, product.name_en, maximum=PRODUCT_SEARCH_MAX_CHARACTERS
            ),
            "origin_municipality_code": product.origin_municipality_code,
            "origin_ring": MUNICIPALITY_BY_CODE[product.origin_municipality_code].ring,
            "gtin": product.gtin,
            "in_store_code": product.in_store_code,
            "price_yen": product.price_yen,
            "created_at": founding.founded_at,
        }


def _joined_at(citizen: Citizen, founding: Founding) -> datetime:
    """In the daytime of the day before they buy for the first time."""
    day = start_of_city_day(founding.today - timedelta(days=citizen.joined_days_ago))
    return day + timedelta(
        seconds=Random(f"{founding.seed}:{citizen.key}:joined").randrange(8 * 3600, 21 * 3600)
    )


def _citizens(
    founding: Founding,
    citizens: Sequence[Citizen],
    citizen_ids: Mapping[str, uuid.UUID],
    account_ids: Mapping[str, uuid.UUID],
    joined_at: Mapping[str, datetime],
    password_hash: str,
) -> Iterator[Table]:
    yield (
        PointsAccount,
        [
            {"id": account_ids[key], "kind": AccountKind.CITIZEN.value, "slice_count": 1, "opened_at": at}
            for key, at in joined_at.items()
        ],
    )
    with_account = _accounts("citizen_key")
    yield (
        people.Citizen,
        [
            _citizen(citizen, founding, joined_at[citizen.key])
            | {
                "id": citizen_ids[citizen.key],
                "account_id": account_ids[citizen.key],
                "password_hash": password_hash if citizen.key in with_account else None,
            }
            for citizen in citizens
        ],
    )
    yield (
        people.Consent,
        [row for citizen in citizens for row in _consents(citizen, founding, citizen_ids, joined_at)],
    )
    yield (
        people.CitizenLogin,
        [
            {
                "id": founding.ids.at(joined_at[key]),
                "citizen_id": citizen_ids[key],
                "kind": "email",
                "subject": account.email,
                "verified_at": joined_at[key],
                "created_at": joined_at[key],
            }
            for key, account in with_account.items()
        ],
    )
    yield (
        Device,
        [
            _device(account, founding, citizen_ids[key], joined_at[key])
            for key, account in with_account.items()
        ],
    )


def _citizen(citizen: Citizen, founding: Founding, joined_at: datetime) -> Row:
    """Verified at a counter on some day since; the city's desk did it."""
    since = Random(f"{founding.seed}:{citizen.key}:verified").random() * (founding.days_ago(0) - joined_at)
    return {
        "nickname": citizen.nickname,
        "language": citizen.language,
        "municipality_code": citizen.municipality_of_residence,
        "district": citizen.district,
        "birth_month": citizen.birth_month,
        "age_band": citizen.age_band,
        "standing": citizen.standing,
        "verified_at": joined_at + since if citizen.verified_at_counter else None,
        "verified_by_staff_id": staff_id("city") if citizen.verified_at_counter else None,
        "created_at": joined_at,
    }


def _consents(
    citizen: Citizen,
    founding: Founding,
    citizen_ids: Mapping[str, uuid.UUID],
    joined_at: Mapping[str, datetime],
) -> Iterator[Row]:
    random = Random(f"{founding.seed}:{citizen.key}:consents")
    for purpose, percent in CONSENT_PERCENT.items():
        if random.randrange(100) < percent or citizen.key in _accounts("citizen_key"):
            yield {
                "id": founding.ids.at(joined_at[citizen.key]),
                "citizen_id": citizen_ids[citizen.key],
                "purpose": purpose.value,
                "version": founding.terms_version,
                "given_at": joined_at[citizen.key],
            }


def _device(account: Account, founding: Founding, citizen_id: uuid.UUID, joined_at: datetime) -> Row:
    """With a target that no push service knows: pushes to it are for the local log."""
    return {
        "id": founding.ids.at(joined_at),
        "citizen_id": citizen_id,
        "installation_id": f"demo-phone-of-{account.key}",
        "platform": PLATFORMS[account.key],
        "target_kind": TargetKind.FCM_TOKEN.value,
        "target": f"no-real-fcm-token-of-the-demo-{account.key}",
        "registered_at": joined_at,
        "last_seen_at": founding.days_ago(0),
    }

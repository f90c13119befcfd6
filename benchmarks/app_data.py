"""The one seam between the benchmarks and the application: everything here knows it, nothing else does."""

import json
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from timeit import Timer
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session
from stdnum import damm

from backend.base import migrations
from backend.base.clock import utc_now
from backend.base.database import ALONE, Database, new_id
from backend.base.secrets import Vault, hash_token, new_token
from backend.campaigns.queries import get_revision, list_running_campaigns
from backend.campaigns.rules.deciding import Limits, RunningCampaign, decide
from backend.campaigns.rules.facts import Facts, ShopFacts
from backend.campaigns.rules.rule import Rule
from backend.campaigns.service.approving import approve_campaign
from backend.campaigns.service.drafting import CampaignDraft, draft_campaign, submit_for_review
from backend.campaigns.service.running import schedule_campaign
from backend.notices.models import Device
from backend.organisations.models import ApiKey, Organisation, Shop
from backend.people.models import Citizen, CitizenCode, CitizenSession, Consent, Staff
from backend.people.service.citizen_codes import PURPOSE as CITIZEN_CODES
from backend.points.models import PointsAccount, PointsBalance
from backend.purchases.keys import add_key, derive_key
from backend.purchases.models import SigningKey, TillCode
from backend.purchases.rules.till_codes import make_till_code, till_code_url

CITIZENS = 10_000
SHOPS = 500
PUBLIC_URL = "http://127.0.0.1:8000"
SECRET_KEY = "benchmarks-only-not-a-secret-000000000000"  # noqa: S105
CODE_LIFETIME = timedelta(hours=2)
ROWS_A_STATEMENT = 5_000
BUDGET_POINTS = 1_000_000_000
BASE = "base"
CAMPAIGNS = 50

# What `meguri run` needs besides DATABASE_URL, HOST and PORT, which the benchmark sets.
ENVIRONMENT: Mapping[str, str] = {
    "SECRET_KEY": SECRET_KEY,
    "PUBLIC_URL": PUBLIC_URL,
    "EMBEDDED_WORKER": "false",
    "LOG_LEVEL": "INFO",
}

Rows = Iterable[dict[str, Any]]
# Slug → the parts of a rule but for its lifetime, from the ids of all shops.
Programme = Callable[[Sequence[uuid.UUID]], Mapping[str, dict[str, Any]]]


def everyday_programme(_shops: Sequence[uuid.UUID]) -> Mapping[str, dict[str, Any]]:
    """The base programme, one campaign for half of the shops with a daily cap, two that do not match."""
    return {
        BASE: {"reward": {"rate_permille": 10}},
        "small": {
            "where": {"size_classes": ["small"]},
            "reward": {"rate_permille": 50},
            "caps": [{"per": "person", "within": "day", "points": 1_000_000}],
        },
        "neighbours": {"where": {"rings": ["kushiro_area"]}, "reward": {"rate_permille": 100}},
        "outside": {"where": {"rings": ["outside"]}, "reward": {"fixed_points": 50}},
    }


def fifty_campaigns(shops: Sequence[uuid.UUID]) -> Mapping[str, dict[str, Any]]:
    """Fifty at once, each for shops of its own: every purchase meets one of them."""
    return {
        f"street-{number}": {
            "where": {"shop_ids": [str(shop) for shop in shops[number::CAMPAIGNS]]},
            "reward": {"rate_permille": 50},
        }
        for number in range(CAMPAIGNS)
    }


def one_campaign_of_fifty(shops: Sequence[uuid.UUID]) -> Mapping[str, dict[str, Any]]:
    """Fifty at once, of which every purchase meets the same one."""
    elsewhere = {**fifty_campaigns(shops)}
    for number, rule in enumerate(elsewhere.values()):
        rule["where"] = {"shop_ids": [str(shop) for shop in shops]} if number == 0 else {"rings": ["outside"]}
    return elsewhere


def prepare_app(database_url: str, purchases: int, programme: Programme = everyday_programme) -> list[bytes]:
    """Fill an empty database so that `purchases` purchases can be recorded over HTTP; give the requests.

    Afterwards the database is migrated and holds 10,000 citizens (as many as A has) with tokens, consents and a
    device each, 500 shops, the campaigns of the programme, and as many unused till codes as purchases. Tables with
    rows are vacuumed and analysed, as after some days of running; empty ones are left alone, or PostgreSQL checks
    foreign keys to them by sequential scans.

    Each request is a whole `POST /v1/purchases` in HTTP/1.1, ready to send. Citizens take turns, so that
    neighbours in the list do not meet on one balance.
    """
    database = Database(database_url)
    migrations.upgrade(database)
    at = utc_now()
    shops = database.run(lambda session: _add_shops(session, at))
    tokens = database.run(lambda session: _add_citizens(session, at))
    database.run(lambda session: _add_campaigns(session, programme(shops), at))
    key = database.run(lambda session: add_key(session, at=at))
    urls = list(_add_codes(database, key, shops, purchases, at))
    if not database.is_sqlite:
        _settle(database)
    database.engine.dispose()
    return [_request(url, tokens[number % len(tokens)]) for number, url in enumerate(urls)]


def prepare_batches(database_url: str, batches: int, size: int) -> list[bytes]:
    """The same town, with registers that stored `batches` batches of `size` sales each; give the requests.

    Each request is a whole `POST /v1/shop/purchases/batch`, of one shop to `size` citizens by codes of their own.
    """
    database = Database(database_url)
    migrations.upgrade(database)
    at = utc_now()
    shops = database.run(lambda session: _add_shops(session, at))
    database.run(lambda session: _add_citizens(session, at))
    database.run(lambda session: _add_campaigns(session, everyday_programme(shops), at))
    keys = database.run(lambda session: _add_registers(session, shops, at))
    codes = _add_citizen_codes(database, batches * size, at)
    requests = [
        _batch_request(number, list(islice(codes, size)), keys[number % len(keys)], at)
        for number in range(batches)
    ]
    if not database.is_sqlite:
        _settle(database)
    database.engine.dispose()
    return requests


def _add_registers(session: Session, shops: Sequence[uuid.UUID], at: datetime) -> list[str]:
    """An API key of each shop."""
    keys = [new_token("mgk") for _ in shops]
    _insert(
        session,
        ApiKey,
        (
            {
                "id": new_id(),
                "shop_id": shop,
                "name": "レジ",
                "prefix": key[:12],
                "key_hash": hash_token(key),
                "scopes": ["sales"],
                "created_at": at,
                "last_used_at": at,
            }
            for shop, key in zip(shops, keys, strict=True)
        ),
    )
    return keys


def _add_citizen_codes(database: Database, count: int, at: datetime) -> Iterator[str]:
    """The digits of `count` unused codes; citizens take turns."""
    vault = Vault(SECRET_KEY)
    citizens = database.run(lambda session: session.execute(select(Citizen.id, Citizen.account_id)).all())
    digits = [f"{number:012}{damm.calc_check_digit(f'{number:012}')}" for number in range(count)]
    rows = (
        {
            "id": new_id(),
            "citizen_id": citizens[number % len(citizens)].id,
            "account_id": citizens[number % len(citizens)].account_id,
            "code_hash": vault.keyed_hash(CITIZEN_CODES, text),
            "scopes": ["earn"],
            "spend_mode": "none",
            "coupon_ids": [],
            "created_at": at,
            "expires_at": at + CODE_LIFETIME,
        }
        for number, text in enumerate(digits)
    )
    database.run(lambda session: _insert(session, CitizenCode, rows))
    return iter(digits)


def _batch_request(number: int, codes: Sequence[str], key: str, at: datetime) -> bytes:
    items = [
        {
            "id": f"{number}-{place}",
            "citizen_code": code,
            "amount_yen": 500 + (number + place) % 4_000,
            "done_at": (at + timedelta(milliseconds=place)).isoformat(),
        }
        for place, code in enumerate(codes)
    ]
    head = {"Authorization": f"Bearer {key}"}
    return _post("/v1/shop/purchases/batch", head, {"items": items})


def phone_reads(purchase: bytes) -> list[bytes]:
    """What the same phone asks when it is opened: balance, inbox, offers."""
    [token] = [line for line in purchase.split(b"\r\n") if line.startswith(b"Authorization: ")]
    paths = (b"/v1/me/points", b"/v1/notices", b"/v1/me/coupons")
    return [b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + token + b"\r\n\r\n" for path in paths]


def _add_shops(session: Session, at: datetime) -> list[uuid.UUID]:
    organisation_id = new_id()
    session.add(Organisation(id=organisation_id, kind="firm", name="ベンチ商店", created_at=at))
    session.flush()
    shops = [
        {
            "id": new_id(),
            "organisation_id": organisation_id,
            "status": "active",
            "name_ja": f"ベンチ{number}号店",
            "search_text": f"ベンチ{number}号店",
            "municipality_code": "012068",
            "ring": "city",
            "district": "北大通",
            "size_class": "small" if number % 2 else "large",
            "is_locally_owned": True,
            "contact_email": "shop@example.jp",
            "created_at": at,
            "updated_at": at,
        }
        for number in range(SHOPS)
    ]
    _insert(session, Shop, shops)
    ids = [shop["id"] for shop in shops]
    _insert(
        session,
        PointsAccount,
        ({"id": shop_id, "kind": "shop", "slice_count": 1, "opened_at": at} for shop_id in ids),
    )
    _insert(
        session,
        PointsBalance,
        ({"account_id": shop_id, "slice": 0, "balance_points": 0, "may_overdraw": True} for shop_id in ids),
    )
    return ids


def _add_citizens(session: Session, at: datetime) -> list[str]:
    """The tokens of CITIZENS citizens, each with a balance, consents and a device."""
    accounts = [new_id() for _ in range(CITIZENS)]
    citizens = [new_id() for _ in range(CITIZENS)]
    tokens = [new_token("mgc") for _ in range(CITIZENS)]
    people = list(zip(citizens, accounts, tokens, strict=True))
    _insert(
        session,
        PointsAccount,
        ({"id": account, "kind": "citizen", "slice_count": 1, "opened_at": at} for account in accounts),
    )
    _insert(
        session,
        PointsBalance,
        (
            {"account_id": account, "slice": 0, "balance_points": 0, "may_overdraw": False}
            for account in accounts
        ),
    )
    _insert(
        session,
        Citizen,
        (
            {"id": citizen, "account_id": account, "nickname": "ベンチ", "language": "ja", "created_at": at}
            for citizen, account, _ in people
        ),
    )
    _insert(
        session,
        CitizenSession,
        (
            {
                "id": new_id(),
                "citizen_id": citizen,
                "token_hash": hash_token(token),
                "created_at": at,
                "expires_at": at + timedelta(days=1),
            }
            for citizen, _, token in people
        ),
    )
    _insert(
        session,
        Consent,
        (
            {"id": new_id(), "citizen_id": citizen, "purpose": purpose, "version": "2026-11", "given_at": at}
            for citizen in citizens
            for purpose in ("terms", "push_transactions")
        ),
    )
    _insert(
        session,
        Device,
        (
            {
                "id": new_id(),
                "citizen_id": citizen,
                "installation_id": secrets.token_hex(11),
                "platform": "android",
                "target_kind": "fcm_token",
                "target": secrets.token_urlsafe(60),
                "registered_at": at,
                "last_seen_at": at,
            }
            for citizen in citizens
        ),
    )
    return tokens


def _add_campaigns(session: Session, rules: Mapping[str, dict[str, Any]], at: datetime) -> None:
    """Drafted, approved and scheduled as the city does it."""
    approver = Staff(
        id=new_id(), email="approver@example.jp", display_name="係", language="ja", created_at=at
    )
    session.add(approver)
    session.flush()
    for slug, rule in rules.items():
        draft = CampaignDraft(
            slug=slug,
            names={"ja": slug},
            descriptions={"ja": slug},
            rule=Rule.from_json({**rule, "lifetime": {"days": 365}}),
            starts_at=at - timedelta(days=1),
            ends_at=at + timedelta(days=30),
            budget_points=BUDGET_POINTS,
            is_base_programme=slug == BASE,
        )
        campaign = draft_campaign(session, draft=draft, created_by=None, at=at)
        submit_for_review(session, campaign_id=campaign.id, submitted_by=None, at=at)
        approve_campaign(session, campaign_id=campaign.id, approved_by=approver.id, at=at)
        schedule_campaign(session, campaign_id=campaign.id, scheduled_by=None, at=at)


def _add_codes(
    database: Database, key: SigningKey, shops: Sequence[uuid.UUID], count: int, at: datetime
) -> Iterator[str]:
    """The addresses of `count` open till codes."""
    signing = derive_key(Vault(SECRET_KEY), key.salt)
    expires_at = (at + CODE_LIFETIME).replace(microsecond=0)
    codes = [
        {
            "id": new_id(),
            "shop_id": shops[number % len(shops)],
            "issuer_kind": "register",
            "issuer_id": shops[0],
            "key_id": key.id,
            "amount_yen": 500 + number % 4_000,
            "issued_at": at,
            "expires_at": expires_at,
        }
        for number in range(count)
    ]
    database.run(lambda session: _insert(session, TillCode, codes))
    for code in codes:
        token = make_till_code(
            key_id=key.id,
            key=signing,
            code_id=code["id"],
            shop_id=code["shop_id"],
            amount_yen=code["amount_yen"],
            expires_at=expires_at,
        )
        yield till_code_url(PUBLIC_URL, token)


def _insert(session: Session, model: Any, rows: Rows) -> None:
    remaining = iter(rows)
    while part := list(islice(remaining, ROWS_A_STATEMENT)):
        session.execute(insert(model.__table__), part)


def _settle(database: Database) -> None:
    with database.engine.connect().execution_options(meguri_begin=ALONE) as connection:
        tables = connection.execute(text("SELECT relname FROM pg_stat_user_tables WHERE n_tup_ins > 0"))
        for (table,) in tables.all():
            connection.execute(text(f'VACUUM ANALYZE "{table}"'))


def _request(url: str, token: str) -> bytes:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
    return _post("/v1/purchases", headers, {"scanned": url})


def _post(path: str, headers: Mapping[str, str], document: dict[str, Any]) -> bytes:
    """A whole request in HTTP/1.1."""
    body = json.dumps(document).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def time_decision(database_url: str, repeats: int) -> float:
    """Seconds that deciding one purchase takes with the campaigns that run: the best of several trains of it."""
    database = Database(database_url)

    def read(session: Session) -> tuple[Sequence[RunningCampaign], Facts]:
        campaigns = list_running_campaigns(session, revision=get_revision(session))
        return campaigns, _facts(session.scalars(select(Shop).limit(1)).one())

    campaigns, facts = database.run(read, writes=False)
    database.engine.dispose()
    limits = Limits()
    train = Timer(lambda: decide(facts, campaigns, limits)).repeat(repeat=7, number=repeats)
    return min(train) / repeats


def _facts(shop: Shop) -> Facts:
    return Facts(
        gross_yen=1_480,
        paid_yen=1_480,
        done_at=utc_now(),
        shop=ShopFacts(
            id=shop.id,
            organisation_id=shop.organisation_id,
            size_class=shop.size_class,
            is_locally_owned=shop.is_locally_owned,
            ring=shop.ring,
            district=shop.district,
        ),
    )

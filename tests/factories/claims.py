"""Claims, over HTTP as phones, shops and the city make and decide them; flags, straight into their table."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.base.database import Database, new_id
from backend.claims.models import Claim, ClaimEvent, Flag
from backend.config import Settings
from backend.organisations.shop_codes import shop_code_url
from tests.factories.organisations import make_shop_code
from tests.support.client import ApiClient

# What passes at once by the default terms, and what does not.
SMALL_YEN, LARGE_YEN = 680, 4_800
CLAIM_KEY = "55555555-5555-4555-8555-555555555555"
REJECTION = {"verdict": "reject", "code": "no_such_sale", "reason": "控えにありません"}
ACCEPTANCE = {"verdict": "accept", "code": "evidence_fits"}


def hang_poster(database: Database, *, shop_id: uuid.UUID, at: datetime) -> str:
    """The address on a shop's poster."""
    digits = database.run(lambda session: make_shop_code(session, shop_id=shop_id, at=at).digits)
    return shop_code_url(Settings().public_url, digits)


def post_claim(
    caller: ApiClient, scanned: str, amount_yen: int = SMALL_YEN, key: str = CLAIM_KEY, **body: Any
) -> TestResponse:
    return caller.post(
        "/v1/claims/poster",
        {"scanned": scanned, "amount_yen": amount_yen, **body},
        headers={"Idempotency-Key": key},
    )


def state(
    caller: ApiClient, scanned: str, amount_yen: int = SMALL_YEN, key: str = CLAIM_KEY, **body: Any
) -> dict[str, Any]:
    """The claim, as its citizen was told."""
    response = post_claim(caller, scanned, amount_yen, key, **body)
    assert response.status_code == 201, response.get_json()
    claim: dict[str, Any] = response.get_json()
    return claim


def refuse(till: ApiClient, claim: dict[str, Any]) -> None:
    response = till.post(f"/v1/shop/claims/{claim['id']}/refusal", {"reason": "その会計はありません"})
    assert response.status_code == 200, response.get_json()


def appeal(caller: ApiClient, claim: dict[str, Any]) -> None:
    response = caller.post(f"/v1/claims/{claim['id']}/appeal", {"text": "買いました"})
    assert response.status_code == 200, response.get_json()


def decide(office: ApiClient, claim: dict[str, Any], **decision: Any) -> TestResponse:
    """By the city; accepted unless told otherwise."""
    return office.post(f"/v1/city/claims/{claim['id']}/decisions", decision or ACCEPTANCE)


def acts_of(database: Database, claim: dict[str, Any]) -> list[str]:
    """What was done with a claim, in order."""
    query = select(ClaimEvent.act).where(ClaimEvent.claim_id == uuid.UUID(claim["id"]))
    return database.run(lambda session: list(session.scalars(query.order_by(ClaimEvent.id))))


def get_row(database: Database, claim: dict[str, Any]) -> Claim:
    return database.run(lambda session: session.get_one(Claim, uuid.UUID(claim["id"])))


def make_flag(
    session: Session,
    *,
    account_id: uuid.UUID,
    at: datetime,
    purchase_id: uuid.UUID | None = None,
    claim_id: uuid.UUID | None = None,
    shop_id: uuid.UUID | None = None,
    kind: str = "person_velocity",
) -> Flag:
    flag = Flag(
        id=new_id(),
        kind=kind,
        purchase_id=purchase_id,
        claim_id=claim_id,
        account_id=account_id,
        shop_id=shop_id,
        evidence={"counted": 12, "odd_from": 10, "within_hours": 1},
        status="open",
        raised_at=at,
    )
    session.add(flag)
    session.flush()
    return flag

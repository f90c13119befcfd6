"""Purchases of local products, proven by the number on the package."""

from typing import Any

from backend.base.errors import IdempotencyKeyReused
from backend.claims import queries
from backend.claims.counting import list_lefts
from backend.claims.models import ClaimKind
from backend.claims.service import serials
from backend.claims.service.recording import ClaimContext
from backend.claims.service.stating import ClaimLimitReached, StatedClaim
from backend.mobile.claims.presenters import present_claim, present_lefts
from backend.mobile.claims.schemas import StatedClaimOut
from backend.mobile.serials.schemas import StateSerialClaimIn
from backend.organisations.queries import ShopNotActive, ShopNotFound
from backend.organisations.service.serials import SERIAL_ERRORS
from backend.people.permissions import Permission
from backend.purchases.basis import Buyer
from backend.purchases.service.recording import DoneAtOutsideWindow
from backend.web.calls import Answer, Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import IdempotencyHeaders

face = Face("serials", __name__, url_prefix="/v1/claims", description="Labels on local products.")

GUESSES = RateLimit("serial", "scan_refusals", By.TOKEN, refusals_only=True)


@face.operation(
    "POST",
    "/serial",
    permission=Permission.MANAGE_OWN_CLAIMS,
    body=StateSerialClaimIn,
    headers=IdempotencyHeaders,
    answer=StatedClaimOut,
    status=201,
    errors=[
        *SERIAL_ERRORS,
        serials.SerialAmountRequired,
        serials.SerialShopRequired,
        ShopNotActive,
        ShopNotFound,
        DoneAtOutsideWindow,
        ClaimLimitReached,
        IdempotencyKeyReused,
    ],
    limits=[GUESSES],
    example={"scanned": "https://meguri.example.jp/t/4829153076123"},
    answer_headers={"Idempotent-Replayed": "`true` when this request had been carried out before."},
)
def state_serial_claim(call: Call, body: dict[str, Any], headers: dict[str, Any]) -> Any:
    """State that I bought a local product, by the number on its package. Each number is good once.

    The registered price counts. A small amount is recorded at once; a larger one waits for the city, and so does a
    product that was found where it is not sold.
    """
    stated = serials.state_serial_claim(
        call.session,
        scan=serials.SerialScan(**body),
        request_key=headers["idempotency_key"],
        public_url=call.settings.public_url,
        vault=call.ground.vault,
        buyer=Buyer(call.citizen.citizen_id, call.citizen.account_id),
        context=ClaimContext(call.ground.region, call.ground.claim_terms),
        at=call.at,
    )
    value = _present(call, stated)
    return Answer(value, headers={"Idempotent-Replayed": "true"}) if stated.is_replay else value


def _present(call: Call, stated: StatedClaim) -> dict[str, Any]:
    terms, account_id = call.ground.claim_terms, call.citizen.account_id
    record = queries.get_own_claim(call.session, account_id=account_id, claim_id=stated.claim.id)
    lefts = list_lefts(
        call.session,
        account_id=account_id,
        shop_id=stated.claim.shop_id,
        kind=ClaimKind.SERIAL,
        terms=terms.kinds[ClaimKind.SERIAL],
        at=call.at,
    )
    return {
        **present_claim(record, terms, call.language),
        "left": present_lefts(lefts, call.language),
    }

"""Receipts of the citizen who asks: typed or photographed, looked at, handed in."""

import uuid
from typing import Any

from backend.base.errors import IdempotencyKeyReused
from backend.base.images import MEDIA_TYPES, SENT_MAX_BYTES, ImageTooLarge, ImageUnreadable, Picture
from backend.claims import receipt_queries
from backend.claims.queries import ClaimNotFound
from backend.claims.receipt_queries import ReceiptPhotoNotFound
from backend.claims.rules.receipts import (
    ReceiptFieldMissing,
    ReceiptLinesMismatched,
    ReceiptTaxMismatched,
    ReceiptTotalsMismatched,
    read_receipt,
)
from backend.claims.service import receipt_photos, receipts
from backend.claims.service.recording import ClaimContext
from backend.claims.service.stating import ClaimLimitReached, ClaimNotDraft
from backend.mobile.receipts.presenters import present_reading, present_receipt
from backend.mobile.receipts.schemas import RECEIPT_EXAMPLE, ReceiptClaimOut, ReceiptIn, ReceiptReadingOut
from backend.organisations.queries import ShopNotActive, ShopNotFound
from backend.organisations.rules import GtinInvalid, RegistrationNumberInvalid, ShopPhoneMalformed
from backend.people.permissions import Permission
from backend.purchases.basis import Buyer
from backend.purchases.service.recording import DoneAtOutsideWindow
from backend.web.binaries import Blob, BodyReader
from backend.web.calls import Answer, Call, Later
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import IdempotencyHeaders

face = Face("receipts", __name__, url_prefix="/v1", description="Receipts as proof of what was bought.")

RECEIPT_ERRORS = (
    GtinInvalid,
    ReceiptLinesMismatched,
    ReceiptTaxMismatched,
    ReceiptTotalsMismatched,
    RegistrationNumberInvalid,
    ShopNotFound,
    ShopPhoneMalformed,
)
PHOTO = BodyReader(MEDIA_TYPES, SENT_MAX_BYTES, receipt_photos.read_receipt_photo)
READINGS = RateLimit("read_receipt", "receipt_readings", By.TOKEN)


@face.operation(
    "POST",
    "/claims/receipt",
    permission=Permission.MANAGE_OWN_CLAIMS,
    body=ReceiptIn,
    headers=IdempotencyHeaders,
    answer=ReceiptClaimOut,
    status=201,
    errors=[*RECEIPT_ERRORS, IdempotencyKeyReused, receipts.ReceiptDraftsExceeded],
    example=RECEIPT_EXAMPLE,
    answer_headers={"Idempotent-Replayed": "`true` when this request had been carried out before."},
)
def draft_receipt(call: Call, body: dict[str, Any], headers: dict[str, Any]) -> Any:
    """Begin a claim with a receipt: typed, or nearly empty, to be read off photos.

    What is filled in must fit together. Nothing counts before it is submitted. Ten drafts may be open; one that is
    too old to be claimed is withdrawn.
    """
    given = dict(body)
    shop_id = given.pop("shop_id")
    stated = receipts.draft_receipt(
        call.session,
        receipt=read_receipt(given),
        shop_id=shop_id,
        request_key=headers["idempotency_key"],
        buyer=Buyer(call.citizen.citizen_id, call.citizen.account_id),
        at=call.at,
    )
    value = _present(call, stated.claim.id)
    return Answer(value, headers={"Idempotent-Replayed": "true"}) if stated.is_replay else value


@face.operation(
    "GET",
    "/claims/<uuid:claim_id>/receipt",
    permission=Permission.MANAGE_OWN_CLAIMS,
    answer=ReceiptClaimOut,
    errors=[ClaimNotFound],
)
def get_receipt(call: Call, claim_id: uuid.UUID) -> dict[str, Any]:
    """A receipt of mine, its shop or the shops to pick from, its photos."""
    return _present(call, claim_id)


@face.operation(
    "PUT",
    "/claims/<uuid:claim_id>/receipt",
    permission=Permission.MANAGE_OWN_CLAIMS,
    body=ReceiptIn,
    answer=ReceiptClaimOut,
    errors=[*RECEIPT_ERRORS, ClaimNotFound, ClaimNotDraft],
    example=RECEIPT_EXAMPLE,
)
def correct_receipt(call: Call, claim_id: uuid.UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Put the whole of a draft right, before it is submitted."""
    given = dict(body)
    shop_id = given.pop("shop_id")
    receipts.correct_receipt(
        call.session,
        claim_id=claim_id,
        account_id=call.citizen.account_id,
        receipt=read_receipt(given),
        shop_id=shop_id,
    )
    return _present(call, claim_id)


@face.operation(
    "PUT",
    "/claims/<uuid:claim_id>/photos/<int:number>",
    permission=Permission.MANAGE_OWN_CLAIMS,
    body=PHOTO,
    answer=ReceiptClaimOut,
    errors=[
        ClaimNotFound,
        ClaimNotDraft,
        receipt_photos.ReceiptPhotoNumberInvalid,
        ImageUnreadable,
        ImageTooLarge,
    ],
)
def put_receipt_photo(call: Call, claim_id: uuid.UUID, number: int, body: Picture) -> dict[str, Any]:
    """Put a photo to a draft, as number 1 to 5; 5 MB and 24 million pixels at most.

    Where it was taken and by what is not kept. It is removed once the decision is final.
    """
    receipt_photos.put_photo(
        call.session,
        claim_id=claim_id,
        account_id=call.citizen.account_id,
        number=number,
        picture=body,
        at=call.at,
    )
    return _present(call, claim_id)


@face.operation(
    "GET",
    "/claims/<uuid:claim_id>/photos/<int:number>",
    permission=Permission.MANAGE_OWN_CLAIMS,
    answer=("image/jpeg",),
    errors=[ClaimNotFound, ReceiptPhotoNotFound],
)
def get_receipt_photo(call: Call, claim_id: uuid.UUID, number: int) -> Blob:
    """A photo of mine, until it is removed."""
    session = call.session
    receipt_queries.get_own_receipt(session, claim_id=claim_id, account_id=call.citizen.account_id)
    photo = receipt_queries.get_photo(session, claim_id=claim_id, number=number)
    return Blob(
        photo.media_type,
        photo.etag,
        lambda: receipt_queries.get_photo_content(session, claim_id=claim_id, number=number),
    )


@face.operation(
    "DELETE",
    "/claims/<uuid:claim_id>/photos/<int:number>",
    permission=Permission.MANAGE_OWN_CLAIMS,
    status=204,
    errors=[ClaimNotFound, ClaimNotDraft, ReceiptPhotoNotFound],
)
def delete_receipt_photo(call: Call, claim_id: uuid.UUID, number: int) -> None:
    """Take a photo away from a draft."""
    receipt_photos.delete_photo(
        call.session, claim_id=claim_id, account_id=call.citizen.account_id, number=number
    )


@face.operation(
    "POST",
    "/claims/<uuid:claim_id>/read",
    permission=Permission.MANAGE_OWN_CLAIMS,
    answer=ReceiptReadingOut,
    errors=[ClaimNotFound],
    limits=[READINGS],
    writes=False,
)
def read_receipt_photos(call: Call, claim_id: uuid.UUID) -> Later:
    """Let a machine read the photos. It suggests what to send as the receipt, and changes nothing.

    Reading takes seconds and often fails: look at everything, above all the total, the time and 登録番号.
    """
    session, reader = call.session, call.ground.receipt_reader
    receipt_queries.get_own_receipt(session, claim_id=claim_id, account_id=call.citizen.account_id)
    photos = receipt_queries.list_photo_contents(session, claim_id=claim_id)
    return Later(lambda: present_reading(reader.read(photos) if photos else None))


@face.operation(
    "POST",
    "/claims/<uuid:claim_id>/submit",
    permission=Permission.MANAGE_OWN_CLAIMS,
    answer=ReceiptClaimOut,
    errors=[
        ClaimLimitReached,
        ClaimNotDraft,
        ClaimNotFound,
        DoneAtOutsideWindow,
        ReceiptFieldMissing,
        ShopNotActive,
        receipts.ReceiptClaimed,
        receipts.ReceiptShopUnknown,
    ],
)
def submit_receipt(call: Call, claim_id: uuid.UUID) -> dict[str, Any]:
    """Hand it in: I have looked at it and stand by it. A receipt can be claimed once, by anybody."""
    receipts.submit_receipt(
        call.session,
        claim_id=claim_id,
        account_id=call.citizen.account_id,
        context=ClaimContext(call.ground.region, call.ground.claim_terms),
        at=call.at,
    )
    return _present(call, claim_id)


def _present(call: Call, claim_id: uuid.UUID) -> dict[str, Any]:
    return present_receipt(
        call.session, claim_id=claim_id, account_id=call.citizen.account_id, language=call.language
    )

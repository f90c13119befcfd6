"""Photos of receipts, for whoever reviews the claims."""

import uuid

from backend.claims import receipt_queries
from backend.claims.queries import ClaimNotFound
from backend.claims.receipt_queries import ReceiptPhotoNotFound
from backend.claims.service import receipt_photos
from backend.people.permissions import Permission
from backend.web.binaries import Blob
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face("receipts", __name__, url_prefix="/v1/city", description="Receipts that citizens send in.")


@face.operation(
    "GET",
    "/claims/<uuid:claim_id>/photos/<int:number>",
    permission=Permission.REVIEW_CLAIMS,
    answer=("image/jpeg",),
    errors=[ClaimNotFound, ReceiptPhotoNotFound],
    writes=True,
)
def look_at_receipt_photo(call: Call, claim_id: uuid.UUID, number: int) -> Blob:
    """Look at a photo of a receipt, until the decision is final. That you did is written to its events."""
    session = call.session
    photo = receipt_photos.look_at_photo(
        session, claim_id=claim_id, number=number, staff_id=call.staff.staff_id, at=call.at
    )
    return Blob(
        photo.media_type,
        photo.etag,
        lambda: receipt_queries.get_photo_content(session, claim_id=claim_id, number=number),
    )

"""Receipts that are decided for good: their photos are removed, the rejected may be stated anew."""

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.claims.service.receipt_remains import has_untidy_receipt, tidy_receipts
from backend.claims.terms import ClaimTerms

RECEIPTS_BATCH = 100


def tidy_decided_receipts(database: Database, terms: ClaimTerms) -> bool:
    """One batch. Whether more may wait."""
    at = utc_now()
    if not database.run(lambda session: has_untidy_receipt(session, terms=terms, at=at), writes=False):
        return False
    tidied = database.run(lambda session: tidy_receipts(session, terms=terms, at=at, limit=RECEIPTS_BATCH))
    return tidied == RECEIPTS_BATCH

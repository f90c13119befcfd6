"""Claims under the clock's eye: those that no shop confirmed, and purchases that look odd."""

import structlog

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.claims.queries import has_unconfirmed_claim
from backend.claims.service.sweeping import has_unswept_purchase, sweep_purchases
from backend.claims.service.waiting import move_unconfirmed
from backend.claims.terms import ClaimTerms

# Small batches: each transaction holds SQLite's only write lock.
CLAIMS_BATCH = 100
PURCHASES_BATCH = 50

log = structlog.get_logger()


def move_claims(database: Database) -> bool:
    """One batch of claims that no shop confirmed in time. Whether more may wait."""
    at = utc_now()
    if not database.run(lambda session: has_unconfirmed_claim(session, at=at), writes=False):
        return False
    moved = database.run(lambda session: move_unconfirmed(session, at=at, limit=CLAIMS_BATCH))
    log.info("claims_moved_to_review", claims=moved)
    return moved == CLAIMS_BATCH


def raise_flags(database: Database, terms: ClaimTerms) -> bool:
    """One batch of purchases. Whether more may wait."""
    at = utc_now()
    if not database.run(lambda session: has_unswept_purchase(session, at=at), writes=False):
        return False
    looked = database.run(lambda session: sweep_purchases(session, terms=terms, at=at, limit=PURCHASES_BATCH))
    return looked == PURCHASES_BATCH

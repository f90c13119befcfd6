"""Seals the ledger, block by block, and says each new head so that it is kept outside of the database too."""

import structlog

from backend.base.clock import utc_now
from backend.base.database import Database
from backend.points.service.seals import BLOCK, seal_ledger

log = structlog.get_logger()


def seal_block(database: Database) -> bool:
    """One block. Whether more may wait."""
    at = utc_now()
    head = database.run(lambda session: seal_ledger(session, at=at))
    if head is None:
        return False
    log.info(
        "ledger_sealed",
        number=head.number,
        hash=head.hash.hex(),
        transactions=head.transaction_count,
        last_transaction_id=str(head.last_transaction_id),
    )
    return head.transaction_count == BLOCK

"""The one verb: everything else about changes the database does itself."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.changes.models import ChangeCounter


def begin_epoch(session: Session) -> None:
    """No cursor from before is good any more: in a database put back from a copy numbers come again."""
    session.execute(update(ChangeCounter).values(epoch=new_id()))

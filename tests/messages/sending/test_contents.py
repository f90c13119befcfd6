"""What is pushed of a circular."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.messages.sending.contents import load_contents
from backend.notices.queries import list_notices_among
from tests.factories.notices import make_circular, make_copy
from tests.factories.people import make_citizen

OFFER_ID = new_id()
OFFER = {"attachment_kind": "offer", "attachment": str(OFFER_ID)}
CODE = {"attachment_kind": "reward_code", "attachment": "MG-2345-6789"}


class TestContents:
    @pytest.mark.parametrize("given", [{}, {"link": "/news/1"}, OFFER, CODE, OFFER | {"link": "/news/1"}])
    def test_name_the_inbox_copy_and_lead_where_it_leads(
        self, session: Session, at: datetime, given: dict[str, Any]
    ) -> None:
        reader = make_citizen(session, at=at)
        circular = make_circular(session, at=at, **given)
        copy = make_copy(session, citizen_id=reader.id, circular=circular, at=at)

        data = load_contents(session, message_id=circular.id).in_language("ja").data

        [card] = list_notices_among(session, citizen_id=reader.id, notice_ids=[copy], language="ja")
        assert data["circular_id"] == str(card.circular_id)
        assert data.get("link") == card.link

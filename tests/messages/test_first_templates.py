"""What a city begins with: words that fit on a phone, and a history that nobody rewrites."""

from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.messages.models import MessageTemplate
from backend.messages.rules import TemplateParameter, check_template
from tests.factories.messages import made_draft
from tests.support.client import ApiClient


class TestFirstTemplates:
    def test_would_be_accepted_today(self, session: Session) -> None:
        for template in session.scalars(select(MessageTemplate)):
            check_template(
                purpose=template.purpose,
                titles=template.titles,
                bodies=template.bodies,
                parameters=[TemplateParameter(**parameter) for parameter in template.parameters],
            )

    def test_serve_every_purpose(self, session: Session) -> None:
        purposes = set(session.scalars(select(MessageTemplate.purpose)))

        assert purposes == {"push_city", "push_shops", "push_disaster"}


class TestEvents:
    @pytest.mark.parametrize(
        "statement", ["UPDATE message_events SET act = 'x'", "DELETE FROM message_events"]
    )
    def test_are_append_only(self, database: Database, city: ApiClient, at: datetime, statement: str) -> None:
        made_draft(city)

        with (
            pytest.raises((IntegrityError, InternalError, OperationalError), match="append-only"),
            database.engine.begin() as connection,
        ):
            connection.execute(text(statement))

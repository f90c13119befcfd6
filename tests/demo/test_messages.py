"""What the demo city says to many: something of every stage."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.pages import PageRequest
from backend.messages.health import health_of
from backend.messages.models import Message, MessageEvent, MessageStatus
from backend.messages.queries import list_messages
from backend.notices.models import Notice
from backend.organisations.regions import load_region
from tests.conftest import NOW


class TestMessages:
    def test_are_done_scheduled_and_in_review(self, session: Session) -> None:
        found = session.execute(select(Message.status, Message.purpose).order_by(Message.status)).all()

        assert [tuple(row) for row in found] == [
            ("done", "push_city"),
            ("review", "push_shops"),
            ("scheduled", "push_city"),
        ]

    def test_read_well(self, session: Session) -> None:
        cards = list_messages(session, shop_ids=None, region=load_region(), page=PageRequest()).items

        assert {card.words.titles["ja"] for card in cards} == {
            "催し：幣舞橋の夕市",
            "年末のごみ収集のお知らせ",
            "【広告】パンと焼菓子 麦と汽笛：焼きたて食パンの日",
        }

    def test_have_events_up_to_where_they_are(self, session: Session) -> None:
        for message in session.scalars(select(Message)):
            newest = session.scalars(
                select(MessageEvent.to_status)
                .where(MessageEvent.message_id == message.id)
                .order_by(MessageEvent.id.desc())
                .limit(1)
            ).one()

            assert newest == message.status

    def test_account_for_everybody_they_were_sent_to(self, session: Session) -> None:
        done = session.scalars(select(Message).where(Message.status == MessageStatus.DONE.value)).one()

        health = health_of(session, message_id=done.id)

        assert health.settled == health.recipients == done.recipient_count == 300

    def test_stand_in_the_inboxes_of_those_who_can_sign_in(self, session: Session) -> None:
        copies = session.scalars(select(Notice).where(Notice.kind == "circular")).all()

        assert len(copies) == 2

    def test_that_wait_lie_in_the_future(self, session: Session) -> None:
        waiting = session.scalars(
            select(Message.send_at).where(Message.status == MessageStatus.SCHEDULED.value)
        ).one()

        assert waiting > NOW
